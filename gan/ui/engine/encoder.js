/* A picture of a digit -> the hand that wrote it, in one pass. Twin of gan/handwriting/encoder.py. */
import { LEAK, convolve, embed, finish, flatten, frame, join, linear, pack, project, unshuffle } from "./layers.js";

/* z (n, z_dim) scaled to the length that noise of that kind ("normal" or "uniform") typically has. */
export const fitLength = (z, zDim, noise) => {
  const deviation = noise === "normal" ? 1 : 1 / Math.sqrt(3);
  const out = new Float32Array(z.length);
  for (let at = 0; at < z.length; at += zDim) {
    const own = z.subarray(at, at + zDim), square = own.reduce((sum, value) => sum + value * value, 0) / zDim; // prettier-ignore
    const stretch = deviation / Math.sqrt(square + 1e-8);
    for (let k = 0; k < zDim; k++) out[at + k] = own[k] * stretch;
  }
  return out;
};

export class Encoder {
  /* model: of the manifest; tensors: of the hand's file. */
  constructor(heap, model, tensors) {
    this.heap = heap;
    this.model = model;
    this.embedding = tensors["embed.weight"];
    const take = (name) => pack(heap, tensors[`${name}.weight`], tensors[`${name}.bias`]);
    this.layers = ["conv1", "conv2", "conv3", "conv4"].map(take);
    this.think = take("think");
    this.tell = take("tell");
  }

  /* images (n, 784) in [-1, 1], labels (n) -> z (n, z_dim) of noise's length, u (n, w_dim). */
  run(images, labels) {
    const { heap } = this, n = labels.length, { z_dim: zDim, w_dim: wDim, noise } = this.model; // prettier-ignore
    const out = heap.borrow(() => {
      const sides = [14, 14, 7, 7, 4];
      let x = unshuffle(heap, images, n);
      this.layers.forEach((layer, i) => {
        const stride = sides[i] === sides[i + 1] ? 1 : 2;
        const seen = convolve(heap, layer, frame(heap, x, sides[i]), { stride, side: sides[i + 1] });
        x = finish(heap, layer, seen, LEAK);
      });
      const h = join(heap, flatten(heap, x, 4), embed(heap, this.embedding, labels));
      const thought = finish(heap, this.think, project(heap, this.think, h), LEAK);
      return heap.copy(linear(heap, this.tell, thought));
    });
    const z = new Float32Array(n * zDim), u = new Float32Array(n * wDim); // prettier-ignore
    for (let i = 0; i < n; i++) {
      const row = out.subarray(i * (zDim + wDim), (i + 1) * (zDim + wDim));
      z.set(row.subarray(0, zDim), i * zDim);
      u.set(row.subarray(zDim), i * wDim);
    }
    return { z: fitLength(z, zDim, noise), u };
  }
}
