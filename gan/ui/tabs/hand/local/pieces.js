/* Pieces of ink, and which of them are the digit: twin of label_pieces and choose_pieces of gan/data/photo.py. A box is
   {top, bottom, left, right}, its ends not inside. */
import { Refusal } from "../../../local/say.js";
import { NOTHING } from "./paper.js";

const GRAINS = 12; // pieces of a photo: far more than of one digit

/* Pieces of what `is(i)`, joined across sides and corners -> labels from 1, 0 for none, in the order of their first
   pixels; and how many. */
export const labelPieces = (is, width, height) => {
  const labels = new Int32Array(width * height), waiting = []; // prettier-ignore
  let count = 0;
  for (let first = 0; first < labels.length; first++) {
    if (labels[first] || !is(first)) continue;
    labels[first] = count += 1;
    waiting.push(first);
    while (waiting.length) {
      const at = waiting.pop(), x = at % width, y = (at - x) / width; // prettier-ignore
      for (let j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++)
        for (let i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++) {
          const near = j * width + i;
          if (labels[near] || !is(near)) continue;
          labels[near] = count;
          waiting.push(near);
        }
    }
  }
  return { labels, count };
};

/* The rows and columns that are used, and a margin. */
export const findBox = (is, width, height, margin = 0) => {
  const box = { top: height, bottom: 0, left: width, right: 0 };
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (!is(i)) continue;
      Object.assign(box, { top: Math.min(box.top, y), bottom: y + 1 });
      Object.assign(box, { left: Math.min(box.left, x), right: Math.max(box.right, x + 1) });
    }
  const { top, bottom, left, right } = box;
  return {
    top: Math.max(0, top - margin),
    bottom: Math.min(height, bottom + margin),
    left: Math.max(0, left - margin),
    right: Math.min(width, right + margin),
  };
};

/* Without those that come in from the edge of a photo, unless nothing else is there. */
const leaveEdge = (sizes, labels, width, height) => {
  const inner = sizes.slice();
  for (let x = 0; x < width; x++) inner[labels[x]] = inner[labels[(height - 1) * width + x]] = 0;
  for (let y = 0; y < height; y++) inner[labels[y * width]] = inner[labels[(y + 1) * width - 1]] = 0;
  return Math.max(...inner) > 0.05 * Math.max(...sizes) ? inner : sizes;
};

/* The largest piece, and those near it that are no specks -> their labels. sizes: the ink of each label, 0 of label 0. */
export const choosePieces = (labels, width, height, sizes, clean) => {
  const left = clean ? sizes : leaveEdge(sizes, labels, width, height);
  const most = left.reduce((one, other) => Math.max(one, other), 0);
  if (!most) throw new Refusal(NOTHING);
  const largest = left.indexOf(most), boxOf = (piece) => findBox((i) => labels[i] === piece, width, height); // prettier-ignore
  const box = boxOf(largest), reach = 0.6 * Math.max(box.bottom - box.top, box.right - box.left); // prettier-ignore
  const isNear = (one) =>
    one.bottom - 1 >= box.top - reach && one.top <= box.bottom + reach && one.right - 1 >= box.left - reach && one.left <= box.right + reach; // prettier-ignore
  const large = [...left.keys()].filter((piece) => left[piece] >= 0.03 * most);
  const kept = clean ? large : large.filter((piece) => isNear(boxOf(piece)));
  const sum = (all) => all.reduce((total, one) => total + one, 0);
  // print, noise, or a pattern
  if (sum(kept.map((piece) => left[piece])) < 0.4 * sum(left) || (kept.length > GRAINS && !clean)) {
    throw new Refusal(NOTHING);
  }
  return kept;
};
