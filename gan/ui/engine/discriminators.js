/* D's networks. Twins of gan/models/projection.py, strided.py, dcgan.py (normalization folded in) and mlp.py:
   run(images (n, 784) in [-1, 1], labels (n)) -> logits (n); larger means more real. */
import {
  GAIN, LEAK, convolve, embed, finish, flatten, frame, join, linear, pack, project, unshuffle,
} from "./layers.js"; // prettier-ignore
import { Layers } from "./dense.js";

const takeLayers = (heap, tensors, names) =>
  names.map((name) => pack(heap, tensors[`${name}.weight`], tensors[`${name}.bias`]));

/* D(x, y) = psi(phi(x)) + <embed(y), phi(x)> (Miyato & Koyama 2018, arXiv:1802.05637, eq. 4). */
class Projection {
  constructor(heap, tensors) {
    this.heap = heap;
    this.embedding = tensors["embed.weight"];
    this.layers = takeLayers(heap, tensors, ["conv1", "conv2", "conv3", "conv4", "dense", "out"]);
  }

  run(images, labels) {
    const { heap } = this, [conv1, conv2, conv3, conv4, dense, out] = this.layers; // prettier-ignore
    return heap.borrow(() => {
      const activate = (layer, rows) => finish(heap, layer, rows, LEAK, GAIN);
      let x = unshuffle(heap, images, labels.length);
      x = activate(conv1, convolve(heap, conv1, frame(heap, x, 14)));
      x = activate(conv2, convolve(heap, conv2, frame(heap, x, 14), { stride: 2, side: 7 }));
      const y = activate(conv3, convolve(heap, conv3, frame(heap, x, 7)));
      for (let i = 0; i < x.n * x.wide; i++) heap.f[y.at + i] = (heap.f[y.at + i] + heap.f[x.at + i]) * Math.SQRT1_2;
      x = activate(conv4, convolve(heap, conv4, frame(heap, y, 7), { stride: 2, side: 4 }));
      const h = activate(dense, project(heap, dense, flatten(heap, x, 4)));
      const logits = heap.copy(linear(heap, out, h)), { data, shape: [, size] } = this.embedding; // prettier-ignore
      return logits.map((logit, i) => {
        for (let k = 0; k < size; k++) logit += data[labels[i] * size + k] * heap.f[h.at + i * h.wide + k];
        return logit;
      });
    });
  }
}

/* Strided convolutions of the image beside its class's plane: 28 -> 14 -> 7 -> 3 -> 1. */
class Strided {
  constructor(heap, tensors) {
    this.heap = heap;
    this.planes = tensors["embed.weight"].data;
    this.layers = takeLayers(heap, tensors, ["conv1", "conv2", "conv3", "out"]);
  }

  run(images, labels) {
    const { heap } = this, [conv1, conv2, conv3, out] = this.layers; // prettier-ignore
    return heap.borrow(() => {
      const both = new Float32Array(images.length * 2);
      images.forEach((value, i) => {
        both[2 * i] = value;
        both[2 * i + 1] = this.planes[labels[Math.floor(i / 784)] * 784 + (i % 784)];
      });
      let x = heap.put(both, images.length, 2);
      x = finish(heap, conv1, convolve(heap, conv1, frame(heap, x, 28), { stride: 2, side: 14 }), LEAK);
      x = finish(heap, conv2, convolve(heap, conv2, frame(heap, x, 14), { stride: 2, side: 7 }), LEAK);
      x = finish(heap, conv3, convolve(heap, conv3, frame(heap, x, 7), { stride: 2, side: 3 }), LEAK);
      return heap.copy(finish(heap, out, convolve(heap, out, frame(heap, x, 3, 0), { stride: 2, side: 1 })));
    });
  }
}

/* Dense layers over the pixels and the class's embedding. */
class Dense {
  constructor(heap, tensors) {
    this.heap = heap;
    this.embedding = tensors["embed.weight"];
    this.layers = new Layers(heap, tensors);
  }

  run(images, labels) {
    const { heap } = this, n = labels.length; // prettier-ignore
    return heap.borrow(() => {
      const x = join(heap, heap.put(images, n, 784), embed(heap, this.embedding, labels));
      return heap.copy(this.layers.run(x));
    });
  }
}

export const DISCRIMINATORS = { projection: Projection, strided: Strided, dense: Dense };
