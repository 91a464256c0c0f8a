/* A drawing or a photo of a digit -> a picture as MNIST holds them. Twin of gan/data/photo.py: the same steps, filters
   and sentences, so that the page sees what the server sees.

     const { seen, note } = await readCanvas(bytes)    seen uint8 (784), 255 = ink; throws a Refusal */
import { toBytes } from "../../../engine/generator.js";
import { say } from "../../../local/say.js";
import { decode } from "./decode.js";
import { quantile, round } from "./numbers.js";
import { findInk } from "./paper.js";
import { choosePieces, findBox, labelPieces } from "./pieces.js";
import { resize } from "./resize.js";

const BOX = 20, SIDE = 28; // prettier-ignore
const THIN = 1.7, PEN = 2.2; // pixels of the 28: a line thinner than THIN is brought to PEN
const MANY = 4; // pieces of one digit: more of them read poorly
const SCALED = 160; // the longer side of the ink's box before it is thickened and shrunk

export const readCanvas = async (bytes) => findDigit(await decode(bytes));

/* Grey levels {data, width, height} in [0, 1] -> the digit on them. */
export const findDigit = (grey) => {
  const { ink, floor, clean } = findInk(grey), { data, width, height } = ink; // prettier-ignore
  const { labels, count } = labelPieces((i) => data[i] > floor, width, height);
  const sizes = new Float64Array(count + 1);
  labels.forEach((label, i) => label && (sizes[label] += data[i]));
  const kept = choosePieces(labels, width, height, sizes, clean);
  const isKept = new Uint8Array(count + 1);
  for (const label of kept) isKept[label] = 1;
  const chosen = (i) => isKept[labels[i]];
  const box = findBox(chosen, width, height, 2);
  const level = quantile(data.filter((_, i) => chosen(i)), 0.8); // prettier-ignore
  // Grey edges belong to the piece they surround, not to a neighbour
  const own = cut(labels.map((label) => isKept[label]), width, box); // prettier-ignore
  const near = widen(own, 2), inside = cut(data, width, box); // prettier-ignore
  const clipped = inside.data.map((one, i) => (near.data[i] ? Math.min(Math.max(one / level, 0), 1) : 0));
  const image = normalize({ ...inside, data: clipped });
  const said = "The picture has {count} separate pieces; one digit, drawn in joined strokes, is read better.";
  return {
    seen: Uint8Array.from(toBytes(Float32Array.from(image, (one) => Math.fround(2 * Math.fround(one)) - 1))),
    note: kept.length > MANY ? say(said, { count: kept.length }) : "",
  };
};

const cut = (data, width, { top, bottom, left, right }) => {
  const across = right - left, out = new data.constructor(across * (bottom - top)); // prettier-ignore
  for (let y = top; y < bottom; y++) out.set(data.subarray(y * width + left, y * width + right), (y - top) * across);
  return { data: out, width: across, height: bottom - top };
};

/* Each pixel the largest of those within so many, across and then down. */
const widen = ({ data, width, height, ...rest }, reach) => {
  const pass = (from, lines, size, step, stride) => {
    const out = new from.constructor(from.length);
    for (let line = 0; line < lines; line++)
      for (let i = 0; i < size; i++) {
        let most = 0;
        for (let k = Math.max(0, i - reach); k <= Math.min(size - 1, i + reach); k++)
          most = Math.max(most, from[line * stride + k * step]);
        out[line * stride + i * step] = most;
      }
    return out;
  };
  return { ...rest, data: pass(pass(data, height, width, 1, width), width, height, width, 1), width, height };
};

const scale = (size, factor) => Math.max(1, round(size * factor));

/* With empty pixels around. */
const frame = ({ data, width, height }, border) => {
  const across = width + 2 * border, out = new data.constructor(across * (height + 2 * border)); // prettier-ignore
  for (let y = 0; y < height; y++)
    out.set(data.subarray(y * width, (y + 1) * width), (y + border) * across + border);
  return { data: out, width: across, height: height + 2 * border, bands: 1 };
};

/* Lines that would come out thinner than THIN pixels of the 28 are widened to about PEN, on a wider picture. */
const thicken = (picture, longest) => {
  const { data, width, height } = frame(picture, 1);
  let outline = 0, sum = 0; // prettier-ignore
  for (let y = 1; y < height; y++)
    for (let x = 1; x < width; x++) {
      const at = y * width + x;
      const a = (data[at] - data[at - width - 1]) / 255, b = (data[at - 1] - data[at - width]) / 255; // prettier-ignore
      outline += Math.sqrt((a * a + b * b) / 2);
    }
  for (const value of data) sum += value / 255;
  const thickness = (2 * sum) / Math.max(outline, 1e-9), unit = longest / BOX; // source pixels of one of the 28
  const radius = round((PEN * unit - thickness) / 2);
  if (thickness >= THIN * unit || radius < 1) return picture;
  return widen(frame(picture, radius), radius);
};

/* Ink in [0, 1], cropped to the digit -> ink (784), into 20 x 20 and centred by mass as MNIST's. */
const normalize = (ink) => {
  const drawn = cut(ink.data, ink.width, findBox((i) => ink.data[i] > 0.2, ink.width, ink.height));
  let picture = { ...drawn, data: Uint8Array.from(drawn.data, (one) => round(one * 255)), bands: 1 };
  const measure = () => Math.max(picture.width, picture.height);
  const bring = (factor) => (picture = resize(picture, scale(picture.width, factor), scale(picture.height, factor)));
  if (measure() > SCALED) bring(SCALED / measure());
  picture = thicken(picture, measure());
  bring(BOX / measure());
  return centre(picture);
};

const centre = ({ data, width, height }) => {
  const most = data.reduce((one, other) => Math.max(one, other), 1), small = Float64Array.from(data, (one) => one / most); // prettier-ignore
  let total = 0, sumX = 0, sumY = 0; // prettier-ignore
  small.forEach((value, i) => {
    total += value;
    sumX += value * (i % width);
    sumY += value * Math.floor(i / width);
  });
  // MNIST's own centre of mass lies at (14, 14), counted from the middle of the first pixel; whole pixels are moved
  const top = round(SIDE / 2 - sumY / total), left = round(SIDE / 2 - sumX / total); // prettier-ignore
  const out = new Float64Array(SIDE * SIDE);
  small.forEach((value, i) => {
    const x = left + (i % width), y = top + Math.floor(i / width); // prettier-ignore
    if (x >= 0 && x < SIDE && y >= 0 && y < SIDE) out[y * SIDE + x] = value;
  });
  return out;
};
