/* What the Forger and inspector tab asks for, answered in the page; twin of gan/ui/tabs/inspector/tab.py and game.py.

   Real digits are those of a file that the visitor picks ("pick"); they stay in this page. Without them the view has
   forged ones alone, and a round of the game has forged ones of two models: `rival` names the other. */
import { checkCount, checkMadeWith, checkPsi, checkSeed, parseClass } from "../../../local/checks.js";
import { makeRecipe } from "../../../local/recipe.js";
import { FieldError, Refusal, checked, join, quote, repr, say } from "../../../local/say.js";
import { makeRandom } from "./random.js";
import { readReal } from "./real.js";

const ANY = "any";
const MAX_OF_EACH = 400;
const ROUNDS = 10;
const SHOWN = 20; // pictures of each side; the histogram holds all
const GAME_START = 1 << 24; // the game's forgeries are other ones than those that the same seed shows beside it
const FIRST = { digit: ANY, count: 200, seed: 1, psi: 1 };
const SOURCES = { mnist: "MNIST", fashion: "FashionMNIST", kmnist: "KMNIST" };

const round = (share) => Number(share.toFixed(4));
const pick = (pixels, places) => {
  const out = new Uint8Array(places.length * 784);
  places.forEach((place, i) => out.set(pixels.subarray(place * 784, (place + 1) * 784), i * 784));
  return out;
};

const checkDigit = (digit, model) => {
  if (digit === ANY || !model.conditional) return null;
  if (!["string", "number"].includes(typeof digit) || String(digit).length > 64) {
    const template = "the digit is {value}; it can be any, or 0 to {high}.";
    throw new Refusal(say(template, { value: quote(digit), high: model.num_classes - 1 }));
  }
  return parseClass(/^\d+$/.test(String(digit)) ? [Number(digit)] : digit, model, "digit");
};

/* How often the real one of a pair has the larger number, a tie counting half: 0 to 1 (the AUC). */
const rankPairs = (real, forged) => {
  let sum = 0;
  for (const one of real) for (const other of forged) sum += one > other ? 1 : one === other ? 0.5 : 0;
  return sum / (real.length * forged.length);
};

/* Real images for `labels`, as many of each class as there are, none twice, drawn by `seed` -> their places. */
const choosePlaces = (real, labels, seed, model) => {
  const random = makeRandom(`real ${seed}`), all = [...real.labels.keys()]; // prettier-ignore
  if (!model.conditional) return random.shuffle(all).slice(0, labels.length);
  const pools = new Map();
  for (const label of new Set(labels)) pools.set(label, random.shuffle(all.filter((i) => real.labels[i] === label)));
  return labels.map((label) => pools.get(label).pop()).filter((place) => place !== undefined);
};

const describe = (pixels, labels, shares) => ({
  pixels: pixels.subarray(0, SHOWN * 784),
  labels: labels.slice(0, SHOWN),
  shares: [...shares].map(round),
});

