/* What the view and the game share: the model asked with its D, a digit checked, and the real digits picked so far. */
import { checkMadeWith, parseClass } from "../../../local/checks.js";
import { readInt } from "../../../local/python.js";
import { FieldError, Refusal, quote, repr, say, show } from "../../../local/say.js";

export const ANY = "any";
export const SOURCES = {
  mnist: "MNIST",
  "fashion-mnist": "FashionMNIST",
  kmnist: "KMNIST",
  qmnist: "QMNIST",
  "emnist-digits": "EMNIST",
};

/* The model of that name, which must have a discriminator. */
export const findJudged = async (here, name, weights) => {
  const model = await here.find(name);
  checkMadeWith(weights, model);
  if (model.manifest.verdict) return model;
  const said = say(
    "the model {value} was saved without its discriminator, so nobody inspects it here; choose another model.",
    { value: repr(model.manifest.name) },
  );
  throw new FieldError(said, "model");
};

/* A class of the model, or null for any. */
export const checkDigit = (digit, model) => {
  if (digit === ANY || !model.conditional) return null;
  const isOne = typeof digit === "number" ? Number.isInteger(digit) : typeof digit === "string";
  if (!isOne || [...String(digit)].length > 64) {
    const template = "the digit is {value}; it can be any, or 0 to {high}.";
    throw new Refusal(say(template, { value: quote(digit), high: model.num_classes - 1 }));
  }
  const whole = /^\d+$/.test(String(digit)) ? readInt(String(digit)) : null;
  if (whole !== null && whole >= model.num_classes) {
    const template = "{value} is not a digit of this model; it draws 0 to {high}.";
    throw new Refusal(say(template, { value: show(whole), high: model.num_classes - 1 }));
  }
  return parseClass(whole === null ? digit : [Number(whole)], model, "digit");
};

/* The real digits for a model; undefined where none were picked that it can be compared with. */
export const findReal = (picked, { dataset, conditional, num_classes: own }) => {
  const real = picked.get(dataset);
  const count = real && Math.max(...real.classes) + 1;
  return real && conditional && count > own ? undefined : real;
};

/* Why there are none, and that files can be picked. */
export const explainMissing = ({ dataset }) => {
  const source = SOURCES[dataset] ?? "";
  const said = source
    ? say("There are no real digits in this page: pick {source}'s test files, which are read here and sent nowhere.", { source })
    : say("There are no real digits in this page: pick a file of this model's own data, which is read here and sent nowhere.");
  return { said, source, download: 0, pick: true };
};
