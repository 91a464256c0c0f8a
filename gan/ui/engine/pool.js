/* Pictures halved: cells of two by two, those at an odd edge smaller, each made one value, and the way back. Twin of
   torch's max_pool2d and avg_pool2d with ceil_mode, channels last: rows (n side side, C) -> (n half half, C). */

/* For each cell `work(where its value lies, [where its pixels' values lie], how many)`, the list used again. */
const visit = (rows, pooled, side, work) => {
  const half = Math.ceil(side / 2), cells = [0, 0, 0, 0]; // prettier-ignore
  for (let m = 0; m < pooled.n; m++) {
    const x = 2 * (m % half), y = 2 * (Math.floor(m / half) % half), k = Math.floor(m / (half * half)); // prettier-ignore
    let many = 0;
    for (let dy = 0; dy < 2 && y + dy < side; dy++)
      for (let dx = 0; dx < 2 && x + dx < side; dx++)
        cells[many++] = rows.at + ((k * side + y + dy) * side + x + dx) * rows.wide;
    work(pooled.at + m * pooled.wide, cells, many);
  }
};

const makePooled = (heap, rows, side) => {
  const half = Math.ceil(side / 2), out = heap.makeRows((rows.n / (side * side)) * half * half, rows.width); // prettier-ignore
  heap.f.fill(0, out.at, out.at + out.n * out.wide);
  return out;
};

export const poolMost = (heap, rows, side) => {
  const out = makePooled(heap, rows, side), { f } = heap; // prettier-ignore
  visit(rows, out, side, (to, cells, many) => {
    for (let c = 0; c < rows.width; c++) {
      let most = f[cells[0] + c];
      for (let i = 1; i < many; i++) most = Math.max(most, f[cells[i] + c]);
      f[to + c] = most;
    }
  });
  return out;
};

export const poolMean = (heap, rows, side) => {
  const out = makePooled(heap, rows, side), { f } = heap; // prettier-ignore
  visit(rows, out, side, (to, cells, many) => {
    for (let c = 0; c < rows.width; c++) {
      let sum = 0;
      for (let i = 0; i < many; i++) sum += f[cells[i] + c];
      f[to + c] = sum / many;
    }
  });
  return out;
};

/* Gradients by a pool's rows, of the pool's own size and place: nothing yet. */
const makeSame = (heap, rows) => {
  const out = heap.makeRows(rows.n, rows.width);
  heap.f.fill(0, out.at, out.at + out.n * out.wide);
  return out;
};

/* d by poolMost(rows) = out -> by rows: all of it to the first of the largest, as torch has it. */
export const pullMost = (heap, d, rows, out, side) => {
  const by = makeSame(heap, rows), { f } = heap, ahead = by.at - rows.at; // prettier-ignore
  visit(rows, out, side, (at, cells, many) => {
    for (let c = 0; c < rows.width; c++) {
      let i = 0;
      while (i < many - 1 && f[cells[i] + c] !== f[at + c]) i++;
      f[cells[i] + ahead + c] = f[at - out.at + d.at + c];
    }
  });
  return by;
};

/* d by poolMean(rows) -> by rows: to each of a cell's pixels its share. */
export const pullMean = (heap, d, rows, side) => {
  const by = makeSame(heap, rows), { f } = heap; // prettier-ignore
  visit(by, d, side, (at, cells, many) => {
    for (let c = 0; c < rows.width; c++)
      for (let i = 0; i < many; i++) f[cells[i] + c] = f[at + c] / many;
  });
  return by;
};
