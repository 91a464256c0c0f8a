/* What the "Your hand" tab asks for, answered in the page; twin of gan/ui/tabs/hand/tab.py and desk.py. */
import { listDigits } from "../../../local/captions.js";
import { checkWeights } from "../../../local/checks.js";
import { isTrue, isWhole } from "../../../local/python.js";
import { gather } from "../../../local/gather.js";
import { encodePng } from "../../../local/png.js";
import { roundTo } from "../../../local/python.js";
import { makeRecipe } from "../../../local/recipe.js";
import { FieldError, Refusal, checked, quote, say } from "../../../local/say.js";
import { enlarge, makeSheet } from "../../../local/sheets.js";
import { parseNumber, setLine } from "./line.js";
import { readCanvas } from "./photo.js";
import { STEPS, packState, readState } from "./state.js";

const COLUMNS = 5; // of the ten digits
const SCALE = 8; // of the pictures that are saved
const SLICE = 6; // steps of a refinement between two answers
const UNSURE = 0.7; // confidence below which the reading is called a guess
const DIGITS = [..."0123456789"];

/* Bytes, which may also come as base64 text. */
const readBytes = (value, what, field = "") => {
  if (value instanceof Uint8Array) return value;
  try {
    // As Python's b64decode takes it, and a browser's atob, which is laxer, does not
    const isText = typeof value === "string" && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
    if (isText) return Uint8Array.from(atob(value), (c) => c.charCodeAt(0));
  } catch {
    // said below
  }
  throw new FieldError(say("{what} did not come as it was sent; try again.", { what }), field);
};

/* A digit 0 to 9, or null for "read it". */
const checkDigit = (digit) => {
  if (digit === null || digit === undefined || digit === "") return null;
  if (typeof digit === "string" && /^[0-9]$/.test(digit)) return Number(digit);
  if (Number.isInteger(digit) && digit >= 0 && digit <= 9) return digit;
  const shown = typeof digit === "boolean" ? (digit ? "True" : "False") : digit;
  const said = say("{value} is not a digit; choose one from 0 to 9, or let it be read.", { value: quote(shown) });
  throw new FieldError(said, "digit");
};

const sayWithoutClasses = (model) =>
  say(
    "The model {model} was trained without classes: it can redraw what you drew, but no other digit in that hand; " +
      "choose another model for those.",
    { model },
  );

const checkClasses = ({ name, conditional }) => {
  if (!conditional) throw new FieldError(sayWithoutClasses(name), "model");
};

/* A hand without what base64 may have at its end. */
const stripPadding = (text) => {
  const bare = typeof text === "string" ? text.replace(/=+$/, "") : text;
  return text?.length <= 4 * Math.ceil(bare?.length / 4) ? bare : text;
};

const best = (shares) => shares.indexOf(Math.max(...shares));

const isShare = (value) => typeof value === "number" && value >= 0 && value <= 1;

/* A place on a picture, [x, y] as shares of its width and height, or null for none. */
const checkPlace = (at) => {
  if (at === null || at === undefined || at === "") return null;
  if (Array.isArray(at) && at.length === 2 && at.every(isShare)) return at;
  const said = say("{value} is no place on a picture; give [x, y], each from 0 to 1.", { value: quote(at) });
  throw new FieldError(said, "picture");
};

/* An answer for the page: where the inversion `found` of `seen` as `digit` stands; canvas: what is said of the picture. */
const tell = async ({ name, manifest, ask }, seen, digit, found, canvas) => {
  const { state, redrawn, error, hand, ten, style } = found, { doubt, box = null, others = [] } = canvas; // prettier-ignore
  const { shares, classes } = await ask("read", { pixels: gather([seen, redrawn]) });
  const read = Array.from(shares.slice(0, classes), (share) => (1 - doubt) * share + doubt / classes);
  const again = shares.slice(classes);
  let note = canvas.note ?? "";
  if (!note && !manifest.conditional) note = sayWithoutClasses(name);
  else if (!note && Math.max(...read) < UNSURE) {
    note = say("The reading is a guess; say which digit is meant, or draw it more plainly.");
  }
  const [first, second] = style;
  return {
    seen,
    redrawn,
    ten,
    read: read.map((share) => roundTo(share, 4)),
    digit,
    as: best(again),
    sure: roundTo(Math.max(...again), 4),
    error,
    hand,
    weights: manifest.weights.slice(0, 12),
    model: name,
    slant: [roundTo(first[0], 1), roundTo(second[0], 1)],
    thickness: [roundTo(first[1], 2), roundTo(second[1], 2)],
    state: packState(state),
    step: state.step,
    steps: STEPS,
    note,
    doubt,
    box,
    others,
    milliseconds: found.ms,
  };
};

