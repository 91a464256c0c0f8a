/* The checks of what a visitor may ask for: a value, or a Refusal with one sentence. Twin of gan/drawing/arguments.py
   and of the typed ones in gan/ui/inputs.py. `model` is the manifest of the model asked. */
import { cut, dropBlanks, isTrue, isWhole, readFloat, readInt, repr, strip, tell, tellFloat } from "./python.js";
import { FieldError, Refusal, checked, list, quote, say, show } from "./say.js";

export const MAX_SEED = 2 ** 32 - 1;
const MAX_PSI = 1.5;
const MAX_TYPED = 64; // columns of a sheet
const MOST = 100_000; // digits in one call
const { readMarks } = window.DigitForge;

const refuse = (template, values) => {
  throw new Refusal(say(template, values));
};

/* A number, also when it comes as text; NaN for anything else. */
export const readNumber = (value) => readFloat(value) ?? NaN;

export const checkWhole = (value, what, low, high) => {
  const number = readInt(value);
  if (number !== null && number >= low && number <= high) return Number(number);
  const values = { what, value: show(number ?? value), low, high };
  return refuse("the {what} is {value}; it must be a whole number from {low:,} to {high:,}.", values);
};

export const checkSeed = (value) => checkWhole(value, "seed", 0, MAX_SEED);

export const checkCount = (value, most = MOST, what = "count") => checkWhole(value, what, 1, most);

export const checkPsi = (value) => {
  const psi = readFloat(value);
  if (psi !== null && psi >= 0 && psi <= MAX_PSI) return psi;
  const values = { value: psi === null ? show(value) : tellFloat(psi), low: 0, high: MAX_PSI };
  return refuse("truncation psi is {value}; it must be a number from {low} to {high}.", values);
};

/* One of the words of a list, which the sentence names. */
export const checkWord = (value, words, template, more = {}) =>
  words.includes(value) ? value : refuse(template, { value: quote(value), list: list(words, "or"), ...more });

const asClass = (item, { num_classes: count, class_names: names }) => {
  const given = typeof item === "string" ? readMarks(item) : item;
  if (isWhole(given)) return given;
  const label = /^\d{1,9}$/.test(typeof given === "string" ? given : "") ? Number(given) : names.indexOf(given);
  if (label >= 0) return label;
  return refuse("{value} is not a digit; give whole numbers from 0 to {high}.", { value: show(given), high: count - 1 });
};

const readText = (digits, model) => {
  const words = digits.split(",").map(strip).filter(Boolean);
  if (digits.includes(",") && words.length) return words.map((word) => asClass(word, model));
  const text = dropBlanks(digits), first = cut(text, 1); // prettier-ignore
  const kept = first + text.slice(first.length).replace(/[.\-/:]/g, ""); // a minus in front is a mistake
  const bad = [...kept].find((mark) => !/[0-9]/.test(mark));
  if (bad) refuse("{value} is not a digit; write digits from 0 to 9 only.", { value: repr(bad) });
  return [...kept].map(Number);
};

const readDigits = (digits, model) => {
  if (typeof digits === "string" && [...digits].length > 1000) {
    const values = { count: [...digits].length, most: MAX_TYPED };
    refuse("{count:,} characters are too many; a sheet holds up to {most} digits in a row.", values);
  }
  const given = digits ?? "";
  if (Array.isArray(given)) return given.map((item) => asClass(item, model));
  if (typeof given === "string") return readText(readMarks(given), model);
  if (Number.isInteger(given)) return readText(String(readInt(given)), model);
  return refuse("{value} is no number; write digits from 0 to 9 only.", { value: quote(digits) });
};

/* Text, a whole number or a list -> labels. */
export const parseDigits = (digits, model) => {
  const labels = readDigits(digits, model), { num_classes: count } = model; // prettier-ignore
  if (!labels.length) refuse("no digit was given; choose at least one, from 0 to 9.");
  const worst = labels.find((label) => label < 0 || label >= count);
  if (worst !== undefined && count === 1) {
    refuse("this model was trained without classes and draws whichever digit it likes; ask for 0s only.");
  }
  if (worst !== undefined) {
    refuse("{value} is not a digit of this model; it draws 0 to {high}.", { value: show(worst), high: count - 1 });
  }
  if (labels.length > MOST) {
    refuse("{count:,} digits are too many at once; the most is {most:,}.", { count: labels.length, most: MOST });
  }
  return labels;
};

/* One class: its digit, its number or its name. */
export const parseClass = (value, model, what = "") => {
  const text = strip(tell(value));
  const isOne = typeof value === "number" ? isWhole(value) : typeof value !== "object";
  const alone = model.num_classes > 10 || model.class_names.includes(text);
  const labels = parseDigits(alone && text && isOne ? [text] : value, model);
  if (labels.length === 1) return labels[0];
  if (what) return refuse("the {what} has {count} digits; it takes one.", { what, count: labels.length });
  return refuse("it has {count} digits; it takes one.", { count: labels.length });
};

/* Throws unless `weights` begins the model's SHA-256, with 12 letters of it or more. */
export const checkWeights = (weights, model) => {
  if (typeof weights !== "string" || !/^[0-9a-f]{12,64}$/.test(weights)) {
    refuse("the weights must be a SHA-256: 12 to 64 letters 0 to 9 and a to f.");
  }
  if (model.weights.startsWith(weights)) return;
  const values = { made: weights.slice(0, 12), here: model.weights.slice(0, 12) };
  refuse(
    "this was made with other weights ({made}, and the model here has {here}), so that another picture would come of it; " +
      "nothing was drawn.",
    values,
  );
};

/* What a link may name: the model, the weights, and `names`. -> the model it names. */
export const checkLinked = async (here, link, names) => {
  if (typeof link !== "object" || link === null || Array.isArray(link)) {
    throw new FieldError(say("the link is not a list of named values."));
  }
  const strange = Object.keys(link).find((name) => !["model", "weights", ...names].includes(name));
  if (strange !== undefined) {
    throw new FieldError(say("it has {value}, which means nothing here.", { value: quote(strange) }));
  }
  const model = await here.find("model" in link ? link.model : (here.names?.[0] ?? ""));
  if ("weights" in link) checked("weights", checkWeights, link.weights, model.manifest);
  return model;
};

/* The link of a request; what says nothing is none. */
export const readLink = (link) => (isTrue(link) ? link : {});

/* A model that a link's first request must find with the weights it was made with. */
export const checkMadeWith = (weights, model) => {
  if (weights !== undefined && weights !== null) checked("model", checkWeights, weights, model.manifest);
};
