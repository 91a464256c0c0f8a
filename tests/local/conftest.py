"""The page's own answers beside Python's: the same request to a tab's handler in Chromium and to the tab itself."""

import base64
import io
import json
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL.PngImagePlugin import PngImageFile
from playwright.sync_api import Browser, Page

from gan.drawing.generator import Generator
from gan.handwriting.hand import Hand
from gan.handwriting.planes import Directions, find_planes
from gan.handwriting.planes_file import get_path, write_directions
from gan.store import released as checkpoint
from gan.ui.assets import UI
from gan.ui.engine.parts import write_model
from gan.ui.service import Service
from gan.ui.tab import Tab
from gan.ui.tabs.explore import explorer
from gan.ui.wire import respond
from tests.engine.conftest import Quiet, Server
from tests.many_classes import write_models

MODELS = ("digits", "free", "letters", "ten", "three", "words")  # the default first
CLASSIC = ("words", "source", "archive", "classes")  # what the modules find in window.DigitForge
UNTOLD = {"milliseconds", "where", "ok"}  # of an answer: not compared
NEAR = {"real": 2e-3, "read": 2e-3, "measures": 0.03}  # what is measured, not said
FAR = 0.001  # the share of pixels that may be off, by one grey level,
FEW = 3  # or so many, where there are not many

Request = dict[str, Any]
Answer = dict[str, Any]
Pair = tuple[Answer, Answer]

ASK = """
async ({ tab, names, requests }) => {
  const forge = window.DigitForge;
  const { open } = await import("/local/open.js");
  window.opened ??= {};
  window.opened[tab] ??= open({ base: location.href, tabs: { [tab]: null }, names, waits: true });
  Object.assign(forge.local, (await window.opened[tab]).table);
  let failure = "";
  forge.leaveToServer = (error) => (failure = error.name === "EngineError" ? error.message : error.stack) && null;
  const pack = async (value) => {
    if (value instanceof Blob) return pack(new Uint8Array(await value.arrayBuffer()));
    if (ArrayBuffer.isView(value)) return { base64: await toText(value) };
    if (Array.isArray(value)) return Promise.all(value.map(pack));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([k, v]) => [k, await pack(v)])));
  };
  const toText = (bytes) =>
    new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
      reader.readAsDataURL(new Blob([bytes]));
    });
  const near = forge.nearest(tab, { answer: async () => ({ elsewhere: failure }) }), found = [];
  const unpack = (value) => {
    // as scripts/source.js: bytes are bytes
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(unpack);
    try {
      if (Object.keys(value).join() === "base64") return Uint8Array.from(atob(value.base64), (c) => c.charCodeAt(0));
    } catch {
      // none: it stays as it came
    }
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, unpack(v)]));
  };
  for (const request of JSON.parse(requests)) found.push(await pack(await near.answer(unpack(request))));
  return JSON.stringify(found);
}
"""


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service of a folder with `digits` and all that belongs to it, and of small models with other classes."""
    folder = write_models(tmp_path_factory.mktemp("models"))
    for path in [*checkpoint.CHECKPOINTS.glob("digits.*"), checkpoint.CHECKPOINTS / "classifier.safetensors"]:
        (folder / path.name).symlink_to(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "CHECKPOINTS", folder)
        patch.setattr(explorer, "fit_hand", lambda *_, **__: None)  # a minute's work, which nothing here asks for
        service = Service()
        for name in ("three", "free"):
            generator = service.get(name)
            found = Directions(name, generator.sha256, *find_planes(generator), make_hand(generator))
            write_directions(get_path(generator), found)
        assert tuple(service.models()) == MODELS
        yield service


def make_hand(generator: Generator) -> Hand:
    """Measured handwriting that nobody measured: its numbers are those of some hand."""
    classes, wide = generator.num_classes, generator.w_dim
    low, high = torch.tensor([-10.0, 1.5, 6.0, 16.0]), torch.tensor([25.0, 3.5, 14.0, 22.0])
    knots = torch.lerp(low, high, torch.linspace(0, 1, 5)[:, None, None]).expand(5, classes, 4).contiguous()
    random = torch.Generator().manual_seed(1)
    sizes = [(96, wide + classes), (96,), (96, 96), (96,), (4, 96), (4,)]
    layers = tuple(torch.randn(size, generator=random) / size[-1] ** 0.5 for size in sizes)
    return Hand(knots, torch.full((classes, 4), 2.0), torch.zeros(classes, wide), layers)


@pytest.fixture(scope="package")
def site(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's modules and the models' files, as a static site has them, and an empty page."""
    folder = tmp_path_factory.mktemp("site")
    scripts = "".join(f'<script src="/scripts/{name}.js"></script>' for name in CLASSIC)
    (folder / "index.html").write_text(f'<!doctype html><meta charset="utf-8"><title>answers</title>{scripts}')
    for name in ("engine", "local", "tabs", "scripts"):
        (folder / name).symlink_to(UI / name)
    for name in MODELS:
        write_model(name, folder / "models" / name, full=True)
    return folder


