/* Gradients by weights, for training: what backward.js is for inputs. Each is the product x' d, over rows or over the
   pixels of pictures, by the same kernel; d is the gradient by what the layer gave, and comes as it is laid out there. */
import { PANEL } from "./kernel.js";
import { multiply } from "./layers.js";

const RUN = 4; // floats that the kernel reads at once

/* d's rows as panels, `each` of them at a time with zeros behind up to `run`: the right side of a product. */
const layPanels = (heap, d, each, run) => {
  const segments = d.n / each, length = segments * run, at = heap.take(length * d.wide), { f } = heap; // prettier-ignore
  f.fill(0, at, at + length * d.wide);
  for (let panel = 0; panel < d.wide / PANEL; panel++)
    for (let m = 0; m < d.n; m++) {
      const from = d.at + m * d.wide + panel * PANEL, row = Math.floor(m / each) * run + (m % each);
      f.copyWithin(at + (panel * length + row) * PANEL, from, from + PANEL);
    }
  return { at, outputs: d.width, wide: d.wide, segments, length, run };
};

/* Of `project`: x rows (n, in), d rows (n, out) -> (in, out). */
export const weighProject = (heap, x, d) =>
  heap.borrow(() => {
    const run = Math.ceil(x.n / RUN) * RUN, turned = heap.take(x.width * run); // x': a row for each input
    heap.f.fill(0, turned, turned + x.width * run);
    for (let m = 0; m < x.n; m++)
      for (let i = 0; i < x.width; i++) heap.f[turned + i * run + m] = heap.f[x.at + m * x.wide + i];
    const fill = (table, at) => {
      for (let i = 0; i < x.width; i++) table[at + i] = 4 * (turned + i * run);
    };
    return heap.copy(multiply(heap, layPanels(heap, d, d.n, run), x.width, fill));
  });

/* Of a convolution of stride 1, `size` x `size` with its picture's border of half that: x rows (n side side, in), d rows
   (n side side, out) -> (size, size, in, out). */
export const weighConvolve = (heap, x, d, side, size = 3) =>
  heap.borrow(() => {
    const border = size >> 1, lines = side + 2 * border; // prettier-ignore
    const run = Math.ceil(side / RUN) * RUN, line = run + 2 * border; // prettier-ignore
    const plane = (x.n / (side * side)) * lines * line, planes = heap.take(x.width * plane); // prettier-ignore
    heap.f.fill(0, planes, planes + x.width * plane); // a plane for each channel, so that a line is a run
    for (let m = 0; m < x.n; m++) {
      const column = m % side, row = Math.floor(m / side), k = Math.floor(row / side); // prettier-ignore
      const to = planes + (k * lines + (row % side) + border) * line + column + border;
      for (let c = 0; c < x.width; c++) heap.f[to + c * plane] = heap.f[x.at + m * x.wide + c];
    }
    const fill = (table, at, segment) => {
      const row = planes + (Math.floor(segment / side) * lines + (segment % side)) * line;
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++)
          for (let c = 0; c < x.width; c++) table[at++] = 4 * (row + i * line + j + c * plane);
    };
    return heap.copy(multiply(heap, layPanels(heap, d, side, run), size * size * x.width, fill));
  });

/* Of a bias: the sum of d's rows, (out). */
export const weighBias = (heap, d) => {
  const sums = new Float64Array(d.width);
  for (let m = 0; m < d.n; m++) for (let c = 0; c < d.width; c++) sums[c] += heap.f[d.at + m * d.wide + c];
  return Float32Array.from(sums);
};
