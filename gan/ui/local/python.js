/* Values as Python reads and writes them, for sentences that quote what a visitor typed: str(), repr(), int(), float()
   and three formats of numbers. What JSON can hold is known, nothing else. */
const OTHERS = "\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"; // blanks that are not ASCII
const BLANKS = new RegExp(`[\\t-\\r\\x1c-\\x20${OTHERS}]`, "g"); // str.isspace
const ENDS = new RegExp(`^${BLANKS.source}+|${BLANKS.source}+$`, "g");
const ROUND_FIGURES = new RegExp(`^[\\t-\\r ${OTHERS}]+|[\\t-\\r ${OTHERS}]+$`, "g"); // what int() and float() strip
const WHOLE = /^[+-]?\d+(_\d+)*$/;
const FLOAT = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i;
const SPECIAL = /^[+-]?(nan|inf|infinity)$/i;
const { readDigits } = window.DigitForge;
const MOST_FIGURES = 4300; // of text that int() reads

export const strip = (text) => text.replace(ENDS, "");

const readFigures = (text) => readDigits(text.replace(ROUND_FIGURES, ""));

export const dropBlanks = (text) => text.replace(BLANKS, "");

/* What int(value, 10) makes of text, and a number that is whole: a BigInt, or null for what is none. */
export const readInt = (value) => {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(isWhole(value) ? String(value) : value) : null;
  if (typeof value !== "string") return null;
  const text = readFigures(value), isGood = WHOLE.test(text) && text.length <= MOST_FIGURES; // prettier-ignore
  return isGood ? BigInt(text.replace(/[_+]/g, "")) : null;
};

/* What float(value) makes of text or a number; null for what is none. */
export const readFloat = (value) => {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  const text = readFigures(value);
  if (SPECIAL.test(text)) return /nan/i.test(text) ? NaN : text.startsWith("-") ? -Infinity : Infinity;
  return FLOAT.test(text) ? Number(text.replaceAll("_", "")) : null;
};

const special = (value) => (Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf");

/* 1.5e-7 -> "1.5e-07" */
const scientific = (text) => {
  const [figures, power] = text.split("e");
  return `${figures}e${power[0]}${power.slice(1).padStart(2, "0")}`;
};

/* As repr() writes a float. */
export const tellFloat = (value) => {
  if (!Number.isFinite(value)) return special(value);
  const text = value.toExponential(), power = Number(text.split("e")[1]); // prettier-ignore
  if (power < -4 || power >= 16) return scientific(text);
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
};

/* Rounded text, which JavaScript rounds away from 0 where two are as near: the even one of them. exact: with all its
   figures; places: how many of it are kept behind the point. */
const makeEven = (near, exact, places) => {
  const end = exact.indexOf(".") + 1 + places, last = /\d(?=e|$)/.exec(near)[0]; // prettier-ignore
  if (last % 2 === 0 || !/^50*(e|$)/.test(exact.slice(end))) return near;
  return exact.slice(0, places ? end : end - 1) + (/e.*/.exec(exact)?.[0] ?? "");
};

/* The format "g": six figures that matter. */
export const tellShort = (value) => {
  if (!Number.isFinite(value)) return special(value);
  const text = makeEven(value.toExponential(5), value.toExponential(100), 5);
  const [figures, power] = text.split("e");
  return power < -4 || power >= 6 ? scientific(`${Number(figures)}e${power}`) : String(Number(text));
};

/* The format ".2f". */
export const tellFixed = (value, places) => {
  if (!Number.isFinite(value)) return special(value);
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${places ? "." : ""}${"0".repeat(places)}`;
  return makeEven(value.toFixed(places), value.toFixed(places + 60), places);
};

/* round(value, places) */
export const roundTo = (value, places) => Number(tellFixed(value, places));

/* What is no letter to be seen: controls, unassigned, blanks but the space. */
const HIDDEN = /[^ \P{C}]|[^ \P{Z}]|\\/gu;
const NAMED = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const escape = (mark) => {
  const code = mark.codePointAt(0);
  const [letter, width] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
  return NAMED[mark] ?? `\\${letter}${code.toString(16).padStart(width, "0")}`;
};

const quoteText = (text) => {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(HIDDEN, escape);
  return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`;
};

/* As it arrives by JSON, where the largest have a power of ten and are floats */
export const isWhole = (value) => Number.isInteger(value) && Math.abs(value) < 1e21;

const tellNumber = (value) => (isWhole(value) ? String(value) : tellFloat(value));

/* As Python's repr quotes it. */
export const repr = (value) => {
  if (value === null || value === undefined) return "None";
  if (typeof value === "string") return quoteText(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return tellNumber(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  return `{${Object.entries(value).map(([name, one]) => `${repr(name)}: ${repr(one)}`).join(", ")}}`; // prettier-ignore
};

/* As Python's str writes it. */
export const tell = (value) => (typeof value === "string" ? value : repr(value));

/* Whether a value counts as true. */
export const isTrue = (value) => Boolean(value) && (typeof value !== "object" || Object.keys(value).length > 0);

/* The first letters of a text; a letter of two code units is one. */
export const cut = (text, most) => [...text].slice(0, most).join("");
