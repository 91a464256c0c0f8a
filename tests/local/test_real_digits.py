"""The inspector answers in the page as it does in Python, with real digits from files that the visitor picks."""

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan.data import load_dataset
from gan.ui.service import Service
from gan.ui.tabs.inspector.tab import InspectorTab
from tests.local.conftest import compare, decode, encode, list_differences
from tests.local.requests import NAMES, NUMBERS, PSIS, WEIGHTS, lacking, vary
from tests.made_digits import make_digits, write_files

VIEW: dict[str, Any] = {"want": "view", "model": "digits", "digit": "any", "count": 40, "seed": 1, "psi": 1}
ROUND: dict[str, Any] = {"want": "round", "model": "digits", "digit": "any", "seed": 5, "psi": 0.9, "round": 3}
CLASSES: list[Any] = [
    "any", "3", 3, "10", -1, 10, 1.5, "", None, True, [], [3], {}, "x" * 70, "1" * 30, "٣", "three", " 3", "3,4",
    "34", "1e0",
]  # fmt: skip
COUNTS: list[Any] = [1, 20, "20", 400, 401, 0, -1, 1.5, None, "", "x", True, []]
ROUNDS: list[Any] = [0, 9, 10, -1, "1", None, True, 1.5, "", [], 1e30, "x" * 60]
CHOICES: list[Any] = [0, 1, 2, -1, "0", None, True, False, 0.5, [], {}]
NEAR = 5e-3  # of a probability, where a picture is a grey level off


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """MNIST's files of made digits, which GAN_DATA names."""
    root = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAN_DATA", str(root))
        yield write_files(root / "MNIST" / "raw")


@pytest.fixture(scope="module")
def inspector(service: Service, raw: Path) -> InspectorTab:
    return InspectorTab(service)


def pick(*files: tuple[str, bytes], model: str = "digits") -> dict[str, Any]:
    told = [{"name": name, "bytes": {"base64": encode(data)}} for name, data in files]
    return {"want": "pick", "model": model, "files": told}


def read_pair(raw: Path, prefix: str = "t10k") -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(raw.glob(f"{prefix}-*"))]


@pytest.fixture
def picked(ask, raw: Path) -> None:
    """The made test digits are picked."""
    assert ask("inspector", [pick(*read_pair(raw))]) == [{"ok": True, "where": "page", "count": 200}]


def check_alike(pairs: list[tuple[dict[str, Any], dict[str, Any]]], requests: list[dict[str, Any]]) -> None:
    """As `check` of conftest, but for what is measured: shares, ranks, and how long it took."""
    wrong = []
    for request, (ours, theirs) in zip(requests, pairs, strict=True):
        if "problem" in theirs or "problem" in ours or "elsewhere" in ours:
            found = list_differences(ours, theirs)
        else:
            for side in (ours, theirs):
                if "note" in side:
                    side["note"] = [side["note"]["template"], side["note"]["values"] | {"ms": ""}]
            found = [f"{name} is on one side alone" for name in sorted(set(ours) ^ set(theirs)) if name != "where"]
            measured = ("shares", "ranked", "real", "forged") if "real" in theirs else ("shares", "ranked")
            for name in set(ours) & set(theirs) - {"ok"}:
                found += compare(name, ours[name], theirs[name], NEAR if name in measured else 0)
        wrong += [f"{json.dumps(request)[:200]}\n    {line}" for line in found]
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("picked")
def test_view_has_the_same_real_digits_and_verdicts(answer_both, inspector):
    requests = [
        *vary(VIEW, digit=CLASSES, count=COUNTS, seed=NUMBERS, psi=PSIS, model=NAMES, weights=WEIGHTS),
        *lacking(VIEW),
        *vary(VIEW | {"count": 400}, digit=["any", 7], seed=[0, 2**32 - 1]),
        *vary(VIEW, model=["ten", "free", "letters"]),
    ]
    pairs = answer_both(inspector, requests)
    check_alike(pairs, requests)
    assert pairs[0][0]["ranked"] is not None
    assert sum("problem" in ours for ours, _ in pairs) > 60


@pytest.mark.usefixtures("picked")
def test_rounds_are_those_of_the_server(answer_both, inspector):
    """The same two pictures on the same sides, and the same truth."""
    rounds = [ROUND | {"seed": seed, "round": place} for seed in (1, 5, 4294967295) for place in range(10)]
    requests = [
        *rounds,
        *vary(ROUND, digit=CLASSES, seed=NUMBERS, psi=PSIS, model=NAMES, round=ROUNDS),
        *lacking(ROUND),
        *({**one, "want": "choice", "choice": place % 2} for place, one in enumerate(rounds)),
        *vary(ROUND | {"want": "choice", "choice": 0}, choice=CHOICES, round=ROUNDS, seed=["x"]),
        {**ROUND, "want": "choice"},
    ]
    pairs = answer_both(inspector, requests)
    check_alike(pairs, requests)
    assert {ours.get("forged") for ours, _ in pairs} >= {0, 1}


