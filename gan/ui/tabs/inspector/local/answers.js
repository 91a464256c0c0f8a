/* What the Forger and inspector tab asks for, answered in the page; twin of gan/ui/tabs/inspector/tab.py and game.py.

   Real digits are those of a file that the visitor picks ("pick"); they stay in this page. Without them the view has
   forged ones alone, and a round of the game has two forged ones: `own` and `rival` say of whom (rounds.js). */
import { checkCount, checkPsi, checkSeed } from "../../../local/checks.js";
import { pick } from "../../../local/gather.js";
import { roundTo } from "../../../local/python.js";
import { makeRecipe } from "../../../local/recipe.js";
import { FieldError, checked, quote, say } from "../../../local/say.js";
import { SOURCES, checkDigit, explainMissing, findJudged, findReal } from "./common.js";
import { makeRandom } from "./random.js";
import { readReal } from "./real.js";
import { ROUNDS, makeRound } from "./rounds.js";

const MAX_OF_EACH = 400;
const SHOWN = 20; // pictures of each side; the histogram holds all

const round = (share) => roundTo(share, 4);

/* How often the real one of a pair has the larger number, a tie counting half: 0 to 1 (the AUC). */
const rankPairs = (real, forged) => {
  let sum = 0;
  for (const one of real) for (const other of forged) sum += one > other ? 1 : one === other ? 0.5 : 0;
  return sum / (real.length * forged.length);
};

/* Real images for `labels`, as many of each class as there are, none twice, drawn by `seed` -> their places. */
const choosePlaces = (real, labels, seed, model) => {
  const random = makeRandom(`real ${seed}`), all = [...real.labels.keys()]; // prettier-ignore
  if (!model.conditional) return random.sample(all.length, Math.min(labels.length, all.length));
  const pools = new Map();
  for (const label of [...new Set(labels)].sort((a, b) => a - b)) pools.set(label, random.shuffle(all.filter((i) => real.labels[i] === label)));
  return labels.map((label) => pools.get(label).pop()).filter((place) => place !== undefined);
};

const describe = (pixels, labels, shares) => ({
  pixels: pixels.subarray(0, SHOWN * 784),
  labels: labels.slice(0, SHOWN),
  shares: [...shares].map(round),
});

export const answers = (here) => {
  const picked = new Map(); // dataset: {pixels, labels, count, classes}

  const view = async ({ model: name, weights, ...request }) => {
    const model = await findJudged(here, name, weights), { manifest } = model; // prettier-ignore
    const label = checked("digit", checkDigit, request.digit, manifest);
    const many = checked("count", checkCount, request.count, MAX_OF_EACH);
    const seed = checked("seed", checkSeed, request.seed), psi = checked("psi", checkPsi, request.psi); // prettier-ignore
    const indices = Array.from({ length: many }, (_, i) => i);
    const labels = indices.map((i) => label ?? i % manifest.num_classes);
    const begun = performance.now();
    const { pixels } = await model.ask("draw", { labels, indices, seed, psi });
    const { shares, kind, explain } = await model.ask("judge", { pixels, labels });
    const real = findReal(picked, manifest);
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

  return {
    view,

    async round(request) {
      const { pixels, name, rivals } = await makeRound({ here, picked }, request);
      return { pixels, name, rounds: ROUNDS, ...rivals };
    },

    async choice({ choice, ...request }) {
      if (choice !== 0 && choice !== 1) {
        const said = say("the choice is {value}; it must be 0 for the first picture or 1.", { value: quote(choice) });
        throw new FieldError(said);
      }
      const { model, pixels, label, forged, rivals } = await makeRound({ here, picked }, request);
      const labels = [label ?? 0, label ?? 0];
      const { logits, shares, kind } = await model.ask("judge", { pixels, labels });
      // By D's own number: a probability may be at its end for both. Of two forgers' D takes the more real for its own's
      const inspector = (rivals ? logits[0] >= logits[1] : logits[0] <= logits[1]) ? 0 : 1;
      return { forged, choice, inspector, shares: [...shares].map(round), kind, ...rivals };
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
