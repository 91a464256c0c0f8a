/* What D and the independent reader say of pictures; twin of gan/ui/judge.py. */
import { roundTo } from "./python.js";
import { capitalize, say } from "./say.js";

const round = (share) => roundTo(share, 4);

/* pixels (n 784) uint8 as labels -> {real: D's probability (n) or null, read: [name, confidence] (n) or null, explain,
   reader: what the two are, or why there is none}. */
export const judge = async (model, pixels, labels) => ({ ...(await askD(model, pixels, labels)), ...(await read(model, pixels)) });

const askD = async (model, pixels, labels) => {
  const { manifest } = model;
  if (!manifest.verdict) {
    const said = say("{model} was saved without its discriminator, so there is no verdict.", { model: manifest.name });
    return { real: null, explain: capitalize(said) };
  }
  const { shares, explain } = await model.ask("judge", { pixels, labels });
  if ([...shares].every(Number.isFinite)) return { real: [...shares].map(round), explain: capitalize(explain) };
  return { real: null, explain: say("This model's critic gives no probability.") };
};

const read = async (model, pixels) => {
  const { reader, dataset } = model.manifest;
  if (!reader) return { read: null, reader: say("The reader's weights are not here.") };
  if (reader.dataset !== dataset) {
    const said = say("the reader knows {known}, not {asked}.", { known: reader.dataset, asked: dataset });
    return { read: null, reader: capitalize(said) };
  }
  const { shares, classes } = await model.ask("read", { pixels });
  const read = [];
  for (let at = 0; at < shares.length; at += classes) {
    const own = shares.subarray(at, at + classes), best = own.indexOf(Math.max(...own)); // prettier-ignore
    read.push([reader.class_names[best], round(own[best])]);
  }
  return { read, reader: say("Read by a classifier that has seen real training digits alone.") };
};
