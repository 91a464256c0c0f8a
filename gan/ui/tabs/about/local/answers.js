/* What the About tab asks for, answered in the page; twin of gan/ui/tabs/about/tab.py. */
import { EngineError } from "../../../engine/engine.js";
import { drawNoise } from "../../../engine/noise.js";
import { checkMadeWith, checkSeed, parseClass } from "../../../local/checks.js";
import { makeRecipe } from "../../../local/recipe.js";
import { checked } from "../../../local/say.js";
import { showLearning, showOne, showOpinions, showStyles, showTruncation, showWays } from "./lesson.js";

/* z as grey: 128 is 0, and 40 grey levels are 1. Clamped arrays round as Python does. */
const shade = ({ z_dim: size, noise }, seed) => {
  const z = drawNoise(seed, [0], size, noise);
  return new Uint8Array(Uint8ClampedArray.from(z, (value) => Math.fround(128 + Math.fround(40 * value))));
};

/* Whom a lesson is about: the model, a seed and a class, checked; `ms` counts what its pictures take. */
const choose = async (here, { model: name, weights, seed, digit }) => {
  const model = await here.find(name), { manifest } = model; // prettier-ignore
  checkMadeWith(weights, model);
  const number = checked("seed", checkSeed, seed);
  const label = manifest.conditional ? checked("digit", parseClass, digit, manifest, "digit") : 0;
  const kind = manifest.conditional ? manifest.class_names[label] : "picture";
  return { model, seed: number, label, kind, ms: 0 };
};

export const answers = (here) => ({
  /* As Python answers it; with `later` without the pictures of the run, whose files are as large as the model each. */
  async lesson({ later = false, ...request }) {
    const subject = await choose(here, request), { model, seed: number, label } = subject, { manifest } = model; // prettier-ignore
    const steps = {
      draw: await showOne(subject),
      styles: await showStyles(subject),
      truncation: await showTruncation(subject),
    };
    const { step, explain = "", problem = "" } = await showOpinions(subject);
    if (step) steps.judge = step;
    const learned = "history" in manifest.parts;
    const waits = learned && later;
    if (!waits) steps.learn = await (learned ? showLearning : showWays)(subject);
    return {
      ...(waits ? { later } : {}),
      noise: shade(manifest, number),
      steps,
      learned,
      refused: problem,
      explain,
      classes: manifest.conditional ? manifest.class_names : [],
      milliseconds: Math.round(subject.ms),
      recipe: makeRecipe(manifest, { seed: number, digit: label }),
    };
  },

  /* The last step of a lesson that was asked for without it. */
  async learn(request) {
    const subject = await choose(here, request);
    return { step: await showLearning(subject), milliseconds: Math.round(subject.ms) };
  },

  /* The site has them as Python answered when it was built. */
  async card({ model: name }) {
    const cards = await (await here.fetch("cards.json")).json();
    if (Object.hasOwn(cards, name)) return cards[name];
    await here.find(name); // a sentence for a name that is none
    throw new EngineError("missing", "cards.json", name);
  },

  classes: here.classes,
});
