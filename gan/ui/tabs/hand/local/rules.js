/* Long straight lines of ruled and squared paper, margins and forms: twin of gan/data/photo/rules.py. */
import { quantile, round } from "./numbers.js";

const SHARE = 0.4; // of the picture's side: what is as long and as straight, and not alone, is a rule
const WHOLE = 0.9; // a single one is as long as that
const FILLED = 0.88; // of a rule is there: strokes and noise interrupt it
const ANGLES = Array.from({ length: 29 }, (_, i) => -7 + i / 2); // degrees
const THICK = 0.02; // of the picture's longer side: what is thicker is no rule

const turn = (mask, width, height) => {
  const out = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[x * height + y] = mask[y * width + x];
  return out;
};

/* Each 2 x 2 pixels as one: whether any is set. */
const halve = (mask, width, height) => {
  const w = width >> 1, h = height >> 1, small = new Uint8Array(w * h); // prettier-ignore
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const at = 2 * y * width + 2 * x;
      small[y * w + x] = mask[at] | mask[at + 1] | mask[at + width] | mask[at + width + 1];
    }
  return { small, w, h };
};

/* Where rows of a mask sheared by one angle are filled over `length`, marked in `found`. The mask has `margin` empty rows
   above and below, so that no sheared row lies outside. */
const traceAngle = ({ padded, margin, w, h }, angle, length, found) => {
  const slope = Math.tan((angle * Math.PI) / 180), least = FILLED * length; // prettier-ignore
  const places = Int32Array.from({ length: w }, (_, x) => (round((x - w / 2) * slope) + margin) * w + x);
  const sums = new Int32Array(w + 1);
  for (let y = 0; y < h; y++) {
    const row = y * w, above = y > 0 ? row - w : -1; // prettier-ignore
    let full = false;
    for (let x = 0; x < w; x++) {
      // and the row above: a line between two angles steps from row to row
      sums[x + 1] = sums[x] + (padded[row + places[x]] | (above < 0 ? 0 : padded[above + places[x]]));
      full ||= x + 1 >= length && sums[x + 1] - sums[x + 1 - length] >= least;
    }
    for (let x = 0, until = 0; full && x < w; x++) {
      if (x + length <= w && sums[x + length] - sums[x] >= least) until = x + length;
      if (x < until) found[row + places[x]] = found[row - w + places[x]] = 1;
    }
  }
};

const traceLines = (mask, width, height) => {
  const { small, w, h } = halve(mask, width, height), whole = new Uint8Array(mask.length); // prettier-ignore
  const length = Math.max(8, round(w * SHARE));
  if (w <= length) return whole;
  const margin = Math.ceil((w / 2) * Math.tan((7 * Math.PI) / 180)) + 2, rows = h + 2 * margin; // prettier-ignore
  const padded = new Uint8Array(rows * w), found = new Uint8Array(rows * w); // prettier-ignore
  padded.set(small, margin * w);
  for (const angle of ANGLES) traceAngle({ padded, margin, w, h }, angle, length, found);
  for (let y = 0; y < 2 * h; y++)
    for (let x = 0; x < 2 * w; x++) whole[y * width + x] = found[((y >> 1) + margin) * w + (x >> 1)];
  return whole;
};

/* How long the upright run is that each pixel lies in, 0 outside. */
const measureRuns = (mask, width, height) => {
  const runs = new Int32Array(mask.length);
  for (let i = 0; i < mask.length; i++) runs[i] = mask[i] ? (i < width ? 0 : runs[i - width]) + 1 : 0;
  for (let i = mask.length - width - 1; i >= 0; i--) if (mask[i] && mask[i + width]) runs[i] = runs[i + width];
  return runs;
};

/* In how many columns there is something thin. */
const countThin = (heights, width, most) => {
  const thin = new Uint8Array(width);
  for (let row = 0; row < heights.length; row += width)
    for (let x = 0; x < width; x++) if (heights[row + x] && heights[row + x] <= most) thin[x] = 1;
  return thin.reduce((sum, one) => sum + one, 0);
};

/* Whether lines run the whole way, or several beside each other. */
const areMany = (lines, width, height) => {
  const many = new Int32Array(width);
  for (let i = 0; i < lines.length; i++) if (lines[i] && !(i >= width && lines[i - width])) many[i % width] += 1;
  const some = many.filter((one) => one);
  return some.length > 0 && (some.length / width >= WHOLE || quantile(some, 0.5) >= 2);
};

/* The pixels of lines that are level but for a few degrees; null for none. */
const findLevel = (mask, width, height) => {
  const heights = measureRuns(mask, width, height), thickest = THICK * Math.max(width, height); // prettier-ignore
  if (countThin(heights, width, 1.5 * thickest + 1) < FILLED * SHARE * width) return null;
  const lines = traceLines(mask, width, height);
  if (!areMany(lines, width, height)) return null;
  const on = heights.filter((_, i) => lines[i] && mask[i]);
  const thickness = on.length ? quantile(on, 0.5) : Infinity;
  if (thickness > thickest) return null;
  return mask.map((one, i) => {
    const near = lines[i] || (i >= width && lines[i - width]) || (i + width < mask.length && lines[i + width]);
    return Number(one && near && heights[i] <= 1.5 * thickness + 1);
  });
};

/* Ink and the level from which it is ink -> where rules are (Uint8Array), strokes that cross them left out; null for none. */
export const findRules = (ink, width, height, floor) => {
  const mask = new Uint8Array(ink.length);
  for (let i = 0; i < ink.length; i++) mask[i] = ink[i] > 0.5 * floor ? 1 : 0;
  const level = findLevel(mask, width, height), upright = findLevel(turn(mask, width, height), height, width); // prettier-ignore
  if (!level && !upright) return null;
  const back = upright && turn(upright, height, width);
  const found = mask.map((_, i) => Number(level?.[i] || back?.[i]));
  let all = 0, left = 0; // prettier-ignore
  ink.forEach((one, i) => {
    if (one <= floor) return;
    all += one;
    if (!found[i]) left += one;
  });
  return left > 0.03 * all && found.some((one) => one) ? found : null;
};
