/* One model in the Worker: its parts, each loaded when it is first needed, and what it answers. Twin of the tabs' own
   answers in gan/ui/tabs, where these draw: sheets, ways, edited hands, verdicts, readings, inversions, moments. */
import { Encoder } from "./encoder.js";
import { edit } from "./edits.js";
import { Problem, loadJson, loadManifest, loadTensors } from "./files.js";
import { ARCHITECTURES, Generator, toBytes, toFloats } from "./generator.js";
import { Heap } from "./heap.js";
import { walk } from "./interpolation.js";
import { Inverter, hearHand, measureError, tellHand } from "./inversion.js";
import { Judge } from "./judge.js";
import { MEASURES, measureHand } from "./measures.js";
import { Planes, REACH } from "./planes.js";
import { Reader } from "./reader.js";
import { Refiner, isState } from "./refine.js";
import { EXACT, QUICK } from "./write.js";

const MAP_SIDE = 5; // digits along a side of a plane's map

/* One z for all of n digits. */
const repeat = (z, n) => {
  const out = new Float32Array(z.length * n);
  for (let i = 0; i < n; i++) out.set(z, i * z.length);
  return out;
};

export class Session {
  /* folder: the address of a model's files, with a slash at its end. */
  constructor(folder) {
    Object.assign(this, { folder, memos: new Map(), parts: new Map() });
  }

  async open() {
    this.manifest = await loadManifest(this.folder);
    const told = this.manifest.parts.generator;
    if (!ARCHITECTURES.includes(told?.network)) throw new Problem("server", "manifest.json", String(told?.network));
    this.heap = await Heap.make();
    this.tensors = await loadTensors(this.folder, told);
    this.generator = new Generator(this.heap, this.manifest, told.network, this.tensors);
    return { manifest: this.manifest, fused: this.heap.kernel.fused };
  }

  /* A part, made once by `make(tensors, what the manifest says)`; Problem "absent" where the model has none. A failure
     is forgotten: the next to ask tries again. */
  part(name, make) {
    if (!this.parts.has(name)) {
      const told = this.manifest.parts[name];
      if (!told) throw new Problem("absent", name);
      const made = loadTensors(this.folder, told).then((tensors) => make(tensors, told));
      this.parts.set(name, made);
      made.catch(() => this.parts.delete(name));
    }
    return this.parts.get(name);
  }

  planes() {
    return this.part("planes", (tensors, told) => new Planes(this.heap, told, tensors));
  }

  judgeOf() {
    return this.part(
      "discriminator",
      (tensors, told) => new Judge(this.heap, this.manifest, told.network, tensors, this.generator),
    );
  }

  readerOf() {
    return this.part("reader", (tensors) => new Reader(this.heap, tensors));
  }

  inverter() {
    return this.part("hand", (tensors, told) => {
      const encoder = told.network ? new Encoder(this.heap, this.manifest, tensors) : null;
      return new Inverter(this.generator, tensors.spread, encoder);
    });
  }

  /* Digits: {labels, seed, psi, indices} or {labels, z, psi} -> {pixels (n 784)}. */
  draw({ labels, seed = 0, psi = 1, indices = labels.map((_, i) => i), z }) {
    return { pixels: toBytes(this.generator.draw(z ?? this.generator.drawZ(seed, indices), labels, psi)) };
  }

  /* Frames: {ends: [{digit, seed}, ...], ts, method, travels, psi} -> {pixels}. */
  walk({ ends, ts, ...how }) {
    return { pixels: toBytes(walk(this.generator, ends, ts, how)) };
  }

  /* One hand, edited: {labels, seed, psi, edits, quick} -> {pixels, measured (n 4), asked (n 4)}. A class is drawn once,
     however often it stands there. */
  async edit({ labels, seed = 0, psi = 1, edits = {}, quick = false }) {
    const planes = await this.planes();
    const shown = [...new Set(labels)].sort((a, b) => a - b);
    const { plane, pair, x, y } = edits;
    const place = JSON.stringify([seed, psi, plane, pair, x, y, shown]);
    if (!this.memos.has(place)) this.memos.clear(); // a slider's moves all begin at one place
    const memo = this.memos.get(place) ?? {};
    this.memos.set(place, memo);
    const z = repeat(this.generator.drawZ(seed, [0]), shown.length);
    const written = edit(this.generator, planes, z, shown, edits, { psi, steps: quick ? QUICK : EXACT, memo });
    const pick = (all, width) => {
      const out = new all.constructor(labels.length * width);
      labels.forEach((label, i) => {
        const from = shown.indexOf(label) * width;
        out.set(all.subarray(from, from + width), i * width);
      });
      return out;
    };
    const [measured, asked] = [written.measured, written.asked].map((all) => pick(all, MEASURES.length));
    return { pixels: pick(toBytes(written.images), 784), measured, asked };
  }

