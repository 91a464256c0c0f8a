/* SHA-256 of bytes, hexadecimal (FIPS 180-4): crypto.subtle has it on https alone, and a page may come by http. */
const firstBits = (root) => {
  const out = [];
  for (let n = 2; out.length < (root === 3 ? 64 : 8); n++)
    if (!out.primes?.some((p) => n % p === 0)) {
      (out.primes ??= []).push(n);
      const value = root === 3 ? Math.cbrt(n) : Math.sqrt(n);
      out.push(Math.floor((value - Math.floor(value)) * 4294967296) | 0);
    }
  return Int32Array.from(out);
};
const CONSTANTS = firstBits(3);
const START = firstBits(2);
const turn = (x, n) => (x >>> n) | (x << (32 - n));

/* One block of 64 bytes, sixteen words in w, into the state h. */
const mix = (h, w) => {
  for (let t = 16; t < 64; t++) {
    const a = w[t - 15], b = w[t - 2]; // prettier-ignore
    const small = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3), large = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10); // prettier-ignore
    w[t] = (w[t - 16] + small + w[t - 7] + large) | 0;
  }
  let [a, b, c, d, e, f, g, i] = h;
  for (let t = 0; t < 64; t++) {
    const one = (i + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + CONSTANTS[t] + w[t]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    i = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, i].forEach((word, k) => (h[k] = (h[k] + word) | 0));
};

export const sha256 = (bytes) => {
  const h = START.slice(), w = new Int32Array(64); // prettier-ignore
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 128;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, (bytes.length * 8) >>> 0);
  for (let at = 0; at < padded.length; at += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(at + 4 * t);
    mix(h, w);
  }
  return [...h].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
};
