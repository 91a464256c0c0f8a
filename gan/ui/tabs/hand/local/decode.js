/* An image file's bytes -> grey levels {data, width, height} in [0, 1], upright, 400 pixels along the longer side at
   most. Twin of decode of gan/data/photo.py; the browser decodes and turns it upright, the rest is done here. */
import { Refusal, say } from "../../../local/say.js";
import { readHeader } from "./formats.js";
import { reduce, shrink } from "./resize.js";

const MAX_BYTES = 12 << 20; // of a file
const MAX_PIXELS = 32_000_000;
const COUNTED = 178_956_970; // pixels: of more than that Pillow tells no number
const MIN_SIDE = 8;
const WORK_SIDE = 400; // the longer side on which ink is looked for

const refuse = (template, values) => {
  throw new Refusal(say(template, values));
};

const checkSize = ({ width, height }) => {
  if (width * height > COUNTED) {
    const template = "the picture has {value} megapixels; up to {most:.0f} are taken: save it smaller.";
    refuse(template, { value: say("hundreds of"), most: MAX_PIXELS / 1e6 });
  }
  if (width * height > MAX_PIXELS) {
    const template =
      "the picture has {width} x {height} = {value:.0f} megapixels; up to {most:.0f} are taken: save it smaller.";
    refuse(template, { width, height, value: (width * height) / 1e6, most: MAX_PIXELS / 1e6 });
  }
  if (Math.min(width, height) < MIN_SIDE) {
    const template = "the picture has {width} x {height} pixels; each side needs {least} at least.";
    refuse(template, { width, height, least: MIN_SIDE });
  }
};

const makeContext = (width, height) => {
  if (window.OffscreenCanvas) return new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return canvas.getContext("2d", { willReadFrequently: true });
};

/* The pixels as they are in the file: four bands, upright. */
const paint = async (bytes, { lacks = [] }) => {
  const file = new Blob([bytes, ...lacks]);
  const image = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const { width, height } = image, context = makeContext(width, height); // prettier-ignore
  context.drawImage(image, 0, 0);
  image.close();
  return { data: context.getImageData(0, 0, width, height).data, width, height, bands: 4 };
};

const dropAlpha = ({ data, width, height }) => {
  const out = new Uint8Array(width * height * 3);
  for (let i = 0, at = 0; i < out.length; at++) {
    out[i++] = data[at++];
    out[i++] = data[at++];
    out[i++] = data[at++];
  }
  return { data: out, width, height, bands: 3 };
};

/* Colours times their alpha, as they must be while they are averaged. */
const weight = (picture) => {
  const { data } = picture, out = new Uint8Array(data.length); // prettier-ignore
  for (let i = 0; i < data.length; i++) {
    const times = data[i] * data[i | 3] + 128;
    out[i] = (i & 3) === 3 ? data[i] : ((times >> 8) + times) >> 8;
  }
  return { ...picture, data: out };
};

/* And back. */
const unweight = (picture) => {
  const { data } = picture, out = new Uint8Array(data.length); // prettier-ignore
  for (let i = 0; i < data.length; i++) {
    const alpha = data[i | 3];
    const kept = (i & 3) === 3 || alpha === 255 || !alpha;
    out[i] = kept ? data[i] : Math.min(255, Math.floor((255 * data[i]) / alpha));
  }
  return { ...picture, data: out };
};

/* A large JPEG as Pillow decodes it: at a fraction of its size. */
const draft = (picture) => {
  const fits = Math.min(...[picture.width, picture.height].map((side) => Math.floor(side / (2 * WORK_SIDE))));
  const by = [8, 4, 2].find((one) => fits >= one);
  return by ? reduce(picture, by, by) : picture;
};

const toGrey = ({ data, width, height, bands }) => {
  const out = new Float64Array(width * height);
  for (let i = 0, at = 0; i < out.length; i++, at += bands)
    out[i] = (data[at] / 255) * 0.299 + (data[at + 1] / 255) * 0.587 + (data[at + 2] / 255) * 0.114;
  return out;
};

/* What is drawn on nothing is put on black where it is light and on white where it is dark. */
const layDown = (grey, data) => {
  let shown = 0, light = 0; // prettier-ignore
  const alpha = grey.map((_, i) => data[4 * i + 3] / 255);
  alpha.forEach((one, i) => {
    shown += one;
    light += one * grey[i];
  });
  const behind = shown && light / shown > 0.5 ? 0 : 1;
  return grey.map((one, i) => alpha[i] * one + (1 - alpha[i]) * behind);
};

export const decode = async (bytes) => {
  if (!bytes.length) refuse("the picture is empty; draw a digit, or choose an image file.");
  if (bytes.length > MAX_BYTES) {
    const values = { size: bytes.length / 2 ** 20, most: MAX_BYTES >> 20 };
    refuse("the file has {size:.0f} MB; a picture may have up to {most} MB.", values);
  }
  const header = readHeader(bytes);
  if (!header?.width || !header.height) {
    refuse("the file is no image that can be read; give a PNG, JPEG, WebP, GIF or BMP of one digit.");
  }
  checkSize(header);
  const drawn = header.whole ? await paint(bytes, header).catch(() => null) : null;
  if (!drawn) refuse("the picture is broken and cannot be decoded; save it anew, or take another.");
  const { width, height } = drawn;
  if (!header.clear) {
    const plain = dropAlpha(drawn), small = shrink(header.format === "jpeg" ? draft(plain) : plain, WORK_SIDE); // prettier-ignore
    return { data: toGrey(small), width: small.width, height: small.height };
  }
  const isLarge = Math.max(width, height) > WORK_SIDE;
  const small = isLarge ? unweight(shrink(weight(drawn), WORK_SIDE)) : drawn;
  return { data: layDown(toGrey(small), small.data), width: small.width, height: small.height };
};
