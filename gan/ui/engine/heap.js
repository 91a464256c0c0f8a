/* The memory that products work in: weights at its beginning, for good; behind them scratch, which a pass marks and
   gives back. Places are counted in floats. Views of it change when it grows, so nobody keeps them. */
import { compile, PANEL, ROWS } from "./kernel.js";

const PAGE = 65536 / 4; // floats

/* Rows are laid in multiples of eight floats; what is beyond their length is zero. */
export const widen = (count) => Math.ceil(count / PANEL) * PANEL;

export class Heap {
  constructor(memory, kernel) {
    this.memory = memory;
    this.kernel = kernel;
    this.end = PANEL; // the next free float
    this.refresh();
    this.shared = 0;
    this.share(4096);
  }

  /* Rows of ones and of zeros at least that long: a factor, and a shift, that change nothing. */
  share(length) {
    if (length <= this.shared) return;
    this.shared = length;
    this.ones = this.take(length);
    this.zeros = this.take(length);
    this.f.fill(1, this.ones, this.ones + length);
    this.f.fill(0, this.zeros, this.zeros + length);
  }

  /* fused: see kernel.js. */
  static async make({ fused = true } = {}) {
    const memory = new WebAssembly.Memory({ initial: 64 });
    return new Heap(memory, await compile(memory, fused));
  }

  refresh() {
    this.f = new Float32Array(this.memory.buffer);
    this.i = new Int32Array(this.memory.buffer);
  }

  /* Where `count` floats are free from now on; a multiple of eight. */
  take(count) {
    const at = this.end;
    this.end += widen(count);
    if (this.end > this.f.length) {
      this.memory.grow(Math.ceil((this.end - this.f.length) / PAGE));
      this.refresh();
    }
    return at;
  }

  /* Numbers (n, width) as rows of this memory: {at, n, width, wide}. */
  put(numbers, n, width) {
    const rows = this.makeRows(n, width);
    this.f.fill(0, rows.at, rows.at + n * rows.wide);
    for (let i = 0; i < n; i++) this.f.set(numbers.subarray(i * width, (i + 1) * width), rows.at + i * rows.wide);
    return rows;
  }

  makeRows(n, width) {
    const wide = widen(width);
    return { at: this.take(Math.ceil(n / ROWS) * ROWS * wide), n, width, wide };
  }

  /* Rows of this memory -> numbers (n, width) of one's own. */
  copy({ at, n, width, wide }) {
    const out = new Float32Array(n * width);
    for (let i = 0; i < n; i++) out.set(this.f.subarray(at + i * wide, at + i * wide + width), i * width);
    return out;
  }

  /* Do `work`, and give back all that it took: what it returns must not lie here. */
  borrow(work) {
    const before = this.end;
    try {
      return work();
    } finally {
      this.end = before;
    }
  }
}
