"""What the "Your hand" tab asks for, without the page: answers, slices, numbers, and what is wrong in a sentence."""

import base64
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gan.data import to_float
from gan.drawing.number_line import MAX_WRITTEN, parse_number, set_line
from gan.handwriting.invert import STEPS, measure_error
from gan.recipes.read import read_recipe
from gan.store import released as checkpoint
from gan.ui import service as service_module
from gan.ui.downloads import read_argument
from gan.ui.inputs import FieldError
from gan.ui.service import Service
from gan.ui.tabs.generate.sheet import draw_sheet
from gan.ui.tabs.hand.desk import Answer, HandDesk
from gan.ui.tabs.hand.tab import Hand
from gan.ui.wire import respond
from tests.made_digits import draw_digit
from tests.tiny_checkpoint import write_tiny


def encode(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((280, 280), Image.Resampling.BICUBIC).save(buffer, "PNG")
    return buffer.getvalue()


SEVEN = encode(draw_digit(7, np.random.default_rng(3)))
BLANK = encode(np.zeros((28, 28), np.uint8))


@pytest.fixture(scope="module")
def desk() -> HandDesk:
    """At the shipped models."""
    return HandDesk(Service())


@pytest.fixture(scope="module")
def first(desk: HandDesk) -> Answer:
    return desk.look("digits", SEVEN)


@pytest.fixture(scope="module")
def last(desk: HandDesk) -> Answer:
    return desk.invert("digits", SEVEN)


def test_first_answer_reads_and_redraws_the_drawing(first):
    assert first.digit == 7
    assert first.read[7] > 0.9
    assert abs(sum(first.read) - 1) < 1e-4
    assert first.redrawn_as[0] == 7
    assert first.seen.shape == first.redrawn.shape == (28, 28)
    assert first.seen.dtype == torch.uint8
    assert 0 < first.error < 0.12
    assert first.ten is not None
    assert first.ten.shape == (10, 1, 28, 28)
    assert first.step == 0
    assert first.milliseconds > 0


def test_error_is_that_of_the_two_pictures_shown(last):
    pair = to_float(torch.stack([last.seen, last.redrawn])[:, None])
    assert abs(float(measure_error(pair[:1], pair[1:])) - last.error) < 1e-6


def test_slices_improve_it_and_come_to_an_end(desk, first, last):
    answer, slices = first, 0
    while answer.step < STEPS:
        before = answer.step
        answer = desk.refine("digits", answer.seen.numpy().tobytes(), answer.digit, answer.state, answer.step)
        assert answer.step > before
        slices += 1
    assert slices > 1  # others could draw in between
    assert answer.error < first.error
    assert answer.redrawn_as[0] == 7
    assert abs(answer.error - last.error) < 0.002


def test_asked_digit_is_redrawn_whatever_was_read(desk):
    answer = desk.look("digits", SEVEN, "1")
    assert answer.digit == 1
    assert answer.read[7] > 0.9
    assert answer.redrawn_as[0] == 1


def test_told_hand_draws_the_same_ten_digits_again(desk, last):
    drawn, recipe = desk.draw_ten("digits", last.hand)
    assert torch.equal(drawn, last.ten)
    assert recipe["hand"] == last.hand
    assert recipe["digits"] == list(range(10))
    again, _ = desk.draw_ten("digits", last.hand, recipe["weights"][:12])
    assert torch.equal(again, drawn)
    assert read_recipe(io.BytesIO(desk.draw_ten_png("digits", last.hand))) == recipe


def test_hand_of_other_weights_is_said(desk, last):
    with pytest.raises(FieldError, match="This was made with other weights"):
        desk.draw_ten("digits", last.hand, "0" * 12)


def test_number_is_written_in_the_hand_and_carries_its_recipe(desk, last):
    line = desk.write("digits", last.hand, " 20.11.2026 ")
    assert line.recipe["digits"] == [2, 0, 1, 1, 2, 0, 2, 6]
    assert line.recipe["text"] == "20.11.2026"
    assert line.pixels.shape[0] == 28
    assert line.alt == "The number 2 0 . 1 1 . 2 0 2 6, written in the hand of the drawing"
    data = line.to_png(8)
    assert read_recipe(io.BytesIO(data)) == line.recipe
    with Image.open(io.BytesIO(data)) as image:
        np.testing.assert_array_equal(np.asarray(image)[::8, ::8], line.pixels)
    plain = desk.write("digits", last.hand, "20112026")
    assert plain.pixels.shape[1] < line.pixels.shape[1]  # the dots take place


def test_digits_of_a_line_are_whole_and_stand_apart():
    pictures = np.stack([draw_digit(digit, np.random.default_rng(digit)) for digit in (1, 0, 4)])
    line = set_line(pictures, "1-04")
    dash = set_line(np.zeros((0, 28, 28), np.uint8), "-")
    assert abs(int(line.sum()) - int(pictures.sum()) - int(dash.sum())) < 0.01 * int(pictures.sum())
    inked = (line > 40).any(0)
    starts = np.flatnonzero(np.diff(np.concatenate([[False], inked]).astype(int)) == 1)
    assert len(starts) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No digit was given"),
        ("./-", "No digit was given"),
        ("12a", "'a' is not a digit"),
        ("½", "'½' is not a digit"),
        ("<b>1</b>", "'<' is not a digit"),
        ("1" * (MAX_WRITTEN + 1), "33 digits are too many; a line takes up to 32"),
        ("1" * 200, "200 characters are too many"),
        (None, "not text"),
        (2026, "not text"),
    ],
)
def test_bad_number_is_a_sentence_at_its_control(desk, last, text, said):
    with pytest.raises(FieldError) as error:
        desk.write("digits", last.hand, text)
    assert said in str(error.value)
    assert error.value.field == "number"


