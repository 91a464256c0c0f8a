"""What does G draw? From what a person asks for to pictures and their files; one file an idea.

arguments       the checks of what a person may ask for
noise           (seed, index) -> z, the same on every machine
generator       the handle that gan.load returns: labels -> images
batches         many images as they are saved, with a bar
interpolation   ways between points of the latent space
sheets          a batch as one picture, and its PNG
films           frames as GIF, WebP, MP4
datasets        .npz, a ZIP of single digits, MNIST's own four files
number_line     digits and marks on one line
device          which processor does the work
"""
