/* DCGAN's generator. Twin of gan/models/dcgan.py: transposed convolutions 1 -> 7 -> 14 -> 28, normalization folded in.

   A transposed convolution of 4 x 4 with stride 2 is four convolutions of 2 x 2, one for each place in a cell of four
   output pixels. */
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
    const { shape: [size, , inputs, outputs], data } = tensors["conv1.weight"]; // prettier-ignore
    // Of a single pixel every output pixel is a linear function: (places, in, out) -> (in, places out)
    const first = new Float32Array(data.length), places = size * size; // prettier-ignore
    for (let p = 0; p < places; p++)
      for (let c = 0; c < inputs; c++)
        first.set(data.subarray((p * inputs + c) * outputs, (p * inputs + c + 1) * outputs), (c * places + p) * outputs);
    this.conv1 = pack(heap, { shape: [inputs, places * outputs], data: first });
    this.shift = { shift: keep(heap, tensors["conv1.bias"].data, outputs) };
    this.conv2 = new Transposed(heap, tensors["conv2.weight"], tensors["conv2.bias"]);
    this.paint = new Transposed(heap, tensors["paint.weight"], tensors["paint.bias"]);
    this.channels = outputs;
  }

  /* w (n, w_dim) -> images (n, 784) in [-1, 1]. */
  synthesize(w, n) {
    const { heap, channels } = this;
    return heap.borrow(() => {
      const { at } = project(heap, this.conv1, heap.put(w, n, w.length / n));
      const x = finish(heap, this.shift, { at, n: n * 49, width: channels, wide: channels }, 0); // 256: no padding
      const pixels = this.paint.run(this.conv2.run(x, 7, 0), 14, 1);
      return heap.copy(pixels).map(Math.tanh);
    });
  }
}
