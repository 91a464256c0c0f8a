"""What truncation buys and costs: precision, recall and class accuracy over psi, as a table, a picture and numbers.

    python -m benchmarks.truncation --data ROOT [--out docs/truncation.png]

The numbers, checkpoints/NAME.truncation.json, are what the page draws its own picture from, in the visitor's language.
The measures are those of gan.evaluate, on 5,000 digits a point against as many of the test split.
"""

import argparse
import io
import json
from pathlib import Path

import matplotlib.pyplot as plt
from PIL import Image

import gan
from benchmarks.machine import describe_machine
from benchmarks.pictures import encode, write_picture
from gan.data import get_root, load_dataset, to_float
from gan.evaluation.metrics import manifold
from gan.evaluation.samples import Samples, draw_samples
from gan.judges.classifier import load_classifier
from gan.store.released import choose_file

PSI = (0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5)
COUNT = 5_000
NAMES = ("precision", "recall", "class accuracy")


def measure(name: str, root: Path, seed: int) -> list[tuple[float, float, float]]:
    """(precision, recall, class accuracy) at each of PSI."""
    generator, classifier = gan.load(name), load_classifier("cpu")
    test = load_dataset(root, "test")
    real = Samples(test.images, test.labels).shuffled(seed).first(COUNT)
    real_features, _ = classifier.observe(to_float(real.images))
    rows = []
    for psi in PSI:
        fake = draw_samples(generator, real.labels, seed=seed, truncation=psi, title=f"psi {psi}")
        features, logits = classifier.observe(to_float(fake.images))
        found = manifold(real=real_features, fake=features)
        right = (logits.argmax(1) == fake.labels).double().mean().item()
        rows.append((found.precision, found.recall, right))
    return rows


def draw(rows: list[tuple[float, float, float]], out: Path) -> None:
    """The three curves over psi; a file that looks the same stays as it is."""
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for name, values, style in zip(NAMES, zip(*rows, strict=True), ("o-", "s-", "^-"), strict=True):
        axes.plot(PSI, values, style, label=name)
    axes.axvline(1.0, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xlabel="truncation psi", ylim=(0, 1.03), title=f"{COUNT:,} digits a point, against the test split")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower center")
    data = io.BytesIO()
    figure.savefig(data, dpi=110, metadata={"Software": None})  # not matplotlib's version: it is not the picture
    with Image.open(data) as image:
        write_picture(encode(image.convert("RGB")), out)


def write(rows: list[tuple[float, float, float]], sha256: str, out: Path) -> None:
    """The numbers as columns, with the hash of the weights that they belong to."""
    columns = {
        name.rpartition(" ")[2]: [round(value, 4) for value in values]
        for name, values in zip(NAMES, zip(*rows, strict=True), strict=True)
    }
    out.write_text(json.dumps({"sha256": sha256, "count": COUNT, "psi": PSI, **columns}) + "\n", encoding="utf-8")


def main() -> None:
    """Print the table, and save the picture and the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", nargs="?", default="digits")
    parser.add_argument("--data", metavar="ROOT")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("docs/truncation.png"))
    args = parser.parse_args()
    rows = measure(args.checkpoint, get_root(args.data), args.seed)
    draw(rows, args.out)
    write(rows, gan.load(args.checkpoint).sha256, choose_file(args.checkpoint, ".truncation.json"))
    print(f"{args.checkpoint}, seed {args.seed}, {COUNT:,} digits a row, {describe_machine()}")
    print(f"{'psi':>4} {'precision':>10} {'recall':>8} {'class accuracy':>15}")
    for psi, (precision, recall, right) in zip(PSI, rows, strict=True):
        print(f"{psi:>4} {precision:>10.3f} {recall:>8.3f} {right:>15.2%}")


if __name__ == "__main__":
    main()
