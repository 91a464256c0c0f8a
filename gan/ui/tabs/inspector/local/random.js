/* Chance for a text, as Python's random.Random(text) draws it: the same real digits and rounds as at a server. The text
   becomes numbers by SHA-512 (FIPS 180-4), these the state of MT19937 (Matsumoto & Nishimura 1998).

     const random = makeRandom("round 1 0 3");
     random.below(10), random.shuffle(items), random.sample(10000, 20) */
import { sha512 } from "./sha512.js";

const N = 624, M = 397; // prettier-ignore

/* init_by_array of the numbers in `key`. */
const seed = (key) => {
  const state = new Uint32Array(N);
  state[0] = 19650218;
  for (let i = 1; i < N; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  let i = 1;
  const mix = (times, factor, add) => {
    for (let k = 0; k < times; k++) {
      const last = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = (state[i] ^ Math.imul(last, factor)) + add(k);
      i += 1;
      if (i >= N) [state[0], i] = [state[N - 1], 1];
    }
  };
  mix(Math.max(N, key.length), 1664525, (k) => key[k % key.length] + (k % key.length));
  mix(N - 1, 1566083941, () => -i);
  state[0] = 0x80000000;
  return state;
};

const turn = (state) => {
  for (let i = 0; i < N; i++) {
    const y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
    state[i] = state[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
  }
};

/* The text's bytes and their hash, as one number: its 32-bit parts, the least first. */
const toKey = (text) => {
  const bytes = new TextEncoder().encode(text), all = [...bytes, ...sha512(bytes)].reverse(); // prettier-ignore
  const key = new Uint32Array(Math.ceil(all.length / 4));
  all.forEach((byte, i) => (key[i >> 2] |= byte << (8 * (i & 3))));
  return key;
};

export const makeRandom = (text) => {
  const state = seed(toKey(text));
  let at = N;
  const next = () => {
    if (at === N) {
      turn(state);
      at = 0;
    }
    let y = state[at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
  const below = (count) => {
    const drop = Math.clz32(count); // of 32 bits, as many as the number has
    for (;;) {
      const drawn = next() >>> drop;
      if (drawn < count) return drawn;
    }
  };
  const shuffle = (items) => {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = below(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  };
  /* `many` of 0 to count - 1, none twice. */
  const sample = (count, many) => {
    const few = many > 5 ? 21 + 4 ** Math.ceil(Math.log(many * 3) / Math.log(4)) : 21;
    const pool = count <= few ? Array.from({ length: count }, (_, i) => i) : null, taken = new Set(); // prettier-ignore
    return Array.from({ length: many }, (_, i) => {
      if (pool) {
        const j = below(count - i), drawn = pool[j]; // prettier-ignore
        pool[j] = pool[count - i - 1];
        return drawn;
      }
      let drawn = below(count);
      while (taken.has(drawn)) drawn = below(count);
      taken.add(drawn);
      return drawn;
    });
  };
  return { below, shuffle, sample };
};
