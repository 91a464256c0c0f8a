/* Frames -> the bytes of a film that goes on for ever and carries its recipe; twin of gan/drawing/films.py. No browser's
   own encoder is asked: Safari has none for WebP, and others change what a canvas holds so that nobody is recognised. */
import { encodeGif } from "./gif.js";
import { writeJson } from "./png.js";
import { FieldError, quote, say } from "./say.js";
import { encodeWebp } from "./webp.js";

const SIDE = 28;
const SCALE = 8; // screen pixels for each of a digit's own
const FPS = 25;
const TURN = 12; // milliseconds of work after which the page has its turn
const KINDS = { gif: ["image/gif", encodeGif], webp: ["image/webp", encodeWebp] };

/* Where a frame differs from the one before it, as {left, top, width, height, grey}; nowhere: its first pixel. */
const cut = (frame, before) => {
  let [left, top, right, bottom] = before ? [SIDE, SIDE, 0, 0] : [0, 0, SIDE, SIDE];
  for (let i = 0; before && i < frame.length; i++) {
    if (frame[i] === before[i]) continue;
    const x = i % SIDE, y = (i - x) / SIDE; // prettier-ignore
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  }
  if (!right) [left, top, right, bottom] = [0, 0, 1, 1];
  const [width, height] = [right - left, bottom - top];
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * SIDE + left;
    grey.set(frame.subarray(from, from + width), y * width);
  }
  return { left, top, width, height, grey };
};

/* The parts of the film, one a frame. A generator: whoever goes through it may rest in between. */
function* cutFrames(pixels, order) {
  let before = null;
  for (const index of order) {
    const frame = pixels.subarray(index * SIDE ** 2, (index + 1) * SIDE ** 2);
    yield cut(frame, before);
    before = frame;
  }
}

const rest = () => new Promise((done) => setTimeout(done));

/* pixels: uint8 (n 784); order: the frames as they are played; kind: "gif" or "webp" -> {data, type}. The pixels stay as
   they are in both. FieldError for a kind that is none. */
export const encodeFilm = async (pixels, order, kind, recipe = null) => {
  if (kind === "mp4") throw new FieldError(window.DigitForge.word("interpolate.mp4.none", { command: "make demo" }));
  if (!Object.hasOwn(KINDS, kind)) throw new FieldError(say("there is no {value} to ask for here.", { value: quote(kind) }));
  const [type, encode] = KINDS[kind];
  const note = recipe ? new TextEncoder().encode(writeJson(recipe)) : null;
  const parts = encode(cutFrames(pixels, order), { side: SIDE, scale: SCALE, fps: FPS, note });
  const kept = []; // pieces of the file
  let since = performance.now();
  for (const piece of parts) {
    kept.push(piece);
    if (performance.now() - since < TURN) continue;
    await rest();
    since = performance.now();
  }
  const data = new Uint8Array(await new Blob(kept).arrayBuffer());
  if (kind === "webp") new DataView(data.buffer).setUint32(4, data.length - 8, true); // RIFF says its size first
  return { data, type };
};
