/* D's opinion of a picture as a probability. Twin of gan/judges/verdict.py: the loss's own probability ("absolute"), a
   stored curve ("calibrated", Platt 1999), or a rank among the model's own forgeries ("relative"). */
import { DISCRIMINATORS } from "./discriminators.js";

const BATCH = 16;
const REFERENCE = 256; // forgeries of a class that a picture is ranked among
const REFERENCE_SEED = 20261121;

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const CURVES = { lsgan: (logit) => Math.min(Math.max(logit, 0), 1) }; // all other absolute losses: a sigmoid

export class Judge {
  /* model: the manifest; network, tensors: of the discriminator's file; generator: for ranks. */
  constructor(heap, model, network, tensors, generator) {
    Object.assign(this, { model, generator, kind: model.verdict.kind, explain: model.verdict.explain });
    this.network = new DISCRIMINATORS[network](heap, tensors);
    this.forged = new Map(); // class -> sorted logits of REFERENCE forgeries
  }

  known(labels) {
    return this.model.conditional ? labels : labels.map(() => 0);
  }

  /* D's logits of images (n, 784) as their labels (n). */
  score(images, labels) {
    const out = new Float32Array(labels.length), told = this.known(labels); // prettier-ignore
    for (let at = 0; at < labels.length; at += BATCH) {
      const some = images.subarray(at * 784, (at + BATCH) * 784);
      out.set(this.network.run(some, told.slice(at, at + BATCH)), at);
    }
    return out;
  }

  /* The probability "real" of images as their labels, each in [0, 1]; a logit that is no number gives 0.5. */
  judge(images, labels) {
    return this.read(this.score(images, labels), labels);
  }

  read(logits, labels) {
    const told = this.known(labels), { midpoint, slope } = this.model.verdict; // prettier-ignore
    return logits.map((logit, i) => {
      if (Number.isNaN(logit)) return 0.5;
      if (this.kind === "relative") return this.rank(logit, told[i]);
      if (this.kind === "absolute") return (CURVES[this.model.loss] ?? sigmoid)(logit);
      // Without the clamp an infinite logit times a slope of zero is no number
      return sigmoid(slope[told[i]] * (Math.min(Math.max(logit, -1e30), 1e30) - midpoint[told[i]]));
    });
  }

  /* Where a logit stands among forgeries of its class, in (0, 1); a tie counts half. */
  rank(logit, label) {
    if (!this.forged.has(label)) {
      const labels = new Array(REFERENCE).fill(label), indices = labels.map((_, i) => label * REFERENCE + i); // prettier-ignore
      const made = this.generator.sample(labels, REFERENCE_SEED, 1, indices);
      this.forged.set(label, this.score(made, labels).map((one) => (Number.isNaN(one) ? 0 : one)).sort()); // prettier-ignore
    }
    const all = this.forged.get(label);
    const below = all.filter((one) => one < logit).length, upto = all.filter((one) => one <= logit).length; // prettier-ignore
    return (0.5 * (below + upto) + 0.5) / (all.length + 1);
  }
}
