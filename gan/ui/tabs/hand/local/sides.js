/* One reading of a picture: what is darker than its surroundings is ink, or what is lighter; and which of the two it is.
   Twin of gan/data/photo/sides.py. */
import { blur, grow, slide } from "./levels.js";
import { deviation, mean, quantile, range, round, takeOtsu } from "./numbers.js";
import { cut, dropFrames, groupPieces, labelPieces, measureBoxes, sizeOf } from "./pieces.js";
import { findRules } from "./rules.js";

const REACH = 1 / 3; // of the longer side: wider than any stroke
export const CONTRAST = 0.09; // of the range from black to white: less is no ink, but paper and noise
const LEAST = 0.02; // of the picture's longer side: what is smaller is no digit
const SOLID = 0.22; // what is thicker over its size may be a sheet
const STROKE = 0.3; // thickness of a digit's lines as a share of its size, at most

/* How far each pixel stands out of the paper, at least 0. level: of paper that has one level all over, or null. */
const standOut = ({ data, width, height }, dark, level) => {
  const sign = dark ? 1 : -1;
  if (level !== null) return data.map((one) => Math.max(dark ? level - one : one - level, 0));
  const reach = round((Math.max(width, height) * REACH) / 2);
  const soft = blur(data, width, height, 1); // or the paper would be as light as its noise
  const paper = slide(slide(soft, width, height, reach, sign), width, height, reach, -sign);
  const ink = data.map((one, i) => Math.max(sign * (paper[i] - one), 0)), most = Math.max(takeOtsu(ink), 1e-9); // prettier-ignore
  const least = quantile(ink.filter((one) => one <= most), 0.5); // prettier-ignore
  return ink.map((one) => Math.max(one - least, 0));
};

const findFloor = (ink, clean) => {
  const floor = clean ? takeOtsu(ink) : Math.max(takeOtsu(ink), 0.3 * quantile(ink, 0.998));
  return Math.min(floor, 0.5 * range(ink)[1]);
};

/* The thickness of a mask's lines, none of it outside `box`, over that box's size. */
const measureSlim = (mask, width, box) => {
  const { data, width: across, height: down } = cut(mask, width, box), wide = across + 2; // prettier-ignore
  const framed = new Uint8Array(wide * (down + 2));
  for (let y = 0; y < down; y++) framed.set(data.subarray(y * across, (y + 1) * across), (y + 1) * wide + 1);
  let outline = 0, area = 0; // prettier-ignore
  for (let y = 1; y < down + 2; y++)
    for (let at = y * wide + 1; at < (y + 1) * wide; at++) {
      const a = framed[at] - framed[at - wide - 1], b = framed[at - 1] - framed[at - wide]; // prettier-ignore
      if (a || b) outline += Math.sqrt((a * a + b * b) / 2);
    }
  for (const one of data) area += one;
  return (2 * area) / Math.max(outline, 1e-9) / sizeOf(box);
};

/* The labels along each side of the picture. */
const listSides = (labels, width, height) => {
  const rows = Int32Array.from({ length: height }, (_, y) => y * width);
  const left = rows.map((at) => labels[at]), right = rows.map((at) => labels[at + width - 1]); // prettier-ignore
  return [labels.subarray(0, width), labels.subarray((height - 1) * width), left, right];
};

/* Whether each label has more than `share` of a side of the picture. */
const findOuter = (labels, count, width, height, share) => {
  const outer = new Uint8Array(count + 1);
  for (const side of listSides(labels, width, height)) {
    const counts = new Int32Array(count + 1);
    for (const label of side) counts[label] += 1;
    counts.forEach((one, label) => (outer[label] |= Number(one > share * side.length)));
  }
  outer[0] = 0;
  return outer;
};

const findBest = (sizes, is) => sizes.reduce((best, one, i) => (is(i) && one > (is(best) ? sizes[best] : 0) ? i : best), 0);

