/* DCGAN's generator. Twin of gan/models/dcgan.py: transposed convolutions 1 -> 7 -> 14 -> 28, normalization folded in.

   A transposed convolution of 4 x 4 with stride 2 is four convolutions of 2 x 2, one for each place in a cell of four
   output pixels. */
import { packBack, pullFinish, pullProject, pullTanh, pullTransposed } from "./backward.js";
import { convolve, finish, frame, keep, pack, project } from "./layers.js";
import { Concatenating } from "./dense.js";

/* (4, 4, in, out) -> for output line 2 y + i and column 2 x + j the kernel (2, 2, in, out) over input lines y - 1 + i
   and y + i: of line v it has row i + 1 + 2 (y - v). */
const split = ({ shape: [, , inputs, outputs], data }, i, j) => {
  const size = inputs * outputs, out = new Float32Array(4 * size); // prettier-ignore
  for (const a of [0, 1])
    for (const b of [0, 1]) {
      const row = 3 - i - 2 * a, column = 3 - j - 2 * b; // prettier-ignore
      out.set(data.subarray((row * 4 + column) * size, (row * 4 + column + 1) * size), (a * 2 + b) * size);
    }
  return { shape: [2, 2, inputs, outputs], data: out };
};

/* (places, in, out) -> (in, places out): of a single pixel every output pixel is a linear function. */
const spread = ({ shape: [height, width, inputs, outputs], data }) => {
  const out = new Float32Array(data.length), places = height * width; // prettier-ignore
  for (let p = 0; p < places; p++)
    for (let c = 0; c < inputs; c++)
      out.set(data.subarray((p * inputs + c) * outputs, (p * inputs + c + 1) * outputs), (c * places + p) * outputs);
  return { shape: [inputs, places * outputs], data: out };
};

class Transposed {
  constructor(heap, weight, bias) {
    this.heap = heap;
    this.phases = [0, 1, 2, 3].map((q) => pack(heap, split(weight, q >> 1, q & 1), bias));
  }

  /* rows (n side side, in) -> rows (n 2side 2side, out), with the bias, then a ReLU of that slope. */
  run(x, side, slope) {
    const { heap } = this, picture = frame(heap, x, side); // prettier-ignore
    const out = heap.makeRows(x.n * 4, this.phases[0].outputs);
    this.phases.forEach((layer, q) => {
      const part = finish(heap, layer, convolve(heap, layer, picture, { first: [q >> 1, q & 1] }), slope);
      for (let m = 0; m < part.n; m++) {
        const line = 2 * Math.floor(m / side) + (q >> 1), column = 2 * (m % side) + (q & 1); // prettier-ignore
        const from = part.at + m * part.wide;
        heap.f.copyWithin(out.at + (line * 2 * side + column) * out.wide, from, from + part.wide);
      }
    });
    return out;
  }
}

export class DCGANGenerator extends Concatenating {
  constructor(heap, tensors) {
    super(heap, tensors);
    this.tensors = tensors;
    this.conv1 = pack(heap, spread(tensors["conv1.weight"]));
    this.channels = tensors["conv1.weight"].shape[3];
    this.shift = { shift: keep(heap, tensors["conv1.bias"].data, this.channels) };
    this.conv2 = new Transposed(heap, tensors["conv2.weight"], tensors["conv2.bias"]);
    this.last = new Transposed(heap, tensors["paint.weight"], tensors["paint.bias"]);
    this.back = null;
  }

  /* w rows (n, w_dim) -> images (n, 784) in [-1, 1]; `kept` is given what `pull` needs. */
  paint(w, kept = null) {
    const { heap, channels } = this;
    const { at, n } = project(heap, this.conv1, w);
    const one = finish(heap, this.shift, { at, n: n * 49, width: channels, wide: channels }, 0); // 256: no padding
    const two = this.conv2.run(one, 7, 0), images = heap.copy(this.last.run(two, 14, 1)).map(Math.tanh); // prettier-ignore
    if (kept) Object.assign(kept, { one, two, images });
    return images;
  }

  /* Gradients by the images (n, 784) -> by w: rows (n, w_dim). */
  pull({ one, two, images }, gradients) {
    const { heap, back, channels } = this, n = gradients.length / 784; // prettier-ignore
    let d = heap.put(pullTanh(gradients, images), n * 784, 1);
    d = pullFinish(heap, pullTransposed(heap, back.last, d, 14), two, 0);
    d = pullFinish(heap, pullTransposed(heap, back.conv2, d, 7), one, 0);
    return pullProject(heap, back.conv1, { at: d.at, n, width: 49 * channels, wide: 49 * channels });
  }

  /* Lay out what the way back needs, once and for good. */
  prepare() {
    const { heap, tensors } = this;
    this.back ??= {
      conv1: packBack(heap, spread(tensors["conv1.weight"])),
      conv2: packBack(heap, tensors["conv2.weight"], false),
      last: packBack(heap, tensors["paint.weight"], false),
    };
  }
}
