/* A round of the game: two pictures of one class, and which of them is the model's own. */
import { checkPsi, checkSeed } from "../../../local/checks.js";
import { gather, pick } from "../../../local/gather.js";
import { FieldError, checked, quote, say } from "../../../local/say.js";
import { ANY, checkDigit, findJudged, findReal } from "./common.js";
import { makeRandom } from "./random.js";

export const ROUNDS = 10;
const GAME_START = 1 << 24; // the game's forgeries are other ones than those that the same seed shows beside it

/* Of a psi the other that a page with one model alone plays against: as far from it as can be told. */
const LEAP = 0.6;
const choosePsi = (psi) => Number((psi >= LEAP ? psi - LEAP : psi + LEAP).toFixed(2));

/* A real digit; null where there are none. */
const drawReal = (picked, manifest, label, random) => {
  const real = findReal(picked, manifest);
  if (!real) return null;
  const places = [...real.labels.keys()].filter((i) => label === null || real.labels[i] === label);
  if (!places.length) {
    const name = manifest.class_names[label ?? 0];
    throw new FieldError(say("the test split has no {name}; choose another digit.", { name }), "digit");
  }
  return { pixels: pick(real.pixels, [places[random.below(places.length)]]) };
};

/* One that another model of the same classes draws, or the same model with another psi -> {pixels, rivals: {own, rival}}. */
const drawRival = async (here, model, request, psi) => {
  const { manifest } = model;
  for (const name of (here.names ?? []).filter((one) => one !== manifest.name)) {
    const rival = await here.find(name).catch(() => null);
    if (rival?.manifest.class_names.join() !== manifest.class_names.join()) continue;
    const { pixels } = await rival.ask("draw", { ...request, psi });
    return { pixels, rivals: { own: manifest.name, rival: name } };
  }
  const other = choosePsi(psi), [own, rival] = [psi, other].map((one) => `${manifest.name} (ψ ${one})`); // prettier-ignore
  return { pixels: (await model.ask("draw", { ...request, psi: other })).pixels, rivals: { own, rival } };
};

/* picked: real digits by dataset -> {model, pixels of both, forged: the place of the model's own, label, name,
   rivals: null where the other is real}. */
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
  const drawing = { labels: [label ?? 0], indices: [GAME_START + number], seed };
  const other = drawReal(picked, manifest, label, random) ?? (await drawRival(here, model, drawing, psi));
  const drawn = await model.ask("draw", { ...drawing, psi });
  const forged = random.below(2), pair = [drawn.pixels, other.pixels]; // prettier-ignore
  const pixels = gather(forged ? pair.reverse() : pair);
  const shown = label === null ? ANY : manifest.class_names[label];
  return { model, pixels, forged, label, name: shown, rivals: other.rivals ?? null };
};
