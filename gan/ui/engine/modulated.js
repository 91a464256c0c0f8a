/* A convolution whose input channels are scaled by an affine of w, then demodulated to unit variance (StyleGAN2, Karras
   et al. 2020, arXiv:1912.04958, eqs. 1-3), and activated. Twin of ModulatedConv in gan/models/style.py. */
import { packBack, pullConvolve, pullFinish, pullProject, sumPixels } from "./backward.js";
import { GAIN, LEAK, convolve, duplicate, frame, linear, modulate, pack, project } from "./layers.js";

/* The squared length of each kernel: (k, k, in, out) -> (in, out). */
const findPower = ({ shape: [, , inputs, outputs], data }) => {
  const out = new Float32Array(inputs * outputs);
  data.forEach((value, i) => (out[i % out.length] += value * value));
  return { shape: [inputs, outputs], data: out };
};

export class Modulated {
  constructor(heap, tensors, name) {
    this.heap = heap;
    this.weight = tensors[`${name}.weight`];
    this.affine = tensors[`${name}.scale.weight`];
    this.size = this.weight.shape[0];
    this.layer = pack(heap, this.weight, tensors[`${name}.bias`]);
    this.scale = pack(heap, this.affine, tensors[`${name}.scale.bias`]);
    this.power = pack(heap, findPower(this.weight));
  }

  /* Lay out what `pull` needs, for good. */
  prepare() {
    const { heap } = this;
    this.back = {
      layer: packBack(heap, this.weight),
      scale: packBack(heap, this.affine),
      power: packBack(heap, findPower(this.weight)),
    };
  }

  /* x rows (n side side, in), w rows (n, w_dim) -> rows (n side side, out), activated. x is scaled in place, unless
     `kept` is an object, which is then given what `pull` needs. */
  run(x, w, side, kept = null) {
    const { heap } = this, nothing = { shift: heap.zeros }; // prettier-ignore
    const scale = linear(heap, this.scale, w);
    const scaled = modulate(heap, nothing, kept ? duplicate(heap, x) : x, scale);
    const framed = this.size === 1 ? null : frame(heap, scaled, side, this.size >> 1);
    const raw = framed ? convolve(heap, this.layer, framed) : project(heap, this.layer, scaled);
    const square = kept ? duplicate(heap, scale) : scale;
    for (let i = square.at; i < square.at + square.n * square.wide; i++) heap.f[i] *= heap.f[i];
    const demod = project(heap, this.power, square);
    for (let i = demod.at; i < demod.at + demod.n * demod.wide; i++) heap.f[i] = 1 / Math.sqrt(heap.f[i] + 1e-8);
    const out = modulate(heap, this.layer, kept ? duplicate(heap, raw) : raw, demod, LEAK, GAIN);
    if (kept) Object.assign(kept, { x, scale, raw, demod, out });
    return out;
  }

  /* Gradients d by what `run` gave, used up -> {byX, byW}: by x and by w, rows as these. */
  pull({ x, scale, raw, demod, out }, d, side) {
    const { heap, back } = this, nothing = { shift: heap.zeros }, pictures = scale.n; // prettier-ignore
    pullFinish(heap, d, out, LEAK, GAIN);
    const byPower = sumPixels(heap, d, raw, pictures); // by demod; then by what it is the root of
    for (let i = 0; i < demod.n * demod.wide; i++) heap.f[byPower.at + i] *= -0.5 * heap.f[demod.at + i] ** 3;
    const bySquare = pullProject(heap, back.power, byPower);
    const byX = pullConvolve(heap, back.layer, modulate(heap, nothing, d, demod), side);
    const byScale = sumPixels(heap, byX, x, pictures), { f } = heap; // prettier-ignore
    for (let i = 0; i < scale.n * scale.wide; i++) f[byScale.at + i] += 2 * f[scale.at + i] * f[bySquare.at + i];
    modulate(heap, nothing, byX, scale);
    return { byX, byW: pullProject(heap, back.scale, byScale) };
  }
}
