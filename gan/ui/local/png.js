/* A grey picture -> the bytes of a PNG (8 bits, no filter), with the recipe as JSON in a tEXt chunk, as
   gan/drawing/sheets.py writes it (PNG, third edition, sections 5 and 11). */
const { checksum, deflate } = window.DigitForge;

const chunk = (kind, ...parts) => {
  const name = new TextEncoder().encode(kind);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const [head, tail] = [new Uint8Array(4), new Uint8Array(4)];
  new DataView(head.buffer).setUint32(0, size);
  new DataView(tail.buffer).setUint32(0, checksum([name, ...parts]));
  return [head, name, ...parts, tail];
};

const gather = (parts) => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

/* JSON as Python's json.dumps writes it with narrow separators: ASCII alone. */
export const writeJson = (value) =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);

export const encodePng = async ({ grey, width, height }, recipe = null) => {
  const lines = new Uint8Array((width + 1) * height); // a zero before each line: not filtered
  for (let y = 0; y < height; y++) lines.set(grey.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const head = new Uint8Array(13);
  new DataView(head.buffer).setUint32(0, width);
  new DataView(head.buffer).setUint32(4, height);
  head[8] = 8; // bits; the rest, zeros: grey, deflated, not interlaced
  const told = recipe ? chunk("tEXt", new TextEncoder().encode(`recipe\0${writeJson(recipe)}`)) : [];
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return gather([signature, ...chunk("IHDR", head), ...told, ...chunk("IDAT", await deflate([lines], "deflate")), ...chunk("IEND")]);
};
