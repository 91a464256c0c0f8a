/* What NumPy says of many numbers, in the same figures. */

/* Half to the even one, as Python and NumPy round. */
export const round = (value) => {
  const low = Math.floor(value), rest = value - low; // prettier-ignore
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 ? low + 1 : low;
};

export const range = (values) => {
  let low = Infinity, high = -Infinity; // prettier-ignore
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
};

/* The k-th smallest, and everything before it no larger: `values` is put in disorder (Hoare 1961). */
const select = (values, k) => {
  let low = 0, high = values.length - 1; // prettier-ignore
  while (low < high) {
    const middle = values[(low + high) >> 1];
    let i = low, j = high; // prettier-ignore
    while (i <= j) {
      while (values[i] < middle) i++;
      while (values[j] > middle) j--;
      if (i > j) break;
      [values[i], values[j]] = [values[j], values[i]];
      i += 1;
      j -= 1;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k];
};

/* Linear between the two nearest. */
export const quantile = (values, share) => {
  const own = Float64Array.from(values), place = share * (own.length - 1), at = Math.floor(place); // prettier-ignore
  const a = select(own, at), t = place - at; // prettier-ignore
  if (!t) return a;
  let b = Infinity;
  for (let i = at + 1; i < own.length; i++) if (own[i] < b) b = own[i];
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
};

export const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;

export const deviation = (values) => {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, one) => sum + (one - middle) ** 2, 0) / values.length);
};

const BINS = 256;

/* Counts in even bins from the least to the greatest, and the bins' edges. */
const count = (values) => {
  let [low, high] = range(values);
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const step = (high - low) / BINS, edges = Float64Array.from({ length: BINS + 1 }, (_, i) => i * step + low); // prettier-ignore
  edges[BINS] = high;
  const counts = new Float64Array(BINS);
  for (const value of values) {
    let i = Math.min(BINS - 1, Math.trunc(((value - low) / (high - low)) * BINS));
    if (value < edges[i]) i -= 1;
    else if (value >= edges[i + 1] && i !== BINS - 1) i += 1;
    counts[i] += 1;
  }
  return { counts, edges };
};

/* Otsu's threshold (1979): the level that parts values in two with the greatest variance between them. */
export const takeOtsu = (values) => {
  const { counts, edges } = count(values);
  const below = new Float64Array(BINS), sums = new Float64Array(BINS); // prettier-ignore
  let many = 0, sum = 0; // prettier-ignore
  for (let i = 0; i < BINS; i++) {
    below[i] = many += counts[i];
    sums[i] = sum += (counts[i] * (edges[i] + edges[i + 1])) / 2;
  }
  const between = below.map((one, i) => {
    const above = many - one, apart = one * above * (sums[i] / one - (sum - sums[i]) / above) ** 2; // prettier-ignore
    return Number.isFinite(apart) ? apart : -1;
  });
  const most = Math.max(...between) * (1 - 1e-9);
  const best = [...between.keys()].filter((i) => between[i] >= most);
  return edges[best[best.length >> 1] + 1];
};
