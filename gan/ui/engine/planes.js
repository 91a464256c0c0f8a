/* Directions in w, as Python found them. Twin of gan/handwriting/planes.py: a coordinate counts standard deviations. */
import { Hand } from "./hand.js";

export const PLANES = ["pca", "sefa", "random"];
export const PAIRS = 4;
export const REACH = 3; // how far a plane goes, in standard deviations

export class Planes {
  /* part: of the manifest; tensors: of its file. */
  constructor(heap, part, tensors) {
    this.tensors = tensors;
    this.notes = part.notes;
    this.hand = tensors["hand.knots"] ? new Hand(heap, tensors, part.ranges) : null;
  }

  /* What to add to w at (x, y) of a plane: (w_dim), or null at its middle. pair: 1 to PAIRS. */
  findOffset(plane, pair, x, y) {
    if (x === 0 && y === 0) return null;
    const { shape: [, wDim], data } = this.tensors[`plane.${plane}`]; // prettier-ignore
    const at = (2 * pair - 2) * wDim;
    return Float32Array.from({ length: wDim }, (_, i) => x * data[at + i] + y * data[at + wDim + i]);
  }
}
