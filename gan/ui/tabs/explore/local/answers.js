/* What the Explore tab asks for, answered in the page; twin of gan/ui/tabs/explore/explorer.py. */
import { MEASURES } from "../../../engine/measures.js";
import { REACH } from "../../../engine/planes.js";
import { describeRow } from "../../../local/captions.js";
import { checkPsi, checkSeed, checkWeights, parseDigits } from "../../../local/checks.js";
import { Elsewhere } from "../../../local/elsewhere.js";
import { encodePng } from "../../../local/png.js";
import { isTrue, roundTo } from "../../../local/python.js";
import { makeRecipe } from "../../../local/recipe.js";
import { FieldError, checked, join, list, say } from "../../../local/say.js";
import { makeSheet } from "../../../local/sheets.js";
import { UNITS, checkEdits, tellEdits } from "./edits.js";

const MAX_TYPED = 64;
const SCALE = 8; // of the picture that is saved

const round = (value) => (Number.isNaN(value) ? null : roundTo(value, 2));

/* What was asked and what was measured, by picture and by name. */
const listMeasures = (measured, asked, count) =>
  Array.from({ length: count }, (_, i) =>
    Object.fromEntries(
      MEASURES.map((name, k) => {
        const at = i * MEASURES.length + k;
        return [name, { asked: round(asked[at]), measured: round(measured[at]) }];
      }),
    ),
  );

const readLabels = (digits, model) => {
  if ((digits ?? "all") === "all") return Array.from({ length: Math.min(model.num_classes, MAX_TYPED) }, (_, i) => i);
  const labels = checked("digits", parseDigits, digits, model);
  if (labels.length <= MAX_TYPED) return labels;
  const values = { count: labels.length, most: MAX_TYPED };
  throw new FieldError(say("{count} digits are too many; a row holds up to {most}.", values), "digits");
};

export const answers = (here) => {
  const find = async (name, weights) => {
    const model = await here.find(name);
    if (isTrue(weights)) checked("", checkWeights, weights, model.manifest);
    if (!model.manifest.parts.planes) throw new Elsewhere("planes"); // a server finds them, and measures the hand
    return model;
  };

  const draw = async ({ model: name, ...request }) => {
    const model = await find(name), { manifest } = model; // prettier-ignore
    const labels = readLabels(request.digits, manifest);
    const seed = checked("seed", checkSeed, request.seed), psi = checked("psi", checkPsi, request.psi); // prettier-ignore
    const edits = checkEdits(manifest, request), changes = tellEdits(edits); // prettier-ignore
    const quick = request.quick === true;
    const { pixels, measured, asked, ms } = await model.ask("edit", { labels, seed, psi, edits, quick });
    const recipe = makeRecipe(manifest, {
      seed,
      digits: labels,
      indices: labels.map(() => 0),
      truncation: psi,
      ...(Object.keys(changes).length ? { edits: changes } : {}),
    });
    const asking = MEASURES.filter((what) => what in edits).map((what) =>
      say("{what} {value:.1f} {unit}", { what, value: edits[what], unit: UNITS[what] }),
    );
    const row = describeRow(manifest, labels, seed);
    const alt = asking.length ? say("{shown}, {list}", { shown: row, list: list(asking) }) : row;
    return { pixels, count: labels.length, measures: listMeasures(measured, asked, labels.length), alt, milliseconds: roundTo(ms, 1), recipe }; // prettier-ignore
  };

  return {
    edit: draw,

    async map({ model: name, digit, seed, psi, plane, pair }) {
      const model = await find(name), { manifest } = model; // prettier-ignore
      const [label] = checked("digits", parseDigits, digit, manifest);
      const number = checked("seed", checkSeed, seed), truncation = checked("psi", checkPsi, psi); // prettier-ignore
      const edits = checkEdits(manifest, { plane, pair });
      const { pixels } = await model.ask("map", { ...edits, label, seed: number, psi: truncation });
      return { pixels, count: pixels.length / 784 };
    },

    async hand({ model: name, weights }) {
      const { manifest } = await find(name, weights);
      const { ranges, notes } = manifest.parts.planes;
      const said = manifest.conditional ? [] : [say("This model knows no classes: it draws whichever digit it likes.")];
      return {
        model: manifest.name,
        classes: manifest.class_names,
        conditional: manifest.conditional,
        ranges: Object.keys(ranges).length ? ranges : null,
        notes,
        reach: REACH,
        sentence: said.length ? join(said) : "",
      };
    },

    async "explore.png"(request) {
      const { pixels, count, recipe } = await draw(request);
      const data = await encodePng(makeSheet(pixels, count, { scale: SCALE }), recipe);
      return { data, type: "image/png", name: `hand-seed-${recipe.seed}.png` };
    },

    classes: here.classes,
  };
};
