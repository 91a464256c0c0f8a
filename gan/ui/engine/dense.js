/* The lessons' dense generator. Twin of gan/models/mlp.py and conditioning.py: w is z beside the class's embedding. */
import { packBack, pullFinish, pullProject, pullTanh } from "./backward.js";
import { embed, finish, join, pack, project } from "./layers.js";
import { Synthesis } from "./synthesis.js";

/* G whose w is z beside the class's embedding. */
export class Concatenating extends Synthesis {
  constructor(heap, tensors) {
    super();
    this.heap = heap;
    this.embedding = tensors["embed.weight"];
  }

  /* z (n, z_dim), labels (n) -> w (n, z_dim + 16). */
  map(z, labels) {
    const { heap } = this, n = labels.length; // prettier-ignore
    return heap.borrow(() => heap.copy(join(heap, heap.put(z, n, z.length / n), embed(heap, this.embedding, labels))));
  }

  /* w, and what turns gradients by w (n, k, w_dim) into gradients by z (n, k, z_dim). */
  mapWithPull(z, labels) {
    const zDim = z.length / labels.length, wDim = zDim + this.embedding.shape[1]; // prettier-ignore
    const pull = (rows) => {
      const out = new Float32Array((rows.length / wDim) * zDim);
      for (let m = 0; m * wDim < rows.length; m++) out.set(rows.subarray(m * wDim, m * wDim + zDim), m * zDim);
      return out;
    };
    return { w: this.map(z, labels), pull };
  }
}

/* Dense layers, numbered from 0, a ReLU of that slope between them: run on rows, and backwards. */
export class Layers {
  constructor(heap, tensors) {
    this.heap = heap;
    this.weights = [];
    for (let i = 0; tensors[`layers.${i}.weight`]; i++) this.weights.push(tensors[`layers.${i}.weight`]);
    this.layers = this.weights.map((weight, i) => pack(heap, weight, tensors[`layers.${i}.bias`]));
    [this.slope] = tensors.slope.data;
    this.back = null;
  }

  /* `kept` is a list, which is given what `pull` needs. */
  run(rows, kept = null) {
    const { heap, layers, slope } = this, last = layers.length - 1; // prettier-ignore
    return layers.reduce((x, layer, i) => {
      const out = finish(heap, layer, project(heap, layer, x), i < last ? slope : 1);
      kept?.push(out);
      return out;
    }, rows);
  }

  /* Gradients by what `run` gave -> by the rows that it was given. */
  pull(kept, d) {
    const { heap, back, slope } = this, last = back.length - 1; // prettier-ignore
    return back.reduceRight(
      (by, layer, i) => pullProject(heap, layer, i < last ? pullFinish(heap, by, kept[i], slope) : by),
      d,
    );
  }

  prepare() {
    this.back ??= this.weights.map((weight) => packBack(this.heap, weight));
  }
}

export class DenseGenerator extends Concatenating {
  constructor(heap, tensors) {
    super(heap, tensors);
    this.layers = new Layers(heap, tensors);
  }

  /* w rows (n, w_dim) -> images (n, 784) in [-1, 1]; `kept` is given what `pull` needs. */
  paint(w, kept = null) {
    const list = kept && [], images = this.heap.copy(this.layers.run(w, list)).map(Math.tanh); // prettier-ignore
    if (kept) Object.assign(kept, { list, images });
    return images;
  }

  pull({ list, images }, gradients) {
    return this.layers.pull(list, this.heap.put(pullTanh(gradients, images), gradients.length / 784, 784));
  }

  prepare() {
    this.layers.prepare();
  }
}
