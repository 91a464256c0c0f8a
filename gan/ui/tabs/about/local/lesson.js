/* Five pictures of the chosen model's own; twin of gan/ui/tabs/about/lesson.py. Each is {pixels, labels, alt}: row by row,
   a label a row (or an image). `subject` is what is shown: {model, seed, label, kind: its name, ms: spent so far}. */
import { article } from "../../../local/captions.js";
import { MAX_SEED } from "../../../local/checks.js";
import { gather } from "../../../local/gather.js";
import { tellFixed } from "../../../local/python.js";
import { capitalize, list, say } from "../../../local/say.js";

const HANDS = 8; // styles in a row
const STYLES = 3; // rows of one style each
const JUDGED = 10;
const PSIS = [0, 0.5, 1, 1.5];
const MOMENTS = 4; // of the training history
const LEAPS = [1, 3, 5, 7]; // how far apart the two digits of a way are

const count = (most) => Array.from({ length: most }, (_, i) => i);

const ask = async (subject, want, request) => {
  const answer = await subject.model.ask(want, request);
  subject.ms += answer.ms;
  return answer;
};

const draw = async (subject, labels, indices, psi = 1) =>
  (await ask(subject, "draw", { labels, seed: subject.seed, indices, psi })).pixels;

export const showOne = async (subject) => {
  const { model, label, kind } = subject;
  const alt = say("{a} {what} that G drew of the numbers on the left", { a: article(kind), what: kind });
  return { pixels: await draw(subject, [label], [0]), labels: [model.manifest.class_names[label]], alt };
};

/* Rows of digits, a z each; without classes, where none can be asked for, as many hands as places. */
export const showStyles = async (subject) => {
  const { num_classes: classes, conditional } = subject.model.manifest;
  const places = count(10 * STYLES);
  const rows = places.map((place) => Math.floor(place / 10));
  const labels = places.map((place) => (place % 10) % classes);
  return {
    pixels: await draw(subject, labels, conditional ? rows : places),
    labels: count(STYLES).map((row) => `z${"₁₂₃"[row]}`),
    alt: conditional
      ? say("{rows} rows of digits, each row drawn from one z", { rows: STYLES })
      : say("{count} pictures, each from a z of its own", { count: places.length }),
  };
};

/* HANDS styles of a class, a row for each of PSIS. */
export const showTruncation = async (subject) => {
  const { label, kind } = subject;
  const rows = [];
  for (const psi of PSIS) rows.push(await draw(subject, new Array(HANDS).fill(label), count(HANDS), psi));
  const template =
    "{rows} rows of {count} times {a} {what}, alike at the top, where psi is 0, and ever more varied below";
  const alt = say(template, { rows: PSIS.length, count: HANDS, a: article(kind), what: kind });
  return { pixels: gather(rows), labels: PSIS.map((psi) => `ψ = ${psi}`), alt };
};

/* JUDGED pictures of a class, the most real first -> {step, explain: what D's percentage means}; {problem} without a D. */
export const showOpinions = async (subject) => {
  const { model, label, kind } = subject;
  if (!model.manifest.verdict) {
    const said = say("{model} was saved without its discriminator, so there is no verdict.", { model: model.manifest.name });
    return { problem: capitalize(said) };
  }
  const labels = new Array(JUDGED).fill(label);
  const pixels = await draw(subject, labels, count(JUDGED));
  const { shares, explain } = await ask(subject, "judge", { pixels, labels });
  const best = count(JUDGED).sort((a, b) => shares[b] - shares[a]);
  const told = best.map((place) => `${tellFixed(100 * shares[place], 0)} %`);
  const values = { count: JUDGED, a: article(kind), what: kind, most: told[0], least: told.at(-1) };
  const template = "{count} times {a} {what}, from the one D finds most real, {most}, to the least, {least}";
  const sorted = gather(best.map((place) => pixels.subarray(place * 784, (place + 1) * 784)));
  return { step: { pixels: sorted, labels: told, alt: say(template, values) }, explain };
};

/* Up to `most` of the indices 0 to `all` - 1, evenly spread and with both ends. */
const chooseEvenly = (all, most) => {
  if (all <= most) return count(all);
  const places = count(most).map((i) => {
    const place = (i * (all - 1)) / Math.max(1, most - 1), near = Math.round(place); // prettier-ignore
    return place % 1 === 0.5 && near % 2 ? near - 1 : near; // as Python rounds
  });
  return [...new Set(places)];
};

/* HANDS pictures of a class at MOMENTS moments of the training run. */
export const showLearning = async (subject) => {
  const { seed, label, kind } = subject;
  const { moments } = await ask(subject, "moment", {});
  const rows = [], seen = []; // prettier-ignore
  for (const index of chooseEvenly(moments.length, MOMENTS)) {
    const request = { index, labels: new Array(HANDS).fill(label), seed, indices: count(HANDS) };
    rows.push((await ask(subject, "moment", request)).pixels);
    seen.push(Math.trunc(moments[index].images).toLocaleString("en-US"));
  }
  const template = "{rows} rows of {count} times {a} {what}, from scribbles to digits, after {images} images";
  const alt = say(template, { rows: seen.length, count: HANDS, a: article(kind), what: kind, images: list(seen) });
  return { pixels: gather(rows), labels: seen, alt };
};

/* HANDS pictures on the way from a class to each of LEAPS others. */
export const showWays = async (subject) => {
  const { model, seed, label, kind } = subject;
  const { num_classes: classes, class_names: names, conditional } = model.manifest;
  const ts = count(HANDS).map((i) => i / (HANDS - 1));
  const rows = [], told = []; // prettier-ignore
  for (const [i, leap] of LEAPS.entries()) {
    const to = (label + leap) % classes, then = (seed + i + 1) % (MAX_SEED + 1); // prettier-ignore
    const ends = [{ digit: label, seed }, { digit: to, seed: then }]; // prettier-ignore
    rows.push((await ask(subject, "walk", { ends, ts })).pixels);
    told.push(conditional ? `${names[label]} → ${names[to]}` : `z → z${"₁₂₃₄"[i]}`);
  }
  const template = "{rows} rows of {count} pictures, each row on the way from {a} {what} to another: {ways}";
  const alt = say(template, { rows: LEAPS.length, count: HANDS, a: article(kind), what: kind, ways: list(told) });
  return { pixels: gather(rows), labels: told, alt };
};
