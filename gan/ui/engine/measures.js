/* Handwriting in units: slant in degrees; stroke thickness, width and height in pixels. Twin of
   gan/handwriting/measures.py. */
const SIDE = 28;
const EPS = 1e-6;
const DEGREES = 180 / Math.PI;

export const MEASURES = ["slant", "thickness", "width", "height"];

/* One picture's total ink, the variances of its place in x and y, and the covariance; ink 784 numbers in [0, 1]. */
const findMoments = (ink) => {
  let total = EPS, x = 0, y = 0; // prettier-ignore
  ink.forEach((value, i) => {
    total += value;
    x += value * (i % SIDE);
    y += value * Math.floor(i / SIDE);
  });
  x /= total;
  y /= total;
  let varX = 0, varY = 0, cov = 0; // prettier-ignore
  ink.forEach((value, i) => {
    const dx = (i % SIDE) - x, dy = Math.floor(i / SIDE) - y; // prettier-ignore
    varX += value * dx * dx;
    varY += value * dy * dy;
    cov += value * dx * dy;
  });
  return { total, varX: varX / total, varY: varY / total, cov: cov / total };
};

/* Twice the ink's area over its outline's length, which is its total variation (Rudin, Osher & Fatemi 1992). */
const findThickness = (ink) => {
  const at = (y, x) => (y < 0 || x < 0 || y >= SIDE || x >= SIDE ? 0 : ink[y * SIDE + x]);
  let outline = 0;
  for (let y = 0; y <= SIDE; y++)
    for (let x = 0; x <= SIDE; x++) {
      const a = at(y, x) - at(y - 1, x - 1), b = at(y, x - 1) - at(y - 1, x); // prettier-ignore
      outline += Math.sqrt((a * a + b * b) / 2 + 1e-8);
    }
  return (2 * ink.reduce((sum, value) => sum + value, 0)) / (outline + EPS);
};

/* Images (n, 784) in [-1, 1] -> [slant, thickness, width, height] of each: (n, 4). The width is that of the digit set
   upright, so that a hand that leans more is not wider for it. */
export const measureHand = (images) => {
  const out = new Float32Array((images.length / 784) * 4);
  for (let n = 0; n * 784 < images.length; n++) {
    const ink = Float64Array.from(images.subarray(n * 784, (n + 1) * 784), (value) => (value + 1) / 2);
    const { varX, varY, cov } = findMoments(ink);
    const upright = Math.max(varX - (cov * cov) / (varY + EPS), 0);
    const slant = DEGREES * Math.atan(-cov / (varY + EPS));
    out.set([slant, findThickness(ink), Math.sqrt(12 * upright + EPS), Math.sqrt(12 * varY + EPS)], n * 4);
  }
  return out;
};
