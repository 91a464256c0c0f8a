/* Asked for measures, the pictures that have them. Twin of gan/handwriting/write.py: Newton steps of least length in z
   on a regression; then pictures are drawn and measured, and what is still missing is asked for again. */
import { MEASURES, measureHand } from "./measures.js";

export const EXACT = [3, 1, 1]; // Newton steps before each drawing of a picture: as exact as it becomes
export const QUICK = [2]; // and while a slider is dragged
const STRIDE = 1.5; // the longest step in a measure, in its standard deviations
const HELD = 0.4; // what a measure that nobody asked for weighs
const DAMPING = 0.02;
const CLOSE = [0.3, 0.03, 0.05, 0.05]; // near enough to be drawn no more: degrees, px, px, px
const MANY = MEASURES.length;

const rows = (all, which, width) => {
  const out = new all.constructor(which.length * width);
  which.forEach((from, i) => out.set(all.subarray(from * width, (from + 1) * width), i * width));
  return out;
};

/* From z to the w that is drawn: the generator's map, truncation psi, and what is added to w. */
class FromZ {
  constructor(generator, psi, offset) {
    Object.assign(this, { generator, psi, offset });
  }

  place(w, labels) {
    const moved = this.generator.truncate(w, labels, this.psi), { offset } = this; // prettier-ignore
    return offset ? moved.map((value, i) => value + offset[i % offset.length]) : moved;
  }

  findW(z, labels) {
    return this.place(this.generator.map(z, labels), labels);
  }

  /* What the regression expects at z (n, 4), and its Jacobian by z (n, 4, z_dim). */
  findMeasures(hand, z, labels) {
    const { w, pull } = this.generator.network.mapWithPull(z, labels);
    const { found, jacobian } = hand.predictWithJacobian(this.place(w, labels), labels);
    return { found, byZ: pull(this.psi === 1 ? jacobian : jacobian.map((value) => value * this.psi), MANY) };
  }
}

/* Draw labels (n) from z (n, z_dim), moved so that the pictures have the measures asked for.
   asked: {name: the hand's value}; offset: added to w after truncation; memo: an object kept by the caller while
   nothing but `asked` changes -> {images (n, 784), measured (n, 4), asked (n, 4), NaN where nobody asked}. */
export const write = (generator, hand, z, labels, asked = {}, { psi = 1, offset = null, steps = EXACT, memo } = {}) => {
  const targets = new Float32Array(labels.length * MANY).fill(NaN);
  for (const [name, value] of Object.entries(asked)) {
    const k = MEASURES.indexOf(name), shares = hand.share(k, value); // prettier-ignore
    labels.forEach((y, i) => (targets[i * MANY + k] = shares[y]));
  }
  const way = new FromZ(generator, psi, offset);
  if (!hand || targets.every(Number.isNaN)) {
    const images = generator.synthesize(way.findW(z, labels));
    return { images, measured: measureHand(images), asked: targets };
  }
  return approach(way, hand, z, labels, targets, steps, memo);
};

const approach = (way, hand, z, labels, targets, steps, memo) => {
  const n = labels.length, { zDim } = way.generator; // prettier-ignore
  const wanted = targets.map((value) => (Number.isNaN(value) ? 0 : 1));
  const weight = wanted.map((one) => (one ? 1 : HELD));
  const scaled = hand.scale(targets, labels);
  const here = memo?.here ?? way.findMeasures(hand, z, labels);
  if (memo) memo.here = here;
  const goal = scaled.map((value, i) => (wanted[i] ? value : here.found[i]));
  const images = new Float32Array(n * 784), measured = new Float32Array(n * MANY); // prettier-ignore
  const left = new Array(n).fill(Infinity); // the error of the best drawing so far
  let now = z.slice(), todo = labels.map((_, i) => i), first = here; // prettier-ignore
  for (const many of steps) {
    const who = todo.map((i) => labels[i]);
    const moved = walk(way, hand, rows(now, todo, zDim), who, rows(goal, todo, MANY), rows(weight, todo, MANY), many, first); // prettier-ignore
    first = null; // the next walks begin elsewhere
    const w = way.findW(moved, who), drawn = way.generator.synthesize(w), found = measureHand(drawn); // prettier-ignore
    const mistake = hand.scale(found, who), expected = steps.length > 1 ? hand.predict(w, who) : mistake; // prettier-ignore
    const errors = todo.map((i, m) => {
      let error = 0;
      for (let k = 0; k < MANY; k++)
        if (wanted[i * MANY + k])
          error = Math.max(error, Math.abs(found[m * MANY + k] - targets[i * MANY + k]) / CLOSE[k]);
      now.set(moved.subarray(m * zDim, (m + 1) * zDim), i * zDim);
      if (error < left[i]) {
        left[i] = error;
        images.set(drawn.subarray(m * 784, (m + 1) * 784), i * 784);
        measured.set(found.subarray(m * MANY, (m + 1) * MANY), i * MANY);
      }
      // The regression's mistake here, taken off what it is asked for next
      for (let k = 0; k < MANY; k++)
        if (wanted[i * MANY + k])
          goal[i * MANY + k] = scaled[i * MANY + k] - (mistake[m * MANY + k] - expected[m * MANY + k]);
      return error;
    });
    todo = todo.filter((_, m) => errors[m] > 1);
    if (!todo.length) break;
  }
  return { images, measured, asked: targets };
};

