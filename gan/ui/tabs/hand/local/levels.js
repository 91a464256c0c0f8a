/* Many grey levels at once: the mean, the least and the greatest around a pixel. Twin of gan/data/photo/levels.py. A field
   is {data, width, height}. */

/* Running means over 2 reach + 1 along lines of `size` values `step` apart, as far as they lie inside. */
const smooth = (values, lines, size, step, stride, reach) => {
  const out = new Float64Array(values.length), sums = new Float64Array(size + 1); // prettier-ignore
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < size; i++) sums[i + 1] = sums[i] + values[line * stride + i * step];
    for (let i = 0; i < size; i++) {
      const end = Math.min(i + reach + 1, size), start = Math.max(i - reach, 0); // prettier-ignore
      out[line * stride + i * step] = (sums[end] - sums[start]) / (end - start);
    }
  }
  return out;
};

/* The mean over a square of side 2 reach + 1, as far as it lies inside: down and then across, as Python's. */
export const blur = (values, width, height, reach) =>
  smooth(smooth(values, width, height, width, 1, reach), height, width, 1, width, reach);

/* The greatest (sign 1) or the least (sign -1) over 2 reach + 1 along lines: windows are doubled until they are wide enough. */
const sweep = (values, lines, size, step, stride, reach, sign) => {
  const out = new Float64Array(values.length), wide = new Float64Array(size + 2 * reach); // prettier-ignore
  for (let line = 0; line < lines; line++) {
    wide.fill(-Infinity);
    for (let i = 0; i < size; i++) wide[i + reach] = sign * values[line * stride + i * step];
    for (let window = 1, length = wide.length; window < 2 * reach + 1; ) {
      const by = Math.min(window, 2 * reach + 1 - window);
      length -= by;
      for (let i = 0; i < length; i++) if (wide[i + by] > wide[i]) wide[i] = wide[i + by];
      window += by;
    }
    for (let i = 0; i < size; i++) out[line * stride + i * step] = sign * wide[i];
  }
  return out;
};

/* The greatest or the least over a square of side 2 reach + 1, as far as it lies inside. */
export const slide = (values, width, height, reach, sign) =>
  sweep(sweep(values, height, width, 1, width, reach, sign), width, height, width, 1, reach, sign);

/* A mask, or levels of 8 bits, widened: each pixel the largest of those within so many, across and then down. */
export const widen = ({ data, width, height, ...rest }, reach) => {
  const pass = (from, lines, size, step, stride) => {
    const out = new from.constructor(from.length);
    for (let line = 0; line < lines; line++)
      for (let i = 0; i < size; i++) {
        let most = 0;
        for (let k = Math.max(0, i - reach); k <= Math.min(size - 1, i + reach); k++)
          most = Math.max(most, from[line * stride + k * step]);
        out[line * stride + i * step] = most;
      }
    return out;
  };
  return { ...rest, data: pass(pass(data, height, width, 1, width), width, height, width, 1), width, height };
};

/* A mask (Uint8Array of 0 and 1) and its neighbours within so many pixels along lines, there and back. */
const growAlong = (mask, lines, size, step, stride, reach) => {
  const out = new Uint8Array(mask.length);
  for (let line = 0; line < lines; line++)
    for (const by of [1, -1])
      for (let i = 0, far = reach + 1; i < size; i++) {
        const at = line * stride + (by > 0 ? i : size - 1 - i) * step;
        far = mask[at] ? 0 : far + 1;
        if (far <= reach) out[at] = 1;
      }
  return out;
};

/* A mask and its neighbours within so many pixels. */
export const grow = (mask, width, height, reach) =>
  growAlong(growAlong(mask, height, width, 1, width, reach), width, height, width, 1, reach);
