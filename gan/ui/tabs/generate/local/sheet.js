/* A sheet's arguments, checked: what gan/ui/tabs/generate/sheet.py asks for, in the same sentences. */
import { checkCount, checkPsi, checkSeed, checkWord, parseDigits } from "../../../local/checks.js";
import { FieldError, Refusal, checked, quote, say } from "../../../local/say.js";

export const MAX_TYPED = 64; // columns of a sheet
const MAX_ROWS = 20;
const MAX_DIGITS = 400;
const HANDS = ["one", "many"]; // one z a row, or one z a digit

export const checkColumns = (model, digits, rows) => {
  const count = checked("rows", checkCount, rows, MAX_ROWS, "number of rows");
  if (digits === "all") {
    const most = Math.min(model.num_classes, MAX_TYPED, Math.floor(MAX_DIGITS / count));
    return [Array.from({ length: most }, (_, label) => label), count];
  }
  const columns = checked("digits", parseDigits, digits, model);
  if (columns.length > MAX_TYPED) {
    const values = { count: columns.length, most: MAX_TYPED };
    throw new FieldError(say("{count} digits are too many; a sheet holds up to {most} in a row.", values), "digits");
  }
  if (count * columns.length > MAX_DIGITS) {
    const values = { count: columns.length, rows: count, all: count * columns.length, most: MAX_DIGITS };
    const said = say(
      "{count} digits in {rows} rows are {all}; a sheet holds up to {most}, here up to {fit} rows.",
      { ...values, fit: Math.floor(MAX_DIGITS / columns.length) }, // prettier-ignore
    );
    throw new FieldError(said, "rows");
  }
  return [columns, count];
};

export const checkHands = (hands) => checkWord(hands, HANDS, "the hands are {value}; they can be {list}.");

/* "0:7.0,5:1.3" -> {row: [seed, style]}. */
export const parseLocks = (text) => {
  const kept = {};
  if (text === null || text === undefined || text === "") return kept;
  if (typeof text !== "string" || [...text].length > 1000) {
    throw new Refusal(say("the locked rows must be text such as 0:7.0,5:1.3 (row:seed.style)."));
  }
  for (const part of text.split(",")) {
    const [, row, seed, style] = /^(\d{1,2}):(\d{1,10})\.(\d{1,2})$/.exec(part) ?? [];
    if (row === undefined || Number(row) >= MAX_ROWS || Number(style) >= MAX_ROWS) {
      const template = "the locked row {value} is not row:seed.style, with rows and styles from 0 to {high}.";
      throw new Refusal(say(template, { value: quote(part), high: MAX_ROWS - 1 }));
    }
    kept[Number(row)] = [checkSeed(seed), Number(style)];
  }
  return kept;
};

/* The whole of a sheet's request -> what its recipe lists, and rows. */
export const readSheet = (model, { digits, rows, seed, psi, hands, locks }) => {
  const [columns, count] = checkColumns(model, digits, rows);
  const number = checked("seed", checkSeed, seed), truncation = checked("psi", checkPsi, psi); // prettier-ignore
  const kind = checked("hands", checkHands, hands), kept = checked("locks", parseLocks, locks); // prettier-ignore
  const sheet = { digits: [], seeds: [], indices: [], truncation, columns: columns.length };
  for (let row = 0; row < count; row++) {
    const [own, style] = kept[row] ?? [number, row];
    columns.forEach((label, column) => {
      sheet.digits.push(label);
      sheet.seeds.push(own);
      sheet.indices.push(kind === "one" ? style : style * MAX_TYPED + column);
    });
  }
  return { sheet, labels: columns, rows: count };
};
