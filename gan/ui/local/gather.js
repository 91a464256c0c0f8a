/* Typed arrays put together: several one after the other, and some of many pictures. */

/* All parts, of one kind, as one array of it; bytes where there are none. */
export const gather = (parts) => {
  const Kind = parts[0]?.constructor ?? Uint8Array;
  const out = new Kind(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

/* Pictures (n 784) at these places of many. */
export const pick = (pixels, places) => gather(places.map((place) => pixels.subarray(place * 784, (place + 1) * 784)));