def test_longest_number_is_allowed():
    assert parse_number("1" * MAX_WRITTEN) == "1" * MAX_WRITTEN
    assert parse_number(" 1  2 ") == "1 2"


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"picture": BLANK}, "picture", "Nothing is drawn there"),
        ({"picture": b""}, "picture", "The picture is empty"),
        ({"picture": None}, "picture", "No picture came"),
        ({"picture": "text"}, "picture", "No picture came"),
        ({"picture": b"%PDF"}, "picture", "no image that can be read"),
        ({"digit": "12"}, "digit", "'12' is not a digit"),
        ({"digit": 10}, "digit", "'10' is not a digit"),
        ({"digit": True}, "digit", "'True' is not a digit"),
        ({"model": "nobody"}, "model", "no model 'nobody'"),
        ({"model": "../digits"}, "model", "no model"),
    ],
)
def test_bad_drawing_is_a_sentence_at_its_control_and_the_next_one_works(desk, change, field, said):
    asked = {"model": "digits", "picture": SEVEN, "digit": None}
    with pytest.raises(FieldError) as error:
        desk.look(**(asked | change))
    assert said in str(error.value)
    assert str(error.value).endswith(".")
    assert error.value.field == field
    assert desk.look(**asked).digit == 7


def test_tampered_refinement_is_a_sentence(desk, first):
    seen, state = first.seen.numpy().tobytes(), first.state
    for change in (
        {"seen": seen[:-1]},
        {"seen": None},
        {"state": state[:-4]},
        {"state": np.full(len(state) // 4, np.inf, "<f4").tobytes()},
        {"step": -1},
        {"step": STEPS + 1},
        {"step": 1.5},
        {"step": True},
        {"digit": None},
    ):
        asked: dict[str, object] = {"model": "digits", "seen": seen, "digit": 7, "state": state, "step": 0}
        with pytest.raises(FieldError, match="begin anew"):
            desk.refine(**(asked | change))
    huge = np.frombuffer(state, "<f4").copy()
    huge[:] = 9999
    answer = desk.refine("digits", seen, 7, huge.tobytes(), 0)  # far out, and brought back
    assert 0 <= answer.error <= 1
    assert np.isfinite(answer.error)


@pytest.mark.parametrize("hand", [None, "", "AAAA", "<script>", "x" * 5000])
def test_tampered_hand_is_a_sentence(desk, hand):
    for ask in (lambda: desk.draw_ten("digits", hand), lambda: desk.write("digits", hand, "1")):
        with pytest.raises(FieldError, match="The hand is no hand of digits") as error:
            ask()
        assert error.value.field == "hand"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", tmp_path)
    return tmp_path


def test_model_without_an_encoder_answers_all_the_same(folder):
    write_tiny(folder / "tiny.safetensors")
    desk = HandDesk(Service())
    answer = desk.invert("tiny", SEVEN)
    assert answer.step == STEPS
    assert answer.ten is not None


def test_model_without_classes_redraws_and_says_what_it_cannot(folder):
    write_tiny(folder / "any.safetensors", class_names=("any",), unconditional=True)
    desk = HandDesk(Service())
    answer = desk.look("any", SEVEN)
    assert answer.ten is None
    assert answer.note.startswith("The model any was trained without classes")
    assert answer.digit == 7
    assert answer.redrawn.shape == (28, 28)
    with pytest.raises(FieldError, match="trained without classes") as error:
        desk.write("any", answer.hand, "12")
    assert error.value.field == "model"


def test_model_of_other_things_is_said(folder):
    write_tiny(folder / "letters.safetensors", class_names=tuple("abcdefghij"))
    with pytest.raises(FieldError, match="draws other things than the ten digits") as error:
        HandDesk(Service()).look("letters", SEVEN)
    assert error.value.field == "model"


def test_visitors_side_by_side_get_their_own_answers(desk):
    pictures = {digit: encode(draw_digit(digit, np.random.default_rng(50 + digit))) for digit in range(6)}
    expected = {digit: desk.look("digits", picture) for digit, picture in pictures.items()}
    with ThreadPoolExecutor(6) as pool:
        order = [digit for digit in range(6) for _ in range(3)]
        for digit, answer in zip(order, pool.map(lambda one: desk.look("digits", pictures[one]), order), strict=True):
            assert torch.equal(answer.seen, expected[digit].seen)
            assert (answer.redrawn.int() - expected[digit].redrawn.int()).abs().max() <= 1


def test_others_draw_while_somebody_refines(desk, first):
    """The pen is free between two slices: nobody waits for the end of a refinement."""
    steps: list[int] = []
    stop = threading.Event()

    def refine() -> None:
        answer = first
        while not stop.is_set():
            if answer.step >= STEPS:
                answer = first
            answer = desk.refine("digits", first.seen.numpy().tobytes(), 7, answer.state, answer.step)
            steps.append(answer.step)

    thread = threading.Thread(target=refine)
    thread.start()
    try:
        for seed in range(5):
            assert len(draw_sheet(desk.service, "digits", "7", rows=1, seed=seed, psi=1.0).images) == 1
    finally:
        stop.set()
        thread.join()
    assert steps


def test_busy_server_is_said(desk, monkeypatch):
    monkeypatch.setattr(service_module, "WAIT_SECONDS", 0.05)
    with desk.service.draws(), pytest.raises(FieldError, match="busy"):
        desk.look("digits", SEVEN)


# -- what the page and programs send


def test_page_answers_are_plain_and_its_pixels_come_back(desk, first):
    tab = Hand(desk.service)
    tab.desk = desk

    def ask(**request: object) -> dict[str, Any]:
        answer = respond(tab.answer, json.loads(json.dumps({"model": "digits", **request})))
        return json.loads(json.dumps(answer, allow_nan=False))

    text = base64.b64encode(SEVEN).decode()
    for picture in (text, {"base64": text}):
        answer = ask(want="look", picture=picture, digit=None)
        assert base64.b64decode(answer["seen"]["base64"]) == first.seen.numpy().tobytes()
    assert ask(want="refine", **{name: answer[name] for name in ("seen", "digit", "state", "step")})["step"] > 0
    line = ask(want="line", hand=answer["hand"], number="42")
    assert line["alt"]["text"].startswith("The number 4 2")
    for want in ("hand.png", "line.png"):
        file = ask(want=want, hand=answer["hand"], number="42")
        assert base64.b64decode(file["data"]["base64"]).startswith(b"\x89PNG")
    for bad in ("?!", {"base64": "?!"}, {"base64": 7}, {"base64": text, "more": 1}, [text], None):
        told = ask(want="look", picture=bad)
        assert told["problem"]["text"] == "The picture did not come as it was sent; try again."
        assert (set(told), told["field"]) == ({"problem", "field"}, "picture")
    told = ask(want="refine", seen="?!", state="", digit=7, step=0)
    assert told["problem"]["text"] == "The refinement did not come as it was sent; try again."
    assert (set(told), told["field"]) == ({"problem", "field"}, "")


def test_argument_of_a_program_is_base64_a_data_url_or_its_upload_alone(tmp_path):
    text = base64.b64encode(SEVEN).decode()
    assert read_argument(text, str(tmp_path)) == SEVEN
    assert read_argument(f"data:image/png;base64,{text}", str(tmp_path)) == SEVEN
    (tmp_path / "seven.png").write_bytes(SEVEN)
    assert read_argument({"path": str(tmp_path / "seven.png")}, str(tmp_path)) == SEVEN
    outside = tmp_path / "inside" / ".." / ".." / "etc" / "passwd"
    for bad in ({"path": "/etc/passwd"}, {"path": str(outside)}, {}, "", None, 7, "?!", {"path": None}):
        with pytest.raises(FieldError) as error:
            read_argument(bad, str(tmp_path))
        assert error.value.field == "picture"
