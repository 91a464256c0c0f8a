/* Arrays of numbers as files have them: IDX (LeCun, Cortes & Burges, "The MNIST database") and NumPy's .npy (NEP 1).
   -> {shape, data}; null for a file of another kind, a RangeError for one that is cut off. */
const TYPES = { "|u1": Uint8Array, "|b1": Uint8Array, "<i8": BigInt64Array, "<u8": BigUint64Array, "<i4": Int32Array, "<i2": Int16Array, "|i1": Int8Array }; // prettier-ignore

export const readIdx = (bytes) => {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8 || !bytes[3]) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: bytes[3] }, (_, i) => view.getUint32(4 + 4 * i));
  return { shape, data: cut(bytes, 4 + 4 * shape.length, shape) };
};

const cut = (bytes, from, shape) => {
  const size = shape.reduce((product, one) => product * one, 1);
  if (bytes.length !== from + size) throw new RangeError(`${bytes.length - from} of ${size} bytes`);
  return bytes.subarray(from);
};

export const readNpy = (bytes) => {
  if (bytes.length < 10 || String.fromCharCode(...bytes.subarray(1, 6)) !== "NUMPY") return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [long, start] = bytes[6] > 1 ? [view.getUint32(8, true), 12] : [view.getUint16(8, true), 10];
  const head = new TextDecoder("latin1").decode(bytes.subarray(start, start + long));
  const Type = TYPES[/'descr':\s*'([^']+)'/.exec(head)?.[1]];
  const sizes = /'shape':\s*\(([^)]*)\)/.exec(head)?.[1];
  if (!Type || sizes === undefined || /'fortran_order':\s*True/.test(head)) return null;
  const shape = sizes.split(",").map((one) => one.trim()).filter(Boolean).map(Number); // prettier-ignore
  const wide = { shape: [...shape, Type.BYTES_PER_ELEMENT] };
  return { shape, data: Array.from(new Type(cut(bytes, start + long, wide.shape).slice().buffer), Number) };
};
