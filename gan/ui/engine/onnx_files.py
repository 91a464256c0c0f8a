"""A model as ONNX, for other programs: G, D, the reader and the encoder, float32, of any batch size, each checked.

    generator.onnx        z (N, z_dim), y int64 (N,), truncation (N,) -> images (N, 1, 28, 28) in [-1, 1]
    discriminator.onnx    images, y -> logits (N,)
    reader.onnx           images -> logits (N, classes)
    encoder.onnx          images, y -> z (N, z_dim), u (N, w_dim)

Needs the packages of requirements-onnx.txt; the check needs onnxruntime too. Both take their time: torch traces each
network anew, 10 to 40 seconds in all.
"""

import importlib.util
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from gan.drawing.generator import Generator
from gan.errors import Listing, Refusal, say
from gan.handwriting.encoder import EncoderError, load_encoder
from gan.judges.classifier import ClassifierError, load_classifier
from gan.models import GeneratorNetwork
from gan.store.atomic import write_atomically
from gan.store.released import read_released

NEEDED = ("onnx", "onnxscript")
OPSET = 18
COUNT = 1000  # inputs of a check
CLOSE = 1e-3  # what float32 in another order may differ by: D's logits go to about a hundred


class OnnxError(Refusal):
    """A model cannot be written as ONNX, or the file does not do what the model does; one sentence for a person."""


class Drawing(nn.Module):
    """G with its truncation: (z, y, truncation) -> images."""

    def __init__(self, network: GeneratorNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, z: Tensor, y: Tensor, truncation: Tensor) -> Tensor:
        """z (N, z_dim), y int64 (N,), truncation (N,) -> images (N, 1, 28, 28) in [-1, 1]."""
        w, mean = self.network.map(z, y), self.network.w_mean[y]
        return self.network.synthesize(mean + truncation[:, None] * (w - mean))


@dataclass(frozen=True)
class Exported:
    """A network to be written: its file's name, its inputs by name, COUNT of each, and the names of its outputs."""

    name: str
    network: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]


def write_onnx_files(name: str, out: Path, tell: Callable[[str], None] = print) -> list[Path]:
    """Write a model's networks as ONNX into the folder `out`, check each on COUNT inputs -> the files.

    tell is given a line for each. Raises CheckpointError, OnnxError where packages are missing or a file differs from
    PyTorch, and OSError.
    """
    missing = list_missing()
    if missing:
        raise OnnxError(
            say(
                "ONNX files need {list}, which are not installed: `pip install -r requirements-onnx.txt`.",
                list=Listing(missing, "and"),
            )
        )
    released = read_released(name)
    generator = Generator(released)
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for one in list_networks(generator, released.discriminator):
        path = out / f"{one.name}.onnx"
        write_atomically(path, lambda part, one=one: export(one, part))  # type: ignore[misc]
        error = measure_error(one, path)
        checked = (
            f"largest error of {COUNT:,} inputs {error:.1e}" if error is not None else "not checked: no onnxruntime"
        )
        tell(f"{generator.name}: {path.name}, {path.stat().st_size:,} bytes, {checked}")
        if error is not None and not error <= CLOSE:
            raise OnnxError(
                say("the file {file} differs from PyTorch by {error:.1e}; do not use it.", file=path.name, error=error)
            )
        files.append(path)
    return files


def list_missing() -> list[str]:
    """The packages that are needed and not installed."""
    return [package for package in NEEDED if importlib.util.find_spec(package) is None]


def list_networks(generator: Generator, discriminator: nn.Module | None) -> Iterator[Exported]:
    """What there is of a model to be written."""
    y = torch.arange(COUNT) % generator.num_classes
    z = generator.draw_z(2024, range(COUNT))
    images = generator.draw(z, y).clone()
    psi = torch.linspace(0, 1.5, COUNT)
    drawing = Drawing(cast(GeneratorNetwork, generator.network))
    yield Exported("generator", drawing, {"z": z, "y": y, "truncation": psi}, ("images",))
    if discriminator is not None:
        yield Exported("discriminator", discriminator, {"x": images, "y": y}, ("logits",))
    with suppress(ClassifierError):
        yield Exported("reader", load_classifier().network, {"images": images}, ("logits",))
    with suppress(EncoderError):
        yield Exported("encoder", load_encoder(generator), {"images": images, "y": y}, ("z", "u"))


def export(one: Exported, path: Path) -> None:
    """Write one network, in one file, its batch free."""
    few = tuple(value[:3] for value in one.inputs.values())
    batch = torch.export.Dim("batch", min=1)
    with _quiet():
        torch.onnx.export(
            one.network.eval(),
            few,
            path,
            input_names=list(one.inputs),
            output_names=list(one.outputs),
            dynamic_shapes={name: {0: batch} for name in one.inputs},
            opset_version=OPSET,
            external_data=False,
            verbose=False,
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what torch's exporter has to say of itself."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)


def measure_error(one: Exported, path: Path) -> float | None:
    """The largest difference of any output from PyTorch's, in batches of two sizes; None without onnxruntime."""
    if importlib.util.find_spec("onnxruntime") is None:
        return None
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for part in (slice(0, 1), slice(1, COUNT)):
        given = {name: value[part] for name, value in one.inputs.items()}
        with torch.inference_mode():
            made: Any = one.network(*given.values())
        wanted = made if isinstance(made, tuple) else (made,)
        found = session.run(list(one.outputs), {name: value.numpy() for name, value in given.items()})
        for mine, theirs in zip(wanted, found, strict=True):
            worst = max(worst, float((mine - torch.from_numpy(theirs)).abs().max()))
    return worst
