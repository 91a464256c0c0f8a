/* Numbers in half precision (IEEE 754 binary16) -> single precision, exact. */
export const widenHalves = (halves) => {
  const bits = new Uint32Array(halves.length), out = new Float32Array(bits.buffer); // prettier-ignore
  for (let i = 0; i < halves.length; i++) {
    const sign = (halves[i] & 0x8000) << 16, exponent = (halves[i] >> 10) & 31, rest = halves[i] & 1023; // prettier-ignore
    if (exponent) bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (rest << 13);
    else out[i] = (sign ? -1 : 1) * rest * 2 ** -24; // subnormal, or zero
  }
  return out;
};