export const answers = (here) => {
  const picked = new Map(); // dataset: {pixels, labels, count}

  const find = async (name, weights) => {
    const model = await here.find(name);
    checkMadeWith(weights, model);
    if (model.manifest.verdict) return model;
    const said = say(
      "the model {value} was saved without its discriminator, so nobody inspects it here; choose another model.",
      { value: repr(model.manifest.name) },
    );
    throw new FieldError(said, "model");
  };

  /* The real digits for a model; undefined where none were picked. */
  const findReal = ({ dataset, conditional, num_classes: own }) => {
    const real = picked.get(dataset);
    const count = real && Math.max(...real.classes) + 1;
    return real && conditional && count > own ? undefined : real;
  };

  const explainMissing = ({ dataset }) => {
    const source = SOURCES[dataset] ?? "";
    const said = source
      ? say("There are no real digits in this page: pick {source}'s test files, which are read here and sent nowhere.", { source })
      : say("There are no real digits in this page: pick a file of this model's own data, which is read here and sent nowhere.");
    return { said, source, download: 0, pick: true };
  };

  const view = async ({ model: name, weights, ...request }) => {
    const model = await find(name, weights), { manifest } = model, { digit, ...rest } = { ...FIRST, ...request }; // prettier-ignore
    const label = checked("digit", checkDigit, digit, manifest);
    const many = checked("count", checkCount, rest.count, MAX_OF_EACH);
    const seed = checked("seed", checkSeed, rest.seed), psi = checked("psi", checkPsi, rest.psi); // prettier-ignore
    const indices = Array.from({ length: many }, (_, i) => i);
    const labels = indices.map((i) => label ?? i % manifest.num_classes);
    const begun = performance.now();
    const { pixels } = await model.ask("draw", { labels, indices, seed, psi });
    const { shares, kind, explain } = await model.ask("judge", { pixels, labels });
    const real = findReal(manifest);
    const places = real ? choosePlaces(real, labels, seed, manifest) : [];
    const seen = { pixels: pick(real?.pixels, places), labels: places.map((place) => real.labels[place]), shares: [] };
    if (places.length) seen.shares = (await model.ask("judge", { pixels: seen.pixels, labels: seen.labels })).shares;
    const source = real ? (SOURCES[manifest.dataset] ?? manifest.dataset) : "";
    const values = { forged: many, model: manifest.name, ms: performance.now() - begun };
    return {
      real: describe(seen.pixels, seen.labels, seen.shares),
      forged: describe(pixels, labels, shares),
      classes: manifest.conditional ? manifest.class_names : [],
      source,
      kind,
      explain,
      ranked: places.length ? rankPairs(seen.shares, shares) : null,
      missing: real ? null : explainMissing(manifest),
      note: real
        ? say(
            "{count} real test digits of {source}, which D has not seen, and {forged} forged by the model {model}, in {ms:.0f} ms",
            { count: places.length, source, ...values },
          )
        : say("{forged} forged by the model {model}, in {ms:.0f} ms", values),
      recipe: makeRecipe(manifest, { seed, digits: labels, indices, truncation: psi }),
    };
  };

  /* The other picture of a round: a real digit, or one of another model of the same classes. */
  const drawOther = async (manifest, label, { seed, psi, number, random }) => {
    const real = findReal(manifest);
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

  const makeRound = async ({ model: name, weights, digit, seed: given, psi: asked, round: number }) => {
    const model = await find(name, weights), { manifest } = model; // prettier-ignore
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
    const other = await drawOther(manifest, label, { seed, psi, number, random });
    const drawn = await model.ask("draw", { labels: [label ?? 0], indices: [GAME_START + number], seed, psi });
    const forged = random.below(2), pixels = new Uint8Array(2 * 784); // prettier-ignore
    pixels.set(drawn.pixels, forged * 784);
    pixels.set(other.pixels, (1 - forged) * 784);
    const shown = label === null ? ANY : manifest.class_names[label];
    return { model, pixels, forged, label, name: shown, rival: other.rival ?? "" };
  };

  return {
    view,

    async round(request) {
      const { pixels, name, rival } = await makeRound(request);
      return { pixels, name, rival, rounds: ROUNDS };
    },

    async choice({ choice, ...request }) {
      if (choice !== 0 && choice !== 1) {
        const said = say("the choice is {value}; it must be 0 for the first picture or 1.", { value: quote(choice) });
        throw new FieldError(said);
      }
      const { model, pixels, label, forged, rival } = await makeRound(request);
      const labels = [label ?? 0, label ?? 0];
      const { logits, shares, kind } = await model.ask("judge", { pixels, labels });
      // By D's own number: a probability may be at its end for both. Of two forgers' D takes the more real for its own's
      const inspector = (rival ? logits[0] >= logits[1] : logits[0] <= logits[1]) ? 0 : 1;
      return { forged, choice, inspector, shares: [...shares].map(round), kind, rival };
    },

    /* Files as [{name, bytes}] -> how many digits they hold. */
    async pick({ model: name, files }) {
      const { manifest } = await here.find(name);
      const real = await readReal(files, manifest);
      picked.set(manifest.dataset, { ...real, classes: [...new Set(real.labels)] });
      return { count: real.count };
    },

    progress: async () => ({ state: "idle", bytes: 0, of: 0, said: "" }),

    classes: here.classes,
  };
};
