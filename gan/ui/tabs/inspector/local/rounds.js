/* A round of the game: two pictures of one class, and which of them is the model's own. */
import { checkPsi, checkSeed } from "../../../local/checks.js";
import { FieldError, checked, join, quote, say } from "../../../local/say.js";
import { ANY, checkDigit, explainMissing, findJudged, findReal, pick } from "./common.js";
import { makeRandom } from "./random.js";

export const ROUNDS = 10;
const GAME_START = 1 << 24; // the game's forgeries are other ones than those that the same seed shows beside it

/* The other picture of a round: a real digit, or one of another model of the same classes. */
const drawOther = async ({ here, picked }, manifest, label, { seed, psi, number, random }) => {
  const real = findReal(picked, manifest);
  if (real) {
    const places = [...real.labels.keys()].filter((i) => label === null || real.labels[i] === label);
    if (!places.length) {
      const name = manifest.class_names[label ?? 0];
      throw new FieldError(say("the test split has no {name}; choose another digit.", { name }), "digit");
    }
    return { pixels: pick(real.pixels, [places[random.below(places.length)]]) };
  }
  for (const name of here.names.filter((one) => one !== manifest.name)) {
    const rival = await here.find(name).catch(() => null);
    const other = rival?.manifest;
    if (!other || other.dataset !== manifest.dataset || other.num_classes !== manifest.num_classes) continue;
    const drawn = await rival.ask("draw", { labels: [label ?? 0], indices: [GAME_START + number], seed, psi });
    return { pixels: drawn.pixels, rival: name };
  }
  const alone = say("This page has no other model to play against.");
  throw new FieldError(join([explainMissing(manifest).said, alone]));
};

/* picked: real digits by dataset -> {model, pixels of both, forged: the place of the model's own, label, name, rival}. */
export const makeRound = async ({ here, picked }, { model: name, weights, digit, seed: given, psi: asked, round: number }) => {
  const model = await findJudged(here, name, weights), { manifest } = model; // prettier-ignore
  let label = checked("digit", checkDigit, digit, manifest);
  const seed = checked("seed", checkSeed, given), psi = checked("psi", checkPsi, asked); // prettier-ignore
  if (!Number.isInteger(number) || number < 0 || number >= ROUNDS) {
    const values = { what: "round", value: quote(number), low: 0, high: ROUNDS - 1 };
    throw new FieldError(say("the {what} is {value}; it must be a whole number from {low:,} to {high:,}.", values));
  }
  if (label === null && manifest.conditional) {
    const order = makeRandom(`classes ${seed}`).shuffle([...manifest.class_names.keys()]);
    label = order[number % order.length];
  }
  const random = makeRandom(`round ${seed} ${number} ${label}`);
  const other = await drawOther({ here, picked }, manifest, label, { seed, psi, number, random });
  const drawn = await model.ask("draw", { labels: [label ?? 0], indices: [GAME_START + number], seed, psi });
  const forged = random.below(2), pixels = new Uint8Array(2 * 784); // prettier-ignore
  pixels.set(drawn.pixels, forged * 784);
  pixels.set(other.pixels, (1 - forged) * 784);
  const shown = label === null ? ANY : manifest.class_names[label];
  return { model, pixels, forged, label, name: shown, rival: other.rival ?? "" };
};
