/* SHA-512 (FIPS 180-4) of a few bytes: browsers' own is there on https alone, and only to be waited for. */
const MASK = (1n << 64n) - 1n;

/* The first 64 bits of the fractions of the roots of the first primes: `root` of p times 2^(64 degree), cut to 64. */
const findRoot = (value, degree) => {
  let low = 0n, high = 1n << 80n; // prettier-ignore
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= value) low = middle;
    else high = middle;
  }
  return low;
};
const isPrime = (n) => Array.from({ length: Math.floor(Math.sqrt(n)) - 1 }, (_, i) => i + 2).every((one) => n % one);
const PRIMES = Array.from({ length: 410 }, (_, n) => n).filter((n) => n > 1 && isPrime(n));
const fraction = (prime, degree) => findRoot(BigInt(prime) << (64n * degree), degree) & MASK;
let constants = null; // made when first needed

const makeConstants = () => ({
  start: PRIMES.slice(0, 8).map((prime) => fraction(prime, 2n)),
  rounds: PRIMES.slice(0, 80).map((prime) => fraction(prime, 3n)),
});

const turn = (x, by) => ((x >> by) | (x << (64n - by))) & MASK;

const mix = (hash, block, rounds) => {
  const w = block.slice();
  for (let i = 16; i < 80; i++) {
    const a = w[i - 15], b = w[i - 2]; // prettier-ignore
    const one = turn(a, 1n) ^ turn(a, 8n) ^ (a >> 7n), two = turn(b, 19n) ^ turn(b, 61n) ^ (b >> 6n); // prettier-ignore
    w.push((w[i - 16] + one + w[i - 7] + two) & MASK);
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let i = 0; i < 80; i++) {
    const up = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n), chosen = (e & f) ^ (~e & MASK & g); // prettier-ignore
    const first = (h + up + chosen + rounds[i] + w[i]) & MASK;
    const down = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n), most = (a & b) ^ (a & c) ^ (b & c); // prettier-ignore
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) & MASK, c, b, a, (first + down + most) & MASK];
  }
  return [a, b, c, d, e, f, g, h].map((value, i) => (value + hash[i]) & MASK);
};

/* Bytes -> the 64 bytes of their hash. */
export const sha512 = (bytes) => {
  constants ??= makeConstants();
  const padded = new Uint8Array(Math.ceil((bytes.length + 17) / 128) * 128);
  padded.set(bytes);
  padded[bytes.length] = 128;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length * 8));
  let hash = constants.start;
  for (let at = 0; at < padded.length; at += 128) {
    const block = Array.from({ length: 16 }, (_, i) => view.getBigUint64(at + 8 * i));
    hash = mix(hash, block, constants.rounds);
  }
  const out = new DataView(new ArrayBuffer(64));
  hash.forEach((value, i) => out.setBigUint64(8 * i, value));
  return new Uint8Array(out.buffer);
};