  /* One digit at 5 x 5 even places of a plane, top row first: {label, seed, psi, plane, pair} -> {pixels}. */
  async map({ label, seed = 0, psi = 1, plane = "pca", pair = 1 }) {
    const planes = await this.planes(), { generator } = this; // prettier-ignore
    const w = generator.truncate(generator.map(generator.drawZ(seed, [0]), [label]), [label], psi);
    const all = repeat(w, MAP_SIDE ** 2);
    for (let i = 0; i < MAP_SIDE ** 2; i++) {
      const [across, up] = [i % MAP_SIDE, MAP_SIDE - 1 - Math.floor(i / MAP_SIDE)];
      const [x, y] = [across, up].map((one) => REACH * ((2 * one) / (MAP_SIDE - 1) - 1));
      const offset = planes.findOffset(plane, pair, x, y);
      if (offset) offset.forEach((value, k) => (all[i * offset.length + k] += value));
    }
    return { pixels: toBytes(generator.synthesize(all)) };
  }

  /* What D makes of pictures: {pixels, labels} -> {shares (n), logits (n), kind, explain}. */
  async judge({ pixels, labels }) {
    const judge = await this.judgeOf(), logits = judge.score(toFloats(pixels), labels); // prettier-ignore
    return { logits, shares: judge.read(logits, labels), kind: judge.kind, explain: judge.explain };
  }

  /* What the reader makes of pictures: {pixels} -> {shares (n classes), classes}. */
  async read({ pixels }) {
    const reader = await this.readerOf();
    return { shares: reader.read(toFloats(pixels)), classes: reader.classes };
  }

  /* The first answer for a picture: {pixels, label} -> {state, and what `tell` says}. */
  async look({ pixels, label }) {
    const inverter = await this.inverter(), image = toFloats(pixels); // prettier-ignore
    return this.tell(inverter, image, label, inverter.start(image, label));
  }

  /* Up to `steps` more of a refinement: {pixels, label, state, steps} -> as `look`. */
  async refine({ pixels, label, state, steps = 6 }) {
    if (!isState(state, this.generator.zDim, this.generator.wDim)) throw new Problem("state", "state");
    const inverter = await this.inverter(), reader = await this.readerOf(), image = toFloats(pixels); // prettier-ignore
    this.refiner ??= new Refiner(this.generator, reader, inverter.spread);
    return this.tell(inverter, image, label, this.refiner.refine(image, label, state, steps));
  }

  /* {state, redrawn, error, hand: z as text, ten: the classes in the hand as it is told, style of both}. */
  tell(inverter, image, label, state) {
    const redrawn = toBytes(inverter.redraw(state, label)), again = toFloats(redrawn); // prettier-ignore
    const hand = tellHand(state.z);
    const ten = this.manifest.conditional ? this.drawHand({ hand }).pixels : null;
    const style = [image, again].map((one) => Array.from(measureHand(one).subarray(0, 2)));
    return { state, redrawn, error: measureError(again, image), hand, ten, style };
  }

  /* Digits in a told hand: {hand, labels: every class} -> {pixels}. */
  drawHand({ hand, labels = this.manifest.class_names.map((_, i) => i) }) {
    const z = hearHand(hand, this.manifest);
    if (!z) throw new Problem("hand", String(hand).slice(0, 40));
    return { pixels: toBytes(this.generator.draw(repeat(z, labels.length), labels)) };
  }

  /* The run's snapshots: {} -> {moments, curves}; {index, labels, seed, psi} -> {pixels} as G drew them then. */
  async moment({ index, labels, seed = 0, psi = 1, indices }) {
    const told = this.manifest.parts.history;
    if (!told) throw new Problem("absent", "history");
    this.history ??= await loadJson(this.folder, told);
    if (index === undefined) return this.history;
    const moment = this.history.moments[index];
    if (!moment) throw new Problem("absent", `moment ${index}`);
    if (this.then?.index !== index) {
      const tensors = await loadTensors(this.folder, moment);
      this.then = { index, generator: new Generator(await Heap.make(), this.manifest, moment.network, tensors) };
    }
    const { generator } = this.then;
    return { pixels: toBytes(generator.sample(labels, seed, psi, indices)) };
  }
}
