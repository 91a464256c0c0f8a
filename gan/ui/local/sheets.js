/* Pictures (n 784), uint8, as one: {grey, width, height}, row by row with empty pixels between and around; enlarged by
   repeating pixels. Twin of gan/drawing/sheets.py. */
const SIDE = 28;

export const makeSheet = (pixels, columns, { scale = 1, gap = 2 } = {}) => {
  const count = pixels.length / SIDE ** 2, rows = Math.ceil(count / columns); // prettier-ignore
  const [width, height] = [columns * (SIDE + gap) + gap, rows * (SIDE + gap) + gap];
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < count; i++) {
    const left = gap + (i % columns) * (SIDE + gap), top = gap + Math.floor(i / columns) * (SIDE + gap); // prettier-ignore
    for (let y = 0; y < SIDE; y++) {
      const from = i * SIDE ** 2 + y * SIDE;
      grey.set(pixels.subarray(from, from + SIDE), (top + y) * width + left);
    }
  }
  return enlarge({ grey, width, height }, scale);
};

export const enlarge = (picture, scale) => {
  if (scale === 1) return picture;
  const [width, height] = [picture.width * scale, picture.height * scale];
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < picture.height; y++) {
    const line = grey.subarray(y * scale * width, (y * scale + 1) * width);
    for (let x = 0; x < picture.width; x++) line.fill(picture.grey[y * picture.width + x], x * scale, (x + 1) * scale);
    for (let k = 1; k < scale; k++) grey.copyWithin((y * scale + k) * width, y * scale * width, (y * scale + 1) * width);
  }
  return { grey, width, height };
};
