"""Handwriting in units: asked for a slant, a stroke thickness, a width or a height, find the z whose pictures have it.

Notable choices
- The measures (gan.handwriting.measures) are regressed on w by a small network that gives its Jacobian with its
  answer (gan.handwriting.hand). Steps are taken in z, through the mapping: a straight way in w soon leaves the w that
  the mapping can give, and the digits on it fall apart.
- Newton steps of least length on that regression; then the pictures are drawn and measured, and what is still missing
  is asked for again (`EXACT`). What nobody asked for is held where it was, by the same steps.
- Nothing is believed: every picture comes with what was measured on it.

    import gan
    from gan.handwriting.planes_file import find
    from gan.handwriting.write import write
    generator = gan.load()
    written = write(generator, find(generator).hand, generator.draw_z(7, [0] * 10), range(10), {"slant": 20.0})
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from gan.drawing.arguments import InputError
from gan.drawing.generator import Generator
from gan.errors import say
from gan.handwriting.hand import NAMES, Hand
from gan.handwriting.measures import measure_hand
from gan.models import GeneratorNetwork

# Newton steps before each drawing of a picture: as exact as it becomes, and while a slider is dragged
EXACT = (3, 1, 1)
QUICK = (2,)
STRIDE = 1.5  # the longest step in a measure, in its standard deviations
HELD = 0.4  # what a measure that nobody asked for weighs
DAMPING = 0.02
CLOSE = (0.3, 0.03, 0.05, 0.05)  # near enough to be drawn no more: degrees, px, px, px


@dataclass
class Memo:
    """The first look of a `write`, for the next from the same place: of the same z, labels, truncation and offset."""

    here: tuple[Tensor, Tensor] | None = None


@dataclass(frozen=True)
class FromZ:
    """From z to the w that is drawn: the generator's map, truncation psi, and what is added to w."""

    generator: Generator
    truncation: float = 1.0
    offset: Tensor | None = None

    @property
    def network(self) -> GeneratorNetwork:
        """The generator's own network."""
        return cast(GeneratorNetwork, self.generator.network)

    def find_w(self, z: Tensor, y: Tensor) -> Tensor:
        """z (N, z_dim), y (N,) -> w (N, w_dim)."""
        return self._place(self.network.map(z, y), y)

    def find_measures(self, hand: Hand, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """z (N, z_dim), y (N,) -> what the regression expects there (N, 4), and its Jacobian by z (N, 4, z_dim)."""
        w, pull = self.network.map_with_pull(z, y)
        found, by_w = hand.predict_with_jacobian(self._place(w, y), y)
        return found, pull(by_w * self.truncation if self.truncation != 1.0 else by_w)

    def _place(self, w: Tensor, y: Tensor) -> Tensor:
        if self.truncation != 1.0:
            w = torch.lerp(self.generator.w_mean[y], w, self.truncation)
        return w if self.offset is None else w + self.offset


@dataclass(frozen=True)
class Written:
    """images float32 (N, 1, 28, 28) in [-1, 1]; measured and asked (N, 4) in units, asked NaN where nobody asked."""

    images: Tensor
    measured: Tensor
    asked: Tensor


def write(
    generator: Generator,
    hand: Hand | None,
    z: Tensor,
    labels: Iterable[int] | Tensor,
    asked: Mapping[str, float] | None = None,
    *,
    truncation: float = 1.0,
    offset: Tensor | None = None,
    steps: Sequence[int] = EXACT,
    memo: Memo | None = None,
) -> Written:
    """Draw `labels` (N,) from z (N, z_dim), moved so that the pictures have the measures asked for.

    asked: name of MEASURES -> the hand's value (see `Hand.share`); none draws z as it is. truncation: psi.
    offset (w_dim,): added to w after truncation. steps: Newton's before each drawing of a picture. All on the CPU.
    memo: kept by the caller while nothing but `asked` changes, it saves a look.
    """
    y = torch.as_tensor(list(labels) if not isinstance(labels, Tensor) else labels)
    targets = torch.full((len(y), len(NAMES)), torch.nan)
    for name, value in (asked or {}).items():
        if hand is None:
            raise InputError(say("this model's handwriting is not measured yet."))
        targets[:, NAMES.index(name)] = hand.share(name, value)[y]
    return write_targets(generator, hand, z, y, targets, truncation=truncation, offset=offset, steps=steps, memo=memo)


def write_targets(
    generator: Generator,
    hand: Hand | None,
    z: Tensor,
    y: Tensor,
    targets: Tensor,
    *,
    truncation: float = 1.0,
    offset: Tensor | None = None,
    steps: Sequence[int] = EXACT,
    memo: Memo | None = None,
) -> Written:
    """As `write`, each picture with targets of its own: (N, 4) in units, NaN for what nobody asks."""
    way = FromZ(generator, truncation, offset)
    wanted = ~targets.isnan()
    if hand is None or not bool(wanted.any()):
        with torch.inference_mode():
            images = generator.synthesize(way.find_w(z, y))
            return Written(images, measure_hand(images), targets)
    with torch.no_grad():
        scaled = hand.scale(targets, y)
        weight = torch.where(wanted, 1.0, HELD)  # (N, 4)
        here = (memo and memo.here) or way.find_measures(hand, z, y)
        if memo:
            memo.here = here
        goal = torch.where(wanted, scaled, here[0])
        if len(steps) == 1:
            images = generator.synthesize(way.find_w(walk(way, hand, z, y, goal, weight, steps[0], here), y))
            return Written(images, measure_hand(images), targets)
        images = torch.empty(len(y), 1, 28, 28)
        measured = torch.empty_like(targets)
        left = torch.full((len(y),), torch.inf)  # the error of the best drawing so far
        close = torch.tensor(CLOSE)
        todo = torch.arange(len(y))
        first: tuple[Tensor, Tensor] | None = here  # the next walks begin elsewhere
        for many in steps:
            who = y[todo]
            now = walk(way, hand, z[todo], who, goal[todo], weight[todo], many, first)
            first = None
            w = way.find_w(now, who)
            drawn = generator.synthesize(w)
            found = measure_hand(drawn)
            off = torch.where(wanted[todo], (found - targets[todo]).abs(), 0.0) / close
            error = off.amax(1)
            better = error < left[todo]
            at = todo[better]
            images[at], measured[at], left[at] = drawn[better], found[better], error[better]
            # The regression's mistake here, taken off what it is asked for next; it is the same for what is held
            mistake = hand.scale(found, who) - hand.predict(w, who)
            z = z.index_copy(0, todo, now)
            goal = goal.index_copy(0, todo, torch.where(wanted[todo], scaled[todo] - mistake, goal[todo]))
            todo = todo[error > 1.0]
            if not len(todo):
                break
    return Written(images, measured, targets)


def walk(
    way: FromZ,
    hand: Hand,
    z: Tensor,
    y: Tensor,
    goal: Tensor,
    weight: Tensor,
    many: int,
    here: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    """z (N, z_dim) after so many steps towards goal (N, 4); here: what `find_measures` says of the first place."""
    for _ in range(many):
        now, by_z = here or way.find_measures(hand, z, y)
        z, here = _step(z, by_z, goal - now, weight), None
    return z


def _step(z: Tensor, by_z: Tensor, missing: Tensor, weight: Tensor) -> Tensor:
    """One damped Newton step of least length in z (N, z_dim) by what is missing (N, 4); |z| stays (Levenberg 1944)."""
    length = z.norm(dim=1, keepdim=True)
    unit = z / length.clamp_min(1e-6)
    j = (by_z - (by_z @ unit[:, :, None]) * unit[:, None]) * weight[:, :, None]
    missing = (missing * weight).clamp(-STRIDE, STRIDE)
    normal = j @ j.transpose(1, 2)
    normal.diagonal(dim1=1, dim2=2).add_(DAMPING)
    z = z + (j.transpose(1, 2) @ torch.linalg.solve_ex(normal, missing[:, :, None])[0])[:, :, 0]
    return z * (length / z.norm(dim=1, keepdim=True).clamp_min(1e-6))
