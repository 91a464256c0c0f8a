/* What tests/engine asks of the engine's modules in a real browser: numbers compared with what Python wrote down. */
const E = "/engine/";
const load = (name) => import(`${E}${name}.js`);

export const open = async (folder, how = {}) => {
  const [{ Heap }, { Generator }, files] = await Promise.all(["heap", "generator", "files"].map(load));
  const at = new URL(folder, location.href), manifest = await files.loadManifest(at), heap = await Heap.make(how);
  const take = (part) => files.loadTensors(at, manifest.parts[part]);
  const tensors = await take("generator"), told = manifest.parts.generator;
  return { manifest, heap, take, tensors, generator: new Generator(heap, manifest, told.network, tensors) };
};

/* What finds and refines the hand of a picture, of an opened model. */
export const invert = async ({ heap, manifest, generator, take }) => {
  const [{ Encoder }, { Inverter }, { Refiner }, { Reader }] =
    await Promise.all(["encoder", "inversion", "refine", "reader"].map(load));
  const [hand, weights] = [await take("hand"), await take("reader")];
  const encoder = manifest.parts.hand.network ? new Encoder(heap, manifest, hand) : null;
  const refiner = new Refiner(generator, new Reader(heap, weights), hand.spread.data);
  return { inverter: new Inverter(generator, hand.spread, encoder), refiner };
};

export const read = async (name, Kind = Float32Array) => new Kind(await (await fetch(`/ref/${name}`, { cache: "no-store" })).arrayBuffer());

/* The largest difference from what is written down, Infinity where one is a number and the other not. */
export const differ = async (numbers, name) => {
  const wanted = await read(name);
  if (numbers.length !== wanted.length) return Infinity;
  let worst = 0;
  numbers.forEach((value, i) => {
    if (Number.isNaN(value) !== Number.isNaN(wanted[i])) worst = Infinity;
    else if (!Number.isNaN(value)) worst = Math.max(worst, Math.abs(value - wanted[i]));
  });
  return worst;
};

/* Grey levels: {worst, share of pixels that differ, far: share of those by more than one level}. */
export const compareBytes = async (bytes, name) => {
  const wanted = await read(name, Uint8Array);
  if (bytes.length !== wanted.length) throw new Error(`${bytes.length} pixels for ${wanted.length}`);
  let worst = 0, off = 0, far = 0;
  bytes.forEach((value, i) => {
    const one = Math.abs(value - wanted[i]);
    worst = Math.max(worst, one);
    off += one > 0;
    far += one > 1;
  });
  return { worst, share: off / bytes.length, far: far / bytes.length };
};

export const range = (n) => Array.from({ length: n }, (_, i) => i);
export const digits = (n) => range(n).map((i) => i % 10);
export { load };
