/* A digit -> the z and w that redraw it, and the same hand in all other digits. Twin of gan/handwriting/invert.py.

   The first answer is the encoder's, or without one the nearest of random hands by pixels. It is refined by Adam on
   (z, u): pixels and the reader's features of G(z, u); and, of G(z, 0) alone, pixels, slant and thickness. Its state,
   a few hundred numbers, is the caller's: steps are taken in slices of any size. */
import { fitLength } from "./encoder.js";
import { trace } from "./traced.js";

export const STEPS = 60;
const RATE = 0.06; // Adam's first step, in standard deviations of z and of w
const BETAS = [0.9, 0.99];
const CANDIDATES = 256;
const STYLE_UNITS = [10, 0.5]; // what counts as much as the other: degrees of slant, pixels of thickness
const WEIGHTS = { features: 0.1, alone: 0.5, style: 0.05, offset: 0.004, stray: 0.05 };
const LIMIT = 8; // standard deviations: no hand is further out
const LEVELS = 127 / 4; // a told number is a byte, 4 standard deviations to each side

const clamp = (value, most) => Math.min(Math.max(value, -most), most);

export class Inverter {
  /* spread: tensors of the hand's file, (C, w_dim, w_dim); encoder: or null. */
  constructor(generator, spread, encoder) {
    Object.assign(this, { generator, spread: spread.data, encoder });
    this.candidates = new Map(); // by class
    this.refiner = null;
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

  /* Up to `steps` more of the STEPS steps -> where it stands then. */
  async refine(image, label, found, steps = STEPS) {
    const target = await this.refiner.look(image, label);
    const { zDim } = this.generator, end = Math.min(STEPS, found.step + steps); // prettier-ignore
    while (found.step < end) {
      const gradient = await this.refiner.differentiate(found, target);
      found = move(found, gradient, zDim, this.generator.model.noise);
    }
    this.refiner.forget(target);
    return found;
  }
}

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

/* The loss of a refinement and its gradient, on jax-js: weights are laid out for it once. */
export class Refiner {
  /* tensors: of the generator's, the hand's and the reader's files; only the style generator is differentiated. */
  constructor(jax, model, { generator, spread, reader }) {
    Object.assign(this, { jax, model, spread });
    const { numpy: np } = jax;
    const flat = ({ shape, data }) => {
      const two = shape.length === 4 ? [shape[0] * shape[1] * shape[2], shape[3]] : shape;
      return np.array(data, { shape: two });
    };
    const lay = (tensors, skip) =>
      Object.fromEntries(Object.entries(tensors).filter(([name]) => !skip(name)).map(([name, one]) => [name, flat(one)])); // prettier-ignore
    this.weights = {
      g: lay(generator, (name) => name === "w_mean"),
      r: { ...lay(reader, (name) => name.startsWith("head")), ...makeConstants(np) },
    };
    const traced = trace(jax);
    this.features = jax.jit((p, image) => {
      const out = [traced.readFeatures(p.r, image.ref), traced.measureStyle(p.r, image)];
      jax.tree.dispose(p);
      return out;
    });
    this.slope = jax.jit(jax.grad((both, p, goal) => findLoss(jax, traced, model, both, p, goal)));
  }

  /* What a picture of a class is compared by; `forget` gives it back. */
  async look(image, label) {
    const { jax, model } = this, { numpy: np } = jax; // prettier-ignore
    const picture = np.array(image.slice(), { shape: [1, 28, 28] });
    const [features, style] = this.features(jax.tree.ref(this.weights), picture.ref);
    const seen = await features.data();
    const power = Math.max(seen.reduce((sum, value) => sum + value * value, 0) / seen.length, 1e-6);
    const hot = new Float32Array(model.num_classes);
    hot[label] = 1;
    const size = model.w_dim, own = this.spread.data.slice(label * size * size, (label + 1) * size * size); // prettier-ignore
    const turned = own.map((_, i) => own[(i % size) * size + Math.floor(i / size)]);
    return {
      picture,
      features: np.array(seen, { shape: [1, seen.length] }),
      style,
      power: np.array([WEIGHTS.features / power]),
      hot: np.array(hot, { shape: [1, hot.length] }),
      spread: np.array(turned, { shape: [size, size] }),
    };
  }

  forget(target) {
    this.jax.tree.dispose(target);
  }

  /* The gradient by (z, u) where `found` stands. */
  async differentiate({ z, u, start }, target) {
    const { jax } = this, { numpy: np } = jax; // prettier-ignore
    const both = np.array(Float32Array.of(...z, ...u), { shape: [1, z.length + u.length] });
    const goal = { ...jax.tree.ref(target), start: np.array(start.slice(), { shape: [1, start.length] }) };
    return this.slope(both, jax.tree.ref(this.weights), goal).data();
  }

  free() {
    this.jax.tree.dispose(this.weights);
  }
}

/* Places for the measures (784, 8), and how much a pooled cell weighs (1, 4, 4, 1): those at the edge are of fewer. */
const makeConstants = (np) => {
  const places = new Float32Array(784 * 8);
  for (let i = 0; i < 784; i++) {
    const x = (i % 28) - 13.5, y = Math.floor(i / 28) - 13.5; // prettier-ignore
    places.set([1, x, y, x * y, y * y], i * 8);
  }
  const cells = Float32Array.from({ length: 16 }, (_, i) => 1 / ((i % 4 < 3 ? 2 : 1) * (i < 12 ? 2 : 1)));
  return { places: np.array(places, { shape: [784, 8] }), cells: np.array(cells, { shape: [1, 4, 4, 1] }) };
};

/* As in gan/handwriting/invert.py, of one picture; uses p and goal up. */
const findLoss = ({ numpy: np, tree }, traced, model, both, p, goal) => {
  const zDim = model.z_dim, deviation = model.noise === "normal" ? 1 : 1 / Math.sqrt(3); // prettier-ignore
  const z = traced.fitLength(both.ref.slice([], [0, zDim]), deviation);
  const u = both.slice([], [zDim, zDim + model.w_dim]);
  const alone = traced.map(p.g, z.ref, goal.hot.ref);
  const w = np.concatenate([alone.ref.add(np.matmul(u.ref, goal.spread.ref)), alone], 0);
  const made = traced.synthesize(p.g, w);
  const redrawn = made.ref.slice([0, 1]), other = made.slice([1, 2]); // prettier-ignore
  const pixels = np.square(redrawn.ref.sub(goal.picture.ref)).mean();
  const seen = np.square(traced.readFeatures(p.r, redrawn).sub(goal.features.ref)).mean().mul(goal.power.ref.sum());
  const same = np.square(other.ref.sub(goal.picture.ref)).mean();
  const off = traced.measureStyle(p.r, other).sub(goal.style.ref).div(np.array([STYLE_UNITS]));
  const far = np.absolute(off.ref);
  const style = np.where(np.less(far.ref, 1), np.square(off).mul(0.5), far.sub(0.5)).sum();
  const offset = np.square(u).mean(), stray = np.square(z.sub(goal.start.ref)).mean(); // prettier-ignore
  tree.dispose([p, goal]);
  return pixels
    .add(seen)
    .add(same.mul(WEIGHTS.alone))
    .add(style.mul(WEIGHTS.style))
    .add(offset.mul(WEIGHTS.offset))
    .add(stray.mul(WEIGHTS.stray));
};

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
