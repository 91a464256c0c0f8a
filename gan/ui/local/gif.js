/* Cut frames (films.js) -> the pieces of a GIF of 256 greys (GIF89a; LZW: its appendix F), which loops for ever. */
import { enlarge } from "./sheets.js";

const CLEAR = 256;
const END = 257;
const CODES = 4096; // a code has 12 bits at most

const word = (value) => [value & 255, value >> 8];

/* Bytes in blocks of up to 255, each after its size, and an empty one. */
const block = (bytes) => {
  const out = new Uint8Array(bytes.length + Math.ceil(bytes.length / 255) + 1);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 255) {
    const some = bytes.subarray(at, at + 255);
    out[to] = some.length;
    out.set(some, to + 1);
    to += some.length + 1;
  }
  return out;
};

/* What follows a code, by code and byte. One table for all frames: those entries that were used are emptied. */
class Table {
  constructor() {
    this.next = new Uint16Array(CODES * 256);
    this.used = [];
    this.empty();
  }

  empty() {
    for (const key of this.used) this.next[key] = 0;
    Object.assign(this, { used: [], count: END + 1, width: 9 });
  }

  /* False once all codes are given. */
  add(key) {
    if (this.count === CODES) return false;
    this.next[key] = this.count;
    this.used.push(key);
    if (this.count >> this.width) this.width += 1; // the code just given has a bit more; whoever reads is one behind
    this.count += 1;
    return true;
  }
}

/* Pixels as LZW codes. */
const compress = (grey, table) => {
  const out = new Uint8Array(2 * grey.length + 16); // 12 bits a pixel and a code to clear, at most
  let [size, bits, held] = [0, 0, 0];
  const put = (code) => {
    held |= code << bits;
    bits += table.width;
    for (; bits >= 8; bits -= 8, held >>>= 8) out[size++] = held & 255;
  };
  table.empty();
  put(CLEAR);
  let run = grey[0]; // the code of the pixels that are not written yet
  for (const pixel of grey.subarray(1)) {
    const key = run * 256 + pixel, longer = table.next[key]; // prettier-ignore
    if (longer) {
      run = longer;
      continue;
    }
    put(run);
    if (!table.add(key)) {
      put(CLEAR);
      table.empty();
    }
    run = pixel;
  }
  put(run);
  if (table.count >> table.width && table.width < 12) table.width += 1; // whoever reads gives one more code now
  put(END);
  if (bits) out[size++] = held;
  return out.subarray(0, size);
};

export function* encodeGif(frames, { side, scale, fps, note }) {
  const table = new Table();
  const greys = Array.from({ length: 256 }, (_, grey) => [grey, grey, grey]).flat();
  const wide = word(side * scale);
  yield Uint8Array.from([...new TextEncoder().encode("GIF89a"), ...wide, ...wide, 0xf7, 0, 0, ...greys]);
  yield Uint8Array.from([0x21, 0xff, 11, ...new TextEncoder().encode("NETSCAPE2.0"), 3, 1, 0, 0, 0]); // for ever
  if (note) yield* [Uint8Array.of(0x21, 0xfe), block(note)];
  for (const frame of frames) {
    yield Uint8Array.from([0x21, 0xf9, 4, 1 << 2, ...word(Math.round(100 / fps)), 0, 0]); // 1 << 2: it stays
    const place = [frame.left, frame.top, frame.width, frame.height].flatMap((value) => word(value * scale));
    yield Uint8Array.from([0x2c, ...place, 0, 8]); // 8: bits of a pixel
    yield block(compress(enlarge(frame, scale).grey, table));
  }
  yield Uint8Array.of(0x3b);
}
