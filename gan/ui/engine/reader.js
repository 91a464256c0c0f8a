/* The independent reader: which class does a picture show? Twin of gan/judges/classifier.py, normalization folded in. */
import { convolve, finish, flatten, frame, linear, pack, project, unshuffle } from "./layers.js";

const BATCH = 32;

export class Reader {
  constructor(heap, tensors) {
    this.heap = heap;
    const take = (name) => pack(heap, tensors[`${name}.weight`], tensors[`${name}.bias`]);
    this.layers = ["conv1", "conv2", "conv3", "conv4"].map(take);
    this.feature = take("features");
    this.head = take("head");
    this.classes = this.head.outputs;
  }

  /* images (n, 784) in [-1, 1] -> logits (n, classes). */
  observe(images) {
    const n = images.length / 784, out = new Float32Array(n * this.classes); // prettier-ignore
    for (let at = 0; at < n; at += BATCH) {
      const some = images.subarray(at * 784, (at + BATCH) * 784);
      out.set(this.heap.borrow(() => this.look(some)), at * this.classes); // prettier-ignore
    }
    return out;
  }

  look(images) {
    const { heap } = this;
    let x = unshuffle(heap, images, images.length / 784);
    this.layers.forEach((layer, i) => {
      const side = i < 3 ? 14 : 7;
      x = finish(heap, layer, convolve(heap, layer, frame(heap, x, side)), 0);
      if (i === 2) x = pool(heap, x, 14, (values) => Math.max(...values));
      if (i === 3) x = pool(heap, x, 7, (values) => values.reduce((sum, one) => sum + one, 0) / values.length);
    });
    const seen = finish(heap, this.feature, project(heap, this.feature, flatten(heap, x, 4)), 0);
    return heap.copy(linear(heap, this.head, seen));
  }

  /* images (n, 784) -> probabilities of the classes (n, classes); each row sums to 1. */
  read(images) {
    const out = this.observe(images);
    for (let at = 0; at < out.length; at += this.classes) {
      const row = out.subarray(at, at + this.classes), most = Math.max(...row); // prettier-ignore
      row.forEach((value, i) => (row[i] = Math.exp(value - most)));
      const sum = row.reduce((all, one) => all + one, 0);
      row.forEach((value, i) => (row[i] = value / sum));
    }
    return out;
  }
}

/* Cells of two by two, those at an odd edge smaller, each made one value: (n side side, C) -> (n half half, C). */
const pool = (heap, rows, side, choose) => {
  const half = Math.ceil(side / 2), n = rows.n / (side * side); // prettier-ignore
  const out = heap.makeRows(n * half * half, rows.width), { f } = heap; // prettier-ignore
  f.fill(0, out.at, out.at + out.n * out.wide);
  for (let m = 0; m < out.n; m++) {
    const x = 2 * (m % half), y = 2 * (Math.floor(m / half) % half), k = Math.floor(m / (half * half)); // prettier-ignore
    const cells = [];
    for (const dy of [0, 1])
      for (const dx of [0, 1])
        if (x + dx < side && y + dy < side) cells.push(rows.at + ((k * side + y + dy) * side + x + dx) * rows.wide);
    for (let c = 0; c < rows.width; c++) f[out.at + m * out.wide + c] = choose(cells.map((cell) => f[cell + c]));
  }
  return out;
};
