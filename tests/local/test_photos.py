"""Your hand answers in the page as it does in Python: what it sees of a picture, its hand, lines and sentences."""

import re
from typing import Any

import numpy as np
import pytest

from gan.data import load_dataset
from gan.drawing.number_line import MARKS, set_line
from gan.handwriting.invert import STEPS
from gan.ui.service import Service
from gan.ui.tabs.hand.tab import Hand
from tests.local import photos
from tests.local.conftest import decode, encode, list_differences
from tests.local.requests import NAMES, NUMBERS, WEIGHTS, lacking, vary

SEEN_SHARE = 0.01  # of the pixels may be more than one grey level off
SURE = 0.005  # of a probability
TEXTS: list[Any] = [
    "2026", "20.11.2026", " 12 : 45 ", "1-2/3,4", "2026年11月20日", "٢٠٢٦", "２０２６", "", "./-", "12a", "½",
    "<b>", "😀", "a\n",
    "1" * 32, "1" * 33, "1" * 65, "😀" * 65, "1 " * 32, None, 7, [], True, {}, "1\t2", "\u00a01", "²", "0", "'", '"',
]  # fmt: skip


@pytest.fixture(scope="module")
def hand(service: Service) -> Hand:
    return Hand(service)


def look(picture: bytes, **more: Any) -> dict[str, Any]:
    return {"want": "look", "model": "digits", "picture": {"base64": encode(picture)}, "digit": None, **more}


def read(packed: Any, kind: str = "u1") -> np.ndarray:
    return np.frombuffer(decode(packed), kind)


def find_differences(ours: dict[str, Any], theirs: dict[str, Any], *, exact: bool) -> list[str]:
    """What an inversion's answer has otherwise than Python's."""
    if "problem" in theirs or "problem" in ours or "elsewhere" in ours:
        return list_differences(ours, theirs)
    apart = np.abs(read(ours["seen"]).astype(int) - read(theirs["seen"]))
    off = int((apart > (0 if exact else 1)).sum())
    found = [f"seen: {off} pixels are off, by up to {apart.max()}"] if off > (0 if exact else SEEN_SHARE * 784) else []
    found += [f"{name} is on one side alone" for name in set(ours) ^ set(theirs) if name not in ("ok", "where")]
    names = ("digit", "weights", "model", "step", "steps", "note")
    found += [f"{name}: {ours[name]} for {theirs[name]}" for name in names if ours[name] != theirs[name]]
    if apart.any() and not exact:  # another picture has another hand
        return found
    if np.abs(np.array(ours["read"]) - theirs["read"]).max() > SURE or ours["as"] != theirs["as"]:
        found.append(f"read: {ours['read']} for {theirs['read']}")
    for name, most in {"sure": SURE, "error": 0.002, "slant": 0.3, "thickness": 0.05}.items():
        if np.abs(np.array(ours[name]) - theirs[name]).max() > most:
            found.append(f"{name}: {ours[name]} for {theirs[name]}")
    for name in ("redrawn", "ten"):
        apart = np.abs(read(ours[name]).astype(int) - read(theirs[name])) if theirs[name] else np.zeros(1)
        if apart.mean() > 0.5:
            found.append(f"{name}: {apart.mean():.2f} grey levels off, by up to {apart.max()}")
    state = np.abs(read(ours["state"], "<f4") - read(theirs["state"], "<f4"))
    return found if state.max() < 0.01 else [*found, f"state: off by {state.max()}"]


def compare(answer_both: Any, hand: Hand, requests: dict[str, dict[str, Any]], *, exact: bool) -> list[dict[str, Any]]:
    pairs = answer_both(hand, list(requests.values()))
    wrong = [
        f"{name}: {line}"
        for name, (ours, theirs) in zip(requests, pairs, strict=True)
        for line in find_differences(ours, theirs, exact=exact)
    ]
    assert not wrong, "\n".join(wrong)
    return [theirs for _, theirs in pairs]


