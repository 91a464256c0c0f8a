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
    x,
    y,
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

/* A picture (784) -> [slant, thickness], and what turns gradients by these two into gradients by its pixels. */
export const measureStyleWithPull = (image) => {
  load(image, 0);
  const own = ink.slice(), { total, x, y, varY, cov } = findMoments(), outline = findOutline(); // prettier-ignore
  const shear = -cov / (varY + EPS), thickness = (2 * total) / (outline + EPS); // prettier-ignore
  const pull = ([bySlant, byThickness]) => {
    const out = new Float32Array(SIDE * SIDE), all = total + EPS; // prettier-ignore
    const byShear = (bySlant * DEGREES) / (1 + shear * shear) / (varY + EPS);
    // Places from the mean do not quite sum to 0, for EPS is in the sum that the mean is taken by
    const restX = ((x + MIDDLE) * EPS) / all, restY = ((y + MIDDLE) * EPS) / all; // prettier-ignore
    const byOutline = pullOutline(own, (-byThickness * thickness) / (outline + EPS));
    for (let i = 0; i < out.length; i++) {
      const column = i % SIDE, row = (i - column) / SIDE, dx = column - MIDDLE - x, dy = row - MIDDLE - y; // prettier-ignore
      const byCov = dx * dy - cov - restY * dx - restX * dy, byVar = dy * dy - varY - 2 * restY * dy; // prettier-ignore
      const through = (byShear * (-byCov - shear * byVar)) / all + (2 * byThickness) / (outline + EPS);
      out[i] = (through + byOutline[(row + 1) * FRAMED + column + 1]) / 2; // of ink, which is (pixel + 1) / 2
    }
    return out;
  };
  return { style: [DEGREES * Math.atan(shear), thickness], pull };
};

/* A gradient by the outline -> by the framed ink. */
const pullOutline = (own, d) => {
  const out = new Float64Array(own.length);
  for (let at = FRAMED; at < FRAMED * FRAMED; at += FRAMED)
    for (let i = at + 1; i < at + FRAMED; i++) {
      const a = own[i] - own[i - FRAMED - 1], b = own[i - 1] - own[i - FRAMED]; // prettier-ignore
      const share = d / (2 * Math.sqrt((a * a + b * b) / 2 + 1e-8));
      out[i] += share * a;
      out[i - FRAMED - 1] -= share * a;
      out[i - 1] += share * b;
      out[i - FRAMED] -= share * b;
    }
  return out;
};
