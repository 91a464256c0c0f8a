"""The alternating loop: D learns, then G, one network's parameters at a time; EMA, penalties, resume.

Notable choices
- Every random draw of step k comes from a generator seeded with (seed, k), and the data order of epoch e from
  (seed, e). There is no random state to save: a run that stops and resumes draws what it would have drawn.
- All that changes during a run is in `Trainer.state_dict()`; that file, written atomically, is the resume point.
- What D has just worked out is used again: G learns on the fakes that D has seen (one forward pass of G a step), and
  a paired loss takes D's logits of the real images from D's own step, one update old.
- Neighbours in a batch are pairs: they share a z (`style_weight`) or lend each other a wrong class (`mismatch`).
- On several processes each takes a slice of the same batch (gan.training.distributed).
- Knows nothing of the command line or of the UI: it tells an `Observer`, and the caller shows it.
"""

import math
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gan.config import Config
from gan.data import Dataset, to_float
from gan.drawing.noise import draw_noise
from gan.drawing.sheets import make_sheet
from gan.handwriting.measures import measure_style
from gan.losses import drift, get_loss, gradient_penalty, interpolate_penalty, mismatch_d, style_disagreement
from gan.models import DiscriminatorNetwork, build_discriminator, build_generator
from gan.store.atomic import write_atomically
from gan.store.released import CheckpointError, write_released
from gan.store.state import read_last_state, write_state
from gan.training.distributed import Team, check_share
from gan.training.observer import Observer, Progress

STATE = "state.pt"
WEIGHTS = "model.safetensors"
SHEETS = "sheets"
HISTORY = "history"  # G alone, in half precision, at log-spaced moments: how it learned
MEAN_SAMPLES = 4096  # z a class behind w_mean
CHECK_SAMPLES = 640  # pictures in a check, at least
CHECK_SAMPLES_EACH = 64  # and of each class
SHEET_ROWS = 8
MAX_SHIFT = 2  # pixels that `augment` may move an image
MAX_MOMENTS = 24
FIRST_MOMENT = 1 / 2000  # of the run: the first snapshot after that of the untrained G


class TrainingError(RuntimeError):
    """A run cannot go on; the message is one sentence that says why and what would help."""


class NotFinite(RuntimeError):
    """Losses, gradients or weights are not numbers any more; the message names which."""


def make_rng(seed: int, stream: int, index: int) -> torch.Generator:
    """A CPU random generator for (seed, stream, index): stream tells apart uses, index steps or epochs."""
    mixed = (seed * 0x9E3779B97F4A7C15 + stream * 0xBF58476D1CE4E5B9 + index * 0x94D049BB133111EB) % 2**63
    return torch.Generator().manual_seed(mixed)


def check_plan(config: Config, d: DiscriminatorNetwork) -> None:
    """Refuse networks and objectives that cannot go together: TrainingError, one sentence."""
    if d.batch_statistics and (config.loss == "wgan-gp" or config.gamma):
        what = "wgan-gp's gradient penalty asks" if config.loss == "wgan-gp" else "R1 and R2 ask"
        raise TrainingError(
            f"{what} for the gradient of each image's own logit, and BatchNorm in the discriminator "
            f"{config.discriminator!r} mixes the batch; use --discriminator strided, or "
            f"{'another --loss' if config.loss == 'wgan-gp' else '--gamma 0'}."
        )


def describe_plan(config: Config) -> dict[str, str]:
    """What a config comes to, before any data is read: sizes of the networks, length, snapshots. TrainingError."""
    with torch.device("meta"):
        g, d = build_generator(config), build_discriminator(config)
    check_plan(config, d)
    moments = list_moments(config, g)
    length = f"{config.minutes} minutes" if config.images is None else f"{-(-config.images // config.batch):,} batches"
    return {
        "G": f"{config.generator}, {sum(p.numel() for p in g.parameters()):,} parameters",
        "D": f"{config.discriminator}, {sum(p.numel() for p in d.parameters()):,} parameters",
        "length": length,
        "history": f"{len(moments) + 1 if moments else 0} snapshots of G, log-spaced",
    }


