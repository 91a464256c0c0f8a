/* Layers backwards, by hand: the vector-Jacobian product of each layer of layers.js, made of the same product.

   `d` is the gradient of a number by what a layer gave, and becomes the gradient by what the layer was given; both are
   rows as there. Weights are laid out for the way back once, by `packBack`. What a pass took stays in the heap until its
   gradients are there: who goes forward and back does both within one `borrow`. */
import { convolve, frame, pack, project, transpose } from "./layers.js";

/* Weights (in, out) or (height, width, in, out) for the way back: [out, in], and of a convolution the taps from the other
   end; `turned` false leaves them as they are, for a transposed convolution. */
export const packBack = (heap, weight, turned = true) => {
  if (weight.shape.length === 2) return pack(heap, transpose(weight));
  const [height, width, inputs, outputs] = weight.shape, size = inputs * outputs, taps = height * width; // prettier-ignore
  const data = new Float32Array(weight.data.length);
  for (let tap = 0; tap < taps; tap++) {
    const one = transpose({ shape: [inputs, outputs], data: weight.data.subarray(tap * size, (tap + 1) * size) });
    data.set(one.data, (turned ? taps - 1 - tap : tap) * size);
  }
  return pack(heap, { shape: [height, width, outputs, inputs], data });
};

/* Of `project`, and of a convolution of 1 x 1. */
export const pullProject = project;

/* Of a convolution of stride 1 whose output is as large as its picture, `side` across. */
export const pullConvolve = (heap, back, d, side) =>
  back.size === 1 ? project(heap, back, d) : convolve(heap, back, frame(heap, d, side, back.size >> 1));

/* Of a transposed convolution of 4 x 4, stride 2, whose output is 2 side across: a convolution of the stride. */
export const pullTransposed = (heap, back, d, side) =>
  convolve(heap, back, frame(heap, d, 2 * side), { stride: 2, side });

/* Of `finish`, in place: the leaky ReLU's slope by the sign of what it gave, times gain. */
export const pullFinish = (heap, d, out, slope = 1, gain = 1) => {
  const { f } = heap;
  for (let i = 0; i < d.n * d.wide; i++) f[d.at + i] *= f[out.at + i] > 0 ? gain : slope * gain;
  return d;
};

/* Of `modulate` by its factors: of each picture and channel the sum of d x over pixels, (pictures, width). */
export const sumPixels = (heap, d, x, pictures) => {
  const out = heap.makeRows(pictures, d.width), { f } = heap, { wide } = d, places = d.n / pictures; // prettier-ignore
  const sums = new Float64Array(wide);
  for (let k = 0; k < pictures; k++) {
    sums.fill(0);
    for (let m = k * places; m < (k + 1) * places; m++)
      for (let c = 0; c < wide; c++) sums[c] += f[d.at + m * wide + c] * f[x.at + m * wide + c];
    f.set(sums, out.at + k * wide);
  }
  return out;
};

/* Of `shuffle`: (n 2side 2side, C) -> (n side side, 4 C), torch's pixel_unshuffle; `side` is that of what comes out. */
export const pullShuffle = (heap, d, side) => {
  const out = heap.makeRows(d.n / 4, d.width * 4), { f } = heap; // prettier-ignore
  f.fill(0, out.at, out.at + out.n * out.wide);
  for (let pixel = 0; pixel < out.n; pixel++) {
    const x = pixel % side, line = Math.floor(pixel / side);
    for (let q = 0; q < 4; q++) {
      const from = d.at + ((2 * line + (q >> 1)) * 2 * side + 2 * x + (q & 1)) * d.wide;
      for (let c = 0, to = out.at + pixel * out.wide + q; c < d.width; c++, to += 4) f[to] = f[from + c];
    }
  }
  return out;
};

/* Of tanh: numbers by what it gave. */
export const pullTanh = (gradients, out) => gradients.map((value, i) => value * (1 - out[i] * out[i]));

/* Of rows set to the length `deviation` sqrt(size) (fitLength, and z on its sphere): gradients (n each, size) and z (n,
   size), `inverse` (n) of z's root mean square. What setting takes off is along z. */
export const pullLength = (rows, z, inverse, each, size, deviation = 1) => {
  for (let m = 0; m < rows.length / size; m++) {
    const i = Math.floor(m / each), own = z.subarray(i * size, (i + 1) * size); // prettier-ignore
    const row = rows.subarray(m * size, (m + 1) * size);
    let along = 0;
    for (let k = 0; k < size; k++) along += row[k] * inverse[i] * own[k];
    along *= inverse[i] ** 2 / size;
    for (let k = 0; k < size; k++) row[k] = deviation * (row[k] * inverse[i] - along * own[k]);
  }
  return rows;
};