def test_files_may_come_packed_in_any_order_and_with_others(ask, raw):
    images, labels = read_pair(raw)
    packed = [(f"{name}.gz", gzip.compress(data)) for name, data in (labels, images)]
    both = zip_up({f"raw/{name}": data for name, data in (images, labels)})
    gzipped = zip_up(dict(packed))
    requests = [
        pick(*packed),
        pick(("a.zip", both)),
        pick(("b", gzipped)),
        pick(*read_pair(raw, "train"), images, labels, ("notes.txt", b"mine")),
        pick(("one", images[1]), ("two", labels[1])),  # as a browser may call a second download
    ]
    assert [one.get("count") for one in ask("inspector", requests)] == [200] * len(requests)


def zip_up(files: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


IMAGES, LABELS = make_digits(140, 3)
HOT = np.eye(10, dtype=np.float32)[LABELS]
LIKE: dict[str, dict[str, np.ndarray]] = {
    "keras": {"x_train": IMAGES[:60], "y_train": LABELS[:60], "x_test": IMAGES[60:], "y_test": LABELS[60:]},
    "medmnist": {"test_images": IMAGES, "test_labels": LABELS[:, None], "train_images": IMAGES, "train_labels": LABELS},
    "ours": {"images": IMAGES, "labels": LABELS.astype(np.int64)},
    "floats to 1": {"x_test": (IMAGES / 255).astype(np.float32), "y_test": LABELS},
    "floats to 255": {"x_test": IMAGES.astype(np.float64) + 0.5 * (IMAGES == 7), "y_test": HOT},
    "from -1 to 1": {"x_test": IMAGES / 127.5 - 1, "y_test": LABELS.astype(np.float32)},
    "16 greys": {"test_x": IMAGES // 16, "test_y": LABELS},
    "16 bits": {"x_test": IMAGES.astype(np.uint16) * 257, "y_test": LABELS.astype(">i4")},
    "black and white": {"x_test": IMAGES > 100, "y_test": LABELS},
    "big-endian": {"x_test": IMAGES.astype(">f4"), "y_test": LABELS.astype(">i8")},
    "dark on light": {"x_test": 255 - IMAGES, "y_test": LABELS},
    "Fortran": {"x_test": np.asfortranarray(IMAGES), "y_test": np.asfortranarray(HOT)},
    "rows": {"X_test": IMAGES.reshape(-1, 784), "Y_test": LABELS},
    "channels": {"images_val": IMAGES[:, None], "labels_val": LABELS.astype(np.int8)},
    "channels last": {"data": IMAGES[..., None], "target": LABELS.astype(np.uint32)},
}

READ = """async ([name, text]) => {
    const { readReal } = await import("/tabs/inspector/local/real.js");
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const { pixels, labels } = await readReal([{ name, bytes }], { num_classes: 10 });
    return [Array.from(pixels), labels];
}"""


@pytest.mark.parametrize("name", LIKE)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_archives_are_read_as_by_the_server(page, tmp_path, name: str, save: Callable[..., None]):
    path = tmp_path / "digits.npz"
    save(path, **LIKE[name])
    wanted = load_dataset(path, "test")
    pixels, labels = page.evaluate(READ, [path.name, encode(path.read_bytes())])
    np.testing.assert_array_equal(np.array(pixels).reshape(-1, 28, 28), wanted.images[:, 0].numpy())
    assert labels == wanted.labels.tolist()


def make_idx(kind: int, array: np.ndarray) -> bytes:
    return bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def make_npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def list_bad() -> dict[str, list[tuple[str, bytes]]]:
    images, labels = make_idx(8, IMAGES), make_idx(8, LABELS)
    packed, archive = gzip.compress(images), make_npz(x_test=IMAGES, y_test=LABELS)
    deep = images
    for _ in range(12):
        deep = gzip.compress(deep)
    nest = archive
    for place in range(12):
        nest = zip_up({f"{place}.zip": nest})
    turned = bytearray(archive)
    turned[3000] ^= 255
    nothing = np.where(np.arange(140)[:, None, None] == 1, np.nan, IMAGES / 255)
    return {
        "nothing": [],
        "empty": [("a", b"")],
        "text": [("a.txt", b"hello")],
        "a picture": [("a.png", b"\x89PNG\r\n\x1a\n" + bytes(80))],
        "images alone": [("t10k-images-idx3-ubyte", images)],
        "labels alone": [("t10k-labels-idx1-ubyte", labels)],
        "cut": [("i", images[:-1]), ("l", labels)],
        "longer": [("i", images + b"0"), ("l", labels)],
        "cut header": [("i", images[:6]), ("l", labels)],
        "cut gzip": [("i.gz", packed[:-40]), ("l", labels)],
        "turned gzip": [("i.gz", packed[:200] + bytes(9) + packed[209:]), ("l", labels)],
        "gzip's mark": [("i.gz", b"\x1f\x8b"), ("l", labels)],
        "cut archive": [("a.npz", archive[:-30])],
        "ZIP's mark": [("a.npz", b"PK\x03\x04")],
        "turned archive": [("a.npz", bytes(turned))],
        "fewer labels": [("i", images), ("l", make_idx(8, LABELS[:-1]))],
        "none": [("i", make_idx(8, IMAGES[:0])), ("l", make_idx(8, LABELS[:0]))],
        "32 x 32": [("i", make_idx(8, np.zeros((3, 32, 32), np.uint8))), ("l", make_idx(8, LABELS[:3]))],
        "label 77": [("i", images), ("l", make_idx(8, LABELS * 11))],
        "label -1": [("a.npz", make_npz(x_test=IMAGES, y_test=LABELS.astype(int) - 1))],
        "label 1.5": [("a.npz", make_npz(x_test=IMAGES, y_test=LABELS + 0.5))],
        "no number": [("a.npz", make_npz(x_test=nothing, y_test=LABELS))],
        "one grey": [("a.npz", make_npz(x_test=IMAGES * 0 + 7, y_test=LABELS))],
        "blank": [("a.npz", make_npz(x_test=IMAGES * (np.arange(140) < 20)[:, None, None], y_test=LABELS))],
        "text as labels": [("a.npz", make_npz(x_test=IMAGES, y_test=LABELS.astype(str)))],
        "objects": [("a.npz", make_npz(x_test=IMAGES, y_test=LABELS.astype(object)))],
        "little that is much": [("a.gz", gzip.compress(bytes(65 << 20)))],
        "much in a ZIP": [("a.zip", zip_up({f"{place}": bytes(50 << 20) for place in range(3)}))],
        "gzip in gzip": [("i.gz", deep), ("l", labels)],
        "ZIP in ZIP": [("a.zip", nest)],
    }


def test_what_is_no_file_of_digits_is_a_sentence_and_what_was_picked_stays(ask, picked):
    bad = list_bad()
    answers = ask("inspector", [*(pick(*files) for files in bad.values()), VIEW])
    wrong = [name for name, one in zip(bad, answers, strict=False) if "problem" not in one]
    assert not wrong, [(name, one) for name, one in zip(bad, answers, strict=False) if name in wrong]
    said = {one["problem"]["template"] for one in answers[:-1]}
    assert len(said) > 10
    assert len(answers[-1]["real"]["labels"]) == 20


def test_a_file_that_is_too_large_is_not_read(page):
    body = """async () => {
        const { readReal } = await import("/tabs/inspector/local/real.js");
        const bytes = new Uint8Array((64 << 20) + 1);
        return readReal([{ name: "a", bytes }], { num_classes: 10 }).catch(({ said }) => said.text);
    }"""
    assert page.evaluate(body) == "A has 65 MB; a file with digits may have up to 64 MB."


ALONE = """async ([names, requests]) => {
    const { open } = await import("/local/open.js");
    const { table } = await open({ base: location.href, tabs: { inspector: null }, names, waits: true });
    const found = [];
    for (const { want, ...request } of requests) {
        const answer = await table.inspector[want](request);
        found.push({ ...answer, pixels: answer.pixels && Array.from(answer.pixels) });
    }
    return JSON.parse(JSON.stringify(found));
}"""


@pytest.mark.parametrize(
    ("names", "own", "rival"),
    [(["digits", "letters", "ten"], "digits", "ten"), (["digits", "free"], "digits (ψ 0.9)", "digits (ψ 0.3)")],
)
def test_without_real_digits_two_forgers_play(page, names: list[str], own: str, rival: str):
    requests = [
        ROUND | {"round": place, "want": want, "choice": 0} for place in range(10) for want in ("round", "choice")
    ]
    answers = page.evaluate(ALONE, [names, requests])
    for dealt, told in zip(answers[::2], answers[1::2], strict=True):
        assert (dealt["own"], dealt["rival"]) == (told["own"], told["rival"]) == (own, rival)
        first, second = np.array(dealt["pixels"]).reshape(2, 784)
        assert (first != second).any()
        assert (
            told["inspector"] == (0 if told["shares"][0] >= told["shares"][1] else 1)
            or told["shares"][0] == told["shares"][1]
        )
    assert {told["forged"] for told in answers[1::2]} == {0, 1}


def test_without_real_digits_the_view_says_so(page):
    (answer,) = page.evaluate(ALONE, [["digits"], [VIEW]])
    assert answer["real"]["labels"] == []
    assert answer["ranked"] is None
    assert answer["missing"]["pick"] is True
    assert answer["missing"]["said"]["text"].startswith(
        "There are no real digits in this page: pick MNIST's test files"
    )


def test_digits_of_the_page_are_those_of_the_round(ask, inspector, picked):
    """The real one of a pair is one that was picked, of that class."""
    made = load_dataset(inspector.inspector.data.find(inspector.service.get("digits")).files[0].parent, "test")
    known = {
        image.tobytes(): label for image, label in zip(made.images[:, 0].numpy(), made.labels.tolist(), strict=True)
    }
    for place in range(4):
        dealt, told = ask(
            "inspector", [ROUND | {"round": place}, ROUND | {"round": place, "want": "choice", "choice": 1}]
        )
        pixels = decode(dealt["pixels"])
        real = pixels[784:] if told["forged"] == 0 else pixels[:784]
        assert str(known[real]) == dealt["name"]
