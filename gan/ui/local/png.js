/* A grey picture -> the bytes of a PNG (8 bits, no filter), with the recipe as JSON in a tEXt chunk, as
   gan/drawing/sheets.py writes it (PNG, third edition, sections 5 and 11). */
import { gather } from "./gather.js";

const { checksum, deflate } = window.DigitForge;

const chunk = (kind, ...parts) => {
  const name = new TextEncoder().encode(kind);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const [head, tail] = [new Uint8Array(4), new Uint8Array(4)];
  new DataView(head.buffer).setUint32(0, size);
  new DataView(tail.buffer).setUint32(0, checksum([name, ...parts]));
  return [head, name, ...parts, tail];
};

/* JSON as Python's json.dumps writes it with narrow separators: ASCII alone. */
export const writeJson = (value) =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);

/* zlib's format without compression (RFC 1950, RFC 1951, section 3.2.4), for a picture that is only shown. */
const store = (bytes) => {
  const parts = [Uint8Array.of(0x78, 0x01)];
  let [a, b] = [1, 0]; // Adler-32
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK), size = block.length; // prettier-ignore
    const isLast = at + BLOCK >= bytes.length ? 1 : 0;
    parts.push(Uint8Array.of(isLast, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255), block);
    for (let from = 0; from < size; from += SUMMED) {
      for (let i = from; i < Math.min(from + SUMMED, size); i++) b += a += block[i];
      [a, b] = [a % 65521, b % 65521];
    }
  }
  return gather([...parts, Uint8Array.of(b >> 8, b & 255, a >> 8, a & 255)]);
};
const BLOCK = 65535;
const SUMMED = 3800; // bytes until the sums are near 2^32

/* shown: for the eye alone, written at once and not compressed. */
export const encodePng = async ({ grey, width, height }, recipe = null, { shown = false } = {}) => {
  const lines = new Uint8Array((width + 1) * height); // a zero before each line: not filtered
  for (let y = 0; y < height; y++) lines.set(grey.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const head = new Uint8Array(13);
  new DataView(head.buffer).setUint32(0, width);
  new DataView(head.buffer).setUint32(4, height);
  head[8] = 8; // bits; the rest, zeros: grey, deflated, not interlaced
  const told = recipe ? chunk("tEXt", new TextEncoder().encode(`recipe\0${writeJson(recipe)}`)) : [];
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return gather([signature, ...chunk("IHDR", head), ...told, ...chunk("IDAT", shown ? store(lines) : await deflate([lines], "deflate")), ...chunk("IEND")]);
};
