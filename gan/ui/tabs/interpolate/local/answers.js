/* What the Interpolate tab asks for, answered in the page; twin of gan/ui/tabs/interpolate/tab.py. */
import { checkLinked, checkPsi, readLink } from "../../../local/checks.js";
import { encodeFilm } from "../../../local/films.js";
import { pick } from "../../../local/gather.js";
import { encodePng } from "../../../local/png.js";
import { describeWay as describe } from "../../../local/recipe.js";
import { checked } from "../../../local/say.js";
import { makeSheet } from "../../../local/sheets.js";
import { checkLoop, checkMethod, checkTravels, chooseStrip, describeWay, parseEnds, readWay } from "./way.js";

const FIRST = { ends: "3.4,8.7", method: "slerp", travels: "both", loop: "back", psi: 0.7 };

const nameFile = ({ ends }, kind) => {
  const [start, end] = [ends[0], ends.at(-1)];
  if (ends.length === 2) return `digit-${start.digit}-seed-${start.seed}-to-${end.digit}-seed-${end.seed}.${kind}`;
  return `digits-${ends.map(({ digit }) => digit).join("-")}-seed-${start.seed}.${kind}`;
};

export const answers = (here) => {
  const draw = async ({ model: name, ...request }, choose) => {
    const model = await here.find(name);
    const way = readWay(model.manifest, { ...FIRST, ...request });
    const { method, travels, truncation: psi } = way;
    const stops = way.loop === "round" ? [...way.ends, way.ends[0]] : way.ends;
    const { pixels, ms } = await model.ask("walk", { ends: stops, ts: choose(way.frames), method, travels, psi });
    return { way, model, pixels, ms, recipe: describe(model.manifest, way) };
  };
  const drawAll = (request) =>
    draw(request, (frames) => Array.from({ length: frames }, (_, i) => i / (frames - 1)));

  const makeFilm = async (request, kind) => {
    const { way, pixels, recipe } = await drawAll(request);
    const count = way.frames;
    const order = [...Array(way.loop === "round" ? count - 1 : count).keys()]; // round: the last is the first again
    if (way.loop === "back") order.push(...[...order].slice(1, -1).reverse());
    return { ...(await encodeFilm(pixels, order, kind, recipe)), name: nameFile(way, kind) };
  };

  return {
    async frames(request) {
      const { way, model, pixels, ms, recipe } = await drawAll(request);
      return {
        pixels,
        count: way.frames,
        strip: chooseStrip(way.frames),
        ends: way.ends,
        alt: describeWay(way.ends, model.manifest),
        milliseconds: Math.round(ms),
        recipe,
      };
    },

    /* The one frame that is looked at, t of the way (0 to 1): there sooner than all. */
    async frame(request) {
      const { pixels } = await draw(request, (frames) => [Math.round(request.t * (frames - 1)) / (frames - 1)]);
      return { pixels };
    },

    async "strip.png"(request) {
      const { way, pixels, recipe } = await drawAll(request);
      const shown = chooseStrip(way.frames);
      const data = await encodePng(makeSheet(pick(pixels, shown), shown.length, { scale: 8 }), recipe);
      return { data, type: "image/png", name: nameFile(way, "png") };
    },

    "frames.gif": (request) => makeFilm(request, "gif"),
    "frames.webp": (request) => makeFilm(request, "webp"),
    "frames.mp4": (request) => makeFilm(request, "mp4"),

    async link({ link: asked }) {
      const link = readLink(asked);
      const { name, manifest } = await checkLinked(here, link, ["ends", "method", "travels", "loop", "psi"]);
      const found = { model: name };
      if ("ends" in link) {
        found.ends = checked("ends", parseEnds, link.ends, manifest).map(({ digit, seed }) => `${digit}.${seed}`).join(); // prettier-ignore
      }
      const checks = { method: checkMethod, travels: checkTravels, loop: checkLoop, psi: checkPsi };
      for (const [own, check] of Object.entries(checks)) if (own in link) found[own] = checked(own, check, link[own]);
      return { controls: found };
    },

    classes: here.classes,
  };
};
