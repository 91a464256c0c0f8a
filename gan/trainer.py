"""The alternating loop: D learns, then G, one network's parameters at a time; EMA, penalties, resume.

Notable choices
- Every random draw of step k comes from a generator seeded with (seed, k), and the data order of epoch e from
  (seed, e). There is no random state to save: a run that stops and resumes draws what it would have drawn.
- All that changes during a run is in `Trainer.state_dict()`; that file, written atomically, is the resume point.
- G's batch holds each z twice, as two classes, so that one hand can be asked of both (`style_weight`).
- Knows nothing of the command line or of the UI: it calls `on_step` with numbers, and the caller shows them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gan.checkpoint import read_state, write_released, write_state
from gan.config import Config
from gan.data import Dataset, to_float
from gan.losses import drift, gradient_penalty, mismatch_d, relativistic_d, relativistic_g, style_disagreement
from gan.measure import measure_style
from gan.models import build_discriminator, build_generator
from gan.noise import draw_noise
from gan.render import make_sheet

STATE = "state.pt"
WEIGHTS = "model.safetensors"
SHEETS = "sheets"
SNAPSHOTS = "snapshots"  # a released file at each sheet: how far the run had come, and a way back
MEAN_SAMPLES = 4096  # z a class behind w_mean
MAX_SHIFT = 2  # pixels that `augment` may move an image


class TrainingError(RuntimeError):
    """A run cannot go on; the message is one sentence that says why and what would help."""


@dataclass(frozen=True)
class Progress:
    """One step's numbers, for bars and logs. Logits are means over the batch; rates are since the run (re)started."""

    step: int
    images: int
    fraction: float  # of the budget, 0 to 1
    loss_d: float
    loss_g: float
    penalty: float
    style: float  # 1 - correlation between two classes of one z; NaN when it is not trained
    logit_real: float
    logit_fake: float
    won: float  # share of pairs in which D ranks the real one first: 0.5 fooled, 1 never
    images_per_second: float
    seconds: float  # trained so far, over all sittings
    seconds_left: float


def make_rng(seed: int, stream: int, index: int) -> torch.Generator:
    """A CPU random generator for (seed, stream, index): stream tells apart uses, index steps or epochs."""
    mixed = (seed * 0x9E3779B97F4A7C15 + stream * 0xBF58476D1CE4E5B9 + index * 0x94D049BB133111EB) % 2**63
    return torch.Generator().manual_seed(mixed)


