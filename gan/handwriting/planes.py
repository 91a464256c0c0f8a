"""Directions in w: planes of a generator's latent space.

Notable choices
- Three kinds of plane, for any generator: `random`; `pca`, the directions in which the w of one class differ most
  (Härkönen et al. 2020, arXiv:2004.02546); `sefa`, those that change most in the layers that read w, in closed form:
  the eigenvectors of A^T A, A their stacked weights (Shen & Zhou 2021, arXiv:2007.06600, eq. 7).
- A coordinate counts standard deviations of w along its direction, so that +-3 is far on any plane.
- Classes share their directions: they are taken from w - E[w | y], and leave alone what no z moves (a class embedding).

    >>> planes, notes = find_planes(gan.load("digits"))
"""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from gan.drawing.arguments import InputError, quote
from gan.drawing.generator import Generator
from gan.drawing.noise import draw_noise
from gan.errors import Listing, say
from gan.handwriting.hand import Hand

PLANES = ("pca", "sefa", "random")
PAIRS = 4  # planes of each kind: directions 1 and 2, 3 and 4, ...
SAMPLES = 2000  # z a class, whose w are looked at


@dataclass(frozen=True)
class Directions:
    """What is known of one generator's w. planes: kind -> float32 (2 PAIRS, w_dim), each one standard deviation long.

    notes: kind -> a sentence where the kind means something else for this generator; hand: None until it is measured.
    """

    model: str
    sha256: str
    planes: dict[str, Tensor]
    notes: dict[str, str] = field(default_factory=dict)
    hand: Hand | None = None

    def find_offset(self, plane: str, pair: int, x: float, y: float) -> Tensor | None:
        """What to add to w at (x, y) of a plane: (w_dim,), or None at its middle. pair: 1 to PAIRS."""
        if x == 0 and y == 0:
            return None
        first, second = self.planes[plane][2 * pair - 2 : 2 * pair]
        return x * first + y * second


def check_plane(plane: object) -> str:
    """The name of a kind of plane; InputError otherwise."""
    if plane not in PLANES:
        raise InputError(
            say(
                "the {what} is {value}; it can be {list}.", what="plane", value=quote(plane), list=Listing(PLANES, "or")
            )
        )
    return str(plane)


def find_planes(generator: Generator) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The planes of any generator, in about a second, and the notes on them."""
    classes = generator.num_classes
    notes: dict[str, str] = {}
    z = draw_noise(2**31, range(SAMPLES), generator.z_dim, generator.config.noise)
    with torch.inference_mode():
        w = [generator.map(z, torch.full((SAMPLES,), label)).double() for label in range(classes)]
    around = torch.cat([one - one.mean(0) for one in w])  # (C SAMPLES, w_dim)
    covariance = around.T @ around / len(around)
    variances, vectors = _principal(covariance)
    kept = int((variances > 1e-9 * variances[0]).sum())
    span = vectors[:, :kept]  # what z can move
    count = min(2 * PAIRS, kept)
    if float(variances[0]) < 1.3 * float(variances[kept - 1]):
        notes["pca"] = say(
            "This model's w is its noise itself, as wide one way as any other: PCA finds no way of its own."
        )

    def measured(rows: Tensor) -> Tensor:
        """Unit rows (K, w_dim), each made one standard deviation long, and as many as were wanted."""
        length = ((rows @ covariance) * rows).sum(1).clamp_min(0).sqrt()
        rows = rows * length[:, None]
        return rows.repeat(-(-2 * PAIRS // len(rows)), 1)[: 2 * PAIRS].float()

    pca = measured(vectors[:, :count].T)
    random = torch.randn(2 * PAIRS, kept, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    coloured = random @ (span * variances[:kept].sqrt()).T  # as w itself is spread
    planes = {"pca": pca, "random": measured(coloured / coloured.norm(dim=1, keepdim=True))}
    weights = find_readers(generator)
    if weights:
        # Each layer counts alike, however many rows it has
        stacked = torch.cat([one.double() / one.double().norm() for one in weights]) @ span
        _, closed = _principal(stacked.T @ stacked)
        planes["sefa"] = measured((span @ closed[:, :count]).T)
    else:
        planes["sefa"] = pca
        notes["sefa"] = say(
            "No layer of this model reads w by itself, so SeFa has nothing to solve: these are PCA's ways."
        )
    return planes, notes


def _principal(symmetric: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues falling, and eigenvectors in columns, each with its largest entry positive."""
    values, vectors = torch.linalg.eigh(symmetric)
    values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
    largest = vectors.gather(0, vectors.abs().argmax(0, keepdim=True))
    return values, vectors * largest.sign()


def find_readers(generator: Generator) -> list[Tensor]:
    """The weights (rows, w_dim) of the layers whose input is w, found by watching one picture being drawn."""
    network, found = generator.network, []
    w = generator.w_mean[:1].clone()

    def watch(layer: nn.Module, inputs: tuple[Any, ...]) -> None:
        given = inputs[0]
        if given.shape[:2] != w.shape or given.data_ptr() != w.data_ptr():
            return
        if isinstance(layer, nn.Linear):
            found.append(layer.weight.detach())
        elif isinstance(layer, nn.ConvTranspose2d):
            found.append(layer.weight.detach().flatten(1).T)

    watched = [layer.register_forward_pre_hook(watch) for layer in network.modules() if not list(layer.children())]
    try:
        with torch.inference_mode():
            network.synthesize(w)  # type: ignore[operator]
    finally:
        for hook in watched:
            hook.remove()
    return found
