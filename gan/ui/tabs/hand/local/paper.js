/* Ink and paper: twin of find_ink, fit_surface and flatten of gan/data/photo.py, in the same sentences. A field is
   {data: Float64Array, width, height}. */
import { Refusal, say } from "../../../local/say.js";
import { deviation, fit, mean, quantile, range, round, takeOtsu } from "./numbers.js";

const CONTRAST = 0.09; // of the range from black to white: less is no ink, but paper and noise
export const NOTHING = say("no digit stands out in the picture; write it large, in dark ink on plain light paper.");

const refuse = (template) => {
  throw new Refusal(say(template));
};

/* The paper's light: a quadratic in (x, y) fitted by least squares, again and again without outliers. */
const fitSurface = ({ data, width, height }) => {
  const terms = new Float64Array(data.length * 6);
  for (let j = 0, i = 0; j < height; j++)
    for (let k = 0; k < width; k++, i++) {
      const x = -1 + (2 * k) / (width - 1), y = -1 + (2 * j) / (height - 1); // prettier-ignore
      terms.set([1, x, y, x * x, x * y, y * y], i * 6);
    }
  const middle = quantile(data, 0.5), far = 2.5 * deviation(data) + 1e-9; // prettier-ignore
  let good = data.map((value) => Number(Math.abs(value - middle) < far)), surface = data; // prettier-ignore
  for (let times = 0; times < 4; times++) {
    const by = fit(terms, 6, data, good);
    surface = data.map((_, i) => by.reduce((sum, one, k) => sum + one * terms[i * 6 + k], 0));
    const rest = data.map((value, i) => Math.abs(value - surface[i])), most = 2 * quantile(rest, 0.7) + 1e-9; // prettier-ignore
    good = rest.map((one) => Number(one <= most));
  }
  return surface;
};

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

const blur = (values, width, height, reach) =>
  smooth(smooth(values, width, height, width, 1, reach), height, width, 1, width, reach);

/* Takes the local mean of what is no ink away, within a third of the picture: the edge of a shadow; at least 0. */
const flatten = (rest, width, height) => {
  const reach = Math.max(3, Math.floor(Math.max(width, height) / 6));
  const most = Math.max(takeOtsu(rest.map((one) => Math.max(one, 0))), 1e-9);
  const weight = blur(rest.map((one) => Number(one <= most)), width, height, reach); // prettier-ignore
  const sums = blur(rest.map((one) => (one <= most ? one : 0)), width, height, reach); // prettier-ignore
  return rest.map((one, i) => Math.max(one - (weight[i] > 0.05 ? sums[i] / Math.max(weight[i], 1e-6) : 0), 0));
};

/* The commonest of 256 grey levels, and how many pixels have it. */
const findCommonest = (data) => {
  const counts = new Uint32Array(256);
  for (const value of data) counts[round(value * 255)] += 1;
  const most = Math.max(...counts);
  return [counts.indexOf(most), most];
};

const checkInk = (ink, floor, clean) => {
  const dark = ink.filter((one) => one > floor), light = ink.filter((one) => !(one > floor)); // prettier-ignore
  const share = dark.length / ink.length;
  const contrast = dark.length && light.length ? mean(dark) - mean(light) : 0;
  const noise = light.length ? deviation(light) : Infinity;
  if (contrast < CONTRAST || (!clean && contrast < 4 * noise)) throw new Refusal(NOTHING);
  if (share > (clean ? 0.6 : 0.45)) refuse("ink fills nearly the whole picture; leave plain paper around the digit.");
};

/* Grey levels in [0, 1] -> {ink: at least 0, floor: from which level it is ink, clean: a drawing on a screen}. */
export const findInk = ({ data, width, height }) => {
  const [low, high] = range(data);
  if (high - low < CONTRAST) {
    refuse("nothing is drawn there; draw or photograph one digit, in dark ink on light or the reverse.");
  }
  const [level, many] = findCommonest(data), clean = many > data.length / 4; // prettier-ignore
  const paper = clean ? null : fitSurface({ data, width, height });
  const rest = data.map((value, i) => value - (clean ? level / 255 : paper[i]));
  const sign = rest.reduce((sum, one) => sum + one ** 3, 0) > 0 ? 1 : -1;
  const out = rest.map((one) => sign * one);
  const ink = clean ? out.map((one) => Math.max(one, 0)) : flatten(out, width, height);
  // A small digit weighs less than the edge of a shadow: what is far fainter than the strongest ink is none
  const floor = Math.max(takeOtsu(ink), clean ? 0 : 0.3 * quantile(ink, 0.998));
  checkInk(ink, floor, clean);
  return { ink: { data: ink, width, height }, floor: Math.min(floor, 0.5 * range(ink)[1]), clean };
};
