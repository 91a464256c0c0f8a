import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

import gan
from gan.data import to_uint8
from gan.drawing.arguments import MAX_COUNT, InputError, check_count, check_psi, check_seed, parse_digits
from gan.drawing.generator import Generator
from gan.drawing.number_line import parse_number
from gan.store.released import CheckpointError


@pytest.fixture(scope="module")
def generator() -> Generator:
    return gan.load("digits")


def test_a_sample_is_what_the_contract_says(generator: Generator):
    images = generator.sample("2026", seed=7, truncation=0.8)
    assert images.shape == (4, 1, 28, 28)
    assert images.dtype == torch.float32
    assert images.min() >= -1
    assert images.max() <= 1
    assert images.max() > 0.9, "there is no ink"
    assert images.amax((1, 2, 3)).min() > 0.5, "one of the digits has no ink"


def test_the_same_seed_gives_the_same_digits_and_another_seed_others(generator: Generator):
    first = generator.sample("0123456789", seed=3)
    assert torch.equal(first, generator.sample("0123456789", seed=3))
    assert (first - generator.sample("0123456789", seed=4)).abs().mean() > 0.05


def test_a_digit_depends_on_its_seed_and_place_alone(generator: Generator):
    """One grey level of rounding is allowed between batch sizes; a neighbour's influence would be far more."""
    whole = to_uint8(generator.sample("0123456789" * 3, seed=5)).int()
    for size in (1, 7, 30):
        part = to_uint8(generator.sample("0123456789" * 3, seed=5, batch_size=size)).int()
        assert (whole - part).abs().max() <= 1
    others = to_uint8(generator.sample([9] * 13 + [3] + [1] * 16, seed=5)).int()
    assert (whole[13] - others[13]).abs().max() <= 1
    alone = to_uint8(generator.sample([3], seed=5, start=13)).int()
    assert (whole[13] - alone[0]).abs().max() <= 1


def test_truncation_pulls_every_style_to_its_classs_mean(generator: Generator):
    digits = "8" * 40
    spread = [generator.sample(digits, seed=1, truncation=psi).std(0).mean().item() for psi in (0.0, 0.5, 1.0)]
    assert spread[0] == pytest.approx(0, abs=1e-5)
    assert spread[0] < spread[1] < spread[2]
    assert torch.allclose(
        generator.sample("8", seed=1, truncation=0.0), generator.sample("8", seed=99, truncation=0.0), atol=1e-5
    )


def test_the_kept_mean_of_w_is_the_mean_of_w(generator: Generator):
    z = torch.randn(4000, generator.z_dim, generator=torch.Generator().manual_seed(0))
    for y in (0, 7):
        w = generator.map(z, torch.full((4000,), y))
        assert ((w.mean(0) - generator.w_mean[y]).abs() / w.std(0)).max() < 0.1  # 1/sqrt(4000) = 0.016, six times


def test_one_z_gives_ten_different_digits(generator: Generator):
    z = torch.zeros(10, generator.z_dim).normal_(generator=torch.Generator().manual_seed(0))[:1].repeat(10, 1)
    images = generator.synthesize(generator.map(z, torch.arange(10)))
    for a, b in itertools.combinations(range(10), 2):
        assert (images[a] - images[b]).abs().mean() > 0.03


def test_digits_come_in_every_form():
    for form in (
        "2026",
        2026,
        [2, 0, 2, 6],
        (2, 0, 2, 6),
        torch.tensor([2, 0, 2, 6]),
        np.array([2, 0, 2, 6]),
        " 20 26 ",
    ):
        assert parse_digits(form) == [2, 0, 2, 6]
    assert parse_digits(0) == [0]


@pytest.mark.parametrize(
    "bad", ["12a", "", "   ", [], [10], [-1], -5, [1.5], ["x"], [True], True, "²", [None], None, 1.5]
)
def test_what_is_no_digit_is_refused_in_a_sentence(bad: object):
    with pytest.raises(InputError, match=r"\.$"):
        parse_digits(bad)  # type: ignore[arg-type]


def test_a_fraction_of_a_digit_is_refused():
    with pytest.raises(InputError, match=r"1\.5 is not a digit"):
        parse_digits([1.5])  # type: ignore[list-item]


def test_too_many_digits_are_refused_with_the_limit():
    with pytest.raises(InputError, match="100,000"):
        parse_digits([1] * (MAX_COUNT + 1))


@pytest.mark.parametrize("good", [0, 7, "7", 7.0, np.int64(7), 2**32 - 1])
def test_seeds_come_in_every_form(good: object):
    assert check_seed(good) == int(good)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "bad", [float("nan"), float("inf"), "seven", "", None, -1, 2**32, 1.5, True, [1], "1e5", "NaN"]
)
def test_seeds_that_are_none_are_refused_with_the_range(bad: object):
    with pytest.raises(InputError, match="whole number from 0 to 4,294,967,295"):
        check_seed(bad)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "half", "", None, -0.01, 1.51, True, [1]])
def test_psi_out_of_range_is_refused_with_the_range(bad: object):
    with pytest.raises(InputError, match=r"from 0 to 1\.5"):
        check_psi(bad)


