/* The state of a refinement, which the page keeps and sends back: bytes, as Found.to_bytes of
   gan/handwriting/invert.py writes them - float32 of z, u, start, mean and square, one after the other. */
import { fitLength } from "../../../engine/encoder.js";
import { FieldError, say } from "../../../local/say.js";
import { round } from "./numbers.js";

export const STEPS = 60;
const LIMIT = 8; // standard deviations: no hand is further out
const FAR = 1e4;
const LEVELS = 127 / 4; // of a number of z that is told

export const packState = ({ z, u, start, mean, square }) => {
  const numbers = Float32Array.of(...z, ...u, ...start, ...mean, ...square);
  return new Uint8Array(numbers.buffer);
};

/* Of a model with that manifest, wherever the bytes have been. */
export const readState = (bytes, step, { z_dim: zDim, w_dim: wDim, noise }) => {
  const sizes = [zDim, wDim, zDim, zDim + wDim, zDim + wDim];
  const all = sizes.reduce((sum, one) => sum + one, 0);
  if (bytes.length !== 4 * all || step < 0 || step > STEPS) {
    throw new FieldError(say("the refinement is none of this model; begin anew by drawing."));
  }
  const numbers = new Float32Array(bytes.slice().buffer); // little-endian, as every machine with a browser is
  let at = 0;
  const [told, u, start, mean, square] = sizes.map((size) => numbers.slice(at, (at += size)));
  const z = fitLength(told, zDim, noise);
  const isBad = numbers.some((value) => !Number.isFinite(value) || Math.abs(value) > FAR);
  if (isBad || z.every((value) => !round(value * LEVELS))) {
    throw new FieldError(say("the refinement holds numbers that are none; begin anew by drawing."));
  }
  return {
    z,
    u: u.map((value) => Math.min(Math.max(value, -LIMIT), LIMIT)),
    start: fitLength(start, zDim, noise),
    mean,
    square: square.map((value) => Math.max(value, 0)),
    step,
  };
};
