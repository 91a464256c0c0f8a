"""All measures together, on digits small enough for a test."""

import json
from dataclasses import replace

import pytest
import torch

from gan.data import load_dataset, to_float
from gan.drawing.generator import Generator, load
from gan.drawing.noise import draw_noise
from gan.evaluation import cas, cost, metrics, run, style
from gan.evaluation.report import format_report
from gan.evaluation.run import FULL, QUICK, Plan, Report, count_name, evaluate
from gan.evaluation.samples import SampleError, Samples
from gan.handwriting.measures import measure_slant
from gan.judges.classifier import Classifier, load_classifier
from gan.judges.fitting import Schedule, fit
from tests.tiny_checkpoint import write_tiny

PLAN = Plan(
    drawn=600,
    manifold=150,
    learned=300,
    cas_seeds=(0, 1),
    cas_schedule=Schedule(epochs=3, batch=25),
    styles=20,
    kid_subset=60,
    least=100,
)


@pytest.fixture(scope="module")
def splits(data_root) -> dict[str, Samples]:
    loaded = {split: load_dataset(data_root, split) for split in ("train", "test")}
    # As many of the real MNIST as there are made digits.
    return {
        split: Samples(data.images, data.labels).shuffled(0).first(600 if split == "train" else 200)
        for split, data in loaded.items()
    }


@pytest.fixture(scope="module")
def reader() -> Classifier:
    return load_classifier()


