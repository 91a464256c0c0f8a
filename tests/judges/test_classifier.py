"""The independent reader: the shipped weights, their reading, and the command that makes them."""

import os

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from gan import fit_classifier
from gan.data import load_dataset, to_float
from gan.judges.classifier import FEATURES, WEIGHTS, Classifier, ClassifierError, load_classifier, save_classifier
from gan.judges.fitting import Schedule, accuracy, fit
from tests.made_digits import write_files

TINY = Schedule(epochs=4, batch=64)


@pytest.fixture(scope="module")
def reader() -> Classifier:
    return load_classifier()


def test_shipped_weights_are_small_and_say_how_they_were_made(reader):
    assert WEIGHTS.stat().st_size <= 2_000_000
    assert reader.meta["command"].startswith("python -m gan.fit_classifier")
    assert reader.meta["data"] == "MNIST, training split, 60000 images"
    assert (reader.dataset, reader.class_names) == ("mnist", tuple("0123456789"))
    assert reader.meta["test_accuracy"] >= 0.994
    assert not reader.network.training


def test_shipped_weights_read_digits(reader, data_root):
    """On the real test split exactly as well as the header says; on made digits, which it never saw, still well."""
    test = load_dataset(data_root, "test")
    found = accuracy(reader, test.images, test.labels)
    if os.environ.get("GAN_DATA"):
        assert found == pytest.approx(reader.meta["test_accuracy"], abs=2e-4)  # one or two digits of rounding
    else:
        assert found > 0.7


def test_reading_gives_probabilities_and_features(reader, made_root):
    images = to_float(load_dataset(made_root, "test").images)
    chances, features = reader.read(images), reader.features(images)
    assert chances.shape == (200, 10)
    assert features.shape == (200, FEATURES)
    torch.testing.assert_close(chances.sum(dim=1), torch.ones(200))
    assert features.min() >= 0
    assert features.std(dim=0).mean() > 0.1
    assert reader.read(images[:0]).shape == (0, 10)


def test_reading_does_not_depend_on_the_batch(reader, made_root):
    images = to_float(load_dataset(made_root, "test").images)
    whole, parts = reader.observe(images), reader.observe(images, batch_size=7)
    for one, other in zip(whole, parts, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "images",
    [torch.zeros(2, 28, 28), torch.zeros(2, 3, 28, 28), torch.zeros(2, 1, 28, 28, dtype=torch.uint8)],
)
def test_reading_something_else_says_what_is_read(reader, images):
    with pytest.raises(ValueError, match=r"float images of shape \(N, 1, 28, 28\)"):
        reader.read(images)


def test_weights_survive_a_round_trip(reader, tmp_path):
    path = tmp_path / "new" / "copy.safetensors"
    save_classifier(reader, path)
    again = load_classifier(path=path)
    assert again.meta == reader.meta
    for name, tensor in reader.network.state_dict().items():
        assert torch.equal(again.network.state_dict()[name], tensor)
    assert [file.name for file in path.parent.iterdir()] == ["copy.safetensors"]