@pytest.mark.parametrize("bad", [0, -3, MAX_COUNT + 1, "many", None, 2.5])
def test_counts_out_of_range_are_refused_with_the_range(bad: object):
    with pytest.raises(InputError, match="from 1 to 100,000"):
        check_count(bad)


def test_bad_input_reaches_the_caller_of_sample_as_a_sentence(generator: Generator):
    for bad in ({"digits": "x"}, {"digits": "1", "seed": -1}, {"digits": "1", "truncation": 9}, {"digits": [11]}):
        with pytest.raises(InputError, match=r"^[^\n]+\.$"):
            generator.sample(**bad)


def test_the_discriminator_answers_for_each_image_alone(generator: Generator):
    images = generator.sample("0123456789", seed=0)
    labels = torch.arange(10)
    logits = generator.score(images, labels)
    assert logits.shape == (10,)
    assert logits.isfinite().all()
    alone = torch.cat([generator.score(images[i : i + 1], labels[i : i + 1]) for i in range(10)])
    assert torch.allclose(logits, alone, atol=1e-3)


def test_the_discriminator_prefers_digits_to_static_and_the_class_it_is_told(generator: Generator):
    images, labels = generator.sample("0123456789" * 50, seed=0), torch.arange(10).repeat(50)
    right = generator.score(images, labels)
    noise = torch.rand(500, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert right.mean() > generator.score(noise, labels).mean()
    # logits of one class are comparable, those of two are not: D only ever ranked images of the same y
    others = generator.score(images.roll(1, 0), labels)  # each class's place taken by the digit before it
    assert (right > others).float().mean() > 0.6  # chance is 0.5, give or take 0.02


def test_a_checkpoint_without_d_says_so(tmp_path: Path, generator: Generator):
    from gan.store.released import write_released

    path = tmp_path / "bare.safetensors"
    write_released(path, generator.config, generator.network, None, {})
    bare = gan.load(str(path))
    assert not bare.has_discriminator
    with pytest.raises(CheckpointError, match="without its discriminator"):
        bare.score(torch.zeros(1, 1, 28, 28), torch.zeros(1, dtype=torch.int64))


def test_what_stands_between_digits_of_a_date_is_skipped():
    for form in ("20.11.2026", "20-11-2026", "20/11/2026", "20:11:2026", "20 11 2026", " 20. 11. 2026."):
        assert parse_digits(form) == [2, 0, 1, 1, 2, 0, 2, 6]


@pytest.mark.parametrize(
    "form",
    [
        "２０２６",
        "٢٠٢٦",
        "۲۰۲۶",
        "२०२६",
        "২০২৬",
        "２０年２月６日",
        "20年2月6号",
        "20・26",
        "２０：２６",
        "２０／２６",
        "20時26分",
        "20．26",
    ],
)
def test_digits_of_any_script_and_dates_of_chinese_and_japanese_are_read(form: str):
    assert parse_digits(form) == [2, 0, 2, 6]
    assert [int(sign) for sign in parse_number(form) if sign.isdigit()] == [2, 0, 2, 6]


def test_classes_are_read_by_number_and_by_name():
    names = (*map(str, range(10)), *"ABCDEFGHIJKLMNOP")
    assert parse_digits("0,25", 26, names) == [0, 25]
    assert parse_digits("25,", 26, names) == [25]
    assert parse_digits("A, P，０", 26, names) == [10, 25, 0]
    assert parse_digits(["A", 3, "25"], 26, names) == [10, 3, 25]
    assert parse_digits("25", 26, names) == [2, 5]
    for bad in ("Q,A", "26,0", ["Q"], [26], ["٢٦"]):
        with pytest.raises(InputError, match="is not a digit"):
            parse_digits(bad, 26, names)


@pytest.mark.parametrize("bad", ["-1", ".5", "/", "20,11", "1e5", "20_11"])
def test_a_sign_in_front_or_another_mark_is_refused(bad: str):
    with pytest.raises(InputError, match="is not a digit"):
        parse_digits(bad)


def test_the_same_index_is_the_same_hand(generator: Generator):
    row = generator.sample("0123456789", seed=5, indices=[3] * 10)
    alone = generator.sample("7", seed=5, start=3)
    assert (to_uint8(row[7]).int() - to_uint8(alone[0]).int()).abs().max() <= 1
    plain = generator.sample("777", seed=5)
    assert torch.equal(generator.sample("777", seed=5, indices=torch.arange(3)), plain)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ([1], "1 indices for 2 digits"),
        ("01", "list of whole numbers"),
        ([0, -1], "the index is -1"),
        ([0, 2**32], "the index is 4294967296"),
        ([0, float("nan")], "the index is nan"),
        (5, "list of whole numbers"),
    ],
)
def test_indices_that_are_none_are_refused_in_a_sentence(generator: Generator, bad: object, said: str):
    with pytest.raises(InputError, match=said):
        generator.sample("12", indices=bad)  # type: ignore[arg-type]


def test_start_and_indices_together_are_refused(generator: Generator):
    with pytest.raises(InputError, match="not both"):
        generator.sample("1", start=2, indices=[0])