/* Whether a digit is left without what comes from outside; what comes may be the digit itself, cut off. */
const leavesDigit = (labels, width, height, sizes, outer) => {
  const boxes = measureBoxes(labels, sizes.length - 1, width, height), longest = Math.max(width, height); // prettier-ignore
  const best = findBest(sizes, (i) => !outer[i]), largest = findBest(sizes, (i) => outer[i]); // prettier-ignore
  if (!sizes[best] || outer[best] || sizeOf(boxes[best]) < LEAST * longest) return false;
  if (sizes[best] > 0.3 * sizes[largest]) return true;
  if (findOuter(labels, sizes.length - 1, width, height, 0.3)[largest]) return true;
  return measureSlim(markOne(labels, largest), width, boxes[largest]) > STROKE;
};

/* The pixels of one label. */
const markOne = (labels, label) => {
  const mask = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) if (labels[i] === label) mask[i] = 1;
  return mask;
};

const weighPieces = (labels, count, ink) => {
  const sizes = new Float64Array(count + 1);
  for (let i = 0; i < labels.length; i++) if (labels[i]) sizes[labels[i]] += ink[i];
  return sizes;
};

/* A digit parted from what comes in from the edge; on a clean drawing, from what covers a whole side of it. */
const partEdge = (ink, width, height, clean) => {
  let edge = new Uint8Array(ink.length), parts = null; // prettier-ignore
  for (let times = 0; times < 4; times++) {
    // the table, a thumb before it, and what lies on it
    const own = edge, floor = findFloor(times ? ink.filter((_, i) => !own[i]) : ink, clean); // prettier-ignore
    const { labels, count } = labelPieces((i) => ink[i] > floor && !own[i], width, height);
    parts = { edge, floor, labels, count };
    const outer = findOuter(labels, count, width, height, clean ? 0.9 : 0);
    if (times) grow(edge, width, height, 1).forEach((one, i) => one && labels[i] && (outer[labels[i]] = 1));
    if (!outer.some((one) => one)) break;
    if (!leavesDigit(labels, width, height, weighPieces(labels, count, ink), outer)) break;
    const mask = Uint8Array.from(labels, (label) => outer[label]);
    const more = grow(mask, width, height, 3).map((one, i) => one | own[i]);
    if (mean(more) > 0.9) break;
    edge = more;
  }
  return parts;
};

/* Dark things read as ink, or light ones; null where nothing stands out. */
export const readField = (grey, dark, level) => {
  const { width, height } = grey, clean = level !== null, out = standOut(grey, dark, level); // prettier-ignore
  if (range(out)[1] < CONTRAST) return null;
  const parts = partEdge(out, width, height, clean), { edge } = parts; // prettier-ignore
  let { floor, labels, count } = parts;
  let ink = out.map((one, i) => (edge[i] ? 0 : one));
  if (range(ink)[1] <= 0) return null;
  const rules = findRules(ink, width, height, floor);
  if (rules) {
    ink = ink.map((one, i) => (rules[i] ? 0 : one));
    floor = findFloor(ink.filter((one) => one > 0), clean); // prettier-ignore
    ({ labels, count } = labelPieces((i) => ink[i] > floor, width, height));
  }
  const boxes = measureBoxes(labels, count, width, height);
  const sizes = dropFrames(labels, weighPieces(labels, count, ink), boxes);
  return sizes.some((one) => one) ? { ink, floor, edge, labels, sizes, boxes, clean, width, height } : null;
};

/* The standard deviation of what is neither ink nor from outside. */
const measureNoise = ({ ink, floor, edge, width, height }) => {
  const dark = grow(Uint8Array.from(ink, (level) => Number(level > floor)), width, height, 3); // prettier-ignore
  const plain = ink.filter((_, i) => !dark[i] && !edge[i]);
  return plain.length ? deviation(plain) : 0;
};

