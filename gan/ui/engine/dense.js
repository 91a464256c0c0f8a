/* The lessons' dense generator. Twin of gan/models/mlp.py and conditioning.py: w is z beside the class's embedding. */
import { embed, finish, join, pack, project } from "./layers.js";

/* G whose w is z beside the class's embedding. */
export class Concatenating {
  constructor(heap, tensors) {
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

/* Dense layers, numbered from 0, a ReLU of that slope between them: packed, and run on rows. */
export const packLayers = (heap, tensors) => {
  const layers = [];
  for (let i = 0; tensors[`layers.${i}.weight`]; i++)
    layers.push(pack(heap, tensors[`layers.${i}.weight`], tensors[`layers.${i}.bias`]));
  const [slope] = tensors.slope.data, last = layers.length - 1; // prettier-ignore
  return (rows) =>
    layers.reduce((x, layer, i) => finish(heap, layer, project(heap, layer, x), i < last ? slope : 1), rows);
};

export class DenseGenerator extends Concatenating {
  constructor(heap, tensors) {
    super(heap, tensors);
    this.run = packLayers(heap, tensors);
  }

  /* w (n, w_dim) -> images (n, 784) in [-1, 1]. */
  synthesize(w, n) {
    const { heap } = this;
    return heap.borrow(() => heap.copy(this.run(heap.put(w, n, w.length / n))).map(Math.tanh));
  }
}
