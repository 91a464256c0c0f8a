/* Handwriting in units: slant in degrees; stroke thickness, width and height in pixels. Twin of
   gan/handwriting/measures.py. */
const SIDE = 28;
const FRAMED = SIDE + 2;
const MIDDLE = 13.5;
const EPS = 1e-6;
const DEGREES = 180 / Math.PI;

export const MEASURES = ["slant", "thickness", "width", "height"];

const ink = new Float64Array(FRAMED * FRAMED); // of one picture, 0 to 1, with an empty line about it

const load = (images, n) => {
  for (let y = 0, i = n * SIDE * SIDE; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++, i++) ink[(y + 1) * FRAMED + x + 1] = (images[i] + 1) / 2;
};

/* The variances of the ink's place in x and y, and the covariance. */
const findMoments = () => {
  let total = 0, sumX = 0, sumY = 0, xx = 0, yy = 0, xy = 0; // prettier-ignore
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const value = ink[(y + 1) * FRAMED + x + 1], dx = x - MIDDLE, dy = y - MIDDLE; // prettier-ignore
      total += value;
      sumX += value * dx;
      sumY += value * dy;
      xx += value * dx * dx;
      yy += value * dy * dy;
      xy += value * dx * dy;
    }
  const all = total + EPS, x = (sumX + MIDDLE * total) / all - MIDDLE, y = (sumY + MIDDLE * total) / all - MIDDLE; // prettier-ignore
  return {
    total,
    varX: (xx - 2 * x * sumX + x * x * total) / all,
    varY: (yy - 2 * y * sumY + y * y * total) / all,
    cov: (xy - x * sumY - y * sumX + x * y * total) / all,
  };
};

/* The length of the outline: the ink's total variation (Rudin, Osher & Fatemi 1992), by the diagonals of its cells. */
const findOutline = () => {
  let outline = 0;
  for (let at = FRAMED; at < FRAMED * FRAMED; at += FRAMED)
    for (let i = at + 1; i < at + FRAMED; i++) {
      const a = ink[i] - ink[i - FRAMED - 1], b = ink[i - 1] - ink[i - FRAMED]; // prettier-ignore
      outline += Math.sqrt((a * a + b * b) / 2 + 1e-8);
    }
  return outline;
};

/* Images (n, 784) in [-1, 1] -> [slant, thickness, width, height] of each: (n, 4). The width is that of the digit set
   upright, so that a hand that leans more is not wider for it. */
export const measureHand = (images) => {
  const out = new Float32Array((images.length / 784) * 4);
  for (let n = 0; n * 784 < images.length; n++) {
    load(images, n);
    const { total, varX, varY, cov } = findMoments();
    const upright = Math.max(varX - (cov * cov) / (varY + EPS), 0);
    out[n * 4] = DEGREES * Math.atan(-cov / (varY + EPS));
    out[n * 4 + 1] = (2 * total) / (findOutline() + EPS); // a long stroke has area t l and outline 2 l
    out[n * 4 + 2] = Math.sqrt(12 * upright + EPS);
    out[n * 4 + 3] = Math.sqrt(12 * varY + EPS);
  }
  return out;
};
