/* Arrays of numbers as files have them: IDX (LeCun, Cortes & Burges, "The MNIST database") and NumPy's .npy (NEP 1).
   -> {shape, data}, a typed array in the order of C; null for a file of another kind, a RangeError for one that is cut
   off or longer than it says. */
const READERS = {
  u1: "getUint8", b1: "getUint8", i1: "getInt8", u2: "getUint16", i2: "getInt16", u4: "getUint32", i4: "getInt32",
  u8: "getBigUint64", i8: "getBigInt64", f4: "getFloat32", f8: "getFloat64",
}; // prettier-ignore
const IDX = { 0x08: "u1", 0x09: "i1", 0x0b: "i2", 0x0c: "i4", 0x0d: "f4", 0x0e: "f8" };

const read = (bytes, from, kind, shape, little) => {
  const count = shape.reduce((product, one) => product * one, 1), size = Number(kind[1]); // prettier-ignore
  if (bytes.length !== from + count * size) throw new RangeError(`${bytes.length - from} of ${count * size} bytes`);
  if (kind === "u1" || kind === "b1") return bytes.subarray(from);
  const view = new DataView(bytes.buffer, bytes.byteOffset + from), get = READERS[kind]; // prettier-ignore
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = Number(view[get](i * size, little));
  return out;
};

export const readIdx = (bytes) => {
  const kind = IDX[bytes[2]];
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || !kind || !bytes[3]) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: bytes[3] }, (_, i) => view.getUint32(4 + 4 * i));
  return { shape, data: read(bytes, 4 + 4 * shape.length, kind, shape, false) };
};

/* From the order of Fortran, the first index fastest, to that of C. */
const reorder = (data, shape) => {
  const out = new data.constructor(data.length), index = shape.map(() => 0); // prettier-ignore
  let step = 1;
  const steps = shape.map((size) => (step *= size) / size);
  for (let i = 0; i < out.length; i++) {
    out[i] = data[index.reduce((sum, one, k) => sum + one * steps[k], 0)];
    for (let k = shape.length - 1; k >= 0 && (index[k] += 1) === shape[k]; k--) index[k] = 0;
  }
  return out;
};

export const readNpy = (bytes) => {
  if (bytes.length < 10 || String.fromCharCode(...bytes.subarray(1, 6)) !== "NUMPY") return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [long, start] = bytes[6] > 1 ? [view.getUint32(8, true), 12] : [view.getUint16(8, true), 10];
  const head = new TextDecoder("latin1").decode(bytes.subarray(start, start + long));
  const [, order, kind] = /'descr':\s*'([<>|=])(\w+)'/.exec(head) ?? [];
  const sizes = /'shape':\s*\(([^)]*)\)/.exec(head)?.[1];
  if (!READERS[kind] || sizes === undefined) return null;
  const shape = sizes.split(",").map((one) => one.trim()).filter(Boolean).map(Number); // prettier-ignore
  const data = read(bytes, start + long, kind, shape, order !== ">");
  return { shape, data: /'fortran_order':\s*True/.test(head) && shape.length > 1 ? reorder(data, shape) : data };
};
