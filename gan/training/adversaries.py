"""G and D, the average of G that is kept, their optimizers and counters, and the step in which they learn.

Notable choices
- D learns, then G, one network's parameters at a time. What D has just worked out is used again: G learns on the fakes
  that D has seen (one forward pass of G a step), and a G loss that pairs fakes with real images takes D's logits of
  those from D's own step, one update old.
- Neighbours in a batch are pairs: they share a z (`style_weight`) or lend each other a wrong class (`mismatch`).
- All that changes in learning is in `state_dict()`; gan.training.loop writes it down.
- On several processes each takes a slice of the same batch (gan.training.distributed).
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from gan.config import Config
from gan.data import Dataset
from gan.handwriting.measures import measure_style
from gan.losses import drift, get_loss, gradient_penalty, interpolate_penalty, mismatch_d, style_disagreement
from gan.models import build_discriminator, build_generator
from gan.store.released import CheckpointError
from gan.training import plan
from gan.training.batches import STEPS, Batches, make_rng
from gan.training.distributed import Team, check_share


class Adversaries:
    """G and D as `config` says, learning from `dataset`: `advance` is a step, `learn_d` and `learn_g` its parts.

    TrainingError when config and data cannot go together.
    """

    def __init__(self, config: Config, dataset: Dataset, device: torch.device, team: Team | None = None) -> None:
        self.config, self.device, self.team = config, device, team or Team()
        check_share(config.batch, self.team.size)
        self.loss = get_loss(config.loss)
        self.batches = Batches(config, dataset, device, self.team)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.g = build_generator(config).to(device)
            self.d = build_discriminator(config).to(device)
            self.ema = build_generator(config).to(device)
        plan.check_plan(config, self.d)
        for network in (self.g, self.d):  # the layout that convolutions on a CPU and on tensor cores want
            for parameter in network.parameters():
                if parameter.dim() == 4:
                    parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        self.ema.load_state_dict(self.g.state_dict())
        self.ema.requires_grad_(False).eval()
        self.opt_g, self.opt_d = make_optimizer(self.g, config), make_optimizer(self.d, config)
        self.step, self.images, self.seconds = 0, 0, 0.0  # of G; real ones shown to D; of learning
        self.retries = 0  # times that the run went back to a good state; the noise is another after each
        if config.style_weight:
            self.style_mean, self.style_std = self.batches.measure_classes()

    # ---- where they are in the run ------------------------------------------------------------------------------

    def get_fraction(self) -> float:
        """How much of the budget is spent, 0 to 1."""
        return plan.get_fraction(self.config, images=self.images, seconds=self.seconds)

    def get_gamma(self) -> float:
        """The penalties' weight now."""
        return plan.get_gamma(self.config, self.get_fraction())

    def set_lr(self) -> None:
        """Give both optimizers the learning rate of now."""
        rate = plan.get_lr(self.config, self.get_fraction())
        for optimizer in (self.opt_d, self.opt_g):
            for group in optimizer.param_groups:
                group["lr"] = rate

    def make_step_rng(self) -> torch.Generator:
        """The generator of this step's noise and augmentation."""
        return make_rng(self.config.seed, STEPS + 16 * self.retries, self.step)

    # ---- one step -----------------------------------------------------------------------------------------------

    def take(self) -> tuple[Tensor, Tensor]:
        """The next real images and labels, (B, 1, 28, 28), (B,). Does not move on: `images` is their place."""
        return self.batches.take(self.images)

    def forge(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """G's batch for classes y (B,), ready to be learned from: (B, 1, 28, 28) in [-1, 1]."""
        z = self.batches.draw_z(rng)
        with self._autocast():
            fake: Tensor = self.g(z, y)
        return fake.float()

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bf16")

    def ask(self, both: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """D's logits of a batch, real then fake (2B,), and its features of the real half."""
        with self._autocast():
            if self.d.batch_statistics:  # the lessons' way: each of the two in a batch of its own
                seen = torch.cat([self.d.look(half) for half in both.chunk(2)])
                return torch.cat([self.d.judge(half, y).float() for half in seen.chunk(2)]), seen[: len(y)]
            seen = self.d.look(both)
            return self.d.judge(seen, torch.cat([y, y])).float(), seen[: len(y)]

    def learn_d(self, real: Tensor, fake: Tensor, y: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of D on real and forged images of classes y; every `penalty_every` steps with R1, R2.

        Returns numbers, and `of_real` (B,): the logits that G's loss may need.
        """
        config = self.config
        real, fake = self.batches.augment(real, rng), self.batches.augment(fake.detach(), rng)
        lazy = config.gamma > 0 and self.step % config.penalty_every == 0
        both = torch.cat([real, fake]).requires_grad_(lazy)
        logits, seen = self.ask(both, y)
        of_real, of_fake = logits.chunk(2)
        loss = self.loss.d(real=of_real, fake=of_fake)
        total = loss
        if config.drift:
            total = total + config.drift * drift(real=of_real)
        if config.mismatch:
            total = total + config.mismatch * self._mistake(of_real, seen, y)
        penalty = torch.full((), math.nan)
        if self.loss.penalised:
            penalty = interpolate_penalty(self.d, real=real, fake=fake, y=y, t=self.batches.draw_t(rng))
            total = total + config.gp_weight * penalty
        if lazy:
            asked = {"r1": of_real, "r2": of_fake, "r1r2": logits}[config.penalty]
            penalty = 2 * gradient_penalty(asked, both)  # the mean over both halves: R1, R2, or R1 + R2
            total = total + penalty * (self.get_gamma() / 2 * config.penalty_every)
        self._descend(self.opt_d, self.d, total)
        of_real, of_fake = of_real.detach(), of_fake.detach()
        p_real, p_fake = self.loss.verdict(real=of_real, fake=of_fake)
        return {
            "loss_d": loss.detach(),
            "penalty": penalty.detach(),
            "logit_real": of_real.mean(),
            "logit_fake": of_fake.mean(),
            "prob_real": p_real.mean(),
            "prob_fake": p_fake.mean(),
            "won": (of_real > of_fake).float().mean(),
            "of_real": of_real,
        }

    def _mistake(self, of_real: Tensor, seen: Tensor, y: Tensor) -> Tensor:
        """D's loss on every real image once more, judged as its neighbour's class."""
        swapped = y.view(-1, 2).flip(1).reshape(-1)
        with self._autocast():
            wrong = self.d.judge(seen, swapped).float()
        right = of_real.view(-1, 2).flip(1).reshape(-1)
        return mismatch_d(right=right, wrong=wrong, differ=y != swapped)

    def learn_g(self, fake: Tensor, y: Tensor, of_real: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of G on its own forgeries (with their graph), against a D that stands still; numbers."""
        config = self.config
        self.d.requires_grad_(False)
        with self._autocast():
            of_fake = self.d(self.batches.augment(fake, rng), y).float()
        loss = self.loss.g(real=of_real, fake=of_fake)
        style = torch.full((), math.nan)
        total = loss
        if config.style_weight:
            hand = (measure_style(fake) - self.style_mean[y]) / self.style_std[y]  # (B, 2)
            hand = self.team.gather(hand.clamp(-4, 4))  # a digit not yet drawn has no slant to speak of
            style = style_disagreement(first=hand[0::2], second=hand[1::2])
            total = loss + config.style_weight * self.team.size * style
        self._descend(self.opt_g, self.g, total)
        self.d.requires_grad_(True)
        return {"loss_g": loss.detach(), "style": style.detach()}

    def _descend(self, optimizer: torch.optim.Optimizer, network: nn.Module, total: Tensor) -> None:
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        self.team.average_gradients(network.parameters())
        optimizer.step()

    def advance(self) -> dict[str, Tensor]:
        """`d_steps` steps of D and one of G; returns the numbers as tensors (nothing is synchronized)."""
        start = time.perf_counter()
        config = self.config
        self.set_lr()
        rng = self.make_step_rng()
        for turn in range(config.d_steps):
            real, y = self.take()
            self.images += config.batch
            with torch.set_grad_enabled(turn == config.d_steps - 1):  # G learns on the last of these
                fake = self.forge(y, rng)
            numbers = self.learn_d(real, fake, y, rng)
        of_real = numbers.pop("of_real")
        numbers |= self.learn_g(fake, y, of_real, rng)
        self.follow()
        self.seconds += time.perf_counter() - start
        return numbers

    @torch.no_grad()
    def follow(self) -> None:
        """End G's step: its average follows; with a short memory at first, so that it forgets the untrained start."""
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(list(self.ema.parameters()), list(self.g.parameters()), 1 - decay)
        for mine, theirs in zip(self.ema.buffers(), self.g.buffers(), strict=True):
            if mine.is_floating_point():  # BatchNorm's running statistics
                mine.lerp_(theirs, 1 - decay)
        self.step += 1

    # ---- what is kept -------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All that changes as they learn, as tensors and numbers."""
        counters = {name: getattr(self, name) for name in ("step", "images", "seconds", "retries")}
        return counters | {name: item.state_dict() for name, item in self._list_stateful()}

    def _list_stateful(self) -> list[tuple[str, Any]]:
        return [(name, getattr(self, name)) for name in ("g", "d", "ema", "opt_g", "opt_d")]

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave; CheckpointError when it is of other networks or another version."""
        with fitting():
            for name, item in self._list_stateful():
                item.load_state_dict(state[name])
            self.step, self.images, self.seconds = int(state["step"]), int(state["images"]), float(state["seconds"])
            self.retries = int(state.get("retries", 0))  # states of early versions have none


@contextmanager
def fitting() -> Iterator[None]:
    """While a state is taken over: what is wrong with it becomes a CheckpointError, one sentence."""
    try:
        yield
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"the training state does not fit this run's networks and data ({type(error).__name__}); "
            "were the data or the version others?"
        ) from error


def make_optimizer(network: nn.Module, config: Config) -> torch.optim.Optimizer:
    """Adam, or SGD with momentum, over the network's parameters."""
    if config.optimizer == "sgd":
        return torch.optim.SGD(network.parameters(), config.lr, momentum=config.beta1, fused=True)
    return torch.optim.Adam(network.parameters(), config.lr, (config.beta1, config.beta2), fused=True)
