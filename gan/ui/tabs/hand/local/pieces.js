/* Pieces of a mask: what hangs together, where each lies, and which of them are one digit. Twin of
   gan/data/photo/pieces.py. A box is {top, bottom, left, right}, its ends not inside. */
const SPECK = 0.03; // of the largest piece's ink: less is no part of a digit
const SMALL = 0.5, TALL = 0.35; // of a digit's size: what is smaller is a part of it; what is taller may be another digit
const NEAR = 0.35; // of its size: how far a part may lie from a digit in a photo
const HEAVY = 0.12; // of the largest piece's ink, which another digit has at least

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

/* The box of each label; of label 0, an empty one. */
export const measureBoxes = (labels, count, width, height) => {
  const boxes = Array.from({ length: count + 1 }, () => ({ top: height, bottom: 0, left: width, right: 0 }));
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (!labels[i]) continue;
      const box = boxes[labels[i]];
      box.top = Math.min(box.top, y);
      box.bottom = y + 1;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
    }
  return boxes;
};

const across = ({ left, right }) => right - left;
const upright = ({ top, bottom }) => bottom - top;
const areaOf = (box) => across(box) * upright(box);
export const sizeOf = (box) => Math.max(across(box), upright(box));

/* The ink of each label, 0 for what surrounds a large part of the rest, as the box of a form does. */
export const dropFrames = (labels, sizes, boxes) => {
  const out = sizes.slice(), most = sizes.reduce((one, other) => Math.max(one, other), 0); // prettier-ignore
  const large = [...sizes.keys()].filter((label) => sizes[label] >= 0.05 * most);
  const counts = new Float64Array(sizes.length);
  for (const label of labels) counts[label] += 1;
  for (const outer of large) {
    const box = boxes[outer], area = areaOf(box); // prettier-ignore
    if (!sizes[outer] || counts[outer] >= 0.25 * area) continue;
    for (const inner of large) {
      const one = boxes[inner];
      const inside = one.top >= box.top && one.bottom <= box.bottom && one.left >= box.left && one.right <= box.right && inner !== outer; // prettier-ignore
      if (inside && out[inner] > HEAVY * out[outer] && area > 1.5 * areaOf(one)) out[outer] = 0;
    }
  }
  return out;
};

/* How far a piece lies from a box, down and along. */
const part = (box, one) => [
  Math.max(one.top - box.bottom, box.top - one.bottom, 0),
  Math.max(one.left - box.right, box.left - one.right, 0),
];

const belongs = (one, box, { whole, clean }) => {
  const size = sizeOf(box), tall = Math.max(upright(box), 0.6 * across(box)); // prettier-ignore
  const [down, along] = part(box, one);
  if (upright(one) < SMALL * Math.max(tall, whole)) return clean || Math.max(down, along) <= NEAR * size;
  const over = Math.min(box.right, one.right) - Math.max(box.left, one.left);
  return (over > 0.3 * Math.min(across(box), across(one)) && down <= 0.2 * size) || Math.max(down, along) <= 0.05 * size;
};

/* What belongs to the digit whose largest piece is `main` -> {kept, box, others, rest}. */
export const groupPieces = (sizes, boxes, main, clean) => {
  const kept = [main], others = [], large = boxes.filter((_, label) => sizes[label] >= SPECK * sizes[main]); // prettier-ignore
  // a drawing may be of dots
  const whole = clean ? Math.max(...large.map((one) => one.bottom)) - Math.min(...large.map((one) => one.top)) : 0;
  let box = boxes[main], rest = 0; // prettier-ignore
  for (const piece of [...sizes.keys()].sort((a, b) => sizes[b] - sizes[a])) {
    if (piece === main || !sizes[piece]) continue;
    const one = boxes[piece];
    if (sizes[piece] >= SPECK * sizes[main] && belongs(one, box, { whole, clean })) {
      kept.push(piece);
      box = {
        top: Math.min(box.top, one.top),
        bottom: Math.max(box.bottom, one.bottom),
        left: Math.min(box.left, one.left),
        right: Math.max(box.right, one.right),
      };
      continue;
    }
    const tall = Math.max(upright(box), 0.6 * across(box));
    if (sizes[piece] > HEAVY * sizes[main] && upright(one) > TALL * tall) others.push(piece);
    else rest += sizes[piece];
  }
  return { kept, box, others, rest };
};

/* What lies in a box. */
export const cut = (data, width, { top, bottom, left, right }) => {
  const across = right - left, out = new data.constructor(across * (bottom - top)); // prettier-ignore
  for (let y = top; y < bottom; y++) out.set(data.subarray(y * width + left, y * width + right), (y - top) * across);
  return { data: out, width: across, height: bottom - top };
};