@pytest.fixture(scope="module")
def generator(tmp_path_factory) -> Generator:
    return load(str(write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.safetensors")))


@pytest.fixture(scope="module")
def of_real(splits, reader) -> Report:
    """The training digits, judged as if somebody had drawn them."""
    return evaluate(splits["train"], **splits, classifier=reader, plan=PLAN)


@pytest.fixture(scope="module")
def of_generator(generator, splits, reader) -> Report:
    return evaluate(generator, **splits, classifier=reader, plan=PLAN, seed=3)


@pytest.fixture(scope="module")
def blind(tmp_path_factory) -> Generator:
    """A generator that was trained without classes."""
    path = tmp_path_factory.mktemp("blind") / "blind.safetensors"
    return load(str(write_tiny(path, ("any",), unconditional=True)))


def values(report: Report) -> dict[str, float]:
    return {figure.name: figure.value for figure in report.figures if figure.value is not None}


def test_count_is_part_of_the_name():
    assert [count_name(n) for n in (60_000, 10_000, 1000, 999, 8123, 12_345)] == [
        "60k",
        "10k",
        "1k",
        "999",
        "8123",
        "12345",
    ]


def test_every_figure_is_there_with_its_count(of_generator):
    assert list(values(of_generator)) == [
        "class_accuracy_150",
        "inception_score_600",
        "fid_600",
        "kid_600",
        "precision_150",
        "recall_150",
        "density_150",
        "coverage_150",
        "cas_300",
        "nearest_ratio_150",
        "suspiciously_close_150",
        "style_slant_20",
        "style_thickness_20",
        "parameters",
        "multiply_adds",
        "ms_1",
        "ms_10",
    ]
    assert of_generator.not_applicable == {}
    assert len(values(of_generator)) == len(of_generator.figures)
    assert torch.isfinite(torch.tensor(list(values(of_generator).values()))).all()
    assert of_generator.shares == []


def test_real_digits_beat_an_untrained_generator(of_generator, of_real):
    bad, good = values(of_generator), values(of_real)
    for name in ("class_accuracy_150", "precision_150", "recall_150", "coverage_150", "cas_300"):
        assert good[name] > bad[name] + 0.1, name
    for name in ("fid_600", "kid_600"):
        assert good[name] < bad[name] / 5, name


def test_training_digits_reach_their_own_ceiling_and_are_found_to_be_copies(of_real):
    """Judged as samples, the training split must get what the column beside it says, up to the order of digits."""
    for figure in of_real.figures:
        if figure.name.startswith("fid") or figure.name.startswith("inception"):
            assert figure.value == pytest.approx(figure.real, rel=1e-3), figure
    found = values(of_real)
    assert found["nearest_ratio_150"] < 0.01
    assert found["suspiciously_close_150"] == 1
    assert [row.verdict for row in of_real.classes] == ["ok"] * 10
    assert sum(row.count for row in of_real.classes) == 600
    assert of_real.not_applicable.keys() == {"style", "cost"}


def test_one_picture_a_class_is_called_collapsed(splits, reader):
    train = splits["train"]
    first = torch.tensor([(train.labels == digit).nonzero()[0, 0].item() for digit in range(10)])
    labels = torch.arange(10).repeat(60)
    report = evaluate(
        Samples(train.images[first[labels]], labels),
        **splits,
        classifier=reader,
        plan=replace(PLAN, cas_seeds=(0,)),
    )
    found = values(report)
    assert found["recall_150"] < 0.2
    assert {row.verdict for row in report.classes} == {"collapsed"}
    assert all(row.diversity is not None and row.diversity < 1e-3 for row in report.classes)


def test_without_classes_what_needs_them_is_left_out(blind, of_generator, splits, reader):
    """The rest is measured, and the shares of the classes show what it never draws."""
    report = evaluate(blind, **splits, classifier=reader, plan=PLAN, seed=3)
    assert [figure.name for figure in report.figures] == [figure.name for figure in of_generator.figures]
    missing = {figure.name for figure in report.figures if figure.value is None}
    assert missing == {"class_accuracy_150", "cas_300", "style_slant_20", "style_thickness_20"}
    assert torch.isfinite(torch.tensor(list(values(report).values()))).all()
    assert report.classes == []
    assert [row.name for row in report.shares] == list("0123456789")
    assert sum(row.count for row in report.shares) == 600
    assert sum(row.share for row in report.shares) == pytest.approx(1)
    assert all(0.05 < row.share_real < 0.2 for row in report.shares)
    assert "missing" in {row.verdict for row in report.shares}, "untrained, it cannot draw all ten digits"
    text = format_report(report)
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("not applicable")] == [
        "not applicable: class accuracy, CAS, style, rows by class "
        "(trained without classes: none was asked for, so none can be missed)"
    ]
    assert next(line for line in lines if line.startswith("cas_300")).split()[1:3] == ["–", "–"]
    assert "real share" in text
    assert json.loads(json.dumps(report.as_dict()))["figures"]["cas_300"]["value"] is None


def test_training_digits_have_the_shares_of_training_digits(blind, splits, reader, monkeypatch):
    """Were a generator without classes to draw the training digits, no class would be rare."""
    train = splits["train"]
    monkeypatch.setattr(run, "draw_samples", lambda subject, labels, **how: Samples(train.images, labels))
    report = evaluate(blind, **splits, classifier=reader, plan=PLAN)
    assert [row.share for row in report.shares] == pytest.approx([row.share_real for row in report.shares])
    assert {row.verdict for row in report.shares} == {"ok"}


def test_any_number_of_named_classes_is_judged(splits, tmp_path):
    """Three classes with names, read by a reader of three."""
    names = ("nought", "one", "two")
    three: dict[str, Samples] = {}
    for split, samples in splits.items():
        kept = samples.labels < 3
        three[split] = Samples(samples.images[kept], samples.labels[kept])
    schedule = Schedule(epochs=12, batch=20)
    fitted = fit(three["train"].images, three["train"].labels, schedule, seed=0, classes=3, quiet=True)
    judge = replace(fitted, meta={"dataset": "folder", "class_names": list(names)})
    subject = load(str(write_tiny(tmp_path / "three.safetensors", names)))
    plan = replace(PLAN, manifold=30, learned=100, cas_seeds=(0,), kid_subset=20)
    report = evaluate(subject, train=three["train"], test=three["test"], classifier=judge, plan=plan)
    assert [row.name for row in report.classes] == list(names)
    assert [row.label for row in report.classes] == [0, 1, 2]
    found = {figure.name.rpartition("_")[0]: figure for figure in report.figures}
    assert 1 <= (found["inception_score"].real or 0) <= 3
    assert (found["class_accuracy"].real or 0) > 0.6
    assert "2 two" in format_report(report)


def test_a_class_of_one_image_is_refused_before_any_is_drawn(generator, splits, reader, monkeypatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr(run, "draw_samples", fail)
    test = splits["test"]
    sevens = (test.labels == 7).nonzero().flatten()[1:]
    kept = torch.ones(len(test), dtype=torch.bool).index_fill(0, sevens, False)
    few = Samples(test.images[kept], test.labels[kept])
    with pytest.raises(SampleError, match="class 7 has 1 of the .* test images; 2 are the least"):
        evaluate(generator, train=splits["train"], test=few, classifier=reader, plan=PLAN)


def test_same_command_same_numbers(of_generator, generator, splits, reader):
    again = evaluate(generator, **splits, classifier=reader, plan=PLAN, seed=3).as_dict()
    expected = of_generator.as_dict()
    for found in (again, expected):
        for name in ("ms_1", "ms_10"):
            found["figures"].pop(name)
    assert again == expected


def test_another_seed_draws_other_digits(of_generator, generator, splits, reader):
    plan = replace(PLAN, cas_seeds=(0,), styles=5)
    other = values(evaluate(generator, **splits, classifier=reader, plan=plan, seed=4))
    assert other["fid_600"] != values(of_generator)["fid_600"]


@pytest.mark.parametrize("count", [2, 6])
def test_a_small_class_loses_nothing_of_the_rest(count, splits, reader):
    """Six pictures of a class or fewer: fewer than what five neighbours are found among."""
    train = splits["train"]
    kept = (train.labels != 7) | ((train.labels == 7).cumsum(0) <= count)
    small = Samples(train.images[kept], train.labels[kept])
    report = evaluate(small, **splits, classifier=reader, plan=replace(PLAN, cas_seeds=(0,)))
    assert report.failures == []
    assert len(report.classes) == 10
    assert [row.name for row in report.classes if row.recall is None] == ["7"]
    assert {"cas_300", "coverage_150", f"fid_{len(small)}"} <= set(values(report))
    text = format_report(report)
    assert f"not applicable: recall and coverage of 7 ({count} images of the class can be compared; 7 are the" in text


def test_a_part_that_fails_loses_no_other(splits, reader, monkeypatch):
    def fail(*_: object, **__: object) -> float:
        raise IndexError("a mistake of ours")

    monkeypatch.setattr(metrics, "kid", fail)
    report = evaluate(splits["train"], **splits, classifier=reader, plan=replace(PLAN, cas_seeds=(0,)))
    assert [type(one) for one in report.failures] == [IndexError]
    assert report.not_applicable["FID, KID"] == "failed: IndexError: a mistake of ours"
    assert "cas_300" in values(report)
    assert "not applicable: FID, KID (failed: IndexError: a mistake of ours)" in format_report(report)


def test_report_is_json_and_a_table(of_generator, of_real):
    again = json.loads(json.dumps(of_generator.as_dict()))
    least, most = again["figures"]["cas_300"]["range"]
    assert 0 <= least <= again["figures"]["cas_300"]["value"] <= most <= 1
    assert len(again["classes"]) == 10
    text = format_report(of_generator)
    for figure in of_generator.figures:
        assert figure.name in text
    assert f" ({100 * least:.2f} to {100 * most:.2f}) %" in text
    assert "±" not in text
    assert sum(line.split()[0] in "0123456789" for line in text.splitlines() if line.strip()) == 10
    assert "not applicable: style" in format_report(of_real)


def test_more_real_digits_teach_more(splits):
    schedule = Schedule(epochs=6, batch=20)
    test = splits["test"]
    few = cas.classification_accuracy(splits["train"].first(40), test, seeds=(0,), schedule=schedule)
    (many,) = cas.classification_accuracy(splits["train"], test, seeds=(0,), schedule=schedule)
    assert many > max(0.8, few[0])


def test_wrong_labels_teach_the_wrong_thing(splits):
    train, test = splits["train"], splits["test"]
    wrong = Samples(train.images, (train.labels + 1) % 10)
    (found,) = cas.classification_accuracy(wrong, test, seeds=(0,), schedule=Schedule(epochs=6, batch=20))
    assert found < 0.1


def test_cost_counts_what_is_written_on_paper():
    """A layer 8 -> 16 and a 3 x 3 convolution 4 -> 5 at 6 x 6: 8 * 16 + 6 * 6 * 9 * 4 * 5 multiply-adds."""
    layer, convolution = torch.nn.Linear(8, 16), torch.nn.Conv2d(4, 5, 3, padding=1)

    class Known:
        @torch.inference_mode()
        def sample(self, digits: list[int]) -> torch.Tensor:
            layer(torch.zeros(len(digits), 8))
            return convolution(torch.zeros(len(digits), 4, 6, 6))

    assert cost.multiply_adds(Known()) == 128 + 6480  # type: ignore[arg-type]


def test_cost_of_a_generator_is_counted(generator, of_generator):
    found = values(of_generator)
    assert found["parameters"] == sum(p.numel() for p in generator.network.parameters())
    assert found["multiply_adds"] > found["parameters"]  # convolutions use theirs many times over


def test_timing_leaves_the_threads_alone(generator):
    before = torch.get_num_threads()
    assert cost.milliseconds(generator, 10, repeats=3) > 0
    assert torch.get_num_threads() == before


def test_handwriting_compares_the_classes_of_one_z(generator):
    found = style.handwriting(generator, 60, seed=0)
    assert found.keys() == {"slant", "thickness"}
    z = draw_noise(0, range(60), generator.z_dim)
    columns = []
    for digit in range(10):
        labels = torch.full((60,), digit)
        images = generator.synthesize(generator.map(z, labels))
        columns.append(measure_slant(to_float(((images + 1) * 127.5).round().to(torch.uint8))))
    expected = style.mean_correlation(torch.stack(columns, dim=1))
    assert found["slant"] == pytest.approx(expected, abs=0.02)


def test_plans_promise_what_they_are_named_for():
    assert (FULL.drawn, FULL.manifold, FULL.learned, len(FULL.cas_seeds)) == (60_000, 10_000, 60_000, 3)
    assert QUICK.drawn < FULL.drawn
    assert QUICK.learned < FULL.learned
