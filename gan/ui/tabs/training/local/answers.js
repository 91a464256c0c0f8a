/* What the Training tab asks for, answered in the page; twin of gan/ui/tabs/training/tab.py and time_machine.py: the
   time machine draws the snapshots of the run that made the model. To train takes Python: a run is refused. */
import { listDigits } from "../../../local/captions.js";
import { checkMadeWith, checkSeed } from "../../../local/checks.js";
import { gather } from "../../../local/gather.js";
import { encodePng } from "../../../local/png.js";
import { makeRecipe } from "../../../local/recipe.js";
import { FieldError, complete, checked, join, say } from "../../../local/say.js";
import { makeSheet } from "../../../local/sheets.js";

const HANDS = 4; // rows of a moment's sheet
const COLUMNS = 10;
const COMMAND = { preset: "tutorial-mlp", data: "data", out: "runs/mine" };

const sayWhy = () =>
  say(
    "a run is trained by Python, which this page does without: `make demo` opens the app with this tab on your own " +
      "machine, and `python train.py --preset {preset} --data {data} --out {out}` trains without a page.",
    COMMAND,
  );

/* What a moment's sheet shows: {labels, indices, columns, alt}. */
const layOut = ({ conditional, num_classes: count, class_names: names }) => {
  const columns = conditional ? Math.min(COLUMNS, count) : COLUMNS;
  const places = Array.from({ length: HANDS * columns }, (_, i) => i);
  if (conditional) {
    const digits = listDigits(names.slice(0, columns));
    const alt = say("{digits}, {rows} rows, one hand each", { digits, rows: HANDS });
    const indices = places.map((i) => Math.floor(i / columns)); // one hand a row
    return { columns, labels: places.map((i) => i % columns), indices, alt };
  }
  const alt = say("whichever digits it likes, {rows} rows", { rows: HANDS });
  return { columns, labels: places.map(() => 0), indices: places, alt };
};

/* A row of the history as the page shows it: without what says where its snapshot lies. */
const tellMoment = ({ file, sha256, bytes, network, ...figures }) => figures;

export const answers = (here) => {
  /* The models that have a history; those that cannot be looked into have none. */
  const findOthers = async () => {
    const look = async (name) => {
      const manifest = await (await here.fetch(`models/${encodeURIComponent(name)}/manifest.json`)).json();
      return manifest.parts.history ? name : "";
    };
    const found = await Promise.allSettled((here.names ?? []).map(look));
    return found.map(({ value }) => value).filter(Boolean);
  };

  const sayNone = async ({ name, no_history: why }) => {
    const template =
      "the run that made {name} left no history here; python -m gan.history add RUN --name {name} brings one";
    const names = (await findOthers()).join(", ");
    const hint = names ? say("There is one of: {names}.", { names }) : "";
    return join([complete(why || say(template, { name })), hint]); // why: as Python said it when the files were written
  };

  /* The model and the seed, checked; or, in `none`, why there are no moments. */
  const open = async (name, weights, seed) => {
    const model = await here.find(name);
    checkMadeWith(weights, model);
    const number = checked("seed", checkSeed, seed);
    return { model, number, none: model.manifest.parts.history ? null : await sayNone(model.manifest) };
  };

  const draw = (model, index, seed) => {
    const { labels, indices } = layOut(model.manifest);
    return model.ask("moment", { index, labels, indices, seed });
  };

  const refuse = async () => {
    throw new FieldError(sayWhy());
  };

  return {
    /* As Python answers it; with `later` without pictures: a moment is a file of its own, and comes when it is asked. */
    async history({ model: name, weights, seed, later = false }) {
      const { model, number, none } = await open(name, weights, seed);
      if (none) return { none };
      const { manifest } = model, { moments, curves } = await model.ask("moment", {}); // prettier-ignore
      const { columns, alt } = layOut(manifest);
      const recipe = makeRecipe(manifest, { seed: number, moments: moments.map(({ images }) => images) });
      const told = { rows: HANDS, columns, moments: moments.map(tellMoment), curves, alt, recipe };
      if (later) return { ...told, later };
      const sheets = [];
      let spent = 0;
      for (const index of moments.keys()) {
        const drawn = await draw(model, index, number);
        sheets.push(drawn.pixels);
        spent += drawn.ms;
      }
      const png = await encodePng(makeSheet(gather(sheets), columns), recipe, { shown: true });
      return { ...told, png, milliseconds: Math.round(spent) };
    },

    /* One moment's sheet; place: of those that `history` lists. */
    async moment({ model: name, weights, seed, place }) {
      const { model, number } = await open(name, weights, seed);
      const { pixels, ms } = await draw(model, place, number);
      const png = await encodePng(makeSheet(pixels, layOut(model.manifest).columns), null, { shown: true });
      return { png, milliseconds: Math.round(ms) };
    },

    /* As of a server that lets nobody train. */
    status: async () => ({ allowed: false, why: sayWhy(), state: "idle", mine: true, missing: "", megabytes: 0 }),

    start: refuse,
    steer: refuse,
    keep: refuse,
    file: refuse,
    classes: here.classes,
  };
};
