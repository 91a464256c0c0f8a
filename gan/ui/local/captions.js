/* Words that several tabs share; twin of gan/ui/captions.py. `model` is a manifest. */
import { say } from "./say.js";

export const plural = (count) => (count === 1 ? "" : "s");

export const article = (name) => (["8", "eight"].includes(name) ? "an" : "a");

const drawsDigits = (model) => model.class_names.every((name) => /^\p{Nd}$/u.test(name));

export const listDigits = (names) => {
  if (names.length <= 20) return names.join(" ");
  const counts = new Map();
  for (const name of [...names].sort()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} x ${name}`).join(", ");
};

export const describeSheet = (model, columns, rows) => {
  const count = columns.length * rows;
  if (!model.conditional) return say("Sheet of {count} pictures by a model that knows no classes", { count });
  const digits = listDigits(columns.map((label) => model.class_names[label]));
  const values = { count, s: plural(count), rows, t: plural(rows), digits };
  if (!drawsDigits(model)) return say("Sheet of {count} picture{s}, {rows} row{t} of {digits}", values);
  return say("Sheet of {count} handwritten digit{s}, {rows} row{t} of {digits}", values);
};

export const describeRow = (model, labels, seed) => {
  if (!model.conditional) return say("A picture by a model that knows no classes, in the hand of seed {seed}", { seed });
  const digits = listDigits(labels.map((label) => model.class_names[label]));
  const values = { count: labels.length, s: plural(labels.length), digits, seed };
  if (!drawsDigits(model)) return say("{count} picture{s}, {digits}, in the hand of seed {seed}", values);
  return say("{count} handwritten digit{s}, {digits}, in the hand of seed {seed}", values);
};
