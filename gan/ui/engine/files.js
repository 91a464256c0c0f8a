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

/* The bytes at an address; cache as fetch has it. */
const load = async (address, file, cache = "default") => {
  let answer;
  try {
    answer = await fetch(address, { cache });
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

/* The manifest in a folder; the one file whose name stays when what it says changes, so the server is asked. */
export const loadManifest = async (folder) => {
  const bytes = await load(new URL("manifest.json", folder), "manifest.json", "no-cache");
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

/* A part that is gone may be of a version that has been replaced since the manifest was read: then the one that is there
   now names another. Snapshots are named by another file. */
const explainMissing = async (error, folder, { file }) => {
  if (error.reason !== "missing" || file.startsWith("moment.")) return error;
  const now = await loadManifest(folder).catch(() => null);
  const isNamed = !now || Object.values(now.parts).some((one) => one.file === file);
  return isNamed ? error : new Problem("changed", file);
};

/* A part's bytes, checked; part: {file, bytes, sha256} of the manifest. What fails may be a browser's old or half copy:
   it is fetched once more past the cache. */
export const loadPart = async (folder, part) => {
  const address = new URL(part.file, folder);
  const bytes = await load(address, part.file).catch(async (error) => {
    throw await explainMissing(error, folder, part);
  });
  if (!(await findFault(bytes, part))) return bytes;
  const again = await load(address, part.file, "reload"), fault = await findFault(again, part); // prettier-ignore
  if (fault) throw fault;
  return again;
};

const findFault = async (bytes, { file, bytes: length, sha256: wanted }) => {
  if (bytes.length !== length) return new Problem("cut", file, `${bytes.length} of ${length} bytes`);
  return (await digest(bytes)) === wanted ? null : new Problem("changed", file);
};

/* SHA-256 by the browser, which has it where the page came by TLS or from this machine; else by our own. */
const digest = async (bytes) => {
  if (!globalThis.crypto?.subtle) return sha256(bytes);
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(found, (one) => one.toString(16).padStart(2, "0")).join("");
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
