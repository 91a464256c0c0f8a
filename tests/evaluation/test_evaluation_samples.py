"""Samples of anyone's making: what is taken, and the one sentence for each thing that is not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan.drawing.generator import load
from gan.evaluation.samples import SampleError, Samples, check_samples, draw_samples, read_samples
from tests.made_digits import make_digits
from tests.tiny_checkpoint import write_tiny


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    return make_digits(100, seed=0)


def save(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def test_every_stated_form_is_the_same_samples(digits, tmp_path):
    images, labels = digits
    forms = {
        "plain": images,
        "channel": images[:, None],
        "float": images.astype(np.float32) / 127.5 - 1,
        "double": (images / 127.5 - 1)[:, None],
    }
    for name, form in forms.items():
        found = read_samples(save(tmp_path / f"{name}.npz", images=form, labels=labels.astype(np.int32)), 100)
        assert found.images.dtype == torch.uint8
        assert torch.equal(found.images, torch.from_numpy(images)[:, None]), name
        assert found.labels.dtype == torch.int64
        assert found.labels.tolist() == labels.tolist()


def test_samples_shuffle_together(digits):
    images, labels = digits
    samples = check_samples(images, labels, 1, "made")
    shuffled = samples.shuffled(1)
    assert shuffled.labels.tolist() != samples.labels.tolist()
    assert torch.equal(shuffled.shuffled(2).images, samples.shuffled(1).shuffled(2).images)
    where = {image.numpy().tobytes(): label.item() for image, label in zip(samples.images, samples.labels, strict=True)}
    for image, label in zip(shuffled.images, shuffled.labels, strict=True):
        assert where[image.numpy().tobytes()] == label.item()
    assert len(shuffled.first(30)) == 30


def _nan(images: np.ndarray) -> np.ndarray:
    floats = images.astype(np.float32) / 127.5 - 1
    floats[3, 4, 5] = np.nan
    floats[8, 0, 0] = np.inf
    return floats


BAD: list[tuple[str, Any, str]] = [
    ("size", lambda i, y: (i[:, :20], y), r"shape \(100, 20, 28\); wanted is \(N, 28, 28\)"),
    ("flat", lambda i, y: (i.reshape(100, -1), y), "wanted is"),
    ("colour", lambda i, y: (np.repeat(i[:, None], 3, 1), y), "wanted is"),
    ("type", lambda i, y: (i.astype(np.int64), y), "images are int64; wanted is uint8"),
    ("bool", lambda i, y: (i > 0, y), "images are bool"),
    ("unit", lambda i, y: (i / 255, y), r"none of these is below 0; if they are in \[0, 1\]"),
    ("range", lambda i, y: (i.astype(np.float32), y), r"pixels run from 0 to 255; floats are wanted in \[-1, 1\]"),
    ("ones", lambda i, y: (i // 255, y), "no pixel is above 1"),
    ("nan", lambda i, y: (_nan(i), y), "2 images hold NaN or infinite pixels"),
    ("inverted", lambda i, y: (255 - i, y), "more ink than paper"),
    ("few", lambda i, y: (i[:50], y[:50]), "50 samples are too few for these metrics; 100 are the least"),
    ("none", lambda i, y: (i[:0], y[:0]), "0 samples are too few"),
    ("short", lambda i, y: (i, y[:99]), r"labels have the shape \(99,\) beside 100 images"),
    ("one-hot", lambda i, y: (i, np.eye(10)[y]), r"labels have the shape \(100, 10\)"),
    ("float labels", lambda i, y: (i, y.astype(np.float32)), "labels are float32; wanted are integers"),
    ("range labels", lambda i, y: (i, y + np.uint8(1)), "labels run from 1 to 10"),
    ("negative", lambda i, y: (i, y.astype(np.int64) - 1), "labels run from -1 to 8"),
    ("class", lambda i, y: (i, np.where((y == 3) | (y == 7), 1, y)), "no sample of class 3, 7"),
]


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_samples_are_refused_in_a_sentence(change, said, digits, tmp_path):
    images, labels = change(*digits)
    path = save(tmp_path / "bad.npz", images=images, labels=labels)
    with pytest.raises(SampleError, match=said) as caught:
        read_samples(path, 100)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_samples_of_other_classes_are_checked_against_those(digits):
    images, labels = digits
    kept = labels < 3
    names = ("shirt", "shoe", "bag")
    assert len(check_samples(images[kept], labels[kept], 1, "made", names)) == 30
    with pytest.raises(SampleError, match=r"labels run from 0 to 9; wanted are 0\.\.2\."):
        check_samples(images, labels, 1, "made", names)
    with pytest.raises(SampleError, match=r"no sample of class shoe, bag; each of 0\.\.2 is needed"):
        check_samples(images[:20], np.zeros(20, np.int64), 1, "made", names)


def test_bad_files_are_refused_in_a_sentence(digits, tmp_path):
    images, labels = digits
    with pytest.raises(SampleError, match="There is no file"):
        read_samples(tmp_path / "absent.npz", 1)
    with pytest.raises(SampleError, match=r"has no labels \(arrays: images, y\)"):
        read_samples(save(tmp_path / "a.npz", images=images, y=labels), 1)
    with pytest.raises(SampleError, match="no images and no labels"):
        read_samples(save(tmp_path / "b.npz"), 1)
    good = save(tmp_path / "c.npz", images=images, labels=labels).read_bytes()
    path = tmp_path / "d.npz"
    for content in (b"", b"hello", good[: len(good) // 2]):
        path.write_bytes(content)
        with pytest.raises(SampleError, match="cannot be read"):
            read_samples(path, 1)
    with path.open("wb") as file:
        np.save(file, images)
    with pytest.raises(SampleError, match="a single array"):
        read_samples(path, 1)
    objects = np.array([{"a": 1}] * 100, dtype=object)
    with pytest.raises(SampleError, match="cannot be read"):
        read_samples(save(tmp_path / "e.npz", images=objects, labels=labels), 1)


def test_drawn_samples_are_those_of_the_seed(tmp_path):
    """Digit i is that of (seed, i), however many are drawn at once."""
    generator = load(str(write_tiny(tmp_path / "tiny.safetensors")))
    labels = torch.arange(10).repeat(103)
    found = draw_samples(generator, labels, seed=7, truncation=0.5)
    assert isinstance(found, Samples)
    assert torch.equal(found.labels, labels)
    expected = generator.sample(labels, 7, 0.5)
    difference = found.images.float() - (expected + 1) * 127.5
    assert difference.abs().max() <= 1
    assert found.images.float().std() > 1
