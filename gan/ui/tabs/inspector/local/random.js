/* Chance for a text: the same draws for the same words. Not those of Python's random, which the server draws by.

     const random = makeRandom("round 1 0 3");
     random.below(10), random.shuffle(items) */
import { sha256 } from "../../../engine/sha256.js";

export const makeRandom = (text) => {
  let state = parseInt(sha256(new TextEncoder().encode(text)).slice(0, 8), 16);
  const next = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count) => Math.floor(next() * count);
  const shuffle = (items) => {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = below(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  };
  return { below, shuffle };
};
