/* Real digits that the visitor picks, read in the page and sent nowhere: MNIST's test files (IDX, gzipped or not, loose
   or in a ZIP), or an .npz. They are checked as gan/data checks those of the server, and come out the same. */
import { readIdx, readNpy } from "../../../local/arrays.js";
import { pick } from "../../../local/gather.js";
import { FieldError, say } from "../../../local/say.js";
import { TooLarge, inflate, isGzip, isZip, unzip } from "../../../local/unzip.js";
import { fitPaper, fitRange, checkFlat } from "./pictures.js";

const LARGEST = 64 << 20; // bytes of one file, unpacked; MNIST's largest has 47 MB
const DEEP = 3; // a gzipped file in a ZIP in a gzip: more is a riddle
const SHARE = 7; // where there is no test split, one picture in so many of each class is one
const TEST = /(^|[^a-z])(t10k|test|testing|testset|valid|val|validation)([^a-z]|$)/i;
const IMAGES = /(^|_)(x|images?|data|imgs)(_|$)/i, LABELS = /(^|_)(y|labels?|targets?)(_|$)/i; // prettier-ignore

const refuse = (template, values) => {
  throw new FieldError(say(template, values));
};

/* Every array in a file -> [{name, shape, data, named}, ...]; named: its name says what it is, as an archive's do. */
const readFile = async ({ name, bytes }, deep = 0) => {
  if (deep > DEEP) return [];
  if (isGzip(bytes)) {
    return readFile({ name: name.replace(/\.gz$/, ""), bytes: await inflate(bytes, "gzip", LARGEST) }, deep + 1);
  }
  if (isZip(bytes)) {
    const all = [];
    for (const one of await unzip(bytes, 2 * LARGEST)) all.push(...(await readFile(one, deep + 1)));
    return all.map((one) => ({ ...one, name: one.name.replace(/^.*\//, "") }));
  }
  const idx = readIdx(bytes), found = idx ?? readNpy(bytes); // prettier-ignore
  return found ? [{ name: name.replace(/\.npy$/, ""), named: !idx, ...found }] : [];
};

const readAll = async (files) => {
  const arrays = [];
  for (const file of files) {
    if (file.bytes.length > LARGEST) {
      refuse("{file} has {size} MB; a file with digits may have up to {most} MB.", {
        file: file.name,
        size: Math.ceil(file.bytes.length / 2 ** 20),
        most: Math.floor(LARGEST / 2 ** 20),
      });
    }
    try {
      arrays.push(...(await readFile(file)));
    } catch (error) {
      const values = { file: file.name, most: Math.floor(LARGEST / 2 ** 20) };
      if (error instanceof TooLarge) refuse("what is packed in {file} is more than {most} MB.", values);
      refuse("{file} is damaged or cut off.", values);
    }
  }
  return arrays;
};

/* Of several of a kind the test split's, which D has not seen; else those whose names say what they are. */
const choose = (arrays, word, fits) => {
  const able = arrays.filter(fits), named = able.filter((one) => word.test(one.name)); // prettier-ignore
  const from = named.length ? named : able;
  return from.find(({ name }) => TEST.test(name)) ?? from[0];
};

const isPictures = ({ shape }) =>
  shape.length === 3 || (shape.length === 4 && (shape[1] === 1 || shape[3] === 1)) || (shape.length === 2 && shape[1] === 784);

const isLabels = ({ shape }) => shape.length === 1 || (shape.length === 2 && shape[1] !== 784);

/* One number for each: the first of a row, or the place of the one in a row of zeros. */
const readLabels = ({ name, shape: [count, wide = 1], data, named }) => {
  const rows = Array.from({ length: count }, (_, i) => data.subarray(i * wide, (i + 1) * wide));
  const isHot = named && wide > 1 && rows.every((row) => row.indexOf(1) >= 0 && row.reduce((sum, one) => sum + one, 0) === 1);
  const labels = rows.map((row) => (isHot ? row.indexOf(1) : row[0]));
  const bad = labels.find((label) => !Number.isInteger(label));
  if (bad !== undefined) {
    refuse("the file {file} holds the label {label}; labels must be whole numbers.", { file: name, label: String(bad) });
  }
  return labels;
};

const checkPair = (images, labels) => {
  if (!images || !labels) {
    refuse(
      "these files hold no digits with their classes; pick MNIST's t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte " +
        "together (with .gz or without, or a ZIP of them), or an .npz with images and labels.",
    );
  }
  const [count, ...sides] = images.shape, shown = sides.filter((size) => size !== 1); // prettier-ignore
  if (shown.join() !== "28,28" && shown.join() !== "784") {
    refuse("the images in {file} are {shape}; they must be 28 x 28.", { file: images.name, shape: shown.join(" x ") });
  }
  if (labels.shape[0] !== count) {
    const values = { file: images.name, count, other: labels.name, own: labels.shape[0] };
    refuse("{file} has {count} images and {other} {own} labels; pick the two that belong together.", values);
  }
  if (!count) refuse("{file} has no images.", { file: images.name });
};

/* EMNIST's own files have columns first. */
const turn = (pixels) => pixels.map((_, i, all) => all[i - (i % 784) + (i % 28) * 28 + Math.floor((i % 784) / 28)]);

/* Which pictures a test split has where nothing says which are one: as the server takes them. */
const takeShare = (labels) => {
  const seen = new Map();
  return [...labels.keys()].filter((i) => {
    const place = seen.get(labels[i]) ?? 0;
    seen.set(labels[i], place + 1);
    return place % SHARE === Math.floor(SHARE / 2);
  });
};

/* Files as [{name, bytes}] for a model's manifest -> {pixels (n 784), labels (n), count}. */
export const readReal = async (files, { num_classes: classes }) => {
  const arrays = await readAll(files);
  const images = choose(arrays, IMAGES, isPictures), labelled = choose(arrays, LABELS, isLabels); // prettier-ignore
  checkPair(images, labelled);
  const labels = readLabels(labelled);
  const worst = labels.find((label) => label < 0 || label >= Math.max(classes, 10));
  if (worst !== undefined) {
    const values = { file: labelled.name, value: worst, high: classes - 1 };
    refuse("{file} has the label {value}; this model draws 0 to {high}.", values);
  }
  let pixels = fitPaper(fitRange(images.data, images.name));
  checkFlat(pixels, images.name);
  if (!images.named && /^emnist/i.test(images.name)) pixels = turn(pixels);
  const isShared = images.named && !TEST.test(images.name);
  const places = isShared ? takeShare(labels) : [];
  if (!places.length) return { pixels, labels, count: labels.length }; // or too few to be parted
  return { pixels: pick(pixels, places), labels: places.map((place) => labels[place]), count: places.length };
};
