"""A folder of pictures a class, as torchvision's ImageFolder takes it: any size and colour, brought to 28 x 28.

A picture of 28 x 28 stays as it is; any other is read as the page reads a photo (`photo.py`): ink on plain paper, its
box scaled into 20 x 20 and centred by mass, as MNIST was made. One that cannot be read is left out, and named.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gan.data.checks import measure_rings
from gan.data.dataset import SIDE, SPLITS, DataError
from gan.data.layout import Layout, Raw, sort_split
from gan.errors import Refusal, Sentence, say

ENDINGS = frozenset((".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pgm", ".ppm"))
LEAST = 0.5  # of the pictures that can be read, or something is wrong with all of them


def bring(data: bytes) -> tuple[np.ndarray, bool]:
    """An encoded picture -> uint8 (28, 28), and whether it was so already; a Refusal says why it cannot be."""
    from gan.data import photo  # Pillow's filters are not needed where no pictures are

    grey = photo.decode(data, (*photo.FORMATS, "TIFF", "PPM"))
    if grey.shape == (SIDE, SIDE):
        return (grey * 255).round().astype(np.uint8), True
    image = photo.find_digit(grey).image[0, 0].numpy()
    return ((image + 1) * 127.5).round().astype(np.uint8), False


def list_pictures(folder: Path) -> list[Path]:
    """The pictures right in a folder, in the order of their names."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and _is_shown(path))


def list_folders(folder: Path) -> list[Path]:
    """The folders in one, those of numbers in their order; hidden ones and those of archivers left out."""
    found = [path for path in folder.iterdir() if path.is_dir() and _is_shown(path)]
    return sorted(found, key=lambda path: (not path.name.isdigit(), int(path.name) if path.name.isdigit() else 0, path))


def _is_shown(path: Path) -> bool:
    return not path.name.startswith((".", "__"))


def holds_pictures(folder: Path) -> bool:
    """Whether at least one picture lies right in a folder."""
    return any(path.suffix.lower() in ENDINGS and _is_shown(path) for path in folder.iterdir())


@dataclass(frozen=True)
class Pictures(Layout):
    """A folder a class; `roots` are the folders that hold them, of each split."""

    roots: dict[str, Path]
    classes: tuple[str, ...] = field(default=())

    @property
    def kind(self) -> Sentence:
        """What it is, in words."""
        return say("a folder of pictures a class")

    def read(self, split: str) -> Raw:
        """All pictures that can be read: images uint8 (N, 28, 28), labels int64 (N,), ordered by class and name."""
        images, labels, kept, bad = [], [], [], []
        root = self.roots[split]
        unknown = [path for path in list_folders(root) if path.name not in self.classes]
        if unknown:
            raise DataError(
                say(
                    "the folder {folder} is of no class of the training pictures; remove it, or put pictures of that "
                    "class into {other} too.",
                    folder=str(unknown[0]),
                    other=str(self.place),
                )
            )
        for label, name in enumerate(self.classes):
            for path in list_pictures(root / name) if (root / name).is_dir() else []:
                try:
                    image, as_is = bring(path.read_bytes())
                except (Refusal, OSError) as error:
                    bad.append((path, error.sentence if isinstance(error, Refusal) else str(error.strerror)))
                    continue
                images.append(image)
                labels.append(label)
                kept.append(as_is)
        self._check_enough(root, len(images), bad)
        stacked = match_paper(np.stack(images), np.array(kept))
        notices = [say_left_out(bad)] if bad else []
        return Raw(stacked, np.array(labels, np.int64), str(root), str(root), tuple(notices))

    def _check_enough(self, root: Path, count: int, bad: list[tuple[Path, str]]) -> None:
        if count and count >= LEAST * (count + len(bad)):
            return
        if not bad:
            raise DataError(say("the folder {folder} holds no pictures.", folder=str(root)))
        raise DataError(
            say(
                "of {count} pictures in {folder}, {bad} cannot be taken; the first is {file}: {reason}.",
                count=count + len(bad),
                folder=str(root),
                bad=len(bad),
                file=str(bad[0][0]),
                reason=bad[0][1],
            )
        )

    def read_labels(self, split: str) -> tuple[np.ndarray, str]:
        """The labels that there are, one of each."""
        return np.arange(len(self.classes)), str(self.roots[split])

    def read_names(self) -> tuple[str, ...]:
        """The folders' names."""
        return self.classes


def match_paper(images: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """uint8 (N, 28, 28) with the paper of those that were `kept` as they are like that of those that were found.

    A photo's ink comes out light; where there are both kinds, dark ink among the pictures of 28 x 28 is turned.
    """
    if kept.all() or not kept.any() or (measure_rings(images[kept]) > 127).mean() <= 0.5:
        return images
    images[kept] = 255 - images[kept]
    return images


def say_left_out(bad: list[tuple[Path, str]]) -> Sentence:
    """What was left out of a folder, with the first as an example."""
    path, reason = bad[0]
    if len(bad) == 1:
        return say("1 picture is left out: {file}: {reason}.", file=str(path), reason=reason)
    return say(
        "{count} pictures are left out, the first {file}: {reason}.", count=len(bad), file=str(path), reason=reason
    )


def find_pictures(place: Path) -> Pictures | None:
    """The classes in a folder, or in its folders of a training and a test split; None where no pictures are."""
    inner = list_folders(place)
    parted: dict[str, Path] = {}
    for path in sorted(inner, key=lambda path: "val" in path.name.lower()):  # of test and validation, test
        if (split := sort_split(path.name)) and split not in parted and _holds_classes(path):
            parted[split] = path
    if parted:
        first = parted.get("train") or parted["test"]
        files: dict[str, tuple[Path, ...]] = {split: (parted[split],) if split in parted else () for split in SPLITS}
        return Pictures(files, place, place, parted, _list_classes(first))
    if any(holds_pictures(path) for path in inner):
        return Pictures({"train": (place,), "test": ()}, place, place, {"train": place}, _list_classes(place))
    return None


def _holds_classes(folder: Path) -> bool:
    return any(holds_pictures(path) for path in list_folders(folder))


def _list_classes(folder: Path) -> tuple[str, ...]:
    return tuple(path.name for path in list_folders(folder))
