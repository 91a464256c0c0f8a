/* Frames -> the bytes of a film that goes on for ever and carries its recipe; twin of gan/drawing/films.py. */
import { say, FieldError } from "./say.js";

/* pixels (n 784); order: the frames as they are played; kind: "gif" or "webp" -> {data, type}. */
export const encodeFilm = async (pixels, order, kind) => {
  throw new FieldError(say("there is no {value} to ask for here.", { value: `'${kind}'` }));
};
