/* What the Generate tab asks for, answered in the page; twin of gan/ui/tabs/generate/tab.py. */
import { describeSheet as describe } from "../../../local/captions.js";
import { checkCount, checkLinked, checkPsi, checkSeed, parseDigits, readLink } from "../../../local/checks.js";
import { judge } from "../../../local/judge.js";
import { encodePng } from "../../../local/png.js";
import { cut, tell } from "../../../local/python.js";
import { describeSheet } from "../../../local/recipe.js";
import { FieldError, checked, say } from "../../../local/say.js";
import { enlarge, makeSheet } from "../../../local/sheets.js";
import { checkColumns, checkHands, parseLocks, readSheet } from "./sheet.js";

const FIRST = { digits: "0123456789", rows: 8, seed: 1, psi: 1, hands: "one", locks: "" };
const MAX_DATASET = 60_000;
const SLICE = 500; // digits of a dataset drawn at once
const MAX_SCALE = 10;
const MAX_SIDE = 4096; // pixels of a downloaded sheet's longer side, unless it is larger at 1 x

export const answers = (here) => {
  const draw = async ({ model: name, ...request }) => {
    const model = await here.find(name);
    const read = readSheet(model.manifest, { ...FIRST, ...request });
    const { digits, seeds, indices, truncation } = read.sheet;
    const { pixels, ms } = await model.ask("draw", { labels: digits, seed: seeds, indices, psi: truncation });
    return { ...read, model, pixels, ms, recipe: describeSheet(model.manifest, read.sheet) };
  };

  const choose = (scale, { width, height }) => {
    if (scale !== undefined && scale !== null) return checked("scale", checkCount, scale, MAX_SCALE);
    return Math.max(1, Math.min(MAX_SCALE, Math.floor(MAX_SIDE / Math.max(width, height))));
  };

  return {
    async sheet(request) {
      const { sheet, labels, rows, model, pixels, ms, recipe } = await draw(request);
      return {
        png: await encodePng(makeSheet(pixels, sheet.columns), recipe, { shown: true }),
        count: sheet.digits.length,
        columns: sheet.columns,
        rows,
        labels: labels.map((label) => model.manifest.class_names[label]),
        alt: describe(model.manifest, labels, rows),
        milliseconds: Math.round(ms),
        recipe,
      };
    },

    async judge(request) {
      const { sheet, model, pixels } = await draw(request);
      return judge(model, pixels, sheet.digits);
    },

    async "sheet.png"(request) {
      const { sheet, pixels, recipe } = await draw(request);
      const own = makeSheet(pixels, sheet.columns);
      const data = await encodePng(enlarge(own, choose(request.scale, own)), recipe);
      return { data, type: "image/png", name: `digits-seed-${tell(request.seed)}.png` };
    },

    /* A PNG for each digit, and a table that says which z of which seed it is. */
    async "sheet.zip"(request) {
      const { sheet, pixels } = await draw(request);
      const rows = ["file,label,seed,index"], files = []; // prettier-ignore
      for (const [i, label] of sheet.digits.entries()) {
        const name = `${String(i).padStart(6, "0")}_${label}.png`;
        const one = { grey: pixels.subarray(i * 784, (i + 1) * 784), width: 28, height: 28 };
        files.push({ name, parts: [await encodePng(one)] });
        rows.push([name, label, sheet.seeds[i], sheet.indices[i]].join(","));
      }
      files.push({ name: "digits.csv", parts: [new TextEncoder().encode(`${rows.join("\n")}\n`)] });
      const blob = await window.DigitForge.makeZip(files);
      return { blob, type: "application/zip", name: `digits-seed-${tell(request.seed)}.zip` };
    },

    /* Pictures `at` to at + SLICE of a dataset of `count`: sample i shows the digits in turn, from z(seed, i). */
    async slice({ model: name, digits, count, seed, psi, at }) {
      const model = await here.find(name);
      const classes = checked("digits", parseDigits, digits, model.manifest);
      const total = checked("count", checkCount, count, MAX_DATASET);
      const number = checked("seed", checkSeed, seed), truncation = checked("psi", checkPsi, psi); // prettier-ignore
      if (!Number.isInteger(at) || at < 0 || at >= total) {
        const said = say("a dataset of {total} has no digit {at}.", { total, at: cut(tell(at), 40) });
        throw new FieldError(said, "count");
      }
      const indices = Array.from({ length: Math.min(SLICE, total - at) }, (_, i) => at + i);
      const labels = indices.map((i) => classes[i % classes.length]);
      const { pixels } = await model.ask("draw", { labels, seed: number, indices, psi: truncation });
      return { pixels, labels, name: `made-${model.name}-${total}-seed-${number}` };
    },

    async link({ link: asked }) {
      const link = readLink(asked);
      const names = ["digits", "rows", "seed", "psi", "hands", "locks"];
      const given = { digits: "0", rows: "1", ...link };
      const { name, manifest } = await checkLinked(here, link, names);
      const found = { model: name };
      const [columns, count] = checkColumns(manifest, given.digits, given.rows);
      if ("digits" in link) found.digits = manifest.num_classes <= 10 ? columns.join("") : link.digits;
      if ("rows" in link) found.rows = count;
      const checks = { seed: checkSeed, psi: checkPsi, hands: checkHands };
      for (const [own, check] of Object.entries(checks)) if (own in link) found[own] = checked(own, check, link[own]);
      if ("locks" in link) {
        checked("locks", parseLocks, link.locks);
        found.locks = tell(link.locks);
      }
      return { controls: found };
    },

    classes: here.classes,
  };
};
