/* The one product that everything is made of, on WebAssembly's vectors of four: C = A B.

   Rows of A are found by a table of addresses, so that a convolution is a product without its columns being copied out:
   the row of an output pixel is, for each line of the kernel, a run of floats in the padded picture (Dukhan 2019, "The
   indirect convolution algorithm", arXiv:1907.02129). B lies in panels of eight columns, which stay in the fastest
   cache while rows go by; four rows of them are worked on at once, in eight registers. */
import * as wasm from "./wasm.js";

export const ROWS = 4;
export const PANEL = 8;
const UNROLLED = 4; // floats of A a turn of the innermost loop; runs are multiples of it

/* run(table, rows, segments, length, b, c, stride): for one panel. Rows is a multiple of 4, length in bytes, stride of
   C in bytes; table has `rows` addresses for each segment. */
const TABLE = 0, COUNT = 1, SEGMENTS = 2, LENGTH = 3, B = 4, C = 5, STRIDE = 6;
const POINTER = 7; // four of them
const END = 11, AT = 12, PLACE = 13, ROW = 14, SEGMENT = 15, TABLE_STEP = 16, LAST = 17;
const SUM = 18; // eight vectors, two for each row
const LEFT = 26, RIGHT = 27, SPLAT = 28;

const accumulate = (sum, part) => [
  ...wasm.get(sum), ...wasm.get(SPLAT), ...wasm.get(part), ...wasm.multiplyVectors, ...wasm.addVectors, ...wasm.set(sum),
]; // prettier-ignore

const turn = (k) => [
  ...wasm.loadVector(AT, 32 * k), ...wasm.set(LEFT),
  ...wasm.loadVector(AT, 32 * k + 16), ...wasm.set(RIGHT),
  ...[0, 1, 2, 3].flatMap((row) => [
    ...wasm.loadSplat(POINTER + row, 4 * k), ...wasm.set(SPLAT),
    ...accumulate(SUM + 2 * row, LEFT), ...accumulate(SUM + 2 * row + 1, RIGHT),
  ]),
]; // prettier-ignore

const run = () => [
  ...[0, 1, 2, 3].flatMap((row) => [...wasm.loadInteger(PLACE, 4 * row), ...wasm.set(POINTER + row)]),
  ...wasm.get(POINTER), ...wasm.get(LENGTH), ...wasm.add, ...wasm.set(END),
  ...wasm.repeatWhileBelow(POINTER, END, [
    ...Array.from({ length: UNROLLED }, (_, k) => turn(k)).flat(),
    ...wasm.step(AT, 32 * UNROLLED),
    ...[0, 1, 2, 3].flatMap((row) => wasm.step(POINTER + row, 4 * UNROLLED)),
  ]),
  ...wasm.stepBy(PLACE, TABLE_STEP),
  ...wasm.step(SEGMENT, 1),
]; // prettier-ignore

const fourRows = () => [
  ...Array.from({ length: 8 }, (_, i) => [...wasm.zeroVector, ...wasm.set(SUM + i)]).flat(),
  ...wasm.get(B), ...wasm.set(AT),
  ...wasm.get(TABLE), ...wasm.set(PLACE),
  ...wasm.constant(0), ...wasm.set(SEGMENT),
  ...wasm.repeatWhileBelow(SEGMENT, SEGMENTS, run()),
  ...[0, 1, 2, 3].flatMap((row) => [
    ...wasm.storeVector(C, 0, SUM + 2 * row), ...wasm.storeVector(C, 16, SUM + 2 * row + 1), ...wasm.stepBy(C, STRIDE),
  ]),
  ...wasm.step(TABLE, 4 * ROWS),
  ...wasm.step(ROW, ROWS),
]; // prettier-ignore

const assemble = () =>
  wasm.makeModule(7, [[11, wasm.I32], [11, wasm.V128]], [
    ...wasm.get(COUNT), ...wasm.constant(2), ...wasm.shiftLeft, ...wasm.set(TABLE_STEP),
    ...wasm.constant(0), ...wasm.set(ROW),
    ...wasm.repeatWhileBelow(ROW, COUNT, fourRows()),
  ]); // prettier-ignore

/* Whether this browser has vectors, without which there is nothing here. */
export const canRun = () => typeof WebAssembly === "object" && WebAssembly.validate(assemble());

/* The product over that memory; a rejected promise where the page may not compile. */
export const compile = async (memory) => {
  const { instance } = await WebAssembly.instantiate(assemble(), { env: { memory } });
  return instance.exports.run;
};