def list_moments(config: Config, g: nn.Module) -> list[float]:
    """Fractions of the run, log-spaced to its end, at which a snapshot of G is kept: as many as `history_mb` holds."""
    size = 2 * sum(value.numel() for value in g.state_dict().values()) + 8192  # half precision, and the header
    count = min(MAX_MOMENTS, int(config.history_mb * 1e6) // size) - 1  # one is the untrained G
    if count < 2:
        return [1.0] * max(count, 0)
    return [FIRST_MOMENT ** (1 - k / (count - 1)) for k in range(count)]


def find_surplus(moments: list[int], room: int) -> list[int]:
    """Which of these moments (images, ascending) to give up so that `room` are left.

    The first and the last stay, and of the others those that leave the least gap are given up: what remains is
    log-spaced, as far as it was.
    """
    kept = list(moments)
    while len(kept) > max(room, 1):
        spans = [math.log(after / max(before, 1)) for before, after in zip(kept, kept[2:], strict=False)]
        kept.pop(spans.index(min(spans)) + 1 if spans else -1)
    return sorted(set(moments) - set(kept))


def get_fraction(config: Config, *, images: int, seconds: float) -> float:
    """How much of the budget is spent after so many images and seconds, 0 to 1."""
    if config.minutes is not None:
        return min(1.0, seconds / (60 * config.minutes))
    assert config.images is not None  # validated: a run has one budget or the other
    return min(1.0, images / config.images)


class Trainer:
    """A run of `config` on `dataset`, writing below `out`: `run()` trains to the budget's end, `save()` any time.

    `learn_d`, `learn_g` and `advance` are its single steps. TrainingError when config and data cannot go together.
    """

    def __init__(
        self,
        config: Config,
        dataset: Dataset,
        out: Path,
        device: torch.device,
        command: str = "",
        team: Team | None = None,
    ) -> None:
        self.config, self.data, self.out, self.device = config, dataset, out, device
        self.team = team or Team()
        check_share(config.batch, self.team.size)
        self.loss = get_loss(config.loss)
        if config.batch > len(dataset):
            raise TrainingError(
                f"the batch is {config.batch} but the data has {len(dataset)} images; use a smaller one."
            )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.g = build_generator(config).to(device)
            self.d = build_discriminator(config).to(device)
            self.ema = build_generator(config).to(device)
        check_plan(config, self.d)
        for network in (self.g, self.d):  # the layout that convolutions on a CPU and on tensor cores want
            for parameter in network.parameters():
                if parameter.dim() == 4:
                    parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        self.ema.load_state_dict(self.g.state_dict())
        self.ema.requires_grad_(False).eval()
        self.opt_g = self._make_optimizer(self.g)
        self.opt_d = self._make_optimizer(self.d)
        self.step, self.images, self.seconds = 0, 0, 0.0
        # Plain values that a caller wants saved and back; `commands` are those that made this run what it is
        self.notes: dict[str, Any] = {"commands": [command]}
        self.retries = 0  # times that the run went back to a good state; the noise is another after each
        self.stop = False
        self.pixels = dataset.images.to(device)  # uint8 (M, 1, 28, 28), 47 MB for MNIST
        self.labels = torch.zeros_like(dataset.labels) if config.unconditional else dataset.labels
        self.labels = self.labels.to(device)
        self.class_names = ("any",) if config.unconditional else tuple(dataset.class_names)
        self._order: tuple[int, Tensor] | None = None
        if config.style_weight:
            self.style_mean, self.style_std = self._measure_classes()

    def _make_optimizer(self, network: nn.Module) -> torch.optim.Optimizer:
        config = self.config
        if config.optimizer == "sgd":
            return torch.optim.SGD(network.parameters(), config.lr, momentum=config.beta1, fused=True)
        return torch.optim.Adam(network.parameters(), config.lr, (config.beta1, config.beta2), fused=True)

    # ---- data and noise -------------------------------------------------------------------------------------------

    def _measure_classes(self) -> tuple[Tensor, Tensor]:
        """Mean and spread of slant and stroke over each class of the training data; (K, 2), (K, 2)."""
        style = torch.cat([measure_style(to_float(part)) for part in self.pixels.split(4096)])
        rows = [style[self.labels == y] for y in range(self.config.num_classes)]
        mean = torch.stack([row.mean(0) for row in rows])
        spread = [row.std(0) if len(row) > 1 else torch.ones_like(row[0]) for row in rows]  # one image has none
        return mean, torch.stack(spread).clamp_min(1e-3)

    def take(self) -> tuple[Tensor, Tensor]:
        """The next batch of real images and labels in the run's order, across the ends of epochs; this process's share.

        (B, 1, 28, 28) in [-1, 1], (B,). Does not move on: the order's place is `images`.
        """
        picked = []
        at, left = self.images, self.config.batch
        while left:
            epoch, inside = divmod(at, len(self.data))
            if self._order is None or self._order[0] != epoch:
                order = torch.randperm(len(self.data), generator=make_rng(self.config.seed, 1, epoch))
                self._order = (epoch, order.to(self.device))
            part = self._order[1][inside : inside + left]
            picked.append(part)
            at, left = at + len(part), left - len(part)
        index = self.team.share(torch.cat(picked))
        return to_float(self.pixels[index]), self.labels[index]

    def make_step_rng(self) -> torch.Generator:
        """The generator of this step's noise and augmentation."""
        return make_rng(self.config.seed, 16 * self.retries, self.step)

    def _draw_z(self, rng: torch.Generator) -> Tensor:
        """This process's share of a batch of z; with `style_weight` neighbours share one."""
        config = self.config
        count = config.batch // 2 if config.style_weight else config.batch
        if config.noise == "uniform":
            z = torch.rand(count, config.z_dim, generator=rng) * 2 - 1
        else:
            z = torch.randn(count, config.z_dim, generator=rng)
        if config.style_weight:
            z = z.repeat_interleave(2, 0)
        return self.team.share(z).to(self.device)

    def _augment(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """Move each image, with probability `augment`, by up to 2 px each way; differentiable."""
        if not self.config.augment:
            return images
        n, whole = len(images), self.config.batch
        moved = torch.rand(whole, generator=rng) < self.config.augment
        shift = torch.randint(-MAX_SHIFT, MAX_SHIFT + 1, (whole, 2), generator=rng) * moved[:, None] + MAX_SHIFT
        shift = self.team.share(shift).to(self.device)
        size = images.shape[-1]
        padded = nn.functional.pad(images[:, 0], (MAX_SHIFT,) * 4, value=-1.0)
        span = torch.arange(size, device=self.device)
        rows = (shift[:, :1] + span)[:, :, None]  # (N, H, 1)
        cols = (shift[:, 1:] + span)[:, None, :]  # (N, 1, W)
        return padded[torch.arange(n, device=self.device)[:, None, None], rows, cols][:, None]

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bf16")

    # ---- one step -------------------------------------------------------------------------------------------------

    def forge(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """G's batch for classes y (B,), ready to be learned from: (B, 1, 28, 28) in [-1, 1]."""
        z = self._draw_z(rng)
        with self._autocast():
            fake: Tensor = self.g(z, y)
        return fake.float()

    def _ask(self, both: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """D's logits of a batch, real then fake (2B,), and its features of the real half."""
        with self._autocast():
            if self.d.batch_statistics:  # the lessons' way: each of the two in a batch of its own
                seen = torch.cat([self.d.look(half) for half in both.chunk(2)])
                return torch.cat([self.d.judge(half, y).float() for half in seen.chunk(2)]), seen[: len(y)]
            seen = self.d.look(both)
            return self.d.judge(seen, torch.cat([y, y])).float(), seen[: len(y)]

    def learn_d(self, real: Tensor, fake: Tensor, y: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of D on real and forged images of classes y; every `penalty_every` steps with R1, R2.

        Returns numbers, and `of_real` (B,): the logits that a paired G loss needs.
        """
        config = self.config
        real, fake = self._augment(real, rng), self._augment(fake.detach(), rng)
        lazy = config.gamma > 0 and self.step % config.penalty_every == 0
        both = torch.cat([real, fake]).requires_grad_(lazy)
        logits, h = self._ask(both, y)
        of_real, of_fake = logits.chunk(2)
        loss = self.loss.d(real=of_real, fake=of_fake)
        total = loss
        if config.drift:
            total = total + config.drift * drift(real=of_real)
        if config.mismatch:  # every real image once more, judged as its neighbour's class
            swapped = y.view(-1, 2).flip(1).reshape(-1)
            with self._autocast():
                wrong = self.d.judge(h, swapped).float()
            right = of_real.view(-1, 2).flip(1).reshape(-1)
            total = total + config.mismatch * mismatch_d(right=right, wrong=wrong, differ=y != swapped)
        penalty = torch.full((), math.nan)
        if config.loss == "wgan-gp":
            t = self.team.share(torch.rand(config.batch, generator=rng)).to(self.device)
            penalty = interpolate_penalty(self.d, real=real, fake=fake, y=y, t=t)
            total = total + config.gp_weight * penalty
        if lazy:
            asked = {"r1": of_real, "r2": of_fake, "r1r2": logits}[config.penalty]
            penalty = 2 * gradient_penalty(asked, both)  # the mean over both halves: R1, R2, or R1 + R2
            total = total + penalty * (self.get_gamma() / 2 * config.penalty_every)
        self.opt_d.zero_grad(set_to_none=True)
        total.backward()
        self.team.average_gradients(self.d.parameters())
        self.opt_d.step()
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

    def learn_g(self, fake: Tensor, y: Tensor, of_real: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of G on its own forgeries (with their graph), against a D that stands still; numbers."""
        config = self.config
        self.d.requires_grad_(False)
        with self._autocast():
            of_fake = self.d(self._augment(fake, rng), y).float()
        loss = self.loss.g(real=of_real, fake=of_fake)
        style = torch.full((), math.nan)
        total = loss
        if config.style_weight:
            hand = (measure_style(fake) - self.style_mean[y]) / self.style_std[y]  # (B, 2)
            hand = self.team.gather(hand.clamp(-4, 4))  # a digit not yet drawn has no slant to speak of
            style = style_disagreement(first=hand[0::2], second=hand[1::2])
            total = loss + config.style_weight * self.team.size * style
        self.opt_g.zero_grad(set_to_none=True)
        total.backward()
        self.team.average_gradients(self.g.parameters())
        self.opt_g.step()
        self.d.requires_grad_(True)
        return {"loss_g": loss.detach(), "style": style.detach()}

    @torch.no_grad()
    def _average(self) -> None:
        """EMA of G's weights; a short memory at first, so that the average forgets the untrained start."""
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(list(self.ema.parameters()), list(self.g.parameters()), 1 - decay)
        for mine, theirs in zip(self.ema.buffers(), self.g.buffers(), strict=True):
            if mine.is_floating_point():  # BatchNorm's running statistics
                mine.lerp_(theirs, 1 - decay)

    def get_gamma(self) -> float:
        """The penalties' weight now: from gamma to gamma_end, geometrically over the run."""
        first, last = self.config.gamma, self.config.gamma_end
        return first if last is None else first * (last / first) ** self.get_fraction()

    def get_lr(self) -> float:
        """The learning rate now: lr, and from `decay_from` on falling to zero in a line."""
        first = self.config.decay_from
        left = 1.0 if first >= 1 else (1 - self.get_fraction()) / (1 - first)
        return self.config.lr * min(1.0, left)

    def get_fraction(self) -> float:
        """How much of the budget is spent, 0 to 1."""
        return get_fraction(self.config, images=self.images, seconds=self.seconds)

    def advance(self) -> dict[str, Tensor]:
        """`d_steps` steps of D and one of G; returns the numbers as tensors (nothing is synchronized)."""
        start = time.perf_counter()
        config, rate = self.config, self.get_lr()
        for optimizer in (self.opt_d, self.opt_g):
            for group in optimizer.param_groups:
                group["lr"] = rate
        rng = self.make_step_rng()
        for turn in range(config.d_steps):
            real, y = self.take()
            self.images += config.batch
            with torch.set_grad_enabled(turn == config.d_steps - 1):  # G learns on the last of these
                fake = self.forge(y, rng)
            numbers = self.learn_d(real, fake, y, rng)
        of_real = numbers.pop("of_real")
        numbers |= self.learn_g(fake, y, of_real, rng)
        self._average()
        self.step += 1
        self.seconds += time.perf_counter() - start
        return numbers

    # ---- the run --------------------------------------------------------------------------------------------------

    def run(self, observer: Observer | None = None, every: int = 20) -> None:
        """Train to the end of the budget, telling `observer` every so many steps; saves state, sheets and weights.

        Set `stop` from anywhere, a signal's handler too, and it saves after the step at hand and returns. When the
        numbers stop being numbers, it goes back to the last saved state once, and raises TrainingError after that.
        """
        observer = observer or Observer()
        config, leads = self.config, self.team.leads
        clock = _Clock(self)
        saved = time.perf_counter()
        moments = list_moments(config, self.g)
        if leads:
            self._forget_later()
            self._make_room(moments)
        if self.step == 0:
            self.save()  # from here on there is always a state to resume from, or to go back to
            if leads:
                self._show(observer)
                if moments:
                    self._remember(0)
        while True:
            (stop,) = self.team.agree(self.stop)
            before, then = self.images, self.get_fraction()
            try:
                if stop or then >= 1:
                    self._save_if_finite()
                    break
                numbers = self.advance()
                waited = time.perf_counter() - saved
                waited, self.seconds = self.team.agree(waited, self.seconds)  # by one clock all end at the same step
                if self.step % every == 0 or self.get_fraction() >= 1:
                    now = self._report(numbers, clock)
                    if leads:
                        observer.on_step(now)
                if leads:
                    if self._crossed(config.sheet_every, before):
                        self._show(observer)
                    if self._crossed(config.watch_every, before):
                        self._check(observer)
                    if any(then < moment <= self.get_fraction() for moment in moments):
                        self._remember(self.images)
                if waited > 60 * config.save_minutes:
                    self._save_if_finite()
                    saved = time.perf_counter()
            except NotFinite as cause:
                self._go_back(str(cause), observer)
                clock = _Clock(self)
        if leads and self.get_fraction() >= 1:
            self._show(observer)
            self._check(observer)
            self.export(self.out / WEIGHTS)

    def _crossed(self, every: int, before: int) -> bool:
        return self.images // every > before // every

    def _report(self, numbers: dict[str, Tensor], clock: "_Clock") -> Progress:
        """The step's numbers, averaged over the processes; NotFinite when they are not numbers."""
        tensors = {name: value.detach().float().reshape(()) for name, value in numbers.items()}
        for name, network in (("grad_d", self.d), ("grad_g", self.g)):
            grads = [p.grad for p in network.parameters() if p.grad is not None]
            tensors[name] = torch.stack(torch._foreach_norm(grads)).norm()
        values = self.team.average(torch.stack([t.to(self.device) for t in tensors.values()])).tolist()
        row = dict(zip(tensors, values, strict=True))
        broken = [name for name in ("loss_d", "loss_g", "grad_d", "grad_g") if not math.isfinite(row[name])]
        if broken:
            raise NotFinite(f"{' and '.join(_SPOKEN[name] for name in broken)} at step {self.step}")
        spent, done, rate = clock.read(self)
        return Progress(
            step=self.step,
            images=self.images,
            fraction=self.get_fraction(),
            gamma=self.get_gamma(),
            lr=self.get_lr(),
            images_per_second=rate,
            seconds=self.seconds,
            seconds_left=spent / done * (1 - self.get_fraction()) if done > 0 else math.inf,
            **row,
        )

    def _save_if_finite(self) -> None:
        """Save, unless the weights are broken: a state that is kept is one that can be gone back to."""
        values = [value for net in (self.g, self.d, self.ema) for value in net.state_dict().values()]
        values += [value for opt in (self.opt_g, self.opt_d) for slot in opt.state.values() for value in slot.values()]
        floats = [value for value in values if isinstance(value, Tensor) and value.is_floating_point()]
        if not all(bool(value.isfinite().all()) for value in floats):
            raise NotFinite(f"weights that are not finite at step {self.step}")
        self.save()

    def _go_back(self, cause: str, observer: Observer) -> None:
        """After NaN: the last good state and other noise, once; the second time TrainingError with the cause."""
        advice = "try a smaller --lr, a larger --gamma, or --precision fp32"
        if self.retries:
            raise TrainingError(
                f"the run met {cause}, after it had gone back to a good state once; {self.out / STATE} still holds "
                f"that state: {advice}."
            )
        state = None
        if self.team.leads:
            with suppress(CheckpointError):  # nothing was saved, or both states have been damaged since
                state = read_last_state(self.out / STATE)[0]
        state = self.team.tell(state)
        if state is None:
            raise TrainingError(f"the run met {cause}, and there is no good state to go back to: {advice}.")
        self.load_state_dict(state)
        self.retries += 1
        if self.team.leads:
            self._forget_later()
            observer.on_notice(
                self.images,
                f"The run met {cause}; it went back to {self.images:,} images and goes on with other noise.",
            )

    # ---- what is shown --------------------------------------------------------------------------------------------

    def _forget_later(self) -> None:
        """Delete the sheets and snapshots beyond where the run goes on from: it will make them again, or others."""
        for path in (*(self.out / SHEETS).glob("*.png"), *(self.out / HISTORY).glob("*.safetensors")):
            if path.stem.isdecimal() and int(path.stem) > self.images:
                path.unlink()

    def _make_room(self, moments: list[float]) -> None:
        """Thin the snapshots of a run that was extended, so that they and those to come keep to `history_mb`."""
        if not moments:
            return
        paths = {int(path.stem): path for path in (self.out / HISTORY).glob("*.safetensors") if path.stem.isdecimal()}
        to_come = sum(moment > self.get_fraction() for moment in moments)
        for images in find_surplus(sorted(paths), len(moments) + 1 - to_come):
            paths[images].unlink()

    @torch.no_grad()
    def _show(self, observer: Observer) -> None:
        pictures = self._draw_sheet()
        sheet = make_sheet(pictures, columns=self.config.num_classes, scale=2)
        path = self.out / SHEETS / f"{self.images:09d}.png"
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, lambda part: sheet.save(part, format="PNG"))
        observer.on_sheet(self.images, pictures, self.config.num_classes)
        observer.on_weights(self.images, self.g, self.d)

    @torch.no_grad()
    def _draw_sheet(self) -> Tensor:
        """The EMA generator's sheet, the same z in every sheet: a row is one z, a column one class; on the CPU."""
        config, classes = self.config, self.config.num_classes
        z = draw_noise(config.seed, range(SHEET_ROWS), config.z_dim, config.noise).repeat_interleave(classes, 0)
        y = torch.arange(classes, device=self.device).repeat(SHEET_ROWS)
        return self.ema(z.to(self.device), y).float().cpu()

    @torch.no_grad()
    def _check(self, observer: Observer) -> None:
        """Show the observer a fixed-noise batch of every class."""
        config, classes = self.config, self.config.num_classes
        each = max(CHECK_SAMPLES_EACH, CHECK_SAMPLES // classes)
        z = draw_noise(config.seed, range(each * classes), config.z_dim, config.noise).to(self.device)
        y = torch.arange(classes).repeat_interleave(each)
        observer.on_check(self.images, self.ema(z, y.to(self.device)).float().cpu(), y)

    # ---- on disk --------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All that changes during a run, as tensors and numbers."""
        return {
            "config": self.config.to_dict(),
            "step": self.step,
            "images": self.images,
            "seconds": self.seconds,
            "retries": self.retries,
            "notes": self.notes,
            **{name: item.state_dict() for name, item in self._list_stateful()},
        }

    def _list_stateful(self) -> list[tuple[str, Any]]:
        return [("g", self.g), ("d", self.d), ("ema", self.ema), ("opt_g", self.opt_g), ("opt_d", self.opt_d)]

    def save(self) -> Path:
        """Write the training state, keeping the one before; the path it went to. Only the leading process writes."""
        path = self.out / STATE
        if self.team.leads:
            write_state(path, self.state_dict())
        return path

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave; CheckpointError when it is of other networks or another version."""
        try:
            for name, item in self._list_stateful():
                item.load_state_dict(state[name])
            self.step, self.images, self.seconds = int(state["step"]), int(state["images"]), float(state["seconds"])
            self.retries = int(state.get("retries", 0))  # states of early versions have neither this nor notes
            self.notes |= dict(state.get("notes", {}))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"the training state does not fit this run's networks and data ({type(error).__name__}); "
                "were the data or the version others?"
            ) from error

    def _describe(self) -> dict[str, Any]:
        """The header of a released file: what the classes are, and how it was trained."""
        return {
            "class_names": list(self.class_names),
            "trained": {
                "command": " && ".join(self.notes["commands"]),
                "images": self.images,
                "steps": self.step,
                "seconds": round(self.seconds, 1),
                "device": str(self.device),
                "processes": self.team.size,
                "threads": torch.get_num_threads(),
                "torch": torch.__version__,
            },
        }

    @torch.no_grad()
    def _fill_means(self) -> None:
        """w_mean of the EMA generator: the mean style of each class, which truncation pulls to."""
        config = self.config
        z = draw_noise(config.seed, range(MEAN_SAMPLES), config.z_dim, config.noise).to(self.device)
        for y in range(config.num_classes):
            labels = torch.full((MEAN_SAMPLES,), y, device=self.device)
            self.ema.w_mean[y] = self.ema.map(z, labels).mean(0)

    def export(self, path: Path) -> None:
        """Write the EMA generator, with its class means of w, and D as a released file."""
        self._fill_means()
        path.parent.mkdir(exist_ok=True)
        write_released(path, self.config, self.ema, self.d, self._describe())

    def _remember(self, images: int) -> None:
        """Keep the EMA generator of this moment, alone and in half precision, for the time machine."""
        self._fill_means()
        path = self.out / HISTORY / f"{images:09d}.safetensors"
        path.parent.mkdir(exist_ok=True)
        write_released(path, self.config, self.ema, None, self._describe(), half=True)


_SPOKEN = {
    "loss_d": "a loss of D that is not a number",
    "loss_g": "a loss of G that is not a number",
    "grad_d": "gradients of D that are not finite",
    "grad_g": "gradients of G that are not finite",
}


class _Clock:
    """Speed and time left since the run was started or resumed."""

    def __init__(self, trainer: Trainer) -> None:
        self.begun, self.images, self.fraction = time.perf_counter(), trainer.images, trainer.get_fraction()

    def read(self, trainer: Trainer) -> tuple[float, float, float]:
        """Seconds since, share of the budget since, images a second."""
        spent = time.perf_counter() - self.begun
        return spent, trainer.get_fraction() - self.fraction, (trainer.images - self.images) / spent
