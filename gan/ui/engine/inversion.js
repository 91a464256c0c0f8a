/* A digit -> the z and w that redraw it, and the same hand in all other digits. Twin of gan/handwriting/invert.py.

   The first answer is the encoder's, or without one the nearest of random hands by pixels; refine.js refines it. */
import { fitLength } from "./encoder.js";
import { LIMIT, clamp } from "./refine.js";

const CANDIDATES = 256;
const LEVELS = 127 / 4; // a told number is a byte, 4 standard deviations to each side

export class Inverter {
  /* spread: tensors of the hand's file, (C, w_dim, w_dim); encoder: or null. */
  constructor(generator, spread, encoder) {
    Object.assign(this, { generator, spread: spread.data, encoder });
    this.candidates = new Map(); // by class
  }

  /* The first answer to one picture (784) in [-1, 1] of a class: {z, u, start, mean, square, step}. */
  start(image, label) {
    const { zDim, wDim } = this.generator;
    let z, u = new Float32Array(wDim); // prettier-ignore
    if (this.encoder) {
      ({ z, u } = this.encoder.run(image, [label]));
      u = u.map((value) => clamp(value, LIMIT));
    } else z = this.findNearest(image, label);
    const empty = new Float32Array(zDim + wDim);
    return { z, u, start: z, mean: empty, square: empty, step: 0 };
  }

  findNearest(image, label) {
    const { generator } = this, { zDim } = generator; // prettier-ignore
    if (!this.candidates.has(label)) {
      const indices = Array.from({ length: CANDIDATES }, (_, i) => i);
      const z = fitLength(generator.drawZ(0, indices), zDim, generator.model.noise);
      this.candidates.set(label, { z, pictures: generator.draw(z, indices.fill(label)) });
    }
    const { z, pictures } = this.candidates.get(label);
    let best = 0, least = Infinity; // prettier-ignore
    for (let i = 0; i < CANDIDATES; i++) {
      let distance = 0;
      for (let k = 0; k < 784; k++) distance += (pictures[i * 784 + k] - image[k]) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    return z.slice(best * zDim, (best + 1) * zDim);
  }

  /* (z, u) of a class -> w = map(z, y) + S_y u. */
  place(z, u, label) {
    const { wDim } = this.generator, w = this.generator.map(z, [label]), base = label * wDim * wDim; // prettier-ignore
    for (let i = 0; i < wDim; i++) for (let j = 0; j < wDim; j++) w[i] += this.spread[base + i * wDim + j] * u[j];
    return w;
  }

  /* The picture redrawn as its class, (784) in [-1, 1]. */
  redraw(found, label) {
    return this.generator.synthesize(this.place(found.z, found.u, label));
  }
}

/* Mean absolute difference of two pictures (784) in [-1, 1], as a share of full ink, 0 to 1. */
export const measureError = (made, wanted) =>
  made.reduce((sum, value, i) => sum + Math.abs(value - wanted[i]), 0) / made.length / 2;

const roundHalfToEven = (value) => {
  const near = Math.round(value);
  return Math.abs(value % 1) === 0.5 && near % 2 ? near - 1 : near;
};

/* One z as text fit for a link: base64url of a byte a number. */
export const tellHand = (z) => {
  const bytes = Array.from(z, (value) => clamp(roundHalfToEven(Math.fround(value * LEVELS)), 127) & 255);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

/* What tellHand wrote -> z (z_dim); null when it is no hand of this model. */
export const hearHand = (text, { z_dim: zDim, noise }) => {
  if (typeof text !== "string" || !/^[\w-]{1,4096}$/.test(text)) return null;
  let bytes;
  try {
    bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
  if (bytes.length !== zDim) return null;
  const z = Float32Array.from(bytes, (sign) => ((sign.charCodeAt(0) << 24) >> 24) / LEVELS);
  return z.some((value) => value) ? fitLength(z, zDim, noise) : null;
};
