"""What digit is in this picture? A drawing or a photo -> 28 x 28 as MNIST has them.

decode      an image file -> grey levels
levels      Otsu's threshold; means and extremes around each pixel
sides       dark ink or light; what is paper, and what comes in from the edge
rules       lines of the paper
pieces      what hangs together, and what is one digit
normalize   ink -> 28 x 28, ink on nothing
canvas      all of it, with what is to be said of the picture

    from gan.data.photo import read_canvas
    canvas = read_canvas(Path("seven.jpg").read_bytes())    # canvas.image: float (1, 1, 28, 28) in [-1, 1]
"""

from gan.data.photo.canvas import Canvas, Share, find_digit, find_ink, read_canvas
from gan.data.photo.decode import FORMATS, MAX_BYTES, MAX_PIXELS, decode
from gan.data.photo.levels import take_otsu
from gan.data.photo.normalize import normalize
from gan.data.photo.pieces import label_pieces

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "MAX_PIXELS",
    "Canvas",
    "Share",
    "decode",
    "find_digit",
    "find_ink",
    "label_pieces",
    "normalize",
    "read_canvas",
    "take_otsu",
]
