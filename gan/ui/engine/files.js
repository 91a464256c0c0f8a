/* A model's files: fetched, checked against the manifest's length and SHA-256, and read. Twin of gan/ui/engine/parts.py.

   What is wrong is thrown as a Problem, whose reason is one of REASONS. */
import { widenHalves } from "./half.js";
import { sha256 } from "./sha256.js";

export const FORMAT = "digit-forge-page/1";
export const REASONS = ["missing", "network", "cut", "changed", "version", "damaged"];

export class Problem extends Error {
  constructor(reason, file, detail = "") {
    super(`${file}: ${reason}${detail ? ` (${detail})` : ""}`);
    Object.assign(this, { name: "Problem", reason, file, detail });
  }
}

/* The bytes at an address. */
const load = async (address, file) => {
  let answer;
  try {
    answer = await fetch(address);
  } catch (error) {
    throw new Problem("network", file, error.message);
  }
  if (!answer.ok) throw new Problem("missing", file, String(answer.status));
  try {
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    throw new Problem("network", file, error.message); // lost midway
  }
};

/* The manifest in a folder. */
export const loadManifest = async (folder) => {
  const bytes = await load(new URL("manifest.json", folder), "manifest.json");
  const manifest = parse(bytes, "manifest.json");
  if (manifest?.format !== FORMAT) throw new Problem("version", "manifest.json", String(manifest?.format));
  return manifest;
};

const parse = (bytes, file) => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Problem("damaged", file, error.message);
  }
};

/* A part's bytes, checked; part: {file, bytes, sha256} of the manifest. */
export const loadPart = async (folder, part) => {
  const bytes = await load(new URL(part.file, folder), part.file);
  if (bytes.length !== part.bytes) throw new Problem("cut", part.file, `${bytes.length} of ${part.bytes} bytes`);
  if (sha256(bytes) !== part.sha256) throw new Problem("changed", part.file);
  return bytes;
};

export const loadJson = async (folder, part) => parse(await loadPart(folder, part), part.file);

/* safetensors -> {name: {shape, data: Float32Array}}. */
export const readTensors = (bytes, file) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (8 + size > bytes.length) throw new Problem("damaged", file, "no header");
  const header = parse(bytes.subarray(8, 8 + size), file);
  const out = {};
  for (const [name, told] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = told.data_offsets;
    const part = bytes.slice(8 + size + from, 8 + size + to).buffer;
    const data = told.dtype === "F16" ? widenHalves(new Uint16Array(part)) : new Float32Array(part);
    if (data.length !== told.shape.reduce((product, one) => product * one, 1)) throw new Problem("damaged", file, name);
    out[name] = { shape: told.shape, data };
  }
  return out;
};

export const loadTensors = async (folder, part) => readTensors(await loadPart(folder, part), part.file);
