/* What is known of a generator's handwriting. Twin of gan/handwriting/hand.py: each class's quantiles of every measure,
   and a regression of the measures on w with its Jacobian. */
import { linear, pack, project, transpose } from "./layers.js";
import { MEASURES } from "./measures.js";

const MANY = MEASURES.length;

export class Hand {
  /* tensors: hand.* of the planes' file. */
  constructor(heap, tensors, ranges) {
    const take = (name) => tensors[`hand.${name}`];
    this.heap = heap;
    this.ranges = ranges; // what may be asked for, by name
    this.knots = take("knots"); // (5, C, 4): 2, 16, 50, 84 and 98 % of each class
    this.spread = take("spread").data; // (C, 4), their standard deviations
    this.classes = this.knots.shape[1];
    const [classes, wDim] = take("centre").shape, first = take("first"), width = first.shape[1]; // prettier-ignore
    Object.assign(this, { wDim, width });
    const byW = { shape: [wDim, width], data: first.data.subarray(0, wDim * width) };
    const offsets = new Float32Array(classes * width); // what a class adds to the first layer, less its centre
    for (let y = 0; y < classes; y++)
      for (let j = 0; j < width; j++) {
        let sum = first.data[(wDim + y) * width + j] + take("bias1").data[j];
        for (let k = 0; k < wDim; k++) sum -= take("centre").data[y * wDim + k] * byW.data[k * width + j];
        offsets[y * width + j] = sum;
      }
    this.offsets = offsets;
    this.first = pack(heap, byW);
    this.second = pack(heap, take("second"), take("bias2"));
    this.third = pack(heap, take("last"), take("bias3"));
    this.back = [pack(heap, transpose(take("second"))), pack(heap, transpose(byW))];
    this.lastWeights = take("last").data; // (width, 4)
  }

  knot(share, label, k) {
    return this.knots.data[(share * this.classes + label) * MANY + k];
  }

  /* What each class is asked for when the hand is asked for `value` of measure k: its mean is `value`. */
  share(k, value) {
    const steps = Array.from({ length: 5 }, (_, i) => {
      let sum = 0;
      for (let y = 0; y < this.classes; y++) sum += this.knot(i, y, k);
      return sum / this.classes;
    });
    const i = steps.slice(1, -1).filter((one) => one <= value).length;
    const t = (value - steps[i]) / Math.max(steps[i + 1] - steps[i], 1e-6);
    return Array.from({ length: this.classes }, (_, y) => {
      const [low, high] = [this.knot(i, y, k), this.knot(i + 1, y, k)];
      return low + t * (high - low);
    });
  }

  /* Measures (n, 4) in units -> in standard deviations from their class's median. */
  scale(measured, labels) {
    return measured.map((value, i) => {
      const y = labels[Math.floor(i / MANY)], k = i % MANY; // prettier-ignore
      return (value - this.knot(2, y, k)) / this.spread[y * MANY + k];
    });
  }

  /* w (n, w_dim), labels (n) -> scaled measures (n, 4) and their Jacobian by w (n, 4, w_dim). */
  predictWithJacobian(w, labels) {
    const { heap, width } = this, n = labels.length; // prettier-ignore
    return heap.borrow(() => {
      const one = project(heap, this.first, heap.put(w, n, this.wDim));
      labels.forEach((y, i) => {
        for (let j = 0; j < width; j++) heap.f[one.at + i * one.wide + j] += this.offsets[y * width + j];
      });
      const slope1 = activate(heap, one);
      const two = linear(heap, this.second, one);
      const slope2 = activate(heap, two);
      const found = heap.copy(linear(heap, this.third, two));
      const rows = new Float32Array(n * MANY * width);
      for (let m = 0; m < n * MANY; m++)
        for (let j = 0; j < width; j++)
          rows[m * width + j] = this.lastWeights[j * MANY + (m % MANY)] * slope2[Math.floor(m / MANY) * width + j];
      const back = project(heap, this.back[0], heap.put(rows, n * MANY, width));
      for (let m = 0; m < n * MANY; m++)
        for (let j = 0; j < width; j++)
          heap.f[back.at + m * back.wide + j] *= slope1[Math.floor(m / MANY) * width + j];
      return { found, jacobian: heap.copy(project(heap, this.back[1], back)) };
    });
  }

  /* w (n, w_dim), labels (n) -> scaled measures (n, 4). */
  predict(w, labels) {
    return this.predictWithJacobian(w, labels).found;
  }
}

/* SiLU in place (Elfwing et al. 2018, eq. 7) -> its slopes, (n, width). */
const activate = (heap, rows) => {
  const slopes = new Float32Array(rows.n * rows.width);
  for (let m = 0; m < rows.n; m++)
    for (let j = 0; j < rows.width; j++) {
      const at = rows.at + m * rows.wide + j, a = heap.f[at], s = 1 / (1 + Math.exp(-a)); // prettier-ignore
      slopes[m * rows.width + j] = s * (1 + a * (1 - s));
      heap.f[at] = a * s;
    }
  return slopes;
};
