/* The style generator. Twin of gan/models/style.py: (z, y) -> w by a mapping network, and a synthesis modulated by w
   (modulated.js), convolutions at 7 x 7 and 14 x 14 alone. */
import { packBack, pullConvolve, pullFinish, pullLength, pullProject, pullShuffle, pullTanh } from "./backward.js";
import {
  GAIN, LEAK, add, convolve, duplicate, embed, finish, flatten, frame, join, linear, pack, project, shuffle, transpose,
  unfold, unshuffle,
} from "./layers.js"; // prettier-ignore
import { Modulated } from "./modulated.js";
import { Synthesis } from "./synthesis.js";

export class StyleGenerator extends Synthesis {
  constructor(heap, tensors) {
    super();
    this.heap = heap;
    this.tensors = tensors;
    this.embedding = tensors["mapping.embed.weight"];
    const take = (name) => pack(heap, tensors[`${name}.weight`], tensors[`${name}.bias`]);
    [this.style, this.mix, this.out] = ["style", "mix", "out"].map((name) => take(`mapping.${name}`));
    this.canvas = take("canvas");
    this.last = take("paint");
    const modulated = ["conv1", "conv2", "up", "conv3"].map((name) => new Modulated(heap, tensors, name));
    [this.conv1, this.conv2, this.up, this.conv3] = modulated;
    this.channels = tensors["conv1.weight"].shape[2];
    this.backwards = null; // of the mapping, and of the synthesis: packed when first asked for
    this.back = null;
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

  /* w rows (n, w_dim) -> images (n, 784) in [-1, 1]; `kept` is given what `pull` needs. */
  paint(w, kept = null) {
    const { heap } = this, of = (name) => (kept ? (kept[name] = {}) : null); // prettier-ignore
    const canvas = finish(heap, this.canvas, project(heap, this.canvas, w), LEAK, GAIN);
    // x + part(x): the part scales x in place, and its own output is needed on the way back
    const around = (x, part) => {
      const before = kept ? x : duplicate(heap, x), after = part(x); // prettier-ignore
      return add(heap, before, kept ? duplicate(heap, after) : after);
    };
    let x = this.conv1.run(unfold(heap, canvas, 49, this.channels), w, 7, of("conv1"));
    x = around(x, (one) => this.conv2.run(one, w, 7, of("conv2")));
    x = shuffle(heap, this.up.run(x, w, 7, of("up")), 7);
    x = around(x, (one) => this.conv3.run(one, w, 14, of("conv3")));
    x = shuffle(heap, finish(heap, this.last, convolve(heap, this.last, frame(heap, x, 14))), 14);
    const images = new Float32Array(w.n * 784);
    for (let i = 0; i < images.length; i++) images[i] = Math.tanh(heap.f[x.at + i * x.wide]);
    if (kept) Object.assign(kept, { canvas, images });
    return images;
  }

  /* Gradients by the images (n, 784) -> by w: rows (n, w_dim). */
  pull(kept, gradients) {
    const { heap, back } = this, n = gradients.length / 784; // prettier-ignore
    const byW = [];
    const through = (name, d, side) => {
      const found = this[name].pull(kept[name], d, side);
      byW.push(found.byW);
      return found.byX;
    };
    const around = (name, d, side) => add(heap, d, through(name, duplicate(heap, d), side));
    let d = pullConvolve(heap, back.last, unshuffle(heap, pullTanh(gradients, kept.images), n), 14);
    d = pullShuffle(heap, around("conv3", d, 14), 7);
    d = around("conv2", through("up", d, 7), 7);
    d = pullFinish(heap, flatten(heap, through("conv1", d, 7), 7), kept.canvas, LEAK, GAIN);
    return byW.reduce((sum, one) => add(heap, one, sum), pullProject(heap, back.canvas, d));
  }

  /* Lay out what the way back through the synthesis needs, once and for good. */
  prepare() {
    if (this.back) return;
    const { heap, tensors } = this;
    for (const one of [this.conv1, this.conv2, this.up, this.conv3]) one.prepare();
    this.back = { canvas: packBack(heap, tensors["canvas.weight"]), last: packBack(heap, tensors["paint.weight"]) };
  }
}

/* The first columns of a matrix. */
const cut = ({ shape: [rows, columns], data }, kept) => {
  const out = new Float32Array(rows * kept);
  for (let r = 0; r < rows; r++) out.set(data.subarray(r * columns, r * columns + kept), r * kept);
  return { shape: [rows, kept], data: out };
};

/* Gradients (n each, width) by activate(x) -> by x, in place; activated (n, width) has the sign of x. */
const pullActivation = (heap, rows, activated, each) => {
  for (let m = 0; m < rows.n; m++)
    for (let c = 0; c < rows.width; c++)
      heap.f[rows.at + m * rows.wide + c] *=
        activated[Math.floor(m / each) * rows.width + c] > 0 ? GAIN : GAIN * LEAK;
};
