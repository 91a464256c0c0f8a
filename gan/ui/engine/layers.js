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
  heap.share(wide);
  const shift = heap.zeros;
  const layer = { at, inputs, outputs, wide, size, segments: size, length, run: length / size, shift };
  return bias ? { ...layer, shift: keep(heap, bias.data, wide) } : layer;
};

/* Numbers kept in that memory for good, behind them zeros up to `wide`. */
export const keep = (heap, numbers, wide) => {
  const at = heap.take(wide);
  heap.f.fill(0, at, at + wide);
  heap.f.set(numbers, at);
  return at;
};

/* (in, out) -> (out, in), for a product backwards. */
export const transpose = ({ shape: [rows, columns], data }) => {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c];
  return { shape: [columns, rows], data: out };
};

/* The product: `fill(table, i)` writes the addresses of n rows, n for each segment -> rows. */
export const multiply = (heap, layer, n, fill) => {
  const count = Math.ceil(n / ROWS) * ROWS;
  const out = heap.makeRows(n, layer.outputs);
  const table = heap.take(count * layer.segments);
  for (let s = 0; s < layer.segments; s++) {
    const at = table + s * count;
    fill(heap.i, at, s);
    heap.i.fill(heap.i[at + n - 1], at + n, at + count); // rows that nobody reads
  }
  const { product } = heap.kernel, run = 4 * layer.run, step = layer.length * PANEL; // prettier-ignore
  for (let panel = 0; panel < layer.wide / PANEL; panel++) {
    const [from, to] = [4 * (layer.at + panel * step), 4 * (out.at + panel * PANEL)];
    product(4 * table, count, layer.segments, run, from, to, 4 * out.wide);
  }
  return out;
};

/* x W, without a bias. */
export const project = (heap, layer, x) =>
  multiply(heap, layer, x.n, (table, at) => {
    for (let m = 0; m < x.n; m++) table[at + m] = 4 * (x.at + m * x.wide);
  });

/* x W + b. */
export const linear = (heap, layer, x) => finish(heap, layer, project(heap, layer, x));

/* A convolution of a picture, without its bias: rows, one for each pixel of the output, which is `side` across. The
   kernel's first line meets the picture's line `first` (of those with its border), then every `stride`-th. */
export const convolve = (heap, layer, picture, { stride = 1, side = picture.side, first = [0, 0] } = {}) => {
  const across = picture.side + 2 * picture.border, pixel = 4 * picture.wide, line = across * pixel; // prettier-ignore
  return multiply(heap, layer, picture.n * side * side, (table, at, segment) => {
    for (let n = 0; n < picture.n; n++)
      for (let y = 0; y < side; y++) {
        let place = 4 * picture.at + (n * across + y * stride + first[0] + segment) * line + first[1] * pixel;
        for (let x = 0; x < side; x++, place += stride * pixel) table[at++] = place;
      }
  });
};

/* In place: the bias added, then a leaky ReLU of that slope (0 to 1), times gain. */
export const finish = (heap, { shift }, rows, slope = 1, gain = 1) => {
  const { at, n, wide } = rows;
  heap.kernel.finish(4 * at, 4 * (at + n * wide), 4 * wide, 4 * heap.ones, 4 * shift, slope, gain);
  return rows;
};

/* In place: rows, one for each pixel, times their picture's row of factors; then as `finish`. */
export const modulate = (heap, { shift }, rows, factors, slope = 1, gain = 1) => {
  const each = (rows.n / factors.n) * rows.wide;
  for (let k = 0; k < factors.n; k++) {
    const [from, to] = [rows.at + k * each, rows.at + (k + 1) * each];
    const by = factors.at + k * factors.wide;
    heap.kernel.finish(4 * from, 4 * to, 4 * rows.wide, 4 * by, 4 * shift, slope, gain);
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

/* (n, places C) -> (n places, C). */
export const unfold = (heap, rows, places, channels) => {
  const out = heap.makeRows(rows.n * places, channels);
  heap.f.fill(0, out.at, out.at + out.n * out.wide);
  for (let m = 0; m < out.n; m++) {
    const from = rows.at + Math.floor(m / places) * rows.wide + (m % places) * channels;
    heap.f.copyWithin(out.at + m * out.wide, from, from + channels);
  }
  return out;
};

/* Rows once more, elsewhere. */
export const duplicate = (heap, rows) => {
  const at = heap.take(rows.n * rows.wide);
  heap.f.copyWithin(at, rows.at, rows.at + rows.n * rows.wide);
  return { ...rows, at };
};

/* a + b, in b's place. */
export const add = (heap, a, b) => {
  const { f } = heap;
  for (let i = 0; i < b.n * b.wide; i++) f[b.at + i] += f[a.at + i];
  return b;
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
