"""Your hand in the page: what is drawn or photographed is read, redrawn and refined as Python does it."""

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page

from gan.ui.service import Service
from gan.ui.tabs.hand.tab import Hand
from gan.ui.wire import respond

Ask = Callable[[str, list[dict[str, Any]]], list[dict[str, Any]]]
Both = Callable[[list[dict[str, Any]]], list[tuple[dict[str, Any], dict[str, Any]]]]
BYTES = """
async (requests) => {
  const toBytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const toText = (bytes) => btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
  const near = DigitForge.nearest("hand", { answer: async () => ({ elsewhere: true }) }), found = [];
  for (const request of requests) {
    for (const name of ["picture", "seen", "state"]) {
      const { base64 } = request[name] ?? {};
      if (typeof base64 === "string") request[name] = toBytes(base64);
    }
    const answer = await near.answer(request);
    for (const [name, value] of Object.entries(answer)) {
      if (ArrayBuffer.isView(value)) answer[name] = { base64: toText(value) };
    }
    found.push(answer);
  }
  return JSON.stringify(found);
}
"""


def pack(data: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(data).decode()}


def read_pixels(answer: dict[str, Any], name: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(answer[name]["base64"]), np.uint8).astype(int)


def draw_seven(*, ink: int = 255, paper: int = 0, size: int = 280, mode: str = "L") -> Image.Image:
    """A seven, as the pad sends one."""
    image = Image.new("L", (size, size), paper)
    points = [(0.25 * size, 0.22 * size), (0.74 * size, 0.2 * size), (0.42 * size, 0.84 * size)]
    ImageDraw.Draw(image).line(points, fill=ink, width=size // 11, joint="curve")
    return image.convert(mode)


def encode(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def make_transparent() -> Image.Image:
    ink = draw_seven()
    return Image.merge("LA", (Image.new("L", ink.size, 0), ink))


def make_wide() -> Image.Image:
    """A photo: a dark seven on paper that is darker on one side, wide as a screen."""
    rows, columns = np.mgrid[0:450, 0:800]
    paper = Image.fromarray((225 - columns * 60 / 800 - rows * 10 / 450).astype(np.uint8))
    ink = draw_seven(size=300)
    paper.paste(40, (240, 80), ink)
    return paper.convert("RGB")


def make_sixteen() -> Image.Image:
    return Image.fromarray(np.asarray(draw_seven(), dtype=np.uint16) * 257)


def make_rotated() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    return encode(make_wide().rotate(90, expand=True), "JPEG", quality=92, exif=exif)


PICTURES: dict[str, Callable[[], bytes]] = {
    "from the pad": lambda: encode(draw_seven()),
    "dark on light": lambda: encode(draw_seven(ink=20, paper=245)),
    "colours": lambda: encode(draw_seven(mode="RGB")),
    "palette": lambda: encode(draw_seven().convert("P")),
    "transparent": lambda: encode(make_transparent()),
    "one bit": lambda: encode(draw_seven().convert("1")),
    "sixteen bits": lambda: encode(make_sixteen()),
    "wide, with a shadow": lambda: encode(make_wide()),
    "turned by Exif": make_rotated,
    "JPEG": lambda: encode(make_wide(), "JPEG", quality=92),
    "WebP": lambda: encode(make_wide(), "WEBP", lossless=True),
    "GIF": lambda: encode(draw_seven(), "GIF"),
    "BMP": lambda: encode(draw_seven(mode="RGB"), "BMP"),
    "as MNIST has it": lambda: encode(draw_seven(size=28)),
    "small": lambda: encode(draw_seven(size=60)),
    "large": lambda: encode(draw_seven(size=1600)),
}
REFUSED: dict[str, Any] = {
    "blank": lambda: encode(Image.new("L", (280, 280))),
    "white": lambda: encode(Image.new("RGB", (64, 64), "white")),
    "a pixel": lambda: encode(Image.new("L", (1, 1))),
    "no picture": lambda: b"this is no picture at all",
    "nothing": lambda: b"",
    "cut off": lambda: encode(draw_seven())[:60],
    "too large": lambda: b"\x89PNG\r\n\x1a\n" + bytes(13 << 20),
}


@pytest.fixture(scope="module")
def hand(service: Service) -> Hand:
    return Hand(service)


@pytest.fixture(scope="module")
def both(ask: Ask, page: Page, hand: Hand) -> Both:
    """The page's answers beside Python's, to requests with bytes in them."""
    ask("hand", [{"want": "classes", "model": "digits"}])

    def both(requests: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        ours = json.loads(page.evaluate(BYTES, requests))
        theirs = [json.loads(json.dumps(respond(hand.reply, request))) for request in requests]
        return list(zip(ours, theirs, strict=True))

    return both


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_read_and_redrawn_as_python_does(both: Both, name: str) -> None:
    ours, theirs = both([{"want": "look", "model": "digits", "picture": pack(PICTURES[name]()), "digit": None}])[0]
    assert "problem" not in theirs
    assert "problem" not in ours, ours
    apart = np.abs(read_pixels(ours, "seen") - read_pixels(theirs, "seen"))
    assert (apart > (3 if "JPEG" in name or "Exif" in name else 1)).mean() <= 0.01, apart.max()
    assert ours["digit"] == theirs["digit"] == 7
    assert ours["note"] == theirs["note"]
    np.testing.assert_allclose(ours["read"], theirs["read"], atol=0.02)
    assert abs(ours["error"] - theirs["error"]) < 0.01
    assert {name for name in theirs if name != "ok"} == {name for name in ours if name not in ("ok", "where")}
    assert (ours["step"], ours["steps"], ours["weights"], ours["as"]) == tuple(
        theirs[name] for name in ("step", "steps", "weights", "as")
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_shows_no_digit_is_refused_in_pythons_sentence(both: Both, name: str) -> None:
    ours, theirs = both([{"want": "look", "model": "digits", "picture": pack(REFUSED[name]())}])[0]
    assert "problem" in theirs
    assert (ours.get("problem"), ours.get("field")) == (theirs["problem"], theirs["field"])


def test_refinement_ends_where_pythons_does_and_goes_on_from_a_state_alone(both: Both) -> None:
    first = both([{"want": "look", "model": "digits", "picture": pack(PICTURES["from the pad"]())}])[0][0]
    answer, seen = first, [first["error"]]
    while answer["step"] < answer["steps"]:
        request = {"want": "refine", "model": "digits", **{k: answer[k] for k in ("digit", "state", "step", "seen")}}
        answer, theirs = both([request])[0]
        seen.append(answer["error"])
        assert theirs["step"] > request["step"]  # Python goes on from the page's state
    assert seen[-1] < seen[0]
    last, theirs = both([
        {"want": "ten", "model": "digits", "hand": answer["hand"], "weights": answer["weights"]},
    ])[0]  # fmt: skip
    assert np.abs(read_pixels(last, "ten") - read_pixels(theirs, "ten")).max() <= 1
    assert last["recipe"] == theirs["recipe"]


def test_what_is_wrong_with_a_request_is_said_as_python_says_it(both: Both) -> None:
    look: dict[str, Any] = {"want": "look", "model": "digits", "picture": pack(PICTURES["from the pad"]())}
    good = both([look])[0][0]
    go_on: dict[str, Any] = {
        "want": "refine",
        "model": "digits",
        **{k: good[k] for k in ("digit", "state", "step", "seen")},
    }
    ten: dict[str, Any] = {"want": "ten", "model": "digits", "hand": good["hand"]}
    line: dict[str, Any] = {"want": "line", "model": "digits", "hand": good["hand"], "number": "2026"}
    requests: list[dict[str, Any]] = [{**look, "digit": digit} for digit in ("x", "12", 10, -1, 1.5, True, [1])]
    pictures: tuple[Any, ...] = (None, 7, "%%%", [], {"base64": 5})
    requests += [{**look, "picture": picture} for picture in pictures]
    requests += [{**look, "model": model} for model in ("none", "", 7, "letters", "three")]
    requests += [{**go_on, **more} for more in (
        {"step": None}, {"step": "3"}, {"step": 1.5}, {"step": 61}, {"step": -1}, {"digit": None}, {"digit": "x"},
        {"state": pack(b"short")}, {"state": None}, {"state": pack(bytes(8))}, {"seen": pack(bytes(9))}, {"seen": None},
    )]  # fmt: skip
    requests += [{**ten, **more} for more in (
        {"hand": "x"}, {"hand": ""}, {"hand": None}, {"hand": 7}, {"hand": "A" * 5000}, {"hand": "ä"},
        {"model": "free"}, {"weights": "0" * 12}, {"weights": "x"},
    )]  # fmt: skip
    requests += [{**line, "number": number} for number in (
        "", "x", "1" * 33, "12a", None, 7, "20.11.2026", "１２", "٣", "--", "1,2:3-4/5", " ", "2026年", "😀",
    )]  # fmt: skip
    refused = 0
    for request, (ours, theirs) in zip(requests, both(requests), strict=True):
        shown = {k: str(v)[:60] for k, v in request.items()}
        assert (ours.get("problem"), ours.get("field")) == (theirs.get("problem"), theirs.get("field")), shown
        refused += "problem" in theirs
    assert refused > 35


def test_number_is_written_as_python_writes_it(both: Both) -> None:
    good = both([{"want": "look", "model": "digits", "picture": pack(PICTURES["from the pad"]())}])[0][0]
    hand = {"model": "digits", "hand": good["hand"]}
    requests = [
        {"want": want, **hand, "number": number} for want in ("line", "line.png") for number in ("2026", "1.5:0/7")
    ]
    requests += [{"want": "hand.png", **hand}]
    for request, (ours, theirs) in zip(requests, both(requests), strict=True):
        key = "png" if request["want"] == "line" else "data"
        one, other = (Image.open(io.BytesIO(base64.b64decode(answer[key]["base64"]))) for answer in (ours, theirs))
        assert one.size == other.size
        assert np.abs(np.asarray(one).astype(int) - np.asarray(other)).max() <= 1
        assert json.loads(one.info["recipe"]) == json.loads(other.info["recipe"])
        assert ours.get("alt") == theirs.get("alt")
        assert ours.get("name") == theirs.get("name")
