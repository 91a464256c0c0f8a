/* A drawing or a photo of a digit -> a picture as MNIST holds them, and how far it is to be trusted. Twin of
   gan/data/photo/canvas.py and normalize.py: the same steps, filters and sentences, so that the page sees what the server
   sees.

     const { seen, note, doubt, box, others } = await readCanvas(bytes, at)
         seen uint8 (784), 255 = ink; boxes as shares [left, top, width, height] of the picture; throws a Refusal */
import { toBytes } from "../../../engine/generator.js";
import { Refusal, say } from "../../../local/say.js";
import { decode } from "./decode.js";
import { widen } from "./levels.js";
import { quantile, range, round } from "./numbers.js";
import { cut, findBox } from "./pieces.js";
import { resize } from "./resize.js";
import { CONTRAST, choose, readField, takeDigit } from "./sides.js";

const BOX = 20, SIDE = 28; // prettier-ignore
const THIN = 1.7, PEN = 2.2; // pixels of the 28: a line thinner than THIN is brought to PEN
const SCALED = 160; // the longer side of the ink's box before it is thickened and shrunk
const MANY = 4; // pieces of one digit: more of them read poorly
const GRAINS = 12, DOTS = 30; // pieces that are print or a pattern: of a photo, of a drawing
const BLOB = 0.42; // lines as thick as that, over the digit's size, are none
const NOTHING = say("no digit stands out in the picture; write it large, in dark ink on plain light paper.");
const CUT = 0.5, LONE = 0.25; // doubt of what may be cut off, or is no stroke; and of one digit among others

const refuse = (template) => {
  throw new Refusal(say(template));
};

export const readCanvas = async (bytes, at) => findDigit(await decode(bytes), at);

/* Grey levels {data, width, height} in [0, 1] -> the digit on them: the largest, or the one nearest to `at`. */
export const findDigit = (grey, at = null) => {
  const digit = look(grey, at), { ink, width, height, boxes } = digit.field, { group, mask } = digit; // prettier-ignore
  const { top, bottom, left, right } = group.box;
  const area = { top: Math.max(0, top - 2), bottom: Math.min(height, bottom + 2), left: Math.max(0, left - 2), right: Math.min(width, right + 2) }; // prettier-ignore
  const full = quantile(ink.filter((_, i) => mask[i]), 0.8); // prettier-ignore
  // Grey edges belong to the piece they surround, not to a neighbour
  const near = widen(cut(mask, width, area), 2), inside = cut(ink, width, area); // prettier-ignore
  const clipped = inside.data.map((one, i) => (near.data[i] ? Math.min(Math.max(one / full, 0), 1) : 0));
  const image = normalize({ ...inside, data: clipped });
  const tellBox = (one) => [one.left / width, one.top / height, (one.right - one.left) / width, (one.bottom - one.top) / height]; // prettier-ignore
  return {
    seen: Uint8Array.from(toBytes(Float32Array.from(image, (one) => Math.fround(2 * Math.fround(one)) - 1))),
    ...judge(digit),
    box: tellBox(group.box),
    others: group.others.map((piece) => tellBox(boxes[piece])),
  };
};

/* The level that more than a quarter of all pixels have: a drawing on a screen; null for a photo. */
const findLevel = (data) => {
  const counts = new Uint32Array(256);
  for (const value of data) counts[round(value * 255)] += 1;
  const most = Math.max(...counts);
  return most > data.length / 4 ? counts.indexOf(most) / 255 : null;
};

const sumOf = (sizes, pieces) => pieces.reduce((sum, piece) => sum + sizes[piece], 0);

const look = (grey, at) => {
  const { data } = grey, [low, high] = range(data); // prettier-ignore
  if (high - low < CONTRAST) {
    refuse("nothing is drawn there; draw or photograph one digit, in dark ink on light or the reverse.");
  }
  const level = findLevel(data);
  const largest = ({ sizes }) => sizes.indexOf(sizes.reduce((one, other) => Math.max(one, other), 0));
  const fields = [true, false].map((dark) => readField(grey, dark, level)).filter((one) => one);
  if (!fields.length) throw new Refusal(NOTHING);
  const digit = choose(fields.map((field) => takeDigit(field, largest(field))), grey);
  check(digit);
  return at ? takeDigit(digit.field, findNearest(digit, at)) : digit;
};

const check = ({ field, group, contrast, noise, rim }) => {
  const { ink, floor, edge, clean, sizes } = field;
  if (contrast < CONTRAST || (!clean && contrast < 4 * noise)) throw new Refusal(NOTHING);
  let dark = 0, free = 0; // prettier-ignore
  for (let i = 0; i < ink.length; i++) {
    dark += Number(ink[i] > floor);
    free += Number(!edge[i]);
  }
  if (dark > (rim > 0.2 ? 0.45 : 0.7) * free) {
    refuse("ink fills nearly the whole picture; leave plain paper around the digit.");
  }
  const grains = group.kept.length > (clean ? DOTS : GRAINS);
  if (grains || group.others.length > GRAINS || group.rest > 1.5 * sumOf(sizes, group.kept)) throw new Refusal(NOTHING);
};

/* The piece, of a digit's size, whose middle is nearest to a place. */
const findNearest = ({ field: { boxes, width, height }, group }, [x, y]) => {
  const far = (piece) => {
    const { top, bottom, left, right } = boxes[piece];
    return ((left + right) / 2 - x * width) ** 2 + ((top + bottom) / 2 - y * height) ** 2;
  };
  return [group.kept[0], ...group.others].reduce((best, piece) => (far(piece) < far(best) ? piece : best));
};

/* What is to be said of it, and how doubtful it is, 0 to 1. */
const judge = ({ field, group, rim, meetsEdge, slim }) => {
  const lost = (0.5 * group.rest) / (sumOf(field.sizes, group.kept) + group.rest);
  const tell = (doubt, template, values) => ({ note: say(template, values), doubt: Math.max(doubt, lost) });
  if (rim || meetsEdge) {
    return tell(CUT, "The digit reaches the edge of the paper, and part of it may be missing; leave paper around it.");
  }
  if (slim > BLOB) return tell(CUT, "What stands out is a blob, not a stroke; write one digit in thinner lines.");
  if (group.others.length) {
    const said = field.clean
      ? "More pieces of a digit's size stand beside this one: {count}. One digit alone is read better."
      : "More pieces of a digit's size stand beside this one: {count}. Choose the one that is meant on the picture, or photograph it alone."; // prettier-ignore
    return tell(LONE, said, { count: group.others.length });
  }
  if (group.kept.length <= MANY) return { note: "", doubt: lost };
  const said = "The picture has {count} separate pieces; one digit, drawn in joined strokes, is read better.";
  return tell(0, said, { count: group.kept.length });
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
