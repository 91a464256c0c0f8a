/* The independent reader: which class does a picture show? Twin of gan/judges/classifier.py, normalization folded in. */
import { packBack, pullConvolve, pullFinish, pullProject } from "./backward.js";
import { convolve, finish, flatten, frame, linear, pack, project, shuffle, unfold, unshuffle } from "./layers.js";
import { poolMean, poolMost, pullMean, pullMost } from "./pool.js";

const BATCH = 32;

export class Reader {
  constructor(heap, tensors) {
    Object.assign(this, { heap, tensors, back: null });
    const take = (name) => pack(heap, tensors[`${name}.weight`], tensors[`${name}.bias`]);
    this.layers = ["conv1", "conv2", "conv3", "conv4"].map(take);
    this.feature = take("features");
    this.head = take("head");
    this.classes = this.head.outputs;
  }

  /* images (n, 784) in [-1, 1] -> logits (n, classes). */
  observe(images) {
    const n = images.length / 784, out = new Float32Array(n * this.classes); // prettier-ignore
    for (let at = 0; at < n; at += BATCH) {
      const some = images.subarray(at * 784, (at + BATCH) * 784);
      out.set(this.heap.borrow(() => this.look(some)), at * this.classes); // prettier-ignore
    }
    return out;
  }

  look(images) {
    const { heap } = this;
    return heap.copy(linear(heap, this.head, this.findFeatures(images)));
  }

  /* Images -> the rows of features (n, 96) that the head reads, in the heap's scratch; `kept` is given what `pull`
     needs. */
  findFeatures(images, kept = null) {
    const { heap } = this;
    const keep = (name, x) => (kept ? (kept[name] = x) : x);
    let x = unshuffle(heap, images, images.length / 784);
    this.layers.forEach((layer, i) => {
      const side = i < 3 ? 14 : 7;
      x = keep(i, finish(heap, layer, convolve(heap, layer, frame(heap, x, side)), 0));
      if (i === 2) x = keep("most", poolMost(heap, x, 14));
      if (i === 3) x = poolMean(heap, x, 7);
    });
    return keep("features", finish(heap, this.feature, project(heap, this.feature, flatten(heap, x, 4)), 0));
  }

  /* Images (n, 784) -> features (n, 96), and what turns gradients by them into gradients by the images. After `prepare`,
     and within one `borrow` with the pull. */
  featuresWithPull(images) {
    const { heap } = this, kept = {}, features = heap.copy(this.findFeatures(images, kept)); // prettier-ignore
    return { features, pull: (gradients) => heap.borrow(() => this.pull(kept, gradients)) };
  }

  pull(kept, gradients) {
    const { heap, back } = this, { n, width } = kept.features; // prettier-ignore
    let d = pullFinish(heap, heap.put(gradients, n, width), kept.features, 0);
    d = unfold(heap, pullProject(heap, back.feature, d), 16, kept[3].width);
    d = pullMean(heap, d, kept[3], 7);
    d = pullConvolve(heap, back.layers[3], pullFinish(heap, d, kept[3], 0), 7);
    d = pullMost(heap, d, kept[2], kept.most, 14);
    for (const i of [2, 1, 0]) d = pullConvolve(heap, back.layers[i], pullFinish(heap, d, kept[i], 0), 14);
    return heap.copy(shuffle(heap, d, 14));
  }

  /* Lay out what the way back needs, once and for good. */
  prepare() {
    const weigh = (name) => packBack(this.heap, this.tensors[`${name}.weight`]);
    this.back ??= { layers: ["conv1", "conv2", "conv3", "conv4"].map(weigh), feature: weigh("features") };
  }

  /* images (n, 784) -> probabilities of the classes (n, classes); each row sums to 1. */
  read(images) {
    const out = this.observe(images);
    for (let at = 0; at < out.length; at += this.classes) {
      const row = out.subarray(at, at + this.classes), most = Math.max(...row); // prettier-ignore
      row.forEach((value, i) => (row[i] = Math.exp(value - most)));
      const sum = row.reduce((all, one) => all + one, 0);
      row.forEach((value, i) => (row[i] = value / sum));
    }
    return out;
  }
}
