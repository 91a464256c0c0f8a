/* Files that a visitor picks, unpacked: gzip, and the entries of a ZIP (PKWARE's APPNOTE, sections 4.3.12 and 4.3.16),
   stored or deflated. A TypeError or RangeError is thrown for what is damaged, TooLarge for what would not fit. */
import { gather } from "./gather.js";

const END = 0x06054b50, ENTRY = 0x02014b50; // prettier-ignore
const { checksum } = window.DigitForge;

export class TooLarge extends Error {}

/* most: of bytes, unpacked. What a file says of its size is not believed: it may be little that becomes very much. */
export const inflate = async (bytes, kind, most) => {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(kind)).getReader();
  const parts = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    size += next.value.length;
    if (size <= most) continue;
    await reader.cancel();
    throw new TooLarge();
  }
  return gather(parts);
};

export const isGzip = (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b;

export const isZip = (bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b;

/* A ZIP's files as [{name, bytes}, ...]; most: bytes of all of them. */
export const unzip = async (bytes, most) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== END) end -= 1; // a comment may follow; before the beginning it is a RangeError
  const count = view.getUint16(end + 10, true), files = []; // prettier-ignore
  let at = view.getUint32(end + 16, true), left = most; // prettier-ignore
  for (let i = 0; i < count && view.getUint32(at, true) === ENTRY; i++) {
    const packed = view.getUint32(at + 20, true);
    const [letters, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + letters));
    const head = view.getUint32(at + 42, true);
    const from = head + 30 + view.getUint16(head + 26, true) + view.getUint16(head + 28, true);
    const body = bytes.subarray(from, from + packed);
    const found = view.getUint16(at + 10, true) === 8 ? await inflate(body, "deflate-raw", left) : body;
    if (checksum([found]) !== view.getUint32(at + 16, true)) throw new RangeError(name);
    files.push({ name, bytes: found });
    left -= found.length;
    at += 46 + letters + extra + comment;
  }
  return files;
};