@pytest.fixture(scope="package")
def page(browser: Browser, site: Path) -> Iterator[Page]:
    """The empty page, with the scripts that the modules build on."""
    with Server(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        yield page
        context.close()
        server.shutdown()
        thread.join()


@pytest.fixture(scope="package")
def ask(page: Page) -> Callable[[str, list[Request]], list[Answer]]:
    """Ask a tab's handlers in the page: (tab, requests) -> what nearest() of scripts/source.js has for each.

    {"elsewhere": why} stands for what is left to a server.
    """

    def ask(tab: str, requests: list[Request]) -> list[Answer]:
        asked = {"tab": tab, "names": list(MODELS), "requests": json.dumps(requests)}
        found: list[Answer] = json.loads(page.evaluate(ASK, asked))
        return found

    return ask


@pytest.fixture(scope="package")
def answer_both(ask: Callable[[str, list[Request]], list[Answer]]) -> Callable[[Tab, list[Request]], list[Pair]]:
    """The answers of the page and of a tab in Python to the same requests."""

    def answer_both(tab: Tab, requests: list[Request]) -> list[Pair]:
        sent = [as_sent(request) for request in requests]
        theirs = [json.loads(json.dumps(respond(tab.reply, request))) for request in sent]
        return list(zip(ask(tab.name, sent), theirs, strict=True))

    return answer_both


def as_sent(value: Any) -> Any:
    """A request as a page sends it: JavaScript knows one kind of number, and writes 7.0 as 7."""
    if isinstance(value, dict):
        return {name: as_sent(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_sent(one) for one in value]
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e21
    return int(Decimal(repr(value))) if whole else value


def list_differences(ours: Answer, theirs: Answer) -> list[str]:
    """What the page's answer has otherwise than Python's, a line each."""
    if "elsewhere" in ours:
        return [f"left to a server: {ours['elsewhere']}"]
    if theirs.get("deflated"):  # as source.js does
        theirs = theirs | {"pixels": {"base64": encode(zlib.decompress(decode(theirs.pop("deflated"))))}}
    if "blob" in ours:
        ours = ours | {"data": ours.pop("blob")}
    if ("problem" in ours) != ("problem" in theirs):
        return [f"{ours.get('problem', 'an answer')} for {theirs.get('problem', 'an answer')}"]
    own, other = (set(answer) - UNTOLD for answer in (ours, theirs))
    found = [f"{name} is on one side alone" for name in sorted(own ^ other)]
    for name in sorted(own & other):
        found += compare(name, ours[name], theirs[name], NEAR.get(name, 0.0))
    return found


def compare(place: str, a: Any, b: Any, near: float) -> list[str]:
    """The differences below one place of the answers."""
    if isinstance(a, dict) and isinstance(b, dict):
        if list(a) == list(b) == ["base64"]:
            return compare_bytes(place, decode(a), decode(b))
        if set(a) != set(b):
            return [f"{place}: {a} for {b}"]
        return [line for name in a for line in compare(f"{place}.{name}", a[name], b[name], near)]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [line for i, (x, y) in enumerate(zip(a, b, strict=True)) for line in compare(f"{place}.{i}", x, y, near)]
    if near and isinstance(a, int | float) and isinstance(b, int | float):
        return [] if abs(a - b) <= near else [f"{place}: {a} for {b}"]
    same = a == b and isinstance(a, bool) == isinstance(b, bool)
    return [] if same else [f"{place}: {a!r} for {b!r}"]


def compare_bytes(place: str, a: bytes, b: bytes) -> list[str]:
    """Pixels, PNG files and ZIP files: the pictures in them, and what is written beside these."""
    if a[:4] == b[:4] == b"\x89PNG":
        one, other = (PngImageFile(io.BytesIO(data)) for data in (a, b))
        if (one.size, one.mode) != (other.size, other.mode):
            return [f"{place}: {one.size} {one.mode} for {other.size} {other.mode}"]
        told, meant = (json.loads(picture.text.get("recipe", "null")) for picture in (one, other))
        found = [] if told == meant else [f"{place}: the recipe {told} for {meant}"]
        return found + compare_pixels(place, np.asarray(one).ravel(), np.asarray(other).ravel())
    if a[:2] == b[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(a)) as mine, zipfile.ZipFile(io.BytesIO(b)) as wanted:
            if mine.namelist() != wanted.namelist():
                return [f"{place}: {mine.namelist()[-3:]} for {wanted.namelist()[-3:]}"]
            pairs = [(name, mine.read(name), wanted.read(name)) for name in mine.namelist()]
        return [line for name, x, y in pairs for line in compare_bytes(f"{place}.{name}", x, y)]
    if place.endswith((".csv", ".json")):
        return [] if a == b else [f"{place}: {a[:80]!r} for {b[:80]!r}"]
    return compare_pixels(place, np.frombuffer(a, np.uint8), np.frombuffer(b, np.uint8))


def compare_pixels(place: str, a: np.ndarray, b: np.ndarray) -> list[str]:
    """Grey levels: as many, at most one apart, and that in few."""
    if a.shape != b.shape:
        return [f"{place}: {a.shape} for {b.shape}"]
    apart = np.abs(a.astype(int) - b)
    worst, off = int(apart.max(initial=0)), int((apart > 0).sum())
    same = worst <= 1 and off <= max(FEW, FAR * apart.size)
    return [] if same else [f"{place}: {off} of {apart.size} pixels are off, by up to {worst}"]


def decode(packed: dict[str, str]) -> bytes:
    """Bytes as they travel -> bytes."""
    return base64.b64decode(packed["base64"])


def encode(data: bytes) -> str:
    """The same back."""
    return base64.b64encode(data).decode()


@pytest.fixture(scope="package")
def check(answer_both: Callable[[Tab, list[Request]], list[Pair]]) -> Callable[[Tab, list[Request]], list[Answer]]:
    """Assert that both answer all requests alike -> Python's answers."""

    def check(tab: Tab, requests: list[Request]) -> list[Answer]:
        pairs = answer_both(tab, requests)
        wrong = [
            f"{json.dumps(request, ensure_ascii=False)[:300]}\n    {line}"
            for request, (ours, theirs) in zip(requests, pairs, strict=True)
            for line in list_differences(ours, dict(theirs))
        ]
        assert not wrong, "\n".join([f"{len(wrong)} differences", *wrong])
        return [theirs for _, theirs in pairs]

    return check
