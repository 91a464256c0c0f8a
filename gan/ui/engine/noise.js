/* (seed, index) -> z, bit for bit as Python draws it. Twin of gan/drawing/noise.py.

   Philox4x32-10 (Salmon et al. 2011) gives every sample a stream of its own: key = seed, counter = (block, index).
   Box-Muller turns its words into normals. */

/* The high word of a product of two 32-bit words, exact in doubles. */
const multiplyHigh = (a, b) => {
  const al = a & 0xffff, ah = a >>> 16, bl = b & 0xffff, bh = b >>> 16; // prettier-ignore
  const middle = ah * bl + ((al * bl) >>> 16);
  const low = (middle % 65536) + al * bh;
  return (ah * bh + Math.floor(middle / 65536) + Math.floor(low / 65536)) >>> 0;
};

/* Philox4x32-10: counter (block, index, 0, 0), key (seed, 0) -> four words in [0, 2^32). */
export const philox = (block, index, seed) => {
  let [a, b, c, d, k0, k1] = [block >>> 0, index >>> 0, 0, 0, seed >>> 0, 0];
  for (let round = 0; round < 10; round++) {
    const h0 = multiplyHigh(0xd2511f53, a), l0 = Math.imul(0xd2511f53, a) >>> 0; // prettier-ignore
    const h1 = multiplyHigh(0xcd9e8d57, c), l1 = Math.imul(0xcd9e8d57, c) >>> 0; // prettier-ignore
    [a, b, c, d] = [(h1 ^ b ^ k0) >>> 0, l1, (h0 ^ d ^ k1) >>> 0, l0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
};

const share = (word) => (word + 0.5) / 4294967296; // (0, 1), never 0: its logarithm is finite

/* z of the samples `indices` of `seed`, one seed for all or one each: Float32Array (indices.length, zDim).
   kind: "normal" N(0, I), or "uniform" in [-1, 1]. Seeds and indices are integers from 0 to 2^32 - 1. */
export const drawNoise = (seed, indices, zDim, kind = "normal") => {
  const out = new Float32Array(indices.length * zDim);
  indices.forEach((index, i) => {
    const own = typeof seed === "number" ? seed : seed[i];
    for (let block = 0; block * 4 < zDim; block++) {
      const u = philox(block, index, own).map(share);
      const four = kind === "uniform" ? u.map((one) => 2 * one - 1) : [...turn(u[0], u[1]), ...turn(u[2], u[3])];
      for (let k = 0; k < 4 && block * 4 + k < zDim; k++) out[i * zDim + block * 4 + k] = four[k];
    }
  });
  return out;
};

/* Two uniform numbers -> two normal ones (Box & Muller 1958). */
const turn = (u, v) => {
  const radius = Math.sqrt(-2 * Math.log(u)), angle = 2 * Math.PI * v; // prettier-ignore
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
};
