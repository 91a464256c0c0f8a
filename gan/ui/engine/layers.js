/* Layers made of the one product: linear, convolutions, and what stands between them. Twin of torch.nn's, channels last.

   Rows are {at, n, width, wide} (heap.js). A picture is rows, one for each pixel, with n, side and border: (n, side +
   2 border, side + 2 border, wide), zero outside. */
import { PANEL, ROWS } from "./kernel.js";
import { widen } from "./heap.js";

export const GAIN = Math.SQRT2; // keeps the variance of a leaky ReLU's output near that of its input
export const LEAK = 0.2;

/* Weights (in, out) or (height, width, in, out) and a bias, laid into panels for good. */
export const pack = (heap, weight, bias) => {
  const outputs = weight.shape.at(-1), inputs = weight.shape.at(-2), [size = 1] = weight.shape.slice(0, -2); // prettier-ignore
  const across = weight.shape.length === 4 ? weight.shape[1] : 1;
  const wideIn = widen(inputs), wide = widen(outputs), length = size * across * wideIn;
  const at = heap.take(length * wide);
  heap.f.fill(0, at, at + length * wide);
  for (let tap = 0; tap < size * across; tap++)
    for (let i = 0; i < inputs; i++) {
      const row = tap * wideIn + i, from = (tap * inputs + i) * outputs;
      for (let o = 0; o < outputs; o++)
        heap.f[at + (Math.floor(o / PANEL) * length + row) * PANEL + (o % PANEL)] = weight.data[from + o];
    }
  const shift = new Float32Array(wide);
  if (bias) shift.set(bias.data);
  return { at, inputs, outputs, wide, size, segments: size, length, run: length / size, shift };
};

/* (in, out) -> (out, in), for a product backwards. */
export const transpose = ({ shape: [rows, columns], data }) => {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c];
  return { shape: [columns, rows], data: out };
};

/* `place(row, segment)` tells where a row's run of floats begins -> rows of the product. */
const multiply = (heap, layer, n, place) => {
  const count = Math.ceil(n / ROWS) * ROWS;
  const out = heap.makeRows(n, layer.outputs);
  const table = heap.take(count * layer.segments);
  for (let s = 0; s < layer.segments; s++)
    for (let m = 0; m < count; m++) heap.i[table + s * count + m] = 4 * place(Math.min(m, n - 1), s);
  for (let panel = 0; panel < layer.wide / PANEL; panel++)
    heap.run(
      ...[4 * table, count, layer.segments, 4 * layer.run],
      ...[4 * (layer.at + panel * layer.length * PANEL), 4 * (out.at + panel * PANEL), 4 * out.wide],
    );
  return out;
};

/* x W, without a bias. */
export const project = (heap, layer, x) => multiply(heap, layer, x.n, (m) => x.at + m * x.wide);

/* x W + b. */
export const linear = (heap, layer, x) => finish(heap, layer, project(heap, layer, x));

/* A convolution of a picture, without its bias: rows, one for each pixel of the output, which is `side` across. The
   kernel's first line meets the picture's line `first` (of those with its border), then every `stride`-th. */
export const convolve = (heap, layer, picture, { stride = 1, side = picture.side, first = [0, 0] } = {}) => {
  const across = picture.side + 2 * picture.border, line = across * picture.wide;
  return multiply(heap, layer, picture.n * side * side, (m, s) => {
    const x = m % side, y = Math.floor(m / side) % side, n = Math.floor(m / (side * side));
    return picture.at + (n * across + y * stride + first[0] + s) * line + (x * stride + first[1]) * picture.wide;
  });
};

/* The bias added, then a leaky ReLU of that slope, times gain: in place. */
export const finish = (heap, { shift }, rows, slope = 1, gain = 1) => {
  const { f } = heap, { at, n, wide } = rows;
  for (let i = 0, p = at; i < n; i++)
    for (let o = 0; o < wide; o++, p++) {
      const value = f[p] + shift[o];
      f[p] = gain * (value > 0 ? value : slope * value);
    }
  return rows;
};

