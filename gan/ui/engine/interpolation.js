/* Ways between points of the latent space. Twin of gan/drawing/interpolation.py.

   z near a sphere is turned (slerp, Shoemake 1985; White 2016, arXiv:1609.04468); a class is blended in w, after the
   mapping. The ends are drawn as a sheet draws them. */
const PARALLEL = 1e-6; // below this sine of the angle between two directions, their plane is rounding noise

const length = (a) => Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));

/* (1 - t) a + t b, in doubles: arrays of D numbers -> Float32Array, exact at both ends. */
export const lerp = (a, b, t) => Float32Array.from(a, (value, i) => (1 - t) * value + t * b[i]);

/* Turn from a to b at constant angular speed, the length going evenly from |a| to |b|; exact at both ends. Equal
   directions and zero vectors, which have no direction, give lerp; opposite ends turn by an axis chosen from a alone. */
export const slerp = (a, b, t) => {
  if (t === 0) return Float32Array.from(a);
  if (t === 1) return Float32Array.from(b);
  const p = Float64Array.from(a), q = Float64Array.from(b); // prettier-ignore
  const lengthP = length(p), lengthQ = length(q); // prettier-ignore
  const u = p.map((value) => value / Math.max(lengthP, 1e-300));
  const target = q.map((value) => value / Math.max(lengthQ, 1e-300));
  const cosine = u.reduce((sum, value, i) => sum + value * target[i], 0);
  let across = target.map((value, i) => value - cosine * u[i]);
  const sine = length(across);
  const parallel = sine < PARALLEL;
  if ((parallel && cosine >= 0) || lengthP === 0 || lengthQ === 0) return lerp(a, b, t);
  if (parallel) across = squareTo(u);
  const size = Math.max(length(across), 1e-300), omega = Math.atan2(sine, cosine); // prettier-ignore
  const along = (1 - t) * lengthP + t * lengthQ;
  return Float32Array.from(
    u,
    (value, i) => (Math.cos(t * omega) * value + (Math.sin(t * omega) * across[i]) / size) * along,
  );
};

/* A direction square to u: its least used axis, with the part along u taken out. */
const squareTo = (u) => {
  let least = 0;
  u.forEach((value, i) => Math.abs(value) < Math.abs(u[least]) && (least = i));
  const sum = u[least];
  return u.map((value, i) => (i === least ? 1 : 0) - sum * value);
};

/* The ends with what does not travel held at the first one's: its class ("noise") or its seed ("class"). */
export const holdBack = (ends, travels) => {
  const [first] = ends;
  if (travels === "noise") return ends.map(({ seed }) => ({ digit: first.digit, seed }));
  if (travels === "class") return ends.map(({ digit }) => ({ digit, seed: first.seed }));
  return ends;
};

/* Where t in [0, 1] lies among so many legs: [leg, share of it]. */
const place = (t, legs) => {
  let at = t * legs;
  if (Math.abs(at - Math.round(at)) < 1e-9) at = Math.round(at); // an end is met in spite of rounding
  const leg = Math.min(Math.floor(at), legs - 1);
  return [leg, at - leg];
};

/* Draw the images at every t on the way along all ends [{digit, seed}, ...] -> (t.length, 784) in [-1, 1].
   method: "slerp" or "lerp"; travels: "both", "noise" or "class". */
export const walk = (generator, ends, ts, { method = "slerp", travels = "both", psi = 1 } = {}) => {
  const stops = holdBack(ends, travels), { zDim, wDim } = generator; // prettier-ignore
  const zs = generator.drawZ(stops.map(({ seed }) => seed), stops.map(() => 0)); // prettier-ignore
  const z = new Float32Array(ts.length * zDim);
  const places = ts.map((t) => place(t, stops.length - 1));
  const row = (stop) => zs.subarray(stop * zDim, (stop + 1) * zDim);
  const between = method === "slerp" ? slerp : lerp;
  places.forEach(([leg, share], i) => z.set(between(row(leg), row(leg + 1), share), i * zDim));
  const find = (labels) => generator.truncate(generator.map(z, labels), labels, psi);
  const from = places.map(([leg]) => stops[leg].digit), to = places.map(([leg]) => stops[leg + 1].digit); // prettier-ignore
  const w = find(from);
  if (from.some((digit, i) => digit !== to[i])) {
    const other = find(to);
    for (let i = 0; i < w.length; i++) {
      const mix = Math.fround(places[Math.floor(i / wDim)][1]);
      w[i] = mix < 0.5 ? w[i] + mix * (other[i] - w[i]) : other[i] - (other[i] - w[i]) * (1 - mix);
    }
  }
  return generator.synthesize(w);
};