def test_bad_files_are_named(reader, tmp_path):
    path = tmp_path / "bad.safetensors"
    with pytest.raises(ClassifierError, match="fit_classifier"):
        load_classifier(path=path)
    whole = WEIGHTS.read_bytes()
    for content in (b"", b"hello", whole[: len(whole) // 2], whole[:100]):
        path.write_bytes(content)
        with pytest.raises(ClassifierError, match="damaged"):
            load_classifier(path=path)
    flipped = bytearray(whole)
    flipped[-1000] ^= 64
    path.write_bytes(flipped)
    with pytest.raises(ClassifierError, match="not those that its header promises"):
        load_classifier(path=path)
    save_file({"a": torch.zeros(2)}, path)
    with pytest.raises(ClassifierError, match="not a classifier of this project"):
        load_classifier(path=path)
    for network, meta in (
        (nn.Linear(2, 2), reader.meta),
        (reader.network, {}),
        (reader.network, {**reader.meta, "class_names": ["a", "b"]}),
        (reader.network, {**reader.meta, "dataset": None}),
    ):
        save_classifier(Classifier(network=network, meta=meta), path)  # type: ignore[arg-type]
        with pytest.raises(ClassifierError, match="does not hold the network"):
            load_classifier(path=path)


def test_training_learns_and_repeats(made_root):
    train, test = load_dataset(made_root, "train"), load_dataset(made_root, "test")
    state = torch.random.get_rng_state()
    first = fit(train.images, train.labels, TINY, seed=3, quiet=True)
    assert torch.equal(torch.random.get_rng_state(), state), "fit must leave the global generator alone"
    again = fit(train.images, train.labels, TINY, seed=3, quiet=True)
    other = fit(train.images, train.labels, TINY, seed=4, quiet=True)
    assert accuracy(first, test.images, test.labels) > 0.8
    weights = [classifier.network.head.weight for classifier in (first, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_training_on_less_than_a_batch_is_refused():
    with pytest.raises(ValueError, match="at least one batch of 64 images; there are 10"):
        fit(torch.zeros(10, 1, 28, 28, dtype=torch.uint8), torch.arange(10), TINY, seed=0, quiet=True)


def test_command_writes_a_classifier(made_root, tmp_path, capsys):
    out = tmp_path / "made.safetensors"
    assert fit_classifier.main(["--data", str(made_root), "--out", str(out), "--epochs", "2"]) == 0
    made = load_classifier(path=out)
    assert made.meta["command"] == "python -m gan.fit_classifier --dataset mnist --data ROOT --seed 0 --epochs 2"
    assert made.meta["data"] == "MNIST, training split, 600 images"
    assert made.meta["test_images"] == 200
    assert f"reads {100 * made.meta['test_accuracy']:.2f} % of 200" in capsys.readouterr().out


def test_command_fits_a_reader_for_any_classes(tmp_path, capsys):
    write_files(tmp_path / "data", train=3000, classes=3)
    (tmp_path / "data" / "classes.txt").write_text("nought\none\ntwo\n")
    out = tmp_path / "three.safetensors"
    args = ["--dataset", "folder", "--data", str(tmp_path / "data"), "--epochs", "8"]
    assert fit_classifier.main(args) == 2
    assert "--out FILE is needed" in capsys.readouterr().err
    assert fit_classifier.main([*args, "--out", str(out)]) == 0
    made = load_classifier(path=out)
    assert (made.dataset, made.class_names, made.num_classes) == ("folder", ("nought", "one", "two"), 3)
    assert made.meta["data"] == "folder, training split, 900 images"
    assert made.meta["test_accuracy"] > 0.8
    test = load_dataset(tmp_path / "data", "test", name="folder")
    assert made.read(to_float(test.images)).shape == (60, 3)
    assert made.read(to_float(test.images[:0])).shape == (0, 3)


def test_command_reports_on_digits_held_out_and_writes_nothing(made_root, tmp_path, capsys):
    out = tmp_path / "made.safetensors"
    args = ["--data", str(made_root), "--out", str(out), "--epochs", "1", "--held-out", "100"]
    assert fit_classifier.main(args) == 0
    assert "% of 100 training images held out" in capsys.readouterr().out
    assert not out.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--epochs", "0"], "one pass is the least"),
        (["--held-out", "600"], "0 to 472 can be held out"),
        (["--held-out", "-1"], "can be held out"),
        (["--data", "/nowhere"], "No MNIST under"),
        (["--out", "/proc/nowhere/file"], "--out /proc/nowhere/file cannot be written"),
        (["--out", "/proc"], "--out /proc is a folder"),
        (["--dataset", "cifar"], "Unknown dataset 'cifar': there are mnist, fashion-mnist"),
        (["--dataset", "kmnist"], "No KMNIST under"),
    ],
)
def test_command_refuses_bad_input_in_a_sentence(more, said, made_root, capsys):
    assert fit_classifier.main(["--data", str(made_root), *more]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
