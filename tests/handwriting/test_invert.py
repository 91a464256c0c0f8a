"""From pixels to a hand: what is found on a canvas or a photo, what the encoder's file promises, and the inversion."""

import io
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import inversion
from benchmarks.inversion import correlate
from gan.data import load_dataset, to_float
from gan.data.photo import (
    MAX_BYTES,
    MAX_PIXELS,
    Canvas,
    find_digit,
    label_pieces,
    normalize,
    read_canvas,
    take_otsu,
)
from gan.drawing.arguments import InputError
from gan.drawing.generator import Generator, load
from gan.fit_encoder import main
from gan.handwriting import fit_encoder
from gan.handwriting.encoder import EncoderError, get_path, load_encoder, make_encoder, measure_spread, save_encoder
from gan.handwriting.invert import STEPS, Found, Inverter, draw_hand, hear_hand, measure_error, tell_hand
from gan.handwriting.measures import get_ink, measure_slant, measure_thickness
from gan.judges.classifier import Classifier, load_classifier
from tests.made_digits import draw_digit, make_digits
from tests.tiny_checkpoint import write_tiny


def encode(pixels: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def enlarge(digit: np.ndarray, side: int = 280) -> np.ndarray:
    return np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC))


def photograph(digit: np.ndarray, *, dark: bool = True, shadow: float = 0.15, seed: int = 0) -> np.ndarray:
    """A digit on a page of 800 x 600 in uneven light, with a shadow's edge and a sensor's noise."""
    y, x = np.mgrid[0:600, 0:800]
    light = 0.75 + 0.2 * x / 800 - 0.25 * y / 600 - shadow * np.clip((x - 560) / 30, 0, 1)
    ink = np.zeros((600, 800))
    ink[150:430, 240:520] = enlarge(digit) / 255
    grey = light * (1 - 0.65 * ink) if dark else 0.35 * light + 0.5 * ink
    noise = np.random.default_rng(seed).normal(0, 0.02, grey.shape)
    return (np.clip(grey + noise, 0, 1) * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def digit() -> np.ndarray:
    """A made 7 of ordinary size."""
    return draw_digit(7, np.random.default_rng(3))


@pytest.fixture(scope="module")
def expected(digit: np.ndarray) -> Canvas:
    """The same 7 as it comes from a clean drawing."""
    return read_canvas(encode(enlarge(digit)))


def differ(one: Canvas, other: Canvas) -> float:
    return float(measure_error(one.image, other.image))


# -- what a picture is made into


def test_drawing_becomes_what_mnist_would_have_made_of_it(expected):
    ink = get_ink(expected.image)[0]
    rows, cols = np.flatnonzero(ink.amax(1) > 0.2), np.flatnonzero(ink.amax(0) > 0.2)
    assert max(np.ptp(rows), np.ptp(cols)) + 1 in (19, 20)  # its longer side fills the box of 20
    places = torch.arange(28.0)
    for axis in (0, 1):
        centre = float((ink.sum(1 - axis) * places).sum() / ink.sum())
        assert abs(centre - 14) <= 0.75
    assert ink.max() == 1
    assert 0.05 < float(((ink > 0.1) & (ink < 0.9)).float().mean()) < 0.5  # grey edges, as a scanner gives them
    assert expected.pieces == 1
    assert expected.note == ""


@pytest.mark.parametrize(
    "make",
    [
        lambda digit: encode(255 - enlarge(digit)),  # dark on light
        lambda digit: encode(enlarge(digit, 900)),
        lambda digit: encode(np.pad(enlarge(digit), ((0, 500), (300, 0)))),  # small, in a corner
        lambda digit: encode(enlarge(digit), "JPEG", quality=85),
        lambda digit: encode(np.dstack([np.zeros((280, 280, 3), np.uint8), enlarge(digit)])),  # black on nothing
        lambda digit: encode(np.dstack([np.full((280, 280, 3), 255, np.uint8), enlarge(digit)])),  # white on nothing
        lambda digit: encode(np.dstack([enlarge(digit)] * 3), "WEBP", lossless=True),
    ],
)
def test_the_same_digit_is_found_however_it_was_drawn_and_saved(digit, expected, make):
    found = read_canvas(make(digit))
    assert differ(found, expected) < 0.02
    assert found.pieces == 1


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("digit_number", range(10))
def test_photo_in_uneven_light_gives_the_digit(dark, digit_number):
    digit = draw_digit(digit_number, np.random.default_rng(digit_number))
    clean = read_canvas(encode(enlarge(digit)))
    found = read_canvas(encode(photograph(digit, dark=dark), "JPEG", quality=80))
    assert differ(found, clean) < 0.035
    assert found.pieces == clean.pieces


def test_things_at_the_edge_of_a_photo_and_specks_are_no_ink(digit):
    page = photograph(digit)
    plain = read_canvas(encode(page))
    page[:, :60] = 20  # the table beside the paper
    page[560:, :] = 25
    page[60:66, 300:306] = 10  # a crumb
    found = read_canvas(encode(page))
    assert differ(found, plain) < 0.03
    assert found.pieces == 1


def test_photo_taken_sideways_is_turned_upright(digit, expected):
    sideways = Image.fromarray(enlarge(digit)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees clockwise
    buffer = io.BytesIO()
    sideways.save(buffer, "JPEG", exif=exif, quality=95)
    assert differ(read_canvas(buffer.getvalue()), expected) < 0.02


def test_thin_line_is_thickened_and_a_thick_one_is_left():
    thin = np.zeros((280, 280), np.uint8)
    thin[40:240, 139:142] = 255
    thin[40:43, 100:142] = 255
    found = read_canvas(encode(thin))
    assert 1.5 < float(measure_thickness(found.image)) < 3
    thick = np.zeros((280, 280), np.uint8)
    thick[40:240, 120:160] = 255
    assert 3 < float(measure_thickness(read_canvas(encode(thick)).image)) < 5


def test_separate_pieces_go_on_with_a_sentence():
    dots = np.zeros((280, 280), np.uint8)
    for at in range(40, 240, 40):
        dots[at : at + 20, at : at + 20] = 255
    found = read_canvas(encode(dots))
    assert found.pieces == 5
    assert found.note.startswith("The picture has 5 separate pieces")


def test_bar_of_a_five_belongs_to_it():
    five = np.zeros((280, 280), np.uint8)
    five[120:240, 100:124] = 255
    five[60:80, 110:190] = 255  # apart from the rest
    assert read_canvas(encode(five)).pieces == 2


def cut_png(data: bytes, width: int, height: int) -> bytes:
    """A PNG whose header tells another size; its checksum fits, its pixels do not."""
    header = data[12:16] + struct.pack(">II", width, height) + data[24:29]
    return data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]


PAGE = encode(np.zeros((100, 100), np.uint8))
NOISE = np.random.default_rng(0)
CHECKS = (140 + 60 * (np.indices((40, 40)).sum(0) % 2) + NOISE.integers(0, 40, (40, 40))).astype(np.uint8)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the picture is empty"),
        (PAGE, "nothing is drawn there"),
        (encode(np.full((50, 80), 255, np.uint8)), "nothing is drawn there"),
        (encode(np.full((90, 90, 4), 0, np.uint8)), "nothing is drawn there"),
        (encode(np.tile(np.linspace(60, 220, 300).astype(np.uint8), (200, 1))), "no digit stands out"),
        (encode(NOISE.normal(200, 8, (300, 400)).clip(0, 255).astype(np.uint8)), "no digit stands out"),
        (encode(NOISE.integers(0, 255, (300, 400)).astype(np.uint8)), "no digit stands out"),
        (encode(np.repeat(np.repeat(CHECKS, 10, 0), 10, 1)), "ink fills nearly the whole picture"),
        (b"GIF89a" + bytes(40), "the file is no image that can be read"),
        (b"Not a picture, but a letter.", "the file is no image that can be read"),
        (b"%PDF-1.7 " + bytes(100), "the file is no image that can be read"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "this is a HEIC photo"),
        (encode(NOISE.integers(0, 255, (200, 200)).astype(np.uint8))[:20_000], "the picture is broken"),
        (encode(NOISE.integers(0, 255, (200, 200)).astype(np.uint8), "JPEG")[:5_000], "the picture is broken"),
        (cut_png(PAGE, 8000, 5000), "8000 x 5000 = 40 megapixels; up to 32 are taken"),
        (cut_png(PAGE, 30_000, 30_000), "megapixels; up to 32 are taken"),
        (encode(np.zeros((7, 100), np.uint8)), "each side needs 8"),
        (bytes(MAX_BYTES + 1), "a picture may have up to 12 MB"),
    ],
)
def test_picture_without_a_digit_is_a_sentence(data, said):
    with pytest.raises(InputError) as error:
        read_canvas(data)
    assert said in str(error.value)
    assert str(error.value).endswith(".")


