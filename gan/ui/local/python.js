/* Values as Python reads and writes them, for sentences that quote what a visitor typed: str(), repr(), int(), float()
   and three formats of numbers. What JSON can hold is known, nothing else. */
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]"; // str.isspace
const BLANKS = new RegExp(BLANK, "g"), ENDS = new RegExp(`^${BLANK}+|${BLANK}+$`, "g"); // prettier-ignore
const WHOLE = /^[+-]?\d+(_\d+)*$/;
const FLOAT = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i;
const SPECIAL = /^[+-]?(nan|inf|infinity)$/i;
const { readDigits } = window.DigitForge;
const MOST_FIGURES = 4300; // of text that int() reads

export const strip = (text) => text.replace(ENDS, "");

/* Text that int() and float() read: of ASCII alone they strip fewer blanks. */
const readFigures = (text) => readDigits(/[^\0-\x7f]/.test(text) ? strip(text) : text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, ""));

export const dropBlanks = (text) => text.replace(BLANKS, "");

/* What int(value, 10) makes of text, and a number that is whole: a BigInt, or null for what is none. */
export const readInt = (value) => {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : null;
  if (typeof value !== "string") return null;
  const text = readFigures(value), isWhole = WHOLE.test(text) && text.length <= MOST_FIGURES; // prettier-ignore
  return isWhole ? BigInt(text.replace(/[_+]/g, "")) : null;
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

/* The format "g": six figures that matter. */
export const tellShort = (value) => {
  if (!Number.isFinite(value)) return special(value);
  const text = value.toExponential(5), power = Number(text.split("e")[1]); // prettier-ignore
  const [figures] = text.split("e");
  if (power < -4 || power >= 6) return scientific(`${String(Number(figures))}e${text.split("e")[1]}`);
  return String(Number(value.toPrecision(6)));
};

/* The format ".2f": to the nearest, where two are as near to the even one. */
export const tellFixed = (value, places) => {
  if (!Number.isFinite(value)) return special(value);
  const near = value.toFixed(places), exact = value.toFixed(Math.min(100, places + 60)); // prettier-ignore
  const isTie = /^50*$/.test(exact.slice(exact.indexOf(".") + 1 + places));
  if (!isTie || Number(near.at(-1)) % 2 === 0) return near;
  const whole = BigInt(near.replace(".", "")), even = String(whole + (whole < 0n ? 1n : -1n)).replace("-", ""); // prettier-ignore
  const digits = even.padStart(places + 1, "0"), cut = digits.length - places; // prettier-ignore
  return `${near.startsWith("-") ? "-" : ""}${digits.slice(0, cut)}${places ? "." : ""}${digits.slice(cut)}`;
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

const tellNumber = (value) => (Number.isInteger(value) && Math.abs(value) < 1e21 ? String(value) : tellFloat(value));

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
