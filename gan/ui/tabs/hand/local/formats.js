/* What an image file says of itself before a pixel is decoded: its format, its size, and whether it has alpha. A file
   that does not get as far as its pixels is none.

     readHeader(bytes) -> {format, width, height, clear, whole, lacks} or null
         whole: its pixels are all there; lacks: what browsers want at its end, and others do without */

const { checksum } = window.DigitForge;

const text = (bytes, at, length) => String.fromCharCode(...bytes.subarray(at, at + length));

const IEND = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);

const readPng = (bytes, view) => {
  if (text(bytes, 12, 4) !== "IHDR" || bytes.length < 33) return null;
  const found = { format: "png", width: view.getUint32(16), height: view.getUint32(20), clear: [4, 6].includes(bytes[25]) };
  let pixels = false, ended = false, at = 33; // prettier-ignore
  for (; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const kind = text(bytes, at + 4, 4);
    if (kind === "tRNS") found.clear = true;
    pixels ||= kind === "IDAT";
    if ((ended = kind === "IEND")) break;
  }
  return pixels ? { ...found, whole: at <= bytes.length, lacks: ended ? [] : [IEND] } : null;
};

const readJpeg = (bytes, view) => {
  let found = null;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const mark = bytes[at + 1];
    if (mark === 0xff || mark === 1 || (mark >= 0xd0 && mark <= 0xd8)) {
      at += mark === 0xff ? 1 : 2; // padding, and marks without a length
      continue;
    }
    const isFrame = mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark);
    if (isFrame && at + 9 <= bytes.length) {
      found = { format: "jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5), clear: false };
    }
    if (mark === 0xda) return found && { ...found, whole: endsJpeg(bytes, at) };
    at += 2 + view.getUint16(at + 2);
  }
  return null;
};

/* Whether the mark of its end comes after the scan. */
const endsJpeg = (bytes, scan) => {
  for (let at = bytes.length - 2; at > scan; at--) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
};

/* One that is cut off is none: its frames are listed before any is decoded. */
const readWebp = (bytes, view) => {
  const kind = text(bytes, 12, 4);
  const three = (at) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
  if (bytes.length < 30 || view.getUint32(4, true) + 8 > bytes.length + 1) return null;
  if (kind === "VP8X") {
    return { format: "webp", width: three(24) + 1, height: three(27) + 1, clear: Boolean(bytes[20] & 16), whole: true };
  }
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return { format: "webp", width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, clear: Boolean((bits >>> 28) & 1), whole: true }; // prettier-ignore
  }
  if (kind !== "VP8 ") return null;
  const [width, height] = [26, 28].map((at) => view.getUint16(at, true) & 0x3fff);
  return { format: "webp", width, height, clear: false, whole: true };
};

/* Of the first picture: what goes before it may say that one colour is none. */
const readGif = (bytes, view) => {
  if (bytes.length < 13) return null;
  const found = { format: "gif", width: view.getUint16(6, true), height: view.getUint16(8, true), clear: false, whole: true };
  let at = 13 + (bytes[10] & 128 ? 3 * 2 ** ((bytes[10] & 7) + 1) : 0);
  while (at + 2 < bytes.length && bytes[at] === 0x21) {
    if (bytes[at + 1] === 0xf9) found.clear = Boolean(bytes[at + 3] & 1);
    for (at += 2; bytes[at]; at += 1 + bytes[at]);
    at += 1;
  }
  return bytes[at] === 0x2c ? found : null;
};

const readBmp = (bytes, view) => {
  if (bytes.length < 30) return null;
  const old = view.getUint32(14, true) === 12;
  const [width, height] = old ? [view.getUint16(18, true), view.getUint16(20, true)] : [view.getInt32(18, true), view.getInt32(22, true)]; // prettier-ignore
  // Of 32 bits with masks (BITMAPV3HEADER and later), the last mask is alpha's
  const isMasked = view.getUint32(14, true) >= 56 && view.getUint16(28, true) === 32 && view.getUint32(30, true) === 3;
  const clear = isMasked && view.getUint32(66, true) !== 0;
  return { format: "bmp", width, height: Math.abs(height), clear, whole: true };
};

/* Whether a PNG's size and kind are as they were written, by their own sum. */
const isSound = (bytes, view) => checksum([bytes.subarray(12, 29)]) >>> 0 === view.getUint32(29);

export const readHeader = (bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begins = (...signs) => signs.every((sign, i) => bytes[i] === sign);
  try {
    const isPng = begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
    if (isPng) return isSound(bytes, view) ? readPng(bytes, view) : null;
    if (begins(0xff, 0xd8, 0xff)) return readJpeg(bytes, view);
    if (text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 4) === "WEBP") return readWebp(bytes, view);
    if (["GIF87a", "GIF89a"].includes(text(bytes, 0, 6))) return readGif(bytes, view);
    if (begins(0x42, 0x4d)) return readBmp(bytes, view);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // a header that ends too early
  }
  return null;
};
