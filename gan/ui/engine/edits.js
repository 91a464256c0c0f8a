/* What is done to a hand: a place on a plane, and measures asked for by name. Twin of gan/handwriting/edits.py. */
import { MEASURES } from "./measures.js";
import { EXACT, write } from "./write.js";

/* Draw labels (n) in the hands of z (n, z_dim), edited: {plane, pair, x, y, slant, thickness, width, height}, what is
   not asked for left out or null. A value a little beyond the hand's range (a slider's ends are rounded) is its end. */
export const edit = (generator, planes, z, labels, edits, { psi = 1, steps = EXACT, memo } = {}) => {
  const { plane = "pca", pair = 1, x = 0, y = 0 } = edits;
  const asked = {};
  for (const name of MEASURES) {
    if (edits[name] === null || edits[name] === undefined || edits[name] === "") continue;
    const [low, high] = planes.hand.ranges[name];
    asked[name] = Math.min(Math.max(Number(edits[name]), low), high);
  }
  const offset = planes.findOffset(plane, pair, x, y);
  return write(generator, planes.hand, z, labels, asked, { psi, offset, steps, memo });
};