class Trainer:
    """A run of `config` on `dataset`, writing below `out`: `run()` trains to the budget's end, `save()` any time."""

    def __init__(self, config: Config, dataset: Dataset, out: Path, device: torch.device, command: str = "") -> None:
        self.config, self.data, self.out, self.device, self.command = config, dataset, out, device, command
        if config.batch > len(dataset):
            raise TrainingError(
                f"the batch is {config.batch} but the data has {len(dataset)} images; use a smaller one."
            )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.g = build_generator(config).to(device)
            self.d = build_discriminator(config).to(device)
            self.ema = build_generator(config).to(device)
        for network in (self.g, self.d):  # the layout that convolutions on a CPU and on tensor cores want
            for parameter in network.parameters():
                if parameter.dim() == 4:
                    parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        self.ema.load_state_dict(self.g.state_dict())
        self.ema.requires_grad_(False)
        self.opt_g = self._make_optimizer(self.g)
        self.opt_d = self._make_optimizer(self.d)
        self.step, self.images, self.seconds = 0, 0, 0.0
        self.stop = False
        self.pixels = to_float(dataset.images).to(device)  # (M, 1, 28, 28); 188 MB for MNIST
        self.labels = dataset.labels.to(device)
        self._order: tuple[int, Tensor] | None = None
        if config.style_weight:
            self.style_mean, self.style_std = self._measure_classes()

    def _make_optimizer(self, network: nn.Module) -> torch.optim.Optimizer:
        config = self.config
        return torch.optim.Adam(network.parameters(), config.lr, (config.beta1, config.beta2), fused=True)

    # ---- data and noise -------------------------------------------------------------------------------------------

    def _measure_classes(self) -> tuple[Tensor, Tensor]:
        """Mean and spread of slant and stroke over each class of the training data; (K, 2), (K, 2)."""
        style = torch.cat([measure_style(part) for part in self.pixels.split(4096)])
        rows = [style[self.labels == y] for y in range(self.config.num_classes)]
        mean = torch.stack([row.mean(0) for row in rows])
        return mean, torch.stack([row.std(0) for row in rows]).clamp_min(1e-3)

    def _take(self, count: int) -> tuple[Tensor, Tensor]:
        """The next `count` real images and labels in the run's order, across the ends of epochs."""
        picked = []
        at, left = self.images, count
        while left:
            epoch, inside = divmod(at, len(self.data))
            if self._order is None or self._order[0] != epoch:
                order = torch.randperm(len(self.data), generator=make_rng(self.config.seed, 1, epoch))
                self._order = (epoch, order.to(self.device))
            part = self._order[1][inside : inside + left]
            picked.append(part)
            at, left = at + len(part), left - len(part)
        index = torch.cat(picked)
        return self.pixels[index], self.labels[index]

    def _augment(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """Move each image, with probability `augment`, by up to 2 px each way; differentiable."""
        if not self.config.augment:
            return images
        n = len(images)
        moved = torch.rand(n, generator=rng) < self.config.augment
        shift = torch.randint(-MAX_SHIFT, MAX_SHIFT + 1, (n, 2), generator=rng) * moved[:, None] + MAX_SHIFT
        shift = shift.to(self.device)
        size = images.shape[-1]
        padded = nn.functional.pad(images[:, 0], (MAX_SHIFT,) * 4, value=-1.0)
        span = torch.arange(size, device=self.device)
        rows = (shift[:, :1] + span)[:, :, None]  # (N, H, 1)
        cols = (shift[:, 1:] + span)[:, None, :]  # (N, 1, W)
        return padded[torch.arange(n, device=self.device)[:, None, None], rows, cols][:, None]

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bf16")

    # ---- one step -------------------------------------------------------------------------------------------------

    def learn_d(self, real: Tensor, y: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of D: real and forged, and every `penalty_every` steps R1 and R2 on the same images."""
        config, n = self.config, len(y)
        z = torch.randn(n, config.z_dim, generator=rng).to(self.device)
        with torch.no_grad(), self._autocast():
            fake = self.g(z, y).float()
        both = self._augment(torch.cat([real, fake]), rng)
        lazy = config.gamma > 0 and self.step % config.penalty_every == 0
        both.requires_grad_(lazy)
        with self._autocast():
            h = self.d.look(both)
            logits = self.d.judge(h, torch.cat([y, y])).float()
        of_real, of_fake = logits.chunk(2)
        loss = relativistic_d(real=of_real, fake=of_fake)
        total = loss + config.drift * drift(real=of_real)
        if config.mismatch:  # every real image once more, judged as its neighbour's class
            with self._autocast():
                wrong = self.d.judge(h[:n], y.roll(1)).float()
            total = total + config.mismatch * mismatch_d(right=of_real.roll(1), wrong=wrong, differ=y != y.roll(1))
        penalty = torch.zeros(())
        if lazy:  # R1 + R2 at once: the batch mean over both halves is half of their sum
            penalty = 2 * gradient_penalty(logits, both)
        self.opt_d.zero_grad(set_to_none=True)
        (total + penalty * (self.get_gamma() / 2 * config.penalty_every)).backward()
        self.opt_d.step()
        return {
            "loss_d": loss.detach(),
            "penalty": penalty.detach(),
            "logit_real": of_real.detach().mean(),
            "logit_fake": of_fake.detach().mean(),
            "won": (of_real > of_fake).float().mean(),
        }

    def learn_g(self, real: Tensor, y: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of G against a D that stands still; with `style_weight`, each z is drawn as two classes."""
        config, n = self.config, len(y)
        z = torch.randn(n // 2 if config.style_weight else n, config.z_dim, generator=rng)
        if config.style_weight:
            z = z.repeat(2, 1)
        self.d.requires_grad_(False)
        with self._autocast():
            fake = self.g(z.to(self.device), y).float()
            of_fake = self.d(self._augment(fake, rng), y).float()
            with torch.no_grad():
                of_real = self.d(self._augment(real, rng), y).float()
        loss = relativistic_g(real=of_real, fake=of_fake)
        style = torch.full((), float("nan"))
        total = loss
        if config.style_weight:
            hand = (measure_style(fake) - self.style_mean[y]) / self.style_std[y]  # (N, 2)
            first, second = hand.clamp(-4, 4).chunk(2)  # a digit not yet drawn has no slant to speak of
            style = style_disagreement(first=first, second=second)
            total = loss + config.style_weight * style
        self.opt_g.zero_grad(set_to_none=True)
        total.backward()
        self.opt_g.step()
        self.d.requires_grad_(True)
        return {"loss_g": loss.detach(), "style": style.detach()}

    @torch.no_grad()
    def _average(self) -> None:
        """EMA of G's weights; a short memory at first, so that the average forgets the untrained start."""
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(list(self.ema.parameters()), list(self.g.parameters()), 1 - decay)

    def get_gamma(self) -> float:
        """The penalties' weight now: from gamma to gamma_end, geometrically over the run."""
        first, last = self.config.gamma, self.config.gamma_end
        return first if last is None else first * (last / first) ** self.get_fraction()

    def get_fraction(self) -> float:
        """How much of the budget is spent, 0 to 1."""
        if self.config.minutes is not None:
            return min(1.0, self.seconds / (60 * self.config.minutes))
        assert self.config.images is not None  # validated: a run has one budget or the other
        return min(1.0, self.images / self.config.images)

    def advance(self) -> dict[str, Tensor]:
        """One step of both networks; returns its numbers as tensors (nothing is synchronized)."""
        start = time.perf_counter()
        config = self.config
        left = (1 - self.get_fraction()) / max(1e-9, 1 - config.decay_from)
        for optimizer in (self.opt_d, self.opt_g):
            for group in optimizer.param_groups:
                group["lr"] = config.lr * min(1.0, left)
        rng = make_rng(config.seed, 0, self.step)
        real, y = self._take(config.batch)
        numbers = self.learn_d(real, y, rng) | self.learn_g(real, y, rng)
        self._average()
        self.step += 1
        self.images += config.batch
        self.seconds += time.perf_counter() - start
        return numbers

    # ---- the run --------------------------------------------------------------------------------------------------

    def run(self, on_step: Callable[[Progress], None] = lambda _: None, every: int = 20) -> None:
        """Train to the end of the budget, telling `on_step` every so many steps; saves state, sheets and weights.

        Set `stop` from anywhere, a signal's handler too, and it saves after the step at hand and returns.
        """
        config = self.config
        begun, began_with = time.perf_counter(), self.images
        saved = time.perf_counter()
        started_at = self.get_fraction()
        if self.step == 0:
            self.write_sheet()
        while self.get_fraction() < 1:
            if self.stop:
                self.save()
                return
            numbers = self.advance()
            crossed = self.images // config.sheet_every > (self.images - config.batch) // config.sheet_every
            if self.step % every == 0 or self.get_fraction() >= 1:
                values = {name: float(value) for name, value in numbers.items()}
                if not all(v == v for name, v in values.items() if name.startswith("loss")):
                    raise TrainingError(
                        f"the losses are not numbers any more at step {self.step}; {self.out / STATE} holds an "
                        "earlier state. "
                        "Try a smaller --lr or a larger --gamma."
                    )
                spent = time.perf_counter() - begun
                done = self.get_fraction() - started_at
                on_step(
                    Progress(
                        step=self.step,
                        images=self.images,
                        fraction=self.get_fraction(),
                        images_per_second=(self.images - began_with) / spent,
                        seconds=self.seconds,
                        seconds_left=spent / done * (1 - self.get_fraction()) if done > 0 else float("inf"),
                        **values,
                    )
                )
            if crossed:
                self.write_sheet()
                self.export(self.out / SNAPSHOTS / f"{self.images:09d}.safetensors")
            if time.perf_counter() - saved > 60 * config.save_minutes:
                self.save()
                saved = time.perf_counter()
        self.write_sheet()
        self.save()
        self.export(self.out / WEIGHTS)

    # ---- on disk --------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All that changes during a run, as tensors and numbers."""
        nets: dict[str, Any] = {"g": self.g, "d": self.d, "ema": self.ema, "opt_g": self.opt_g, "opt_d": self.opt_d}
        return {
            "config": self.config.to_dict(),
            "step": self.step,
            "images": self.images,
            "seconds": self.seconds,
            **{name: item.state_dict() for name, item in nets.items()},
        }

    def save(self) -> Path:
        """Write the training state; the path it went to."""
        path = self.out / STATE
        write_state(path, self.state_dict())
        return path

    def resume(self) -> None:
        """Continue from the state below `out`; CheckpointError when it is missing, damaged or of other networks."""
        self.load_state_dict(read_state(self.out / STATE))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        for name, item in (
            ("g", self.g),
            ("d", self.d),
            ("ema", self.ema),
            ("opt_g", self.opt_g),
            ("opt_d", self.opt_d),
        ):
            item.load_state_dict(state[name])
        self.step, self.images, self.seconds = (
            int(state["step"]),
            int(state["images"]),
            float(state["seconds"]),
        )

    @torch.no_grad()
    def write_sheet(self, rows: int = 8) -> Path:
        """Draw the EMA generator's sheet, the same z in every sheet: a row is one z, a column one class."""
        classes = self.config.num_classes
        z = draw_noise(self.config.seed, range(rows), self.config.z_dim).repeat_interleave(classes, 0).to(self.device)
        y = torch.arange(classes, device=self.device).repeat(rows)
        folder = self.out / SHEETS
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.images:09d}.png"
        make_sheet(self.ema(z, y).float().cpu(), columns=classes, scale=2).save(path)
        return path

    @torch.no_grad()
    def export(self, path: Path) -> None:
        """Write the EMA generator, with its class means of w, and D as a released file."""
        z = draw_noise(self.config.seed, range(MEAN_SAMPLES), self.config.z_dim).to(self.device)
        for y in range(self.config.num_classes):
            labels = torch.full((MEAN_SAMPLES,), y, device=self.device)
            self.ema.w_mean[y] = self.ema.map(z, labels).mean(0)
        path.parent.mkdir(exist_ok=True)
        meta = {
            "class_names": list(self.data.class_names),
            "trained": {
                "command": self.command,
                "images": self.images,
                "steps": self.step,
                "seconds": round(self.seconds, 1),
                "device": str(self.device),
                "threads": torch.get_num_threads(),
                "torch": torch.__version__,
            },
        }
        write_released(path, self.config, self.ema, self.d, meta)
