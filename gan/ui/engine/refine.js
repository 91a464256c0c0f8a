/* The first answer of an inversion, refined. Twin of Inverter.refine in gan/handwriting/invert.py.

   Adam on (z, u): pixels and the reader's features of G(z, u); and, of G(z, 0) alone, pixels, slant and thickness. The
   gradient is taken by hand (backward.js). Where it stands, a few hundred numbers, is the caller's: steps are taken in
   slices of any size. */
import { pullLength } from "./backward.js";
import { fitLength } from "./encoder.js";
import { measureStyleWithPull } from "./measures.js";

export const STEPS = 60;
export const LIMIT = 8; // standard deviations: no hand is further out
const RATE = 0.06; // Adam's first step, in standard deviations of z and of w
const BETAS = [0.9, 0.99];
const STYLE_UNITS = [10, 0.5]; // what counts as much as the other: degrees of slant, pixels of thickness
const WEIGHTS = { features: 0.1, alone: 0.5, style: 0.05, offset: 0.004, stray: 0.05 };

export const clamp = (value, most) => Math.min(Math.max(value, -most), most);

const mean = (numbers, of) => numbers.reduce((sum, value, i) => sum + of(value, i), 0) / numbers.length;

export class Refiner {
  /* spread: (C, w_dim, w_dim) numbers, how w is spread in each class. */
  constructor(generator, reader, spread) {
    Object.assign(this, { generator, reader, spread });
    generator.network.prepare();
    reader.prepare();
  }

  /* Up to `steps` more of the STEPS steps towards a picture (784) in [-1, 1] of a class -> where it stands then. */
  refine(image, label, found, steps = STEPS) {
    const target = this.look(image, label), { zDim, model } = this.generator; // prettier-ignore
    const end = Math.min(STEPS, found.step + steps);
    while (found.step < end) found = move(found, this.differentiate(found, target).gradient, zDim, model.noise);
    return found;
  }

  /* What hands are compared by: the picture, its class, and what is seen in it. */
  look(image, label) {
    const { features } = this.reader.heap.borrow(() => this.reader.featuresWithPull(image));
    const power = Math.max(mean(features, (value) => value * value), 1e-6); // prettier-ignore
    return { image, label, features, power, style: measureStyleWithPull(image).style };
  }

  /* {loss, gradient (z_dim + w_dim)} by (z, u), where `found` stands. */
  differentiate({ z: given, u, start }, target) {
    const { generator, spread } = this, { zDim, wDim, network, model } = generator; // prettier-ignore
    const z = fitLength(given, zDim, model.noise);
    const { w, pull: pullMap } = network.mapWithPull(z, [target.label]);
    const both = new Float32Array(2 * wDim), base = target.label * wDim * wDim; // prettier-ignore
    both.set(w, wDim); // G(z, u), then G(z, 0)
    for (let i = 0; i < wDim; i++) {
      let sum = w[i];
      for (let j = 0; j < wDim; j++) sum += spread[base + i * wDim + j] * u[j];
      both[i] = sum;
    }
    const seen = this.compare(both, target), { byW } = seen; // prettier-ignore
    const byU = Float64Array.from(u, (value) => (WEIGHTS.offset * 2 * value) / wDim);
    for (let i = 0; i < wDim; i++) for (let j = 0; j < wDim; j++) byU[j] += spread[base + i * wDim + j] * byW[i];
    const byZ = pullMap(Float32Array.from({ length: wDim }, (_, i) => byW[i] + byW[wDim + i]), 1);
    for (let k = 0; k < zDim; k++) byZ[k] += (WEIGHTS.stray * 2 * (z[k] - start[k])) / zDim;
    const stray = mean(z, (value, k) => (value - start[k]) ** 2), offset = mean(u, (value) => value * value); // prettier-ignore
    return {
      loss: seen.loss + WEIGHTS.offset * offset + WEIGHTS.stray * stray,
      gradient: Float32Array.of(...pullFit(byZ, given, zDim, model.noise), ...byU),
    };
  }

  /* w of G(z, u) and of G(z, 0) (2, w_dim) -> {loss, byW (2, w_dim)} of what the two pictures show. */
  compare(w, { image, features, power, style }) {
    const { network } = this.generator;
    return network.heap.borrow(() => {
      const made = network.synthesizeWithPull(w, 2);
      const [redrawn, alone] = [made.images.subarray(0, 784), made.images.subarray(784)];
      const seen = this.reader.featuresWithPull(redrawn), hand = measureStyleWithPull(alone); // prettier-ignore
      const apart = seen.features.map((value, i) => value - features[i]), many = apart.length; // prettier-ignore
      const off = hand.style.map((value, k) => (value - style[k]) / STYLE_UNITS[k]);
      const pixels = (one) => mean(one, (value, i) => (value - image[i]) ** 2);
      const loss =
        pixels(redrawn) +
        (WEIGHTS.features / power) * mean(apart, (value) => value * value) +
        WEIGHTS.alone * pixels(alone) +
        WEIGHTS.style * off.reduce((sum, one) => sum + (Math.abs(one) < 1 ? (one * one) / 2 : Math.abs(one) - 0.5), 0);
      const share = (i) => (2 * (i < 784 ? 1 : WEIGHTS.alone)) / 784;
      const byImages = made.images.map((value, i) => share(i) * (value - image[i % 784]));
      const addTo = (begin, more) => more.forEach((value, i) => (byImages[begin + i] += value));
      addTo(0, seen.pull(apart.map((value) => ((2 * WEIGHTS.features) / power / many) * value)));
      addTo(784, hand.pull(off.map((one, k) => (WEIGHTS.style * clamp(one, 1)) / STYLE_UNITS[k])));
      return { loss, byW: made.pull(byImages) };
    });
  }
}

/* Whether that is where a refinement of such a model may stand. Twin of Inverter.read_bytes. */
export const isState = (state, zDim, wDim) => {
  const sizes = { z: zDim, u: wDim, start: zDim, mean: zDim + wDim, square: zDim + wDim };
  const holds = (numbers, size) =>
    numbers instanceof Float32Array && numbers.length === size && numbers.every((value) => Math.abs(value) <= 1e4);
  if (!Object.entries(sizes).every(([name, size]) => holds(state?.[name], size))) return false;
  const { step, square } = state;
  return Number.isInteger(step) && step >= 0 && step <= STEPS && square.every((value) => value >= 0);
};

/* Gradients by fitLength(z) -> by z. */
const pullFit = (rows, z, zDim, noise) => {
  const inverse = 1 / Math.sqrt(mean(z, (value) => value * value) + 1e-8);
  return pullLength(rows, z, [inverse], 1, zDim, noise === "normal" ? 1 : 1 / Math.sqrt(3));
};

/* One step of Adam on (z, u), its rate falling along a cosine. */
const move = ({ z, u, start, mean, square, step }, gradient, zDim, noise) => {
  mean = mean.map((value, i) => BETAS[0] * value + (1 - BETAS[0]) * gradient[i]);
  square = square.map((value, i) => BETAS[1] * value + (1 - BETAS[1]) * gradient[i] ** 2);
  const rate = RATE * 0.5 * (1 + Math.cos((Math.PI * step) / STEPS));
  const [one, two] = BETAS.map((beta) => 1 - beta ** (step + 1));
  const shift = mean.map((value, i) => (rate * (value / one)) / (Math.sqrt(square[i] / two) + 1e-8));
  const moved = z.map((value, i) => value - shift[i]);
  const other = u.map((value, i) => clamp(value - shift[zDim + i], LIMIT));
  return { z: fitLength(moved, zDim, noise), u: other, start, mean, square, step: step + 1 };
};
