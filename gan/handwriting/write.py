"""Handwriting in units: asked for a slant, a stroke thickness, a width or a height, find the z whose pictures have it.

Notable choices
- One hand writes ten digits, and a 1 is never as wide as a 0. A value that is asked for is the whole hand's: the mean
  over the classes. Each digit is asked for the value that is as rare for it as the hand's is among hands (`share`).
- The measures of gan/measure.py are regressed on w by a small network that gives its Jacobian with its answer. Steps
  are taken in z, through the mapping: a straight way in w soon leaves the w that the mapping can give, and the
  digits on it fall apart.
- Newton steps of least length on that regression; then the pictures are drawn and measured, and what is still missing
  is asked for again (`EXACT`). What nobody asked for is held where it was, by the same steps.
- Nothing is believed: every picture comes with what was measured on it.

    import gan
    from gan.handwriting.planes import find
    from gan.handwriting.write import write
    generator = gan.load()
    written = write(generator, find(generator).hand, generator.draw_z(7, [0] * 10), range(10), {"slant": 20.0})
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan.drawing.generator import BATCH, Generator, InputError
from gan.drawing.noise import draw_noise
from gan.handwriting.measures import MEASURES, measure_hand
from gan.models import GeneratorNetwork

NAMES = tuple(MEASURES)
# Where a class's distribution of each measure is kept: the ends of what is offered, and three shares between
SHARES = (0.02, 0.16, 0.5, 0.84, 0.98)
# Newton steps before each drawing of a picture: as exact as it becomes, and while a slider is dragged
EXACT = (3, 1, 1)
QUICK = (2,)
STRIDE = 1.5  # the longest step in a measure, in its standard deviations
HELD = 0.4  # what a measure that nobody asked for weighs
DAMPING = 0.02
CLOSE = (0.3, 0.03, 0.05, 0.05)  # near enough to be drawn no more: degrees, px, px, px
HIDDEN = 96
VISITS = 2
EPOCHS, RATE = 15, 4e-3


@dataclass(frozen=True)
class Hand:
    """What is known of one generator's handwriting.

    knots float32 (5, C, 4): each class's quantiles SHARES of each measure; spread (C, 4): their standard deviations;
    layers: weights and biases of the regression, w_dim + C -> 96 -> 96 -> 4, of (measure - median) / spread.
    """

    knots: Tensor
    spread: Tensor
    centre: Tensor  # (C, w_dim), subtracted from w before the regression
    layers: tuple[Tensor, ...]

    @cached_property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """What may be asked of a hand, by name: the means over the classes of the 2 % and 98 % quantiles."""
        return {name: (steps[0], steps[-1]) for name, steps in self._steps.items()}

    @cached_property
    def _steps(self) -> dict[str, list[float]]:
        """The hand's own quantiles by name, rising: the means over the classes."""
        return dict(zip(NAMES, self.knots.mean(1).T.tolist(), strict=True))

    def share(self, name: str, value: float) -> Tensor:
        """What each class is asked for when the hand is asked for `value` of `name`; (C,), its mean is `value`."""
        k, hand = NAMES.index(name), self._steps[name]
        i = bisect_right(hand[1:-1], value)
        t = (value - hand[i]) / max(hand[i + 1] - hand[i], 1e-6)
        return torch.lerp(self.knots[i, :, k], self.knots[i + 1, :, k], t)

    @cached_property
    def _classes(self) -> Tensor:
        """What a class adds to the first layer, less its centre: (C, 96)."""
        first, bias, width = self.layers[0], self.layers[1], self.centre.shape[1]
        return first[:, width:].T + bias - self.centre @ first[:, :width].T

    def predict(self, w: Tensor, y: Tensor) -> Tensor:
        """w (N, w_dim), y (N,) -> scaled measures (N, 4)."""
        return self._predict(w, y)[0]

    def predict_with_jacobian(self, w: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """w (N, w_dim), y (N,) -> scaled measures (N, 4), and their Jacobian by w (N, 4, w_dim)."""
        found, (slope1, slope2) = self._predict(w, y)
        first, _, second, _, last, _ = self.layers
        jacobian = ((last * slope2[:, None]) @ second * slope1[:, None]) @ first[:, : w.shape[1]]
        return found, jacobian

    def _predict(self, w: Tensor, y: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        first, _, second, bias2, last, bias3 = self.layers
        h, slope1 = _silu(torch.addmm(self._classes[y], w, first[:, : w.shape[1]].T))
        h, slope2 = _silu(torch.addmm(bias2, h, second.T))
        return torch.addmm(bias3, h, last.T), (slope1, slope2)

    def scale(self, measured: Tensor, y: Tensor) -> Tensor:
        """Measures (N, 4) in units -> in standard deviations from their class's median."""
        return (measured - self.knots[2, y]) / self.spread[y]


@dataclass
class Memo:
    """The first look of a `write`, for the next from the same place: of the same z, labels, truncation and offset."""

    here: tuple[Tensor, Tensor] | None = None


@dataclass(frozen=True)
class _Way:
    """From z to the w that is drawn: the generator's map, truncation psi, and what is added to w."""

    generator: Generator
    truncation: float = 1.0
    offset: Tensor | None = None

    @property
    def network(self) -> GeneratorNetwork:
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


def _silu(a: Tensor) -> tuple[Tensor, Tensor]:
    """SiLU, a sigmoid(a), and its slope (Elfwing et al. 2018, eq. 7)."""
    s = torch.sigmoid(a)
    return a * s, s * (1 + a * (1 - s))


@dataclass(frozen=True)
class Written:
    """images float32 (N, 1, 28, 28) in [-1, 1]; measured and asked (N, 4) in units, asked NaN where nobody asked."""

    images: Tensor
    measured: Tensor
    asked: Tensor


def read_number(value: object) -> float:
    """A number, also when it comes as text; NaN for anything else, a yes or no included."""
    try:
        return float(value) if not isinstance(value, bool) else float("nan")  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def check_asked(hand: Hand, asked: Mapping[str, object]) -> dict[str, float]:
    """What is asked of the hand, by name, without what is None; InputError unless each is a number of its range."""
    found: dict[str, float] = {}
    for name, value in asked.items():
        if value is None or value == "":
            continue
        low, high = hand.ranges[name]
        unit = MEASURES[name]
        number = read_number(value)
        # A slider's ends are rounded for the eye, and so is what comes back from them
        if not low - 0.06 <= number <= high + 0.06:
            shown = f"{number:g}" if number == number else repr(value)[:40]
            raise InputError(
                f"the {name} is {shown}; this model's hands have {name}{'es' if name.endswith('s') else 's'} from "
                f"{low:.1f} to {high:.1f} {unit}."
            )
        found[name] = min(max(number, low), high)
    return found


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
            raise InputError("this model's handwriting is not measured yet.")
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
    way = _Way(generator, truncation, offset)
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
            images = generator.synthesize(way.find_w(_walk(way, hand, z, y, goal, weight, steps[0], here), y))
            return Written(images, measure_hand(images), targets)
        images = torch.empty(len(y), 1, 28, 28)
        measured = torch.empty_like(targets)
        left = torch.full((len(y),), torch.inf)  # the error of the best drawing so far
        close = torch.tensor(CLOSE)
        todo = torch.arange(len(y))
        first: tuple[Tensor, Tensor] | None = here  # the next walks begin elsewhere
        for many in steps:
            who = y[todo]
            now = _walk(way, hand, z[todo], who, goal[todo], weight[todo], many, first)
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


def _walk(
    way: _Way,
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


# ---- fitting


def draw_measured(
    generator: Generator, count: int, seed: int, truncation: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """`count` z, each as every class -> w (N, w_dim), y (N,), measures (N, 4), class by class; psi (count,) or 1."""
    z = draw_noise(seed, range(count), generator.z_dim, generator.config.noise)
    parts = []
    for label in range(generator.num_classes):
        y = torch.full((count,), label)
        w = generator.map(z, y)
        if truncation is not None:
            w = torch.lerp(generator.w_mean[y], w, truncation[:, None])
        parts.append((w, y, torch.cat([measure_hand(generator.synthesize(one)) for one in w.split(BATCH)])))
    w, y, measured = (torch.cat(part) for part in zip(*parts, strict=True))
    return w.clone(), y, measured.clone()


def fit_hand(
    generator: Generator, *, count: int = 12_000, seed: int = 2**31, say: Callable[[str], None] = print
) -> Hand:
    """Measure about `count` pictures four times over and regress the measures on w; the same seed, the same hand.

    The first are drawn at psi = 1 (their quantiles are the ranges), the next at psi from 0.3 to 1.3; the others where
    the regression leads when it is asked for hands that chance alone seldom draws, after which it is taught again.
    """
    classes = generator.num_classes
    each = -(-count // classes)
    random = torch.Generator().manual_seed(seed)
    say(f"measuring {2 * each * classes:,} pictures")
    w, y, m = draw_measured(generator, each, seed)
    by_class = m.view(classes, each, len(NAMES))
    knots = by_class.quantile(torch.tensor(SHARES), dim=1)  # (5, C, 4)
    spread = by_class.std(1).clamp_min(1e-3)
    more = draw_measured(generator, each, seed + 1, 0.3 + torch.rand(each, generator=random))
    w, y, m = (torch.cat(both) for both in zip((w, y, m), more, strict=True))
    centre = generator.w_mean.clone()
    scale = (w - centre[y]).std(0).clamp_min(1e-4)  # (w_dim,)
    network = _build_network(generator.w_dim + classes, random)

    def teach() -> Hand:
        seen = torch.cat([(w - centre[y]) / scale, F.one_hot(y, classes)], 1)
        _train(network, seen, (m - knots[2, y]) / spread[y], random)
        linear = [layer for layer in network if isinstance(layer, nn.Linear)]
        layers = [part.detach().clone() for layer in linear for part in (layer.weight, layer.bias)]
        layers[0][:, : generator.w_dim] /= scale
        return Hand(knots, spread, centre, tuple(layers))

    hand = teach()
    for visit in range(VISITS):
        say(f"measuring {each * classes:,} more where the regression leads")
        z = draw_noise(seed + 2 + visit, range(each), generator.z_dim, generator.config.noise).repeat(classes, 1)
        who = torch.arange(classes).repeat_interleave(each)
        low, high = knots[0, who], knots[-1, who]
        targets = low + torch.rand(low.shape, generator=random) * (high - low)
        targets = torch.where(torch.rand(low.shape, generator=random) < 0.5, targets, torch.nan)
        found = [_visit(generator, hand, z[at], who[at], targets[at]) for at in torch.arange(len(z)).split(BATCH)]
        w, y, m = (torch.cat([old, *new]) for old, new in zip((w, y, m), zip(*found, strict=True), strict=True))
        hand = teach()
    return hand


def _visit(generator: Generator, hand: Hand, z: Tensor, y: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Where the regression leads from z towards targets -> w, y, measures."""
    way, wanted = _Way(generator), ~targets.isnan()
    with torch.no_grad():
        here = way.find_measures(hand, z, y)
        goal = torch.where(wanted, hand.scale(targets, y), here[0])
        z = _walk(way, hand, z, y, goal, torch.where(wanted, 1.0, HELD), EXACT[0], here)
        w = way.find_w(z, y)
        return w, y, measure_hand(generator.synthesize(w))


def _build_network(inputs: int, random: torch.Generator) -> nn.Sequential:
    layers: list[nn.Module] = []
    sizes = (inputs, HIDDEN, HIDDEN, len(NAMES))
    for fan_in, fan_out in pairwise(sizes):
        layer = nn.Linear(fan_in, fan_out)
        with torch.no_grad():
            layer.weight.copy_(torch.randn(fan_out, fan_in, generator=random) / fan_in**0.5)
            layer.bias.zero_()
        layers += [layer, nn.SiLU()]
    return nn.Sequential(*layers[:-1])


def _train(network: nn.Sequential, x: Tensor, goal: Tensor, random: torch.Generator) -> None:
    """Huber regression (a few odd pictures have measures far out), AdamW, one cycle of the learning rate."""
    size = min(512, len(x))
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * (len(x) // size))
    for _ in range(EPOCHS):
        for at in torch.randperm(len(x), generator=random)[: len(x) // size * size].view(-1, size):
            loss = F.smooth_l1_loss(network(x[at]), goal[at], beta=0.3)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