/* Rows, one for each pixel, with a border about each picture: what a convolution reads. */
export const frame = (heap, rows, side, border = 1) => {
  const n = rows.n / (side * side), across = side + 2 * border, { wide } = rows; // prettier-ignore
  const at = heap.take(n * across * across * wide);
  heap.f.fill(0, at, at + n * across * across * wide);
  for (let line = 0; line < n * side; line++) {
    const y = line % side, from = rows.at + line * side * wide;
    const to = at + ((Math.floor(line / side) * across + y + border) * across + border) * wide;
    heap.f.copyWithin(to, from, from + side * wide);
  }
  return { at, n, side, border, wide, width: rows.width };
};

/* Pictures (n, 784) folded by two into rows of four channels, torch's pixel_unshuffle: (n 14 14, 4). */
export const unshuffle = (heap, images, n) => {
  const rows = heap.makeRows(n * 196, 4);
  heap.f.fill(0, rows.at, rows.at + rows.n * rows.wide);
  for (let k = 0; k < n; k++)
    for (let y = 0; y < 28; y++)
      for (let x = 0; x < 28; x++) {
        const pixel = (k * 14 + (y >> 1)) * 14 + (x >> 1);
        heap.f[rows.at + pixel * rows.wide + (y & 1) * 2 + (x & 1)] = images[k * 784 + y * 28 + x];
      }
  return rows;
};

/* Channels spread over twice as many lines and columns, torch's pixel_shuffle: (n side side, 4 C) -> (n 2side 2side, C). */
export const shuffle = (heap, rows, side) => {
  const channels = rows.width / 4;
  const out = heap.makeRows(rows.n * 4, channels);
  const to = heap.f; // it may have grown
  to.fill(0, out.at, out.at + out.n * out.wide);
  for (let pixel = 0; pixel < rows.n; pixel++) {
    const x = pixel % side, line = Math.floor(pixel / side);
    for (let q = 0; q < 4; q++) {
      const there = out.at + ((2 * line + (q >> 1)) * 2 * side + 2 * x + (q & 1)) * out.wide;
      for (let c = 0, from = rows.at + pixel * rows.wide + q; c < channels; c++, from += 4) to[there + c] = to[from];
    }
  }
  return out;
};

/* Rows of a picture's pixels as one row a picture: (n side side, C) -> (n, side side C). No padding may be between. */
export const flatten = (heap, rows, side) => {
  const places = side * side, n = rows.n / places; // prettier-ignore
  const out = heap.makeRows(n, places * rows.width);
  heap.f.fill(0, out.at, out.at + n * out.wide);
  for (let pixel = 0; pixel < rows.n; pixel++) {
    const from = rows.at + pixel * rows.wide;
    const to = out.at + Math.floor(pixel / places) * out.wide + (pixel % places) * rows.width;
    heap.f.copyWithin(to, from, from + rows.width);
  }
  return out;
};

/* Two rows side by side: (n, a) and (n, b) -> (n, a + b). */
export const join = (heap, a, b) => {
  const out = heap.makeRows(a.n, a.width + b.width);
  heap.f.fill(0, out.at, out.at + out.n * out.wide);
  for (let i = 0; i < a.n; i++) {
    const to = out.at + i * out.wide;
    heap.f.copyWithin(to, a.at + i * a.wide, a.at + i * a.wide + a.width);
    heap.f.copyWithin(to + a.width, b.at + i * b.wide, b.at + i * b.wide + b.width);
  }
  return out;
};

/* The rows of an embedding that labels name. */
export const embed = (heap, { shape: [, size], data }, labels) => {
  const out = heap.makeRows(labels.length, size);
  heap.f.fill(0, out.at, out.at + out.n * out.wide);
  labels.forEach((label, i) => heap.f.set(data.subarray(label * size, (label + 1) * size), out.at + i * out.wide));
  return out;
};
