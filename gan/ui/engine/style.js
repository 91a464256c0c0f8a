/* The style generator. Twin of gan/models/style.py: (z, y) -> w by a mapping network, and a synthesis modulated by w
   (StyleGAN2, Karras et al. 2020, arXiv:1912.04958, eqs. 1-3), convolutions at 7 x 7 and 14 x 14 alone. */
import {
  GAIN, LEAK, convolve, embed, finish, frame, join, linear, modulate, pack, project, shuffle, transpose,
} from "./layers.js"; // prettier-ignore

/* A convolution whose input channels are scaled by an affine of w, then demodulated to unit variance. */
class Modulated {
  constructor(heap, tensors, name) {
    this.heap = heap;
    const weight = tensors[`${name}.weight`];
    this.size = weight.shape[0];
    this.layer = pack(heap, weight, tensors[`${name}.bias`]);
    this.scale = pack(heap, tensors[`${name}.scale.weight`], tensors[`${name}.scale.bias`]);
    this.power = pack(heap, findPower(weight));
  }

  /* x rows (n side side, in), w rows (n, w_dim) -> rows (n side side, out), activated. x is scaled in place. */
  run(x, w, side) {
    const { heap } = this, nothing = { shift: heap.zeros }; // prettier-ignore
    const scale = linear(heap, this.scale, w);
    modulate(heap, nothing, x, scale);
    const framed = this.size === 1 ? null : frame(heap, x, side, this.size >> 1);
    const out = framed ? convolve(heap, this.layer, framed) : project(heap, this.layer, x);
    for (let i = scale.at; i < scale.at + scale.n * scale.wide; i++) heap.f[i] *= heap.f[i];
    const demod = project(heap, this.power, scale);
    for (let i = demod.at; i < demod.at + demod.n * demod.wide; i++) heap.f[i] = 1 / Math.sqrt(heap.f[i] + 1e-8);
    return modulate(heap, this.layer, out, demod, LEAK, GAIN);
  }
}

/* The squared length of each kernel: (k, k, in, out) -> (in, out). */
const findPower = ({ shape: [, , inputs, outputs], data }) => {
  const out = new Float32Array(inputs * outputs);
  data.forEach((value, i) => (out[i % out.length] += value * value));
  return { shape: [inputs, outputs], data: out };
};

/* a + b, in b's place. */
const add = (heap, a, b) => {
  const { f } = heap;
  for (let i = 0; i < b.n * b.wide; i++) f[b.at + i] += f[a.at + i];
  return b;
};

export class StyleGenerator {
  constructor(heap, tensors) {
    this.heap = heap;
    this.tensors = tensors;
    this.embedding = tensors["mapping.embed.weight"];
    const take = (name) => pack(heap, tensors[`${name}.weight`], tensors[`${name}.bias`]);
    [this.style, this.mix, this.out] = ["style", "mix", "out"].map((name) => take(`mapping.${name}`));
    this.canvas = take("canvas");
    this.paint = take("paint");
    const modulated = ["conv1", "conv2", "up", "conv3"].map((name) => new Modulated(heap, tensors, name));
    [this.conv1, this.conv2, this.up, this.conv3] = modulated;
    this.channels = tensors["conv1.weight"].shape[2];
    this.backwards = null; // of the mapping: packed when first asked for
  }

  /* z (n, z_dim), labels (n) -> w (n, w_dim). */
  map(z, labels) {
    const { heap } = this;
    return heap.borrow(() => heap.copy(this.forward(z, labels).w));
  }

