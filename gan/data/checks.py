"""What is looked at before anybody learns from pictures: range, paper, labels, blanks and doubles; a sentence each.

MNIST passes all of them as it is, in a fraction of the time that reading takes.
"""

from collections.abc import Callable

import numpy as np
import torch

from gan.data.dataset import DataError, Dataset
from gan.data.layout import Raw
from gan.errors import Listing, Sentence, say

TOPS = (1, 15, 16, 255, 1023, 4095, 65535)  # the brightest of so many greys, by how many bits there are
FEW = 16  # of greys that are no 8 bits: scikit-learn's digits have so many
BRIGHT = 127
SAMPLE = 4000  # pictures whose borders tell of all
CLEAR = 0.2  # so few pictures of the other paper, and it is plain what the paper is
FLAT = 16  # grey levels from a picture's darkest to its brightest: no more, and nothing can be seen
MOST_FLAT = 0.5  # of the pictures
INVERT = ("auto", "yes", "no")


def fit_range(raw: Raw) -> tuple[np.ndarray, list[Sentence]]:
    """The images as uint8 (N, 28, 28), 0..255, and a sentence where they had another range; DataError for NaN."""
    images = raw.images
    if images.dtype == np.bool_:
        images = images.astype(np.uint8)
    low, high = images.min(), images.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        row = int(np.flatnonzero(~np.isfinite(images).all((1, 2)))[0]) + 1
        raise DataError(say("{file} holds a pixel in picture {row} that is no number.", file=raw.source, row=row))
    least, most = float(low), float(high)
    if least >= 0 and most <= 255 and most > FEW:
        return images if images.dtype == np.uint8 else images.round().astype(np.uint8), []
    if least == most:
        raise DataError(
            say("{file} holds nothing but pixels of {value:g}; there is nothing to learn.", file=raw.source, value=most)
        )
    top = next((float(top) for top in TOPS if most <= top), most)
    bottom = 0.0
    if least < 0:
        bottom, top = (-1.0, 1.0) if least >= -1 and most <= 1 else (least, most)
    scaled = np.empty(images.shape, np.uint8)
    for start in range(0, len(images), SAMPLE):  # floats of all at once would be eight times as many bytes
        part = images[start : start + SAMPLE].astype(np.float64)
        scaled[start : start + SAMPLE] = ((part - bottom) * (255 / (top - bottom))).round()
    said = say(
        "Pixels of {file} go from {low:g} to {high:g}: {bottom:g} to {top:g} is taken as 0 to 255.",
        file=raw.source,
        low=least,
        high=most,
        bottom=bottom,
        top=top,
    )
    return scaled, [said]


def measure_rings(images: np.ndarray) -> np.ndarray:
    """The mean grey of each picture's outermost pixels: (N, 28, 28) -> (N,)."""
    rows, columns = images[:, (0, -1), :], images[:, 1:-1, (0, -1)]
    count = rows[0].size + columns[0].size
    total = rows.sum((1, 2), dtype=np.float64) + columns.sum((1, 2), dtype=np.float64)
    return np.asarray(total / count)


def measure_bright(images: np.ndarray) -> float:
    """The share of pictures whose border is bright, of SAMPLE of them."""
    step = max(1, len(images) // SAMPLE)
    return float((measure_rings(images[::step]) > BRIGHT).mean())


def fit_paper(
    images: np.ndarray, invert: str, source: str, ask_training: Callable[[], float]
) -> tuple[np.ndarray, list[Sentence]]:
    """The images with ink = 255 on 0, and a sentence where they were turned or that is not plain.

    invert: "yes", "no", or "auto", which turns pictures with bright borders. Where a split's borders are neither bright
    nor dark, `ask_training()`, the share of bright ones among the training pictures, decides for both.
    """
    if invert == "no":
        return images, []
    if invert == "yes":
        return 255 - images, [say("The pictures of {file} are inverted, as --invert yes asks.", file=source)]
    bright = measure_bright(images)
    plain = bright <= CLEAR or bright >= 1 - CLEAR
    turned = (bright if plain else ask_training()) > 0.5
    notices = []
    if not plain:
        notices.append(
            say(
                "{share:.0%} of the pictures of {file} have a bright border and the others a dark one: ink may be "
                "either; --invert yes or no settles it.",
                share=bright,
                file=source,
            )
        )
    if turned:
        notices.append(
            say(
                "The pictures of {file} have bright borders: dark ink on light paper is inverted (--invert no leaves "
                "it).",
                file=source,
            )
        )
    return 255 - images if turned else images, notices


def find_flat(images: np.ndarray, source: str) -> list[Sentence]:
    """A sentence where some pictures show nothing; DataError where most do."""
    pixels = torch.from_numpy(np.ascontiguousarray(images)).flatten(1)
    flat = (pixels.amax(1).int() - pixels.amin(1).int() < FLAT).nonzero()[:, 0]
    if not len(flat):
        return []
    told = {"count": len(flat), "all": len(images), "file": source, "row": int(flat[0]) + 1}
    if len(flat) > MOST_FLAT * len(images):
        raise DataError(say("{count} of {all} pictures of {file} are of one grey, picture {row} is the first.", **told))
    return [say("{count} of {all} pictures of {file} are of one grey, picture {row} is the first.", **told)]


def read_whole(labels: np.ndarray, told: str) -> np.ndarray:
    """Labels of any kind as int64 (N,); DataError names the first that is no whole number."""
    if labels.dtype.kind == "f":
        bad = np.flatnonzero(~np.isfinite(labels) | (labels != np.floor(labels)))
        if len(bad):
            raise DataError(
                say(
                    "the file {file} holds the label {label}; labels must be whole numbers.",
                    file=told,
                    label=f"{float(labels[bad[0]]):g}",
                )
            )
    return labels.astype(np.int64)


def check_labels(labels: np.ndarray, told: str, names: tuple[str, ...], *, need_each: bool) -> None:
    """DataError for a label of no class and, where each is needed, for a class without pictures."""
    classes = len(names)
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise DataError(
            say(
                "the file {file} holds the label {label}; labels must be 0 to {high}.",
                file=told,
                label=high if high >= classes else low,
                high=classes - 1,
            )
        )
    none = [label for label, count in enumerate(np.bincount(labels, minlength=classes).tolist()) if not count]
    if need_each and none and names != tuple(map(str, range(classes))):
        raise DataError(
            say(
                "{file} holds no picture of {classes}; each of its {count} classes needs one at least.",
                file=told,
                classes=Listing([names[label] for label in none[:20]]),
                count=classes,
            )
        )
    if need_each and none:
        raise DataError(
            say(
                "the file {file} holds no image of class {classes}; labels must be 0 to {high}, each at least once.",
                file=told,
                classes=Listing(none[:20]),
                high=classes - 1,
            )
        )


def find_doubles(train: Dataset, test: Dataset) -> list[Sentence]:
    """A sentence where pictures of the test split are among the training ones, to the pixel."""
    known = {row.tobytes() for row in train.images.flatten(1).numpy()}
    count = sum(row.tobytes() in known for row in test.images.flatten(1).numpy())
    if not count:
        return []
    return [
        say(
            "{count} of {all} test pictures are among the training pictures too: what is measured on them flatters.",
            count=count,
            all=len(test),
        )
    ]
