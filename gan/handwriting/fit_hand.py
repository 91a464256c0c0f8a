"""Measure a generator's handwriting, and regress what was measured on w: a minute on one core.

>>> hand = fit_hand(gan.load("digits"))    # see gan.handwriting.hand
"""

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan.drawing.generator import BATCH, Generator
from gan.drawing.noise import draw_noise
from gan.handwriting.hand import NAMES, SHARES, Hand
from gan.handwriting.measures import measure_hand
from gan.handwriting.write import EXACT, HELD, FromZ, walk

HIDDEN = 96
VISITS = 2
EPOCHS, RATE = 15, 4e-3


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
    way, wanted = FromZ(generator), ~targets.isnan()
    with torch.no_grad():
        here = way.find_measures(hand, z, y)
        goal = torch.where(wanted, hand.scale(targets, y), here[0])
        z = walk(way, hand, z, y, goal, torch.where(wanted, 1.0, HELD), EXACT[0], here)
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