  forward(z, labels) {
    const { heap } = this, n = labels.length, zDim = z.length / n; // prettier-ignore
    const inverse = new Float32Array(n); // of z's root mean square
    const unit = z.slice();
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k < zDim; k++) sum += z[i * zDim + k] ** 2;
      inverse[i] = 1 / Math.sqrt(sum / zDim + 1e-8);
      for (let k = 0; k < zDim; k++) unit[i * zDim + k] *= inverse[i];
    }
    const style = finish(heap, this.style, project(heap, this.style, heap.put(unit, n, zDim)), LEAK, GAIN);
    const both = join(heap, style, embed(heap, this.embedding, labels));
    const mixed = finish(heap, this.mix, project(heap, this.mix, both), LEAK, GAIN);
    return { w: linear(heap, this.out, mixed), style, mixed, inverse };
  }

  /* w, and what turns gradients by w (n, k, w_dim) into gradients by z (n, k, z_dim). */
  mapWithPull(z, labels) {
    const { heap, tensors } = this, n = labels.length, zDim = z.length / n; // prettier-ignore
    this.backwards ??= ["out", "mix", "style"].map((name) => {
      const weight = transpose(tensors[`mapping.${name}.weight`]);
      const outputs = name === "mix" ? this.style.outputs : weight.shape[1]; // the class's part of it moves no z
      return pack(heap, cut(weight, outputs));
    });
    const kept = heap.borrow(() => {
      const { w, style, mixed, inverse } = this.forward(z, labels);
      return { w: heap.copy(w), style: heap.copy(style), mixed: heap.copy(mixed), inverse };
    });
    const pull = (rows, each) =>
      heap.borrow(() => {
        const width = rows.length / (n * each);
        const byMixed = project(heap, this.backwards[0], heap.put(rows, n * each, width));
        pullActivation(heap, byMixed, kept.mixed, each);
        const byStyle = project(heap, this.backwards[1], byMixed);
        pullActivation(heap, byStyle, kept.style, each);
        return pullLength(heap.copy(project(heap, this.backwards[2], byStyle)), z, kept.inverse, each, zDim);
      });
    return { w: kept.w, pull };
  }

  /* w (n, w_dim) -> images (n, 784) in [-1, 1]. */
  synthesize(w, n) {
    const { heap } = this;
    return heap.borrow(() => {
      const rows = heap.put(w, n, w.length / n);
      const canvas = finish(heap, this.canvas, project(heap, this.canvas, rows), LEAK, GAIN);
      let x = this.conv1.run(unfold(heap, canvas, 49, this.channels), rows, 7);
      x = add(heap, duplicate(heap, x), this.conv2.run(x, rows, 7));
      x = shuffle(heap, this.up.run(x, rows, 7), 7);
      x = add(heap, duplicate(heap, x), this.conv3.run(x, rows, 14));
      x = shuffle(heap, finish(heap, this.paint, convolve(heap, this.paint, frame(heap, x, 14))), 14);
      const out = new Float32Array(n * 784);
      for (let i = 0; i < out.length; i++) out[i] = Math.tanh(heap.f[x.at + i * x.wide]);
      return out;
    });
  }
}

/* The first columns of a matrix. */
const cut = ({ shape: [rows, columns], data }, kept) => {
  const out = new Float32Array(rows * kept);
  for (let r = 0; r < rows; r++) out.set(data.subarray(r * columns, r * columns + kept), r * kept);
  return { shape: [rows, kept], data: out };
};

/* (n, places C) -> (n places, C). */
const unfold = (heap, rows, places, channels) => {
  const out = heap.makeRows(rows.n * places, channels);
  heap.f.fill(0, out.at, out.at + out.n * out.wide);
  for (let m = 0; m < out.n; m++) {
    const from = rows.at + Math.floor(m / places) * rows.wide + (m % places) * channels;
    heap.f.copyWithin(out.at + m * out.wide, from, from + channels);
  }
  return out;
};

const duplicate = (heap, rows) => {
  const at = heap.take(rows.n * rows.wide);
  heap.f.copyWithin(at, rows.at, rows.at + rows.n * rows.wide);
  return { ...rows, at };
};

/* Gradients (n each, width) by activate(x) -> by x, in place; activated (n, width) has the sign of x. */
const pullActivation = (heap, rows, activated, each) => {
  for (let m = 0; m < rows.n; m++)
    for (let c = 0; c < rows.width; c++)
      heap.f[rows.at + m * rows.wide + c] *=
        activated[Math.floor(m / each) * rows.width + c] > 0 ? GAIN : GAIN * LEAK;
};

/* Gradients by z on its sphere -> by z: what normalizing takes off is along z. */
const pullLength = (rows, z, inverse, each, zDim) => {
  for (let m = 0; m < rows.length / zDim; m++) {
    const i = Math.floor(m / each), row = rows.subarray(m * zDim, (m + 1) * zDim), own = z.subarray(i * zDim, (i + 1) * zDim); // prettier-ignore
    let along = 0;
    for (let k = 0; k < zDim; k++) along += row[k] * inverse[i] * own[k];
    along *= inverse[i] ** 2 / zDim;
    for (let k = 0; k < zDim; k++) row[k] = row[k] * inverse[i] - along * own[k];
  }
  return rows;
};
