/* WebAssembly written as bytes: what kernel.js needs of an assembler. */

/* An unsigned integer in LEB128. */
export const u = (value) => {
  const out = [];
  do {
    const low = value & 127;
    value >>>= 7;
    out.push(value ? low | 128 : low);
  } while (value);
  return out;
};
/* A signed one. */
const s = (value) => {
  const out = [];
  for (;;) {
    const low = value & 127;
    value >>= 7;
    if ((value === 0 && !(low & 64)) || (value === -1 && low & 64)) return [...out, low];
    out.push(low | 128);
  }
};

const VECTOR = 0xfd;
export const I32 = 0x7f;
export const F32 = 0x7d;
export const V128 = 0x7b;
export const get = (at) => [0x20, ...u(at)];
export const set = (at) => [0x21, ...u(at)];
export const constant = (value) => [0x41, ...s(value)];
export const add = [0x6a];
export const multiply = [0x6c];
export const shiftLeft = [0x74];
/* local += a number of bytes; local += another local. */
export const step = (at, bytes) => [...get(at), ...constant(bytes), ...add, ...set(at)];
export const stepBy = (at, other) => [...get(at), ...get(other), ...add, ...set(at)];
export const loadInteger = (at, offset = 0) => [...get(at), 0x28, 2, ...u(offset)];
export const loadVector = (at, offset = 0) => [...get(at), VECTOR, 0, 2, ...u(offset)];
/* One float, four times. */
export const loadSplat = (at, offset = 0) => [...get(at), VECTOR, 9, 2, ...u(offset)];
export const storeVector = (at, offset, vector) => [...get(at), ...get(vector), VECTOR, 11, 2, ...u(offset)];
export const zeroVector = [VECTOR, 12, ...new Array(16).fill(0)];
export const addVectors = [VECTOR, ...u(0xe4)];
export const multiplyVectors = [VECTOR, ...u(0xe6)];
export const largerOfVectors = [VECTOR, ...u(0xe9)];
/* a b + c in one step, rounded once or twice as the machine has it (relaxed SIMD, 2023). */
export const multiplyAdd = [VECTOR, ...u(0x105)];
export const splat = (at) => [...get(at), VECTOR, 19];
/* Do the body, and again while local `at` is below local `end`; both without sign. */
export const repeatWhileBelow = (at, end, body) => [0x03, 0x40, ...body, ...get(at), ...get(end), 0x49, 0x0d, 0, 0x0b];

const named = (text) => [...u(text.length), ...[...text].map((sign) => sign.charCodeAt(0))];
const section = (id, bytes) => [id, ...u(bytes.length), ...bytes];

const list = (items) => [...u(items.length), ...items.flat()];

/* A module that imports memory "env"."memory" and exports functions: [{name, parameters: [types], locals: [[how many,
   type], ...], body}, ...], none of which returns anything. */
export const makeModule = (functions) => {
  const codes = functions.map(({ locals, body }) => {
    const code = [...list(locals.map(([count, type]) => [...u(count), type])), ...body, 0x0b];
    return [...u(code.length), ...code];
  });
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(functions.map(({ parameters }) => [0x60, ...list(parameters.map((type) => [type])), 0]))),
    ...section(2, list([[...named("env"), ...named("memory"), 2, 0, 1]])),
    ...section(3, list(functions.map((_, i) => u(i)))),
    ...section(7, list(functions.map(({ name }, i) => [...named(name), 0, ...u(i)]))),
    ...section(10, list(codes)),
  ]);
};