/* z after so many steps towards goal; here: what findMeasures says of the first place. */
const walk = (way, hand, z, labels, goal, weight, many, here) => {
  for (let i = 0; i < many; i++) {
    const { found, byZ } = here ?? way.findMeasures(hand, z, labels);
    here = null;
    z = takeStep(z, byZ, goal.map((value, j) => value - found[j]), weight, labels.length); // prettier-ignore
  }
  return z;
};

/* One damped Newton step of least length in z by what is missing; |z| stays (Levenberg 1944). */
const takeStep = (z, byZ, missing, weight, n) => {
  const zDim = z.length / n, out = new Float32Array(z.length), j = new Float64Array(MANY * zDim); // prettier-ignore
  for (let i = 0; i < n; i++) {
    const own = z.subarray(i * zDim, (i + 1) * zDim), length = Math.sqrt(dot(own, own)), size = Math.max(length, 1e-6); // prettier-ignore
    for (let k = 0; k < MANY; k++) {
      const row = byZ.subarray((i * MANY + k) * zDim, (i * MANY + k + 1) * zDim);
      const along = dot(row, own) / size ** 2;
      for (let d = 0; d < zDim; d++) j[k * zDim + d] = (row[d] - along * own[d]) * weight[i * MANY + k];
    }
    const by = solve(gather(j, zDim, missing, weight, i * MANY));
    const moved = out.subarray(i * zDim, (i + 1) * zDim);
    for (let d = 0; d < zDim; d++) {
      moved[d] = own[d];
      for (let k = 0; k < MANY; k++) moved[d] += by[k] * j[k * zDim + d];
    }
    const stretch = length / Math.max(Math.sqrt(dot(moved, moved)), 1e-6);
    for (let d = 0; d < zDim; d++) moved[d] *= stretch;
  }
  return out;
};

const dot = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/* J J' + damping, and beside it what is missing: the rows of one digit's equations. */
const gather = (j, zDim, missing, weight, at) =>
  Array.from({ length: MANY }, (_, k) => {
    const row = j.subarray(k * zDim, (k + 1) * zDim);
    const left = Array.from({ length: MANY }, (_, l) => dot(row, j.subarray(l * zDim, (l + 1) * zDim)));
    left[k] += DAMPING;
    return [...left, Math.min(Math.max(missing[at + k] * weight[at + k], -STRIDE), STRIDE)];
  });

/* A x = b of a symmetric positive matrix, by elimination; each row of m is one of A's and what b has there. */
const solve = (m) => {
  const n = m.length;
  for (let i = 0; i < n; i++)
    for (let r = i + 1; r < n; r++) {
      const factor = m[r][i] / m[i][i];
      for (let c = i; c <= n; c++) m[r][c] -= factor * m[i][c];
    }
  const x = new Array(n);
  for (let i = n - 1; i >= 0; i--) {
    x[i] = m[i][n];
    for (let c = i + 1; c < n; c++) x[i] -= m[i][c] * x[c];
    x[i] /= m[i][i];
  }
  return x;
};
