/* What everything is made of, on WebAssembly's vectors of four: a product C = A B, and what is done to its rows.

   Rows of A are found by a table of addresses, so that a convolution is a product without its columns being copied out:
   the row of an output pixel is, for each line of the kernel, a run of floats in the padded picture (Dukhan 2019, "The
   indirect convolution algorithm", arXiv:1907.02129). B lies in panels of eight columns, which stay in the fastest
   cache while rows go by; four rows of them are worked on at once, in eight registers. */
import * as wasm from "./wasm.js";

export const ROWS = 4;
export const PANEL = 8;
const UNROLLED = 4; // floats of A a turn of the innermost loop; runs are multiples of it

/* product(table, rows, segments, length, b, c, stride): for one panel. Rows is a multiple of 4, length in bytes, stride
   of C in bytes; table has `rows` addresses for each segment. */
const TABLE = 0, COUNT = 1, SEGMENTS = 2, LENGTH = 3, B = 4, C = 5, STRIDE = 6; // prettier-ignore
const POINTER = 7; // four of them
const END = 11, AT = 12, PLACE = 13, ROW = 14, SEGMENT = 15, TABLE_STEP = 16; // prettier-ignore
const SUM = 17; // eight vectors, two for each row
const LEFT = 25, RIGHT = 26, SPLAT = 27; // prettier-ignore
const FOUR = [0, 1, 2, 3];

/* sum += splat * part; `fused`: in one step. */
const accumulate = (sum, part, fused) =>
  fused
    ? [...wasm.get(SPLAT), ...wasm.get(part), ...wasm.get(sum), ...wasm.multiplyAdd, ...wasm.set(sum)]
    : [
        ...[wasm.get(sum), wasm.get(SPLAT), wasm.get(part)].flat(),
        ...[wasm.multiplyVectors, wasm.addVectors, wasm.set(sum)].flat(),
      ];

const turn = (k, fused) => [
  ...[wasm.loadVector(AT, 32 * k), wasm.set(LEFT), wasm.loadVector(AT, 32 * k + 16), wasm.set(RIGHT)].flat(),
  ...FOUR.flatMap((row) => [
    ...[wasm.loadSplat(POINTER + row, 4 * k), wasm.set(SPLAT)].flat(),
    ...accumulate(SUM + 2 * row, LEFT, fused),
    ...accumulate(SUM + 2 * row + 1, RIGHT, fused),
  ]),
];

const sumRun = (fused) => [
  ...FOUR.flatMap((row) => [...wasm.loadInteger(PLACE, 4 * row), ...wasm.set(POINTER + row)]),
  ...[wasm.get(POINTER), wasm.get(LENGTH), wasm.add, wasm.set(END)].flat(),
  ...wasm.repeatWhileBelow(POINTER, END, [
    ...Array.from({ length: UNROLLED }, (_, k) => turn(k, fused)).flat(),
    ...wasm.step(AT, 32 * UNROLLED),
    ...FOUR.flatMap((row) => wasm.step(POINTER + row, 4 * UNROLLED)),
  ]),
  ...wasm.stepBy(PLACE, TABLE_STEP),
  ...wasm.step(SEGMENT, 1),
];

const fourRows = (fused) => [
  ...Array.from({ length: 8 }, (_, i) => [...wasm.zeroVector, ...wasm.set(SUM + i)]).flat(),
  ...[wasm.get(B), wasm.set(AT), wasm.get(TABLE), wasm.set(PLACE), wasm.constant(0), wasm.set(SEGMENT)].flat(),
  ...wasm.repeatWhileBelow(SEGMENT, SEGMENTS, sumRun(fused)),
  ...FOUR.flatMap((row) => [
    ...wasm.storeVector(C, 0, SUM + 2 * row),
    ...wasm.storeVector(C, 16, SUM + 2 * row + 1),
    ...wasm.stepBy(C, STRIDE),
  ]),
  ...wasm.step(TABLE, 4 * ROWS),
  ...wasm.step(ROW, ROWS),
];

const product = (fused) => ({
  name: "product",
  parameters: new Array(7).fill(wasm.I32),
  locals: [[10, wasm.I32], [11, wasm.V128]], // prettier-ignore
  body: [
    ...[wasm.get(COUNT), wasm.constant(2), wasm.shiftLeft, wasm.set(TABLE_STEP), wasm.constant(0), wasm.set(ROW)].flat(),
    ...wasm.repeatWhileBelow(ROW, COUNT, fourRows(fused)),
  ],
});

/* finish(at, end, row, factor, shift, slope, gain): rows from byte `at` to `end`, each `row` bytes, in place:
   x -> gain leaky(x factor + shift), leaky(x) = max(x, slope x), with one row of factors and one of shifts for all. */
const finish = () => {
  const [AT, END, ROW, FACTOR, SHIFT, SLOPE, GAIN, STOP, BY, WITH, VALUE] = Array.from({ length: 11 }, (_, i) => i);
  const four = [
    ...[wasm.loadVector(AT), wasm.loadVector(BY), wasm.multiplyVectors].flat(),
    ...[wasm.loadVector(WITH), wasm.addVectors, wasm.set(VALUE)].flat(),
    ...[wasm.get(VALUE), wasm.get(VALUE), wasm.splat(SLOPE), wasm.multiplyVectors, wasm.largerOfVectors].flat(),
    ...[wasm.splat(GAIN), wasm.multiplyVectors, wasm.set(VALUE), wasm.storeVector(AT, 0, VALUE)].flat(),
    ...[wasm.step(AT, 16), wasm.step(BY, 16), wasm.step(WITH, 16)].flat(),
  ];
  const row = [
    ...[wasm.get(AT), wasm.get(ROW), wasm.add, wasm.set(STOP)].flat(),
    ...[wasm.get(FACTOR), wasm.set(BY), wasm.get(SHIFT), wasm.set(WITH)].flat(),
    ...wasm.repeatWhileBelow(AT, STOP, four),
  ];
  return {
    name: "finish",
    parameters: [...new Array(5).fill(wasm.I32), wasm.F32, wasm.F32],
    locals: [[3, wasm.I32], [1, wasm.V128]], // prettier-ignore
    body: wasm.repeatWhileBelow(AT, END, row),
  };
};

const assemble = (fused) => wasm.makeModule([product(fused), finish()]);

/* Whether this browser has vectors, without which there is nothing here. */
export const canRun = () => typeof WebAssembly === "object" && WebAssembly.validate(assemble(false));

/* {product, finish} over that memory; a rejected promise where the page may not compile. fused: false for sums that are
   the same to the last bit on every machine. */
export const compile = async (memory, fused = true) => {
  const fast = fused && WebAssembly.validate(assemble(true));
  const { instance } = await WebAssembly.instantiate(assemble(fast), { env: { memory } });
  return { product: instance.exports.product, finish: instance.exports.finish, fused: fast };
};