def test_real_picture_of_40_megapixels_is_refused_before_it_is_decoded(monkeypatch):
    data = encode(np.zeros((5000, 8000), np.uint8))
    assert MAX_PIXELS < 8000 * 5000

    def decode(*_: object) -> None:
        raise AssertionError("the pixels were decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    with pytest.raises(InputError, match="40 megapixels"):
        read_canvas(data)


def test_pieces_are_joined_across_corners_and_later_rows():
    mask = np.array([[1, 0, 0, 1, 0, 1], [0, 1, 0, 1, 0, 1], [0, 0, 0, 1, 1, 1], [1, 0, 0, 0, 0, 0]], bool)
    labels, count = label_pieces(mask)
    assert count == 3
    assert labels[0, 0] == labels[1, 1]
    assert labels[0, 3] == labels[0, 5]  # joined in the third row
    assert labels[3, 0] not in (labels[0, 0], labels[0, 3], 0)
    assert (labels > 0).tolist() == mask.tolist()
    assert label_pieces(np.zeros((4, 4), bool))[1] == 0


def test_otsu_parts_two_heaps():
    values = np.concatenate([NOISE.normal(0.2, 0.03, 5000), NOISE.normal(0.8, 0.05, 500)])
    assert 0.3 < take_otsu(values) < 0.7


def test_digit_with_its_weight_on_one_side_is_cut_by_no_edge():
    heavy = np.zeros((200, 200))
    heavy[0:200, 0:30] = 1
    heavy[0:30, :] = 1
    ink = normalize(heavy)
    assert ink.shape == (28, 28)
    assert ink.sum() > 100  # of the L's 20 + 17 pixels by 3, nothing has gone


# -- the encoder and its file


@pytest.fixture
def tiny(tmp_path) -> Generator:
    return load(str(write_tiny(tmp_path / "tiny.safetensors")))


@pytest.fixture(scope="module")
def reader() -> Classifier:
    return load_classifier()


def test_encoder_survives_its_file_and_is_for_its_weights_alone(tiny, tmp_path):
    torch.manual_seed(0)
    encoder, path = make_encoder(tiny), tmp_path / "tiny.encoder.safetensors"
    size = save_encoder(encoder, tiny, path, {"command": "test"})
    assert size == path.stat().st_size
    again = load_encoder(tiny, path)
    images, y = to_float(torch.from_numpy(make_digits(4, 0)[0])[:, None]), torch.tensor([0, 3, 5, 9])
    z, u = encoder(images, y)
    z_again, u_again = again(images, y)
    assert torch.equal(z, z_again)
    assert torch.equal(u, u_again)
    torch.testing.assert_close(z.square().mean(1), torch.ones(4), rtol=1e-4, atol=1e-4)
    other = load(str(write_tiny(tmp_path / "other.safetensors", class_names=("a", "b"))))
    with pytest.raises(EncoderError, match="made for other weights"):
        load_encoder(other, path)


def test_damaged_or_missing_encoder_is_a_sentence_that_names_the_command(tiny, tmp_path):
    path = tmp_path / "tiny.encoder.safetensors"
    with pytest.raises(EncoderError, match=r"no encoder .* `python -m gan.fit_encoder tiny` makes it"):
        load_encoder(tiny, path)
    save_encoder(make_encoder(tiny), tiny, path, {})
    data = path.read_bytes()
    for bad in (data[:-64] + bytes(64), data[:200], b"", bytes(2_000_000)):
        path.write_bytes(bad)
        with pytest.raises(EncoderError, match=r"gan\.fit_encoder tiny` makes it"):
            load_encoder(tiny, path)


def test_spread_is_the_covariance_of_w(tiny):
    spread = measure_spread(tiny)
    z = tiny.draw_z(5, range(4000))
    w = tiny.map(z, torch.full((4000,), 3)).clone()
    expected = torch.cov(w.T)
    found = spread[3] @ spread[3].T
    assert float((found - expected).norm() / expected.norm()) < 0.15


def test_fitting_makes_an_encoder_that_is_better_than_an_untrained_one(tiny, reader, made_root):
    data = load_dataset(made_root, "train")
    lesson = fit_encoder.Lesson(tiny, reader, data, seed=9)
    torch.manual_seed(0)
    before = float(lesson.get_loss(make_encoder(tiny)).detach())
    encoder, steps = fit_encoder.fit(tiny, reader, data, minutes=0.05, seed=0)
    after = float(fit_encoder.Lesson(tiny, reader, data, seed=9).get_loss(encoder).detach())
    assert steps >= 1
    assert after < before


def test_fit_command_writes_a_file_that_loads_and_says_what_is_wrong(tmp_path, capsys):
    weights = write_tiny(tmp_path / "tiny.safetensors")
    out = tmp_path / "one.safetensors"
    assert main([str(weights), "--minutes", "0.001", "--out", str(out)]) == 0
    assert "tiny" not in capsys.readouterr().err
    assert load_encoder(load(str(weights)), out).z_dim == 8
    assert main([str(weights), "--minutes", "0"]) == 2
    assert "--minutes is 0.0; it must be more than 0." in capsys.readouterr().err
    assert main(["nobody"]) == 2
    assert "There is no checkpoint 'nobody'" in capsys.readouterr().err


# -- the inversion


@pytest.fixture(scope="module")
def released(reader: Classifier) -> Inverter:
    """The shipped generator with its encoder, which must fit it."""
    generator = load("digits")
    return Inverter(generator, reader, load_encoder(generator))


def draw_own(generator: Generator, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """One of each digit, as if somebody had drawn them."""
    return generator.sample("0123456789", seed=seed), torch.arange(10)


def test_refinement_brings_the_picture_nearer_and_keeps_its_class(released):
    images, y = draw_own(released.generator, seed=77)
    first = released.start(images, y)
    last = released.refine(images, y, first)
    before, after = (measure_error(released.redraw(found, y), images) for found in (first, last))
    assert after.mean() < 0.7 * before.mean()
    assert after.mean() < 0.05
    assert torch.equal(released.reader.read(released.redraw(last, y)).argmax(1), y)


def test_hand_goes_over_to_the_other_digits(released):
    images, y = released.generator.sample("7" * 24, seed=5), torch.full((24,), 7)
    found = released.refine(images, y, released.start(images, y))
    slants, widths = [], []
    for z in found.z:
        three = draw_hand(released.generator, z[None], [3])
        slants.append(float(measure_slant(three)))
        widths.append(float(measure_thickness(three)))
    for drawn, made in ((measure_slant(images), slants), (measure_thickness(images), widths)):
        assert np.corrcoef(drawn.numpy(), made)[0, 1] > 0.7


def test_slices_end_where_one_go_ends_and_a_batch_where_one_does(released):
    images, y = draw_own(released.generator, seed=3)
    images, y = images[:2], y[:2]
    whole = released.refine(images, y, released.start(images, y))
    found = released.start(images[:1], y[:1])
    while found.step < STEPS:
        kept = released.read_bytes(found.to_bytes(), found.step)
        found = released.refine(images[:1], y[:1], kept, steps=7)
    assert found.step == STEPS
    error = measure_error(released.redraw(found, y[:1]), released.redraw(whole, y)[:1])
    assert float(error) < 0.004  # rounding, magnified by sixty steps
    again = released.refine(images[:1], y[:1], found)
    assert again is found  # nothing is left to do


def test_without_an_encoder_the_nearest_random_hand_is_refined(released):
    plain = Inverter(released.generator, released.reader)
    images, y = draw_own(released.generator, seed=21)
    first = plain.start(images, y)
    last = plain.refine(images, y, first)
    before, after = (measure_error(plain.redraw(found, y), images).mean() for found in (first, last))
    assert after < 0.75 * before


@pytest.mark.parametrize("name", ["mlp", "mlp-batchnorm", "dcgan"])
@pytest.mark.parametrize("noise", ["normal", "uniform"])
def test_lessons_generators_are_inverted_too(tmp_path, reader, name, noise):
    generator = load(str(write_tiny(tmp_path / "lesson.safetensors", generator=name, noise=noise)))
    inverter = Inverter(generator, reader)
    images, y = to_float(torch.from_numpy(make_digits(2, 0)[0])[:, None]), torch.tensor([1, 4])
    first = inverter.start(images, y)
    last = inverter.refine(images, y, first, steps=8)
    before, after = (measure_error(inverter.redraw(found, y), images).mean() for found in (first, last))
    assert last.step == 8
    assert bool(last.z.isfinite().all())
    assert after <= before + 1e-4


def test_told_hand_is_heard_again_and_draws_nearly_the_same(released):
    z = released.generator.draw_z(4, [0])
    text = tell_hand(z)
    assert len(text) == 86
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    heard = hear_hand(text, released.generator)
    assert (
        tell_hand(heard) == text or float((hear_hand(tell_hand(heard), released.generator) - heard).abs().max()) < 0.05
    )
    drawn = [draw_hand(released.generator, one, range(10)) for one in (z, heard)]
    assert float(measure_error(*drawn).mean()) < 0.01


@pytest.mark.parametrize("text", [None, 7, "", "AAAA", "A" * 86, "not base64!", "A" * 5000, "é" * 86])
def test_text_that_is_no_hand_is_a_sentence(released, text):
    with pytest.raises(InputError, match="the hand is no hand of digits: 64 numbers"):
        hear_hand(text, released.generator)


def test_state_that_is_none_is_a_sentence(released):
    images, y = draw_own(released.generator, seed=1)
    data = released.start(images[:1], y[:1]).to_bytes()
    assert isinstance(released.read_bytes(data, 0), Found)
    broken = np.frombuffer(data, "<f4").copy()
    broken[3] = np.nan
    for bad, step in ((data[:-4], 0), (b"", 0), (data, -1), (data, STEPS + 1), (broken.tobytes(), 0)):
        with pytest.raises(InputError, match="begin anew"):
            released.read_bytes(bad, step)


def test_shipped_encoder_is_small_and_beside_its_weights(released):
    assert get_path("digits").stat().st_size < 1_500_000
    assert released.encoder is not None


def test_find_digit_takes_grey_levels_as_they_are(digit, expected):
    assert differ(find_digit(enlarge(digit) / 255.0), expected) < 1e-6


# -- the benchmark


def test_agreement_is_1_for_the_same_measures_and_0_for_none():
    y = torch.arange(10).repeat(30)
    drawn = torch.randn(300, generator=torch.Generator().manual_seed(0))
    assert correlate(drawn, drawn[:, None].expand(-1, 10) * 3 + torch.arange(10), y) == pytest.approx(1)
    other = torch.randn(300, 10, generator=torch.Generator().manual_seed(1))
    assert abs(correlate(drawn, other, y)) < 0.1


def test_benchmark_prints_what_was_kept_and_the_error(made_root, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["inversion", "digits", "--data", str(made_root), "--count", "20"])
    inversion.main()
    rows = {line[:22].strip(): line[22:].split() for line in capsys.readouterr().out.splitlines()}
    first, last = rows["first answer"], rows[f"after {STEPS} steps"]
    assert float(last[0].rstrip("%")) >= 90  # kept
    assert float(last[3].rstrip("%")) < float(first[3].rstrip("%"))  # error
