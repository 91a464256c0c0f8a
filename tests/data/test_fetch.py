"""A fetch that fails leaves nothing behind, and takes nothing away."""

from pathlib import Path
from typing import Any

import pytest
import torchvision

from gan.data import DataError, load_dataset
from tests.made_digits import write_mnist


def list_all(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


def fail(monkeypatch: pytest.MonkeyPatch, error: BaseException, part: str = "t10k-images-idx3-ubyte.gz") -> None:
    def begin(root: Path, **options: Any) -> None:
        raw = Path(root) / "MNIST" / "raw"
        (raw / "gzip").mkdir(parents=True, exist_ok=True)
        (raw / "gzip" / "inner").write_bytes(b"half")
        (raw / part).write_bytes(b"half")
        raise error

    monkeypatch.setattr(torchvision.datasets, "MNIST", begin)


ERRORS = (RuntimeError("File not found or corrupted."), OSError("<urlopen error no route>"), KeyboardInterrupt())


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("root", ["", "new", "new/er/data", "MNIST"])
def test_a_fetch_that_fails_leaves_nothing_behind(tmp_path, monkeypatch, error, root):
    (tmp_path / "mine.txt").write_text("mine")
    fail(monkeypatch, error)
    with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else DataError):
        load_dataset(tmp_path / root, download=True)
    assert list_all(tmp_path) == {"mine.txt"}


def test_what_was_there_stays(tmp_path, monkeypatch):
    write_mnist(tmp_path)
    (tmp_path / "MNIST" / "raw" / "t10k-labels-idx1-ubyte").unlink()
    before = list_all(tmp_path)
    fail(monkeypatch, RuntimeError("no route"))
    with pytest.raises(DataError, match="fetching MNIST failed: no route; no MNIST under .*: put its four files"):
        load_dataset(tmp_path, "test", download=True)
    assert list_all(tmp_path) == before


@pytest.mark.parametrize("layout", ["four files without one", "a table"])
def test_nothing_is_fetched_into_what_holds_other_data(tmp_path, monkeypatch, layout):
    fail(monkeypatch, AssertionError("asked for"))
    if layout == "a table":
        path = tmp_path / "mnist_test.csv"
        path.write_text("\n".join(["7" + ",0" * 784] * 3))
    else:
        write_mnist(tmp_path)
        (tmp_path / "MNIST" / "raw").rename(tmp_path / "mine")
        (tmp_path / "mine" / "train-labels-idx1-ubyte").unlink()
        (tmp_path / "MNIST").rmdir()
    before = list_all(tmp_path)
    with pytest.raises(DataError, match="test split alone|but no train-labels"):
        load_dataset(tmp_path, download=True)
    assert list_all(tmp_path) == before