export const answers = (here) => {
  const find = async (name) => {
    const model = await here.find(name), { manifest } = model; // prettier-ignore
    if (manifest.conditional && manifest.class_names.join() !== DIGITS.join()) {
      const said = "the model {model} draws other things than the ten digits; choose another.";
      throw new FieldError(say(said, { model: manifest.name }), "model");
    }
    return { name: manifest.name, manifest, ask: (want, request) => model.ask(want, request) };
  };

  const labelOf = ({ manifest }, digit) => (manifest.conditional ? digit : 0);

  /* Digits in a told hand; labels: of all classes, unless these are named. */
  const drawHand = async ({ name, manifest, ask }, text, labels) => {
    try {
      return (await ask("drawHand", { hand: stripPadding(text), labels })).pixels;
    } catch (error) {
      if (error.reason !== "hand") throw error;
      const template = "the hand is no hand of {model}: {count} numbers as copied from this page.";
      throw new FieldError(say(template, { model: name, count: manifest.z_dim }), "hand");
    }
  };

  const drawTen = async (request) => {
    const model = await find(request.model), { manifest } = model; // prettier-ignore
    checkClasses(manifest);
    if (isTrue(request.weights)) checked("", checkWeights, request.weights, manifest);
    const ten = await drawHand(model, request.hand);
    const digits = manifest.class_names.map((_, i) => i);
    return { ten, recipe: makeRecipe(manifest, { hand: request.hand, digits, columns: COLUMNS }) };
  };

  const write = async ({ model: name, hand, number }) => {
    const model = await find(name), { manifest } = model; // prettier-ignore
    checkClasses(manifest);
    let signs, wrong; // prettier-ignore
    try {
      signs = parseNumber(number);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      wrong = new FieldError(error.said, "number"); // a hand that is none is said first
    }
    const digits = wrong ? [0] : [...signs].filter((sign) => /[0-9]/.test(sign)).map(Number);
    const pixels = await drawHand(model, hand, digits);
    if (wrong) throw wrong;
    const shown = listDigits([...signs.replaceAll(" ", "")]);
    return {
      picture: setLine(pixels, signs),
      recipe: makeRecipe(manifest, { hand, digits, text: signs }),
      alt: say("The number {digits}, written in the hand of the drawing", { digits: shown }),
    };
  };

  return {
    async look({ model: name, picture, digit, at }) {
      const bytes = readBytes(picture, "the picture", "picture");
      const model = await find(name), asked = checkDigit(digit); // prettier-ignore
      const { seen, ...canvas } = await readCanvas(bytes, checkPlace(at)).catch((error) => {
        throw error instanceof Refusal ? new FieldError(error.said, "picture") : error;
      });
      const { shares } = asked === null ? await model.ask("read", { pixels: seen }) : {};
      const chosen = asked ?? best(shares);
      const found = await model.ask("look", { pixels: seen, label: labelOf(model, chosen) });
      return tell(model, seen, chosen, found, canvas);
    },

    async refine({ model: name, seen, digit, state, step, doubt = 0 }) {
      const [pixels, bytes] = [seen, state].map((one) => readBytes(one, "the refinement"));
      const model = await find(name), chosen = checkDigit(digit); // prettier-ignore
      if (chosen === null || pixels.length !== 784) {
        throw new FieldError(say("the refinement cannot go on from what came; begin anew by drawing."));
      }
      if (!isWhole(step)) {
        throw new FieldError(say("the refinement's step is no whole number; begin anew by drawing."));
      }
      if (!isShare(doubt)) {
        throw new FieldError(say("the refinement cannot go on from what came; begin anew by drawing."));
      }
      const now = readState(bytes, step, model.manifest);
      const request = { pixels, label: labelOf(model, chosen), state: now, steps: SLICE };
      return tell(model, pixels, chosen, await model.ask("refine", request), { doubt });
    },

    async ten(request) {
      const { ten, recipe } = await drawTen(request);
      return { ten, recipe, hand: request.hand, weights: recipe.weights.slice(0, 12) };
    },

    async "hand.png"({ model, hand }) {
      const { ten, recipe } = await drawTen({ model, hand });
      const data = await encodePng(makeSheet(ten, COLUMNS, { scale: SCALE }), recipe);
      return { data, type: "image/png", name: "hand.png" };
    },

    async line(request) {
      const { picture, recipe, alt } = await write(request);
      return { png: await encodePng(picture, recipe), alt };
    },

    async "line.png"(request) {
      const { picture, recipe } = await write(request);
      return { data: await encodePng(enlarge(picture, SCALE), recipe), type: "image/png", name: "written.png" };
    },

    classes: here.classes,
  };
};