/* The digit whose largest piece is `main`; what is near it is looked at, and no more. */
export const takeDigit = (field, main) => {
  const { labels, width, height, clean } = field, group = groupPieces(field.sizes, field.boxes, main, clean); // prettier-ignore
  const isKept = new Uint8Array(field.sizes.length), mask = new Uint8Array(labels.length); // prettier-ignore
  for (const label of group.kept) isKept[label] = 1;
  for (let i = 0; i < labels.length; i++) mask[i] = isKept[labels[i]];
  const { top, bottom, left, right } = group.box;
  const around = { top: Math.max(0, top - 7), bottom: Math.min(height, bottom + 7), left: Math.max(0, left - 7), right: Math.min(width, right + 7) }; // prettier-ignore
  const [own, ink, edge] = [mask, field.ink, field.edge].map((data) => cut(data, width, around));
  const [two, three, six] = [2, 3, 6].map((reach) => grow(own.data, own.width, own.height, reach));
  let inside = 0, outside = 0, many = 0, few = 0, meetsEdge = false; // prettier-ignore
  ink.data.forEach((level, i) => {
    if (own.data[i]) [inside, many] = [inside + level, many + 1];
    else if (six[i] && !three[i] && level <= field.floor) [outside, few] = [outside + level, few + 1];
    if (two[i] && edge.data[i]) meetsEdge = true;
  });
  const sides = listSides(mask, width, height);
  const count = (numbers) => numbers.reduce((sum, one) => sum + one, 0);
  return {
    field,
    group,
    mask,
    around,
    contrast: inside / many - (few ? outside / few : 0),
    noise: clean ? 0 : measureNoise(field),
    slim: measureSlim(mask, width, group.box),
    rim: count(sides.map(count)) / (2 * (width + height)),
    meetsEdge,
  };
};

/* The share of a digit's outline where the picture has an edge. sharp: how far levels differ near each pixel. */
const measureEdged = ({ field, mask, around, contrast }, sharp) => {
  const [own, near] = [mask, sharp].map((data) => cut(data, field.width, around));
  const one = grow(own.data, own.width, own.height, 1);
  let outline = 0, edged = 0; // prettier-ignore
  near.data.forEach((level, i) => {
    if (!one[i] || own.data[i]) return;
    outline += 1;
    edged += Number(level > 0.5 * contrast);
  });
  return outline ? edged / outline : 1;
};

/* How far levels differ near each pixel. */
const measureSharp = ({ data, width, height }) => {
  const soft = blur(data, width, height, 1), least = slide(soft, width, height, 4, -1); // prettier-ignore
  return slide(soft, width, height, 4, 1).map((one, i) => one - least[i]);
};

/* The box of a digit's largest piece. */
const mainOf = ({ field, group }) => field.boxes[group.kept[0]];

/* The thickness of the lines of its largest piece over that piece's size. */
const measureMain = (digit) =>
  measureSlim(markOne(digit.field.labels, digit.group.kept[0]), digit.field.width, mainOf(digit));

/* Whether one box lies in the other, a little of it on every side. */
const encloses = (box, one) =>
  box.top + 2 < one.top && one.bottom + 2 < box.bottom && box.left + 2 < one.left && one.right + 2 < box.right;

const areaOf = (box) => (box.bottom - box.top) * (box.right - box.left);

/* Of two readings, the one that is a digit: the other sees the paper between strokes, or the hole of a 0. */
export const choose = (sides, grey) => {
  const [one, other] = sides;
  if (!other) return one;
  if (one.contrast < 0.5 * other.contrast) return other;
  if (other.contrast < 0.5 * one.contrast) return one;
  if (Math.abs(one.rim - other.rim) > 0.4) return one.rim <= other.rim ? one : other;
  const sharp = measureSharp(grey), edged = measureEdged(one, sharp) - measureEdged(other, sharp); // prettier-ignore
  if (Math.abs(edged) > 0.08) return edged > 0 ? one : other;
  const [large, small] = areaOf(mainOf(one)) >= areaOf(mainOf(other)) ? [one, other] : [other, one];
  // A sheet with a digit on it, before a wide table; a 0 is slimmer than its hole
  const inner = measureMain(small), outer = measureMain(large); // prettier-ignore
  return encloses(mainOf(large), mainOf(small)) && inner < 0.75 * outer && outer > SOLID ? small : large;
};
