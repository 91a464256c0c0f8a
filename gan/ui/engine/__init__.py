"""The page's own engine: what draws in the visitor's browser, in JavaScript, and what Python lays out for it.

layout      a network's weights as the engine wants them: channels last, [in, out], batch normalization folded in
parts       what a model is made of for the page: its files, and the manifest that names them

The engine, modules of a Worker; each says in its first lines whose twin it is:

engine.js         the page's side: starts the Worker, asks it, says why where it cannot
worker.js         the Worker: a message in, an answer out
session.js        a model's files read, checked, and what they can answer
files.js  sha256.js  half.js              a file of weights -> tensors
wasm.js  kernel.js  heap.js  layers.js  pool.js    products on vectors of four floats, and layers made of them
backward.js  weights.js                   gradients through these layers: by what a layer was given, and by its weights
noise.js  generator.js  interpolation.js                                           gan/drawing
synthesis.js  style.js  modulated.js  dense.js  dcgan.js                           gan/models
measures.js  hand.js  planes.js  edits.js  write.js  encoder.js  inversion.js  refine.js      gan/handwriting
reader.js  discriminators.js  judge.js                                             gan/judges
"""
