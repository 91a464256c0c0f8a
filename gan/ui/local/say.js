/* A sentence is data until it is shown, as in gan/errors.py, whose twin this is: {text, template, values}, of several
   {text, parts}, of a list {text, items, word}; plain text stays. Templates are those that Python says, letter for
   letter: a language knows them by that. DigitForge.reword (scripts/words.js) shows them.

     throw new FieldError(say("the seed is {value}; it must be ...", { value: quote(seed) }), "seed"); */
import { cut, repr, tell, tellFixed, tellShort } from "./python.js";

export { repr };

const textOf = (said) => (typeof said === "object" && said !== null ? said.text : String(said));

/* Python's formats, those that templates have: "", ",", ".1f", "g". */
const shape = (value, format) => {
  if (typeof value !== "number") return textOf(value);
  const places = /^(,?)\.(\d+)f$/.exec(format);
  if (places) return tellFixed(value, Number(places[2])).replace(...(places[1] ? THOUSANDS : [/$^/, ""]));
  if (format === "g") return tellShort(value);
  return format === "," ? tell(value).replace(...THOUSANDS) : tell(value);
};
const THOUSANDS = [/(\d)(?=(\d{3})+(?!\d))/g, "$1,"];

export const say = (template, values = {}) => {
  const kept = {};
  for (const [name, value] of Object.entries(values)) {
    kept[name] = typeof value === "number" ? tell(value) : value && value.template ? stripStop(value) : value;
  }
  const text = template.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name, format = "") => {
    const shown = shape(values[name] && values[name].template ? kept[name] : values[name], format);
    if (typeof values[name] === "number") kept[name] = shown;
    return shown;
  });
  return { text, template, values: kept };
};

/* "a, b or c"; word: what stands between the last two, "" for a comma. */
export const list = (items, word = "") => {
  const texts = items.map(textOf), last = texts.at(-1) ?? ""; // prettier-ignore
  const first = texts.slice(0, -1).join(", ");
  return { text: first ? `${first}${word ? ` ${word} ` : ", "}${last}` : last, items: items.map((one) => (one.text ? one : String(one))), word };
};

const retell = (said, text) => (typeof said === "string" ? text : { ...said, text });

export const stripStop = (said) => (textOf(said).endsWith(".") ? retell(said, textOf(said).slice(0, -1)) : said);

/* With a capital at its beginning, where that is a word. */
export const capitalize = (said) => {
  const text = textOf(said);
  return /^\p{L}+$/u.test(text.split(" ")[0]) ? retell(said, text.charAt(0).toUpperCase() + text.slice(1)) : said;
};

/* As a sentence of its own: with a capital, and a full stop where it has no end. */
export const complete = (said) => {
  const whole = capitalize(said);
  return /([.?!:]|\.\))$/.test(textOf(whole)) ? whole : retell(whole, `${textOf(whole)}.`);
};

/* Several sentences one after the other. */
export const join = (sentences) => {
  const kept = sentences.filter(Boolean);
  return kept.length === 1 ? kept[0] : { text: kept.map(textOf).join(" "), parts: kept };
};

/* A word that is none of those known, as a sentence quotes it: its first 40 letters. */
export const quote = (value) => repr(cut(tell(value), 40));

/* A value as a sentence quotes it: never longer than a line. */
export const show = (value) => {
  if (value === null || value === undefined || value === "") return say("empty");
  if (typeof value === "bigint") {
    return value >= LONG || value <= -LONG ? say("a number of more than 30 digits") : String(value);
  }
  const text = repr(value), letters = [...text]; // prettier-ignore
  return letters.length <= 60 ? text : `${letters.slice(0, 56).join("")}...`;
};
const LONG = 10n ** 30n;

/* A visitor's input is wrong: the sentence, and the control it belongs to ("" for none). */
export class FieldError extends Error {
  constructor(said, field = "") {
    super(textOf(said));
    Object.assign(this, { name: "FieldError", said: capitalize(said), field });
  }
}

/* `check(...)`, what it refuses said at the control `field`. */
export const checked = (field, check, ...given) => {
  try {
    return check(...given);
  } catch (error) {
    if (error instanceof Refusal) throw new FieldError(error.said, field);
    throw error;
  }
};

/* What was asked for cannot be drawn or read: a sentence that does not know its control yet. */
export class Refusal extends Error {
  constructor(said) {
    super(textOf(said));
    Object.assign(this, { name: "Refusal", said });
  }
}
