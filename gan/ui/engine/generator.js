/* Labels -> images, and truncation. Twin of gan/drawing/generator.py.

   Images are Float32Array (n, 784) in [-1, 1], ink = +1; w (n, w_dim), z (n, z_dim); labels and indices plain arrays. */
import { DCGANGenerator } from "./dcgan.js";
import { DenseGenerator } from "./dense.js";
import { drawNoise } from "./noise.js";
import { StyleGenerator } from "./style.js";

const NETWORKS = { style: StyleGenerator, dense: DenseGenerator, dcgan: DCGANGenerator };
const BATCH = 16; // pictures of a pass: scratch memory stays small, and no slower for it

/* The architectures that this engine draws with; all others are the server's. */
export const ARCHITECTURES = Object.keys(NETWORKS);

export class Generator {
  /* model: of the manifest; network: the architecture's name; tensors: of its file. */
  constructor(heap, model, network, tensors) {
    this.model = model;
    this.network = new NETWORKS[network](heap, tensors);
    this.mean = tensors.w_mean.data; // (num_classes, w_dim), the point that truncation pulls to
    this.wDim = model.w_dim;
    this.zDim = model.z_dim;
  }

  /* z of samples `indices` of `seed`, one for all or one each, from this model's noise: (n, z_dim). */
  drawZ(seed, indices) {
    return drawNoise(seed, indices, this.zDim, this.model.noise);
  }

  /* z (n, z_dim), labels (n) -> w (n, w_dim). */
  map(z, labels) {
    return this.network.map(z, labels);
  }

  /* w moved towards its class's mean: w_mean + psi (w - w_mean) (Karras et al. 2019, arXiv:1812.04948, app. B). */
  truncate(w, labels, psi) {
    if (psi === 1) return w;
    const { wDim, mean } = this;
    return w.map((value, i) => {
      const middle = mean[labels[Math.floor(i / wDim)] * wDim + (i % wDim)];
      return middle + psi * (value - middle);
    });
  }

  /* w (n, w_dim) -> images (n, 784). */
  synthesize(w) {
    const n = w.length / this.wDim, out = new Float32Array(n * 784); // prettier-ignore
    for (let at = 0; at < n; at += BATCH) {
      const many = Math.min(BATCH, n - at);
      out.set(this.network.synthesize(w.subarray(at * this.wDim, (at + many) * this.wDim), many), at * 784);
    }
    return out;
  }

  /* z, labels, psi -> images: mapped, truncated, synthesized. */
  draw(z, labels, psi = 1) {
    return this.synthesize(this.truncate(this.map(z, labels), labels, psi));
  }

  /* One image for each label: sample i from z(seed, indices[i]), or from z(seed, i). */
  sample(labels, seed = 0, psi = 1, indices = labels.map((_, i) => i)) {
    return this.draw(this.drawZ(seed, indices), labels, psi);
  }
}

/* [-1, 1] -> 0 to 255, to the nearest grey level, as gan.data.to_uint8 rounds (half to even). */
export const toBytes = (images) => {
  const out = new Uint8ClampedArray(images.length); // rounds half to even, and clamps
  for (let i = 0; i < images.length; i++) out[i] = Math.fround(Math.fround(images[i] + 1) * 127.5);
  return out;
};

/* 0 to 255 -> [-1, 1], as gan.data.to_float. */
export const toFloats = (bytes) => Float32Array.from(bytes, (value) => Math.fround(value / 127.5) - 1);
