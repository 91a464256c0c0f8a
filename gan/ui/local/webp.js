/* Cut frames (films.js) -> the pieces of an animated WebP without loss (RFC 9649), which loops for ever.

   What is enlarged is known to repeat: a pixel's copies are those to its left, a line's the line above, so that a
   frame's own pixels are written once and all else is a distance and a length. */
const GREENS = 256 + 24; // symbols: greys, then lengths
const DISTANCES = 40;
const [ABOVE, BEFORE] = [0, 1]; // distance symbols of the pixel above, and of the one before
const LONGEST = 15; // bits of a code, as the format has it

const text = (letters) => new TextEncoder().encode(letters);
const little = (value, count) => Array.from({ length: count }, (_, i) => (value >>> (8 * i)) & 255);

/* Bits, the lowest first. */
class Bits {
  constructor() {
    Object.assign(this, { bytes: [], held: 0, count: 0 });
  }

  put(value, count) {
    this.held |= value << this.count;
    this.count += count;
    for (; this.count >= 8; this.count -= 8, this.held >>>= 8) this.bytes.push(this.held & 255);
  }

  end() {
    if (this.count) this.bytes.push(this.held & 255);
    return Uint8Array.from(this.bytes);
  }
}

/* Counts -> lengths of a prefix code (Huffman 1952). A frame has 1,596 symbols at most, too few for more than 14 bits. */
const measureCode = (counts) => {
  const trees = [], lengths = new Uint8Array(counts.length); // prettier-ignore
  counts.forEach((count, symbol) => count && trees.push({ count, symbols: [symbol] }));
  while (trees.length > 1) {
    trees.sort((a, b) => b.count - a.count);
    const [a, b] = [trees.pop(), trees.pop()];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) lengths[symbol] += 1;
    trees.push({ count: a.count + b.count, symbols });
  }
  return lengths;
};

/* Lengths -> the canonical code of each symbol, its first bit the lowest. */
const assignCodes = (lengths) => {
  const codes = new Uint16Array(lengths.length);
  let next = 0;
  for (let length = 1; length <= LONGEST; length++, next <<= 1) {
    lengths.forEach((own, symbol) => {
      if (own !== length) return;
      for (let bit = 0; bit < length; bit++) codes[symbol] |= ((next >> bit) & 1) << (length - 1 - bit);
      next += 1;
    });
  }
  return codes;
};

/* Write the code for symbols of these counts -> put(symbol). One symbol takes no bits. */
const writeCode = (bits, counts) => {
  const used = [...counts.keys()].filter((symbol) => counts[symbol]);
  if (used.length < 2 && (used[0] ?? 0) < 256) {
    bits.put(0b101, 3); // simple, one symbol, of 8 bits
    bits.put(used[0] ?? 0, 8);
    return () => {};
  }
  const lengths = measureCode(counts), codes = assignCodes(lengths); // prettier-ignore
  bits.put(0, 1);
  bits.put(19 - 4, 4);
  for (let place = 0; place < 19; place++) bits.put([0, 1, 8].includes(place) ? 0 : 4, 3); // no repeats (17, 18, 16)
  bits.put(0, 1); // a length for every symbol, in four bits each, the first the lowest
  const four = assignCodes(new Uint8Array(16).fill(4));
  for (const length of lengths) bits.put(four[length], 4);
  return (symbol) => bits.put(codes[symbol], lengths[symbol]);
};

/* A length as its symbol and further bits: [symbol, bits, value]. */
const splitLength = (length) => {
  const value = length - 1;
  if (value < 4) return [256 + value, 0, 0];
  const high = 31 - Math.clz32(value);
  return [256 + 2 * high + ((value >> (high - 1)) & 1), high - 1, value & ((1 << (high - 1)) - 1)];
};

/* A cut frame as [symbol, bits, value, distance]: greys, and copies of what is before or above. */
const listTokens = ({ grey, width, height }, scale) => {
  const tokens = [];
  const copy = (length, distance) => tokens.push([...splitLength(length), distance]);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; ) {
      const pixel = grey[y * width + x];
      let run = 1;
      while (x + run < width && grey[y * width + x + run] === pixel) run += 1;
      tokens.push([pixel, 0, 0]);
      copy(run * scale - 1, BEFORE);
      x += run;
    }
    copy(width * scale * (scale - 1), ABOVE); // 1,568 at most; a copy may have 4,096
  }
  return tokens;
};

const count = (symbols, most) => {
  const counts = new Uint32Array(most);
  for (const symbol of symbols) if (symbol !== undefined) counts[symbol] += 1;
  return counts;
};

const encodePicture = (frame, scale) => {
  const bits = new Bits();
  bits.put(0x2f, 8);
  bits.put(frame.width * scale - 1, 14);
  bits.put(frame.height * scale - 1, 14);
  bits.put(0, 4); // no transparency; version 0
  bits.put(0b0101, 4); // red and blue are what they have beyond green: nothing; no other transform
  bits.put(0, 1); // no cache of colours
  const tokens = listTokens(frame, scale);
  bits.put(0, 1); // one set of codes
  const putGreen = writeCode(bits, count(tokens.map(([symbol]) => symbol), GREENS)); // prettier-ignore
  for (const only of [0, 0, 255]) writeCode(bits, count([only], 256)); // red, blue, alpha
  const putDistance = writeCode(bits, count(tokens.map((token) => token[3]), DISTANCES)); // prettier-ignore
  for (const [symbol, more, value, distance] of tokens) {
    putGreen(symbol);
    bits.put(value, more);
    if (distance !== undefined) putDistance(distance);
  }
  return bits.end();
};

/* A chunk of RIFF: its name, its size, and bytes, an even number of them. */
const chunk = (name, ...parts) => {
  const bytes = parts.flatMap((part) => [...part]);
  return Uint8Array.from([...text(name), ...little(bytes.length, 4), ...bytes, ...(bytes.length % 2 ? [0] : [])]);
};

/* Exif with the ImageDescription alone (TIFF 6.0): the text and a zero after a directory of one entry. */
const describe = (note) => {
  const head = [...text("II*\0"), ...little(8, 4), 1, 0];
  return [...head, ...little(0x010e, 2), 2, 0, ...little(note.length + 1, 4), ...little(26, 4), 0, 0, 0, 0, ...note, 0];
};

/* The file's size, in its first piece, is for whoever has all of them. */
export function* encodeWebp(frames, { side, scale, fps, note }) {
  const wide = little(side * scale - 1, 3);
  yield Uint8Array.from([...text("RIFF"), 0, 0, 0, 0, ...text("WEBP")]);
  yield chunk("VP8X", [2 | (note ? 8 : 0), 0, 0, 0, ...wide, ...wide]); // animation; Exif
  yield chunk("ANIM", [0, 0, 0, 255, 0, 0]); // on black; for ever
  for (const frame of frames) {
    const place = [(frame.left * scale) / 2, (frame.top * scale) / 2, frame.width * scale - 1, frame.height * scale - 1];
    const head = [...place.flatMap((value) => little(value, 3)), ...little(Math.round(1000 / fps), 3), 2]; // 2: no blending
    yield chunk("ANMF", head, chunk("VP8L", encodePicture(frame, scale)));
  }
  if (note) yield chunk("EXIF", describe(note));
}
