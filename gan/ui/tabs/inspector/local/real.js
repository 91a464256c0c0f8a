/* Real digits that the visitor picks, read in the page and sent nowhere: MNIST's test files (IDX, gzipped or not, loose
   or in a ZIP), or an .npz with `images` and `labels`. What gan/data does for the server. */
import { readIdx, readNpy } from "../../../local/arrays.js";
import { FieldError, say } from "../../../local/say.js";
import { inflate, isGzip, isZip, unzip } from "../../../local/unzip.js";

const LARGEST = 64 << 20; // bytes of one file, unpacked; MNIST's largest has 47 MB
const IMAGES = ["images", "x_test", "test_images", "x", "data"], LABELS = ["labels", "y_test", "test_labels", "y"]; // prettier-ignore

const refuse = (template, values) => {
  throw new FieldError(say(template, values));
};

/* Every array in a file -> [{name, shape, data}, ...]. */
const readFile = async ({ name, bytes }) => {
  if (isGzip(bytes)) return readFile({ name: name.replace(/\.gz$/, ""), bytes: await inflate(bytes, "gzip") });
  if (isZip(bytes)) {
    const all = await Promise.all((await unzip(bytes, LARGEST)).map(readFile));
    return all.flat().map((one) => ({ ...one, name: one.name.replace(/^.*\//, "") }));
  }
  const found = readIdx(bytes) ?? readNpy(bytes);
  return found ? [{ name: name.replace(/\.npy$/, ""), ...found }] : [];
};

const readAll = async (files) => {
  const arrays = [];
  for (const file of files) {
    if (file.bytes.length > LARGEST) {
      refuse("{file} has {size} MB; a file with digits may have up to {most} MB.", {
        file: file.name,
        size: Math.round(file.bytes.length / 1e6),
        most: Math.floor(LARGEST / 1e6),
      });
    }
    try {
      arrays.push(...(await readFile(file)));
    } catch {
      refuse("{file} is damaged or cut off.", { file: file.name });
    }
  }
  return arrays;
};

/* Of several of a kind the test split's, which D has not seen. */
const choose = (arrays, names, fits) => {
  const able = arrays.filter(fits);
  const named = names.map((name) => able.find((one) => one.name === name)).find(Boolean);
  return able.find(({ name }) => /t10k|test/.test(name)) ?? named ?? able[0];
};

const isSquare = ({ shape }) => shape.length === 3 || (shape.length === 4 && (shape[1] === 1 || shape[3] === 1));

/* Files as [{name, bytes}] for a model's manifest -> {pixels (n 784), labels (n), count}. */
export const readReal = async (files, { num_classes: classes }) => {
  const arrays = await readAll(files);
  const images = choose(arrays, IMAGES, isSquare);
  const labels = choose(arrays, LABELS, ({ shape }) => shape.length === 1);
  if (!images || !labels) {
    refuse(
      "these files hold no digits with their classes; pick MNIST's t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte " +
        "together (with .gz or without, or a ZIP of them), or an .npz with images and labels.",
    );
  }
  const [count] = images.shape, sides = images.shape.filter((size, i) => i > 0 && size !== 1); // prettier-ignore
  if (sides.length !== 2 || sides.some((size) => size !== 28)) {
    refuse("the images in {file} are {shape}; they must be 28 x 28.", { file: images.name, shape: sides.join(" x ") });
  }
  if (labels.shape[0] !== count) {
    const values = { file: images.name, count, other: labels.name, own: labels.shape[0] };
    refuse("{file} has {count} images and {other} {own} labels; pick the two that belong together.", values);
  }
  if (!count) refuse("{file} has no images.", { file: images.name });
  const worst = labels.data.find((label) => label < 0 || label >= Math.max(classes, 10));
  if (worst !== undefined) {
    refuse("{file} has the label {value}; this model draws 0 to {high}.", {
      file: labels.name,
      value: worst,
      high: classes - 1,
    });
  }
  return { pixels: Uint8Array.from(images.data), labels: [...labels.data], count };
};
