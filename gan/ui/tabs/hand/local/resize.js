/* Pictures made smaller as Pillow's box filter makes them, to the grey level: every pixel is the mean of those it
   covers, in fixed point, first across and then down, each rounded to 8 bits.

   A picture is {data: Uint8Array, width, height, bands}, the bands of a pixel side by side. */
const BITS = 22; // of a weight's fraction

/* What each of `size` pixels takes of `all` source pixels spread over `reach` of them: [[first, weights], ...]. */
const weigh = (reach, size, all) => {
  const scale = reach / size, wide = Math.max(scale, 1); // prettier-ignore
  return Array.from({ length: size }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - wide / 2 + 0.5)), end = Math.min(all, Math.trunc(centre + wide / 2 + 0.5)); // prettier-ignore
    const inside = Array.from({ length: end - first }, (_, k) => {
      const place = (first + k - centre + 0.5) / wide;
      return place > -0.5 && place <= 0.5 ? 1 : 0;
    });
    const sum = inside.reduce((total, one) => total + one, 0) || 1;
    return [first, Int32Array.from(inside, (one) => Math.trunc(0.5 + (one / sum) * 2 ** BITS))];
  });
};

/* One pass: `lines` runs of pixels `step` apart, the runs `stride` apart. */
const run = (from, to, rows, { lines, bands, step, stride, outStep, outStride }) => {
  for (let line = 0; line < lines; line++)
    rows.forEach(([first, weights], i) => {
      for (let band = 0; band < bands; band++) {
        let sum = 2 ** (BITS - 1), at = line * stride + first * step + band; // prettier-ignore
        for (let k = 0; k < weights.length; k++, at += step) sum += from[at] * weights[k];
        to[line * outStride + i * outStep + band] = Math.min(255, Math.floor(sum / 2 ** BITS));
      }
    });
};

/* To width x height; `reach` says how much of the source they cover, all of it unless a last pixel is less than whole. */
export const resize = (picture, width, height, reach = [picture.width, picture.height]) => {
  let { data, width: across } = picture;
  const { height: down, bands } = picture;
  if (width !== across || reach[0] !== across) {
    const out = new Uint8Array(width * down * bands);
    const place = { lines: down, bands, step: bands, stride: across * bands, outStep: bands, outStride: width * bands };
    run(data, out, weigh(reach[0], width, across), place);
    [data, across] = [out, width];
  }
  if (height !== down || reach[1] !== down) {
    const out = new Uint8Array(across * height * bands), wide = across * bands; // prettier-ignore
    const rows = weigh(reach[1], height, down);
    run(data, out, rows, { lines: wide, bands: 1, step: wide, stride: 1, outStep: wide, outStride: 1 });
    data = out;
  }
  return { data, width: across, height, bands };
};

/* Each pixel the rounded mean of fx x fy, fewer at the right and lower edges. */
export const reduce = (picture, fx, fy) => {
  const { data, width, height, bands } = picture;
  const across = Math.ceil(width / fx), down = Math.ceil(height / fy), out = new Uint8Array(across * down * bands); // prettier-ignore
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++) {
      const right = Math.min(width, (x + 1) * fx), low = Math.min(height, (y + 1) * fy); // prettier-ignore
      const count = (right - x * fx) * (low - y * fy);
      for (let band = 0; band < bands; band++) {
        let sum = Math.floor(count / 2);
        for (let j = y * fy; j < low; j++)
          for (let i = x * fx; i < right; i++) sum += data[(j * width + i) * bands + band];
        out[(y * across + x) * bands + band] = Math.floor(sum / count);
      }
    }
  return { data: out, width: across, height: down, bands };
};

/* The whole number beside `value` whose error is less, one at least. */
const settle = (value, error) => {
  const [low, high] = [Math.floor(value), Math.ceil(value)];
  return Math.max(error(low) <= error(high) ? low : high, 1);
};

/* The size in a square of `side` that keeps the shape, or null where it fits already; twin of Image.thumbnail. */
export const fitSide = (width, height, side) => {
  if (side >= width && side >= height) return null;
  const shape = width / height;
  if (shape <= 1) return [settle(side * shape, (n) => Math.abs(shape - n / side)), side];
  return [side, settle(side / shape, (n) => (n === 0 ? 0 : Math.abs(shape - side / n)))];
};

/* At most `side` along the longer side. What is more than four times too large is first reduced by whole numbers. */
export const shrink = (picture, side) => {
  const size = fitSide(picture.width, picture.height, side);
  if (!size) return picture;
  const [fx, fy] = [picture.width / size[0], picture.height / size[1]].map((one) => Math.trunc(one / 2) || 1);
  if (picture.bands === 4 || (fx === 1 && fy === 1)) return resize(picture, ...size); // Pillow reduces no alpha
  return resize(reduce(picture, fx, fy), ...size, [picture.width / fx, picture.height / fy]);
};