def test_drawings_of_the_pad_are_seen_and_inverted_as_by_the_server(answer_both, hand):
    pads = photos.list_pads()
    answers = compare(answer_both, hand, {name: look(data) for name, data in pads.items()}, exact=True)
    assert all("hand" in one for one in answers)
    assert any(one["note"] for one in answers)


def test_photos_of_every_kind_are_seen_as_by_the_server(answer_both, hand):
    answers = compare(answer_both, hand, {name: look(data) for name, data in photos.list_photos().items()}, exact=False)
    assert sum("hand" in one for one in answers) > 22


def test_what_is_no_digit_is_said_in_the_same_sentence(answer_both, hand):
    bad = photos.list_bad()
    answers = compare(answer_both, hand, {name: look(data) for name, data in bad.items()}, exact=False)
    said = {one["problem"]["text"] for one in answers}
    assert {one["field"] for one in answers} == {"picture"}
    assert len(said) > 8


def test_pictures_that_do_not_come_and_digits_that_are_none(answer_both, hand):
    first = look(photos.draw_pad(4))
    bad: list[Any] = [None, "", "?!", "text", 7, [], {"base64": 7}, {}, True, {"base64": "?!", "more": 1}]
    digits = ["1", 7, 0, "", None, "12", 10, -1, True, False, 1.5, "x" * 60, [], {}, "٣", " 1"]
    requests = [
        *vary(first, picture=bad[:4], digit=digits, model=NAMES),
        *(first | {"picture": one} for one in bad[4:]),
        *lacking(first),
        first | {"model": "letters"},
    ]
    answers = compare(answer_both, hand, {str(i): one for i, one in enumerate(requests)}, exact=True)
    assert sum("problem" in one for one in answers) > 25


def test_a_hundred_pictures_are_read_and_inverted_alike(answer_both, hand, data_root):
    """As MNIST has them; at the end of a refinement, so that nothing but what is told of them is computed."""
    images = load_dataset(data_root, "test").images[:100, 0].numpy()
    start = hand.desk.look("digits", photos.draw_pad(1)).state
    answers = [
        {
            "want": "refine",
            "model": "digits",
            "seen": {"base64": encode(image.tobytes())},
            "digit": i % 10,
            "step": STEPS,
        }
        | {"state": {"base64": encode(start)}}
        for i, image in enumerate(images)
    ]
    compare(answer_both, hand, {str(i): one for i, one in enumerate(answers)}, exact=True)


def test_a_refinement_comes_to_its_end_as_near_as_pythons(ask, hand):
    ours = ask("hand", [look(photos.draw_pad(5, seed=3))])[0]
    theirs = hand.desk.invert("digits", photos.draw_pad(5, seed=3))
    first = ours["error"]
    names = ("seen", "digit", "state", "step")
    while ours["step"] < ours["steps"]:
        before = ours["step"]
        ours = ask("hand", [{"want": "refine", "model": "digits", **{name: ours[name] for name in names}}])[0]
        assert ours["step"] > before
    assert ours["steps"] == STEPS
    assert ours["error"] < first
    assert abs(ours["error"] - theirs.error) < 0.003
    assert ours["as"] == 5


def test_a_refinement_goes_on_at_the_server_and_comes_back(ask, hand):
    """The state is the same bytes: either side takes what the other gave."""
    first = ask("hand", [look(photos.draw_pad(2))])[0]
    seen, state = decode(first["seen"]), decode(first["state"])
    theirs = hand.desk.refine("digits", seen, first["digit"], state, 0)
    back = {"want": "refine", "model": "digits", "seen": first["seen"], "digit": theirs.digit, "step": theirs.step}
    ours = ask("hand", [back | {"state": {"base64": encode(theirs.state)}}])[0]
    assert ours["step"] > theirs.step > 0


