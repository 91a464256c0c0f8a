/* The networks once more, on jax-js, which differentiates them: what a refinement needs of G, the reader and the
   measures. The picture itself is drawn by style.js and layers.js, several times as fast.

   jax-js uses up what it is given: a value that is needed again takes `.ref`. Every product is of two dimensions and
   channels are last, which is what its wasm is fast at; what has a gradient is jitted by who calls this. */
import { GAIN, LEAK } from "./layers.js";

const EPS = 1e-6;

export const trace = ({ numpy: np, nn }) => {
  const rsqrt = (x) => np.reciprocal(np.sqrt(x));
  const linear = (p, name, x) => np.matmul(x, p[`${name}.weight`].ref).add(p[`${name}.bias`].ref);
  const activate = (x) => nn.leakyRelu(x, LEAK).mul(GAIN);

  /* z (n, z_dim) of the length that noise typically has. */
  const fitLength = (z, deviation) =>
    z.ref.mul(rsqrt(np.square(z).mean(1, { keepdims: true }).add(1e-8)).mul(deviation));

  /* Three copies along one axis, one place apart, as channels. */
  const spread = (x, axis, size) => {
    const parts = [0, 1, 2].map((i) => (axis === 1 ? x.ref.slice([], [i, i + size]) : x.ref.slice([], [], [i, i + size])));
    x.dispose();
    return np.concatenate(parts, 3);
  };
  /* A convolution of 3 x 3 by two rounds of three copies: the one form whose gradient is fast too. */
  const convolve = (x, kernel) => {
    const [n, h, w, c] = x.shape, framed = np.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]); // prettier-ignore
    const columns = spread(spread(framed, 2, w), 1, h).reshape([n * h * w, 9 * c]);
    return np.matmul(columns, kernel).reshape([n, h, w, -1]);
  };
  const shuffle = (x) => {
    const [n, h, w, c] = x.shape;
    return x.reshape([n, h, w, c / 4, 2, 2]).transpose([0, 1, 4, 2, 5, 3]).reshape([n, 2 * h, 2 * w, c / 4]);
  };
  const modulated = (p, name, x, w) => {
    const kernel = p[`${name}.weight`], [n, h, wide, c] = x.shape, [rows, out] = kernel.shape; // prettier-ignore
    const scale = linear(p, `${name}.scale`, w);
    const power = np.square(kernel.ref).reshape([rows / c, c, out]).sum(0);
    const demod = rsqrt(np.matmul(np.square(scale.ref), power).add(1e-8));
    x = x.mul(scale.reshape([n, 1, 1, c]));
    x = rows === c ? np.matmul(x.reshape([n * h * wide, c]), kernel.ref).reshape([n, h, wide, out]) : convolve(x, kernel.ref);
    return activate(x.mul(demod.reshape([n, 1, 1, out])).add(p[`${name}.bias`].ref));
  };

  /* z (n, z_dim), classes one-hot (n, C) -> w (n, w_dim). */
  const map = (p, z, hot) => {
    const style = activate(linear(p, "mapping.style", fitLength(z, 1)));
    const both = np.concatenate([style, np.matmul(hot, p["mapping.embed.weight"].ref)], 1);
    return linear(p, "mapping.out", activate(linear(p, "mapping.mix", both)));
  };

  /* w (n, w_dim) -> images (n, 28, 28). */
  const synthesize = (p, w) => {
    const n = w.shape[0];
    let x = activate(linear(p, "canvas", w.ref)).reshape([n, 7, 7, -1]);
    x = modulated(p, "conv1", x, w.ref);
    x = x.ref.add(modulated(p, "conv2", x, w.ref));
    x = shuffle(modulated(p, "up", x, w.ref));
    x = x.ref.add(modulated(p, "conv3", x, w));
    x = convolve(x, p["paint.weight"].ref).add(p["paint.bias"].ref);
    return np.tanh(shuffle(x).reshape([n, 28, 28]));
  };

  /* images (n, 28, 28) -> the reader's features (n, 96). */
  const readFeatures = (p, images) => {
    const n = images.shape[0];
    let x = images.reshape([n, 14, 2, 14, 2]).transpose([0, 1, 3, 2, 4]).reshape([n, 14, 14, 4]);
    for (const name of ["conv1", "conv2", "conv3"])
      x = nn.relu(convolve(x, p[`${name}.weight`].ref).add(p[`${name}.bias`].ref));
    const c = x.shape[3];
    x = x.reshape([n, 7, 2, 7, 2, c]).max([2, 4]);
    x = nn.relu(convolve(x, p["conv4.weight"].ref).add(p["conv4.bias"].ref));
    const d = x.shape[3];
    x = np.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]).reshape([n, 4, 2, 4, 2, d]).sum([2, 4]).mul(p.cells.ref); // prettier-ignore
    return nn.relu(linear(p, "features", x.reshape([n, 16 * d])));
  };

  /* images (n, 28, 28) -> slant in degrees and thickness in pixels, (n, 2). */
  const measureStyle = (p, images) => {
    const n = images.shape[0], ink = images.add(1).mul(0.5); // prettier-ignore
    // Sums of ink, and of it times the place from the middle: x, y, x y, y y
    const sums = np.matmul(ink.ref.reshape([n, 784]), p.places.ref);
    const at = (k) => sums.ref.slice([], [k, k + 1]);
    const all = at(0).add(EPS), y = at(2).div(all.ref), x = at(1).div(all.ref); // prettier-ignore
    const share = at(0).div(all.ref);
    const cov = at(3).div(all.ref).sub(x.mul(y.ref).mul(np.subtract(2, share.ref)));
    const varY = at(4).div(all).sub(np.square(y).mul(np.subtract(2, share)));
    const slant = np.arctan(cov.neg().div(varY.add(EPS))).mul(180 / Math.PI);
    const framed = np.pad(ink, [[0, 0], [1, 1], [1, 1]]); // prettier-ignore
    const cut = (i, j) => framed.ref.slice([], [i, i + 29], [j, j + 29]);
    const a = cut(1, 1).sub(cut(0, 0)), b = cut(1, 0).sub(cut(0, 1)); // prettier-ignore
    framed.dispose();
    const outline = np.sqrt(np.square(a).add(np.square(b)).mul(0.5).add(1e-8)).sum([1, 2]).reshape([n, 1]);
    const thickness = at(0).mul(2).div(outline.add(EPS));
    sums.dispose();
    return np.concatenate([slant, thickness], 1);
  };

  return { fitLength, map, synthesize, readFeatures, measureStyle };
};
