/* A number, PIN or date on one line: digits set close by their ink, and the marks between them. Twin of
   gan/drawing/number_line.py. */
import { Refusal, repr, say } from "../../../local/say.js";

const MAX_WRITTEN = 32; // digits of a line
const MAX_TEXT = 64; // characters typed for it
const LINE_GAP = 3, MARGIN = 4, SIDE = 28; // prettier-ignore
const { readMarks } = window.DigitForge;

const refuse = (template, values) => {
  throw new Refusal(say(template, values));
};

/* A number, PIN or date such as 20.11.2026 -> its signs, digits as 0 to 9. */
export const parseNumber = (typed) => {
  if (typeof typed !== "string") refuse("the number is not text; write digits such as 2026 or 20.11.2026.");
  if ([...typed].length > MAX_TEXT) {
    const values = { count: [...typed].length, most: MAX_WRITTEN };
    refuse("{count:,} characters are too many; a line takes up to {most} digits.", values);
  }
  const text = readMarks(typed), bad = [...text].find((one) => !/[0-9 .,:\-/]/.test(one)); // prettier-ignore
  if (bad !== undefined) {
    const template = "{value} is not a digit; write digits from 0 to 9, with . , : - / or spaces between.";
    refuse(template, { value: repr(bad) });
  }
  const count = text.replace(/[^0-9]/g, "").length;
  if (!count) refuse("no digit was given; write a number such as 2026.");
  if (count > MAX_WRITTEN) refuse("{count} digits are too many; a line takes up to {most}.", { count, most: MAX_WRITTEN });
  return text.split(" ").filter(Boolean).join(" ");
};

const DOT = [[0, 92, 104, 4], [92, 255, 255, 124], [104, 255, 255, 136]]; // prettier-ignore
const FLAT = [4, 124, 136, 12];

// prettier-ignore
const SLASH = [
  [0, 0, 0, 0, 0, 28, 179, 104],
  [0, 0, 0, 0, 0, 100, 255, 251],
  [0, 0, 0, 0, 0, 183, 255, 187],
  [0, 0, 0, 0, 12, 247, 255, 108],
  [0, 0, 0, 0, 84, 255, 255, 28],
  [0, 0, 0, 0, 163, 255, 207, 0],
  [0, 0, 0, 4, 235, 255, 128, 0],
  [0, 0, 0, 64, 255, 255, 48, 0],
  [0, 0, 0, 144, 255, 227, 0, 0],
  [0, 0, 0, 219, 255, 148, 0, 0],
  [0, 0, 44, 255, 255, 68, 0, 0],
  [0, 0, 124, 255, 243, 4, 0, 0],
  [0, 0, 199, 255, 163, 0, 0, 0],
  [0, 28, 255, 255, 92, 0, 0, 0],
  [0, 100, 255, 251, 12, 0, 0, 0],
  [0, 183, 255, 187, 0, 0, 0, 0],
  [12, 247, 255, 108, 0, 0, 0, 0],
  [84, 255, 255, 28, 0, 0, 0, 0],
  [163, 255, 207, 0, 0, 0, 0, 0],
  [195, 255, 128, 0, 0, 0, 0, 0],
  [0, 32, 24, 0, 0, 0, 0, 0],
];

/* The marks as draw_mark draws them, from their first row with ink: [row, rows]. */
const MARKS = {
  " ": [0, [new Array(8).fill(0)]],
  ".": [21, [...DOT, FLAT]],
  ",": [21, [...DOT, [4, 199, 239, 16], [36, 251, 124, 0], [132, 231, 8, 0], [4, 40, 0, 0]]],
  ":": [10, [...DOT, FLAT, ...Array.from({ length: 6 }, () => [0, 0, 0, 0]), [32, 219, 231, 52], [124, 255, 255, 155], [44, 239, 247, 68], [0, 12, 16, 0]]], // prettier-ignore
  "-": [13, [[64, 128, 128, 128, 128, 128, 128, 80], [128, 255, 255, 255, 255, 255, 255, 159], [96, 191, 191, 191, 191, 191, 191, 119]]], // prettier-ignore
  "/": [4, SLASH],
};

const drawMark = (mark) => {
  const [top, rows] = MARKS[mark], width = rows[0].length, data = new Uint8Array(SIDE * width); // prettier-ignore
  rows.forEach((row, i) => data.set(row, (top + i) * width));
  return { data, width };
};

/* Where a sign's ink begins and ends. */
const findInk = ({ data, width }, sign) => {
  if (sign === " ") return [0, width];
  const inked = Array.from({ length: width }, (_, x) => x).filter((x) => {
    for (let y = 0; y < SIDE; y++) if (data[y * width + x] > 40) return true;
    return false;
  });
  return inked.length ? [inked[0], inked.at(-1) + 1] : [0, width];
};

/* Digits (n 784), uint8, and the marks of `signs` -> one line {grey, width, height}. */
export const setLine = (pixels, signs) => {
  let next = 0;
  const parts = [...signs].map((sign) => {
    const isDigit = /[0-9]/.test(sign);
    const picture = isDigit ? { data: pixels.subarray(784 * next, 784 * (next += 1)), width: SIDE } : drawMark(sign);
    return { ...picture, ends: findInk(picture, sign) };
  });
  const width = parts.reduce((sum, { ends: [left, right] }) => sum + right - left, LINE_GAP * (parts.length - 1) + 2 * MARGIN);
  const grey = new Uint8Array(SIDE * width);
  let at = MARGIN;
  for (const { data, width: wide, ends: [left, right] } of parts) {
    for (let i = 0; i < data.length; i++) {
      const x = at - left + (i % wide), place = Math.floor(i / wide) * width + x; // prettier-ignore
      if (x >= 0 && x < width) grey[place] = Math.max(grey[place], data[i]);
    }
    at += right - left + LINE_GAP;
  }
  return { grey, width, height: SIDE };
};