def test_tampered_refinements(answer_both, hand):
    answer = hand.desk.look("digits", photos.draw_pad(3))
    seen, state = bytes(answer.seen.numpy().tobytes()), answer.state
    first: dict[str, Any] = {"want": "refine", "model": "digits", "digit": 3, "step": STEPS}
    first |= {"seen": {"base64": encode(seen)}, "state": {"base64": encode(state)}}
    packed = [{"base64": encode(one)} for one in (seen[:-1], seen + b"0", b"", state)]
    states = [state[:-4], state + state[:4], b"", np.full(len(state) // 4, np.inf, "<f4").tobytes()]
    states += [np.full(len(state) // 4, value, "<f4").tobytes() for value in (np.nan, 1e5, 9999, -9999, 0)]
    requests = [
        *vary(
            first,
            seen=[*packed, None, "", "?!", 7],
            digit=[None, "", 10, "3", True],
            step=[-1, 61, "1", None, 1.5, 1e30],
        ),
        *vary(first, state=[*({"base64": encode(one)} for one in states), None, "?!"]),
        *lacking(first),
    ]
    pairs = answer_both(hand, requests)
    for request, (ours, theirs) in zip(requests, pairs, strict=True):
        assert ours.get("problem") == theirs.get("problem"), (request, ours.get("elsewhere"))
        assert ours.get("field") == theirs.get("field"), request


def test_lines_files_and_links(check, hand, service):
    told = hand.desk.look("digits", photos.draw_pad(6)).hand
    sha = service.get("digits").sha256
    hands: list[Any] = [
        None,
        "",
        "AAAA",
        "<script>",
        "x" * 5000,
        7,
        [],
        told[:-1],
        told + "A",
        told + "=",
        "A" * len(told),
    ]
    line = {"want": "line", "model": "digits", "hand": told, "number": "20.11.2026"}
    ten = {"want": "ten", "model": "digits", "hand": told, "weights": sha[:12]}
    answers = check(
        hand,
        [
            *vary(line, number=[*TEXTS, *NUMBERS], hand=hands, model=NAMES),
            line | {"hand": "AAAA", "number": "x"},
            *lacking(line),
            line | {"want": "line.png", "number": "1-2/3:4,5.6 7"},
            line | {"want": "hand.png"},
            line | {"want": "hand.png", "hand": "AAAA"},
            *vary(ten, hand=hands, weights=[sha, *WEIGHTS], model=NAMES),
            *lacking(ten),
            *vary(line | {"hand": "AAAAAAAA"}, model=["letters", "free", "ten", "three"]),
            {"want": "classes", "model": "digits"},
        ],
    )
    assert sum("problem" in one for one in answers) > 60
    assert any("png" in one for one in answers)


def test_marks_are_drawn_as_python_draws_them(page):
    """Between digits, at the ends of a line, alone."""
    body = """async (texts) => {
        const { setLine } = await import("/tabs/hand/local/line.js");
        const blank = new Uint8Array(784 * 40), told = [];
        for (let i = 0; i < blank.length; i++) blank[i] = (i * 37) % 784 < 40 ? 200 : 0;
        for (const text of texts) {
            const { grey, width } = setLine(blank, text);
            told.push([width, Array.from(grey)]);
        }
        return told;
    }"""
    texts = [f"1{mark}2" for mark in MARKS] + list(MARKS) + ["-1", "1/", ".1:2,3-4/5 6."]
    pictures = np.where(np.arange(784 * 40) * 37 % 784 < 40, 200, 0).astype(np.uint8).reshape(40, 28, 28)
    for text, (width, grey) in zip(texts, page.evaluate(body, texts), strict=True):
        np.testing.assert_array_equal(np.array(grey).reshape(28, width), set_line(pictures, text))


def test_other_models_and_models_without_classes(answer_both, hand):
    """No encoder: the nearest of random hands is the first answer."""
    pad = photos.draw_pad(7)
    pairs = answer_both(hand, [look(pad, model=model) for model in ("ten", "free", "words")])
    for ours, theirs in pairs[:2]:
        assert ours["seen"] == theirs["seen"]
        assert ours["note"] == theirs["note"]
        assert ours["digit"] == theirs["digit"] == 7
        assert (ours["ten"] is None) == (theirs["ten"] is None)
    assert list_differences(*pairs[2]) == []
    assert re.search("draws other things", pairs[2][1]["problem"]["text"])
