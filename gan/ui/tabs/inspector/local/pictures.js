/* Pictures of any kind of number -> grey levels, ink = 255 on 0. Twin of gan/data/checks.py, where it changes them. */
import { FieldError, say } from "../../../local/say.js";

const SIZE = 784, SIDE = 28; // prettier-ignore
const TOPS = [1, 15, 16, 255, 1023, 4095, 65535]; // the brightest of so many greys
const FEW = 16; // of greys that are no 8 bits
const BRIGHT = 127;
const SAMPLE = 4000; // pictures whose borders tell of all
const FLAT = 16; // grey levels from a picture's darkest to its brightest: no more, and nothing can be seen

const refuse = (template, values) => {
  throw new FieldError(say(template, values));
};

/* -> uint8; a Uint8ClampedArray rounds to the even one of two. */
export const fitRange = (data, file) => {
  let low = Infinity, high = -Infinity; // prettier-ignore
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (!Number.isFinite(value)) {
      refuse("{file} holds a pixel in picture {row} that is no number.", { file, row: Math.floor(i / SIZE) + 1 });
    }
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low === high) refuse("{file} holds nothing but pixels of one grey.", { file });
  const isGrey = low >= 0 && high <= 255 && high > FEW;
  if (isGrey && data instanceof Uint8Array) return data;
  let [bottom, top] = [0, TOPS.find((one) => high <= one) ?? high];
  if (isGrey) top = 255;
  else if (low < 0) [bottom, top] = low >= -1 && high <= 1 ? [-1, 1] : [low, high];
  const out = new Uint8ClampedArray(data.length), factor = 255 / (top - bottom); // prettier-ignore
  for (let i = 0; i < data.length; i++) out[i] = (data[i] - bottom) * factor;
  return new Uint8Array(out.buffer);
};

/* The mean grey of a picture's outermost pixels. */
const measureRing = (pixels, at) => {
  let sum = 0;
  for (let i = 0; i < SIDE; i++) {
    sum += pixels[at + i] + pixels[at + SIZE - 1 - i];
    if (i && i < SIDE - 1) sum += pixels[at + i * SIDE] + pixels[at + i * SIDE + SIDE - 1];
  }
  return sum / (4 * SIDE - 4);
};

/* Turned where most pictures have a bright border: dark ink on light paper. */
export const fitPaper = (pixels) => {
  const count = pixels.length / SIZE, step = Math.max(1, Math.floor(count / SAMPLE)); // prettier-ignore
  let bright = 0, all = 0; // prettier-ignore
  for (let i = 0; i < count; i += step, all++) bright += measureRing(pixels, i * SIZE) > BRIGHT;
  return bright / all > 0.5 ? pixels.map((value) => 255 - value) : pixels;
};

/* Most pictures must show something. */
export const checkFlat = (pixels, file) => {
  const flat = [], count = pixels.length / SIZE; // prettier-ignore
  for (let i = 0; i < count; i++) {
    const own = pixels.subarray(i * SIZE, (i + 1) * SIZE);
    let low = 255, high = 0; // prettier-ignore
    for (const value of own) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low < FLAT) flat.push(i);
  }
  if (flat.length <= count / 2) return;
  const template = "{count} of {all} pictures of {file} are of one grey, picture {row} is the first.";
  refuse(template, { count: flat.length, all: count, file, row: flat[0] + 1 });
};
