"""The run: step after step to the budget's end, telling an observer, saving, showing, and going back after NaN.

Notable choices
- All that changes during a run is in `Trainer.state_dict()`; that file, written atomically, is the resume point.
- Knows nothing of the command line or of the UI: it tells an `Observer`, and the caller shows it.
- How G and D learn is none of its business: that is gan.training.adversaries.
"""

import math
import time
from contextlib import suppress
from functools import reduce
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan.config import Config
from gan.data import Dataset
from gan.drawing.noise import draw_noise
from gan.drawing.sheets import make_sheet
from gan.errors import say
from gan.store.atomic import write_atomically
from gan.store.released import CheckpointError, write_released
from gan.store.state import read_last_state, write_state
from gan.training import plan, run_folder
from gan.training.adversaries import Adversaries, fitting
from gan.training.distributed import Team
from gan.training.observer import Observer, Progress
from gan.training.plan import TrainingError
from gan.training.run_folder import STATE, WEIGHTS
from gan.training.samples import draw_check, draw_sheet

MEAN_SAMPLES = 4096  # z a class behind w_mean


class NotFinite(RuntimeError):
    """Losses, gradients or weights are not numbers any more; its argument is a sentence that names which."""


class Trainer:
    """A run of `config` on `dataset`, writing below `out`: `run()` trains to the budget's end, `save()` any time.

    TrainingError when config and data cannot go together.

    Attributes:
        adversaries: the networks and how they learn.
        stop: set it from anywhere, and the run ends after the step at hand, saved.
        notes: plain values that a caller wants saved and back; `commands` are those that made this run what it is.
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
        self.adversaries = Adversaries(config, dataset, device, team)
        self.config, self.dataset, self.out, self.team = config, dataset, out, self.adversaries.team
        self.notes: dict[str, Any] = {"commands": [command]}
        self.stop = False

    def run(self, observer: Observer | None = None, every: int = 20) -> None:
        """Train to the end of the budget, telling `observer` every so many steps; saves state, sheets and weights.

        Set `stop` from anywhere, a signal's handler too, and it saves after the step at hand and returns. When the
        numbers stop being numbers, it goes back to the last saved state once, and raises TrainingError after that.
        """
        observer, ours = observer or Observer(), self.adversaries
        clock, saved = _Clock(ours), time.perf_counter()
        moments = plan.list_moments(self.config, ours.g)
        self._begin(observer, moments)
        while True:
            (stop,) = self.team.agree(self.stop)
            before, then = ours.images, ours.get_fraction()
            try:
                if stop or then >= 1:
                    self._save_if_finite()
                    break
                numbers = ours.advance()
                waited = time.perf_counter() - saved
                waited, ours.seconds = self.team.agree(waited, ours.seconds)  # by one clock all end at the same step
                if ours.step % every == 0 or ours.get_fraction() >= 1:
                    now = report(ours, numbers, clock)
                    if self.team.leads:
                        observer.on_step(now)
                if self.team.leads:
                    self._show_if_due(observer, before, then, moments)
                if waited > 60 * self.config.save_minutes:
                    self._save_if_finite()
                    saved = time.perf_counter()
            except NotFinite as cause:
                self._go_back(cause.args[0], observer)
                clock = _Clock(ours)
        if self.team.leads and ours.get_fraction() >= 1:
            self._show(observer)
            self._check(observer)
            self.export(self.out / WEIGHTS)

    def _begin(self, observer: Observer, moments: list[float]) -> None:
        """Make room for what the run will write; a new run shows and saves its untrained self."""
        ours, leads = self.adversaries, self.team.leads
        if leads:
            run_folder.forget_later(self.out, ours.images)
            if moments:  # the snapshots of a run that was extended and those to come keep to `history_mb`
                to_come = sum(moment > ours.get_fraction() for moment in moments)
                run_folder.thin_snapshots(self.out, len(moments) + 1 - to_come)
        if ours.step > 0:
            return
        self.save()  # from here on there is always a state to resume from, or to go back to
        if leads:
            self._show(observer)
            if moments:
                self._remember(0)

    # ---- after NaN ----------------------------------------------------------------------------------------------

    def _save_if_finite(self) -> None:
        """Save, unless the weights are broken: a state that is kept is one that can be gone back to."""
        if not is_finite(self.adversaries):
            raise NotFinite(say("weights that are not finite at step {step}", step=self.adversaries.step))
        self.save()

    def _go_back(self, cause: str, observer: Observer) -> None:
        """After NaN: the last good state and other noise, once; the second time TrainingError with the cause."""
        advice = say("try a smaller --lr, a larger --gamma, or --precision fp32")
        ours, path = self.adversaries, self.out / STATE
        if ours.retries:
            raise TrainingError(
                say(
                    "the run met {cause}, after it had gone back to a good state once; {path} still holds that state: "
                    "{advice}.",
                    cause=cause,
                    path=str(path),
                    advice=advice,
                )
            )
        state = None
        if self.team.leads:
            with suppress(CheckpointError):  # nothing was saved, or both states have been damaged since
                state = read_last_state(path)[0]
        state = self.team.tell(state)
        if state is None:
            raise TrainingError(
                say(
                    "the run met {cause}, and there is no good state to go back to: {advice}.",
                    cause=cause,
                    advice=advice,
                )
            )
        self.load_state_dict(state)
        ours.retries += 1
        if self.team.leads:
            run_folder.forget_later(self.out, ours.images)
            observer.on_notice(
                ours.images,
                say(
                    "The run met {cause}; it went back to {images:,} images and goes on with other noise.",
                    cause=cause,
                    images=ours.images,
                ),
            )

    # ---- what is shown ------------------------------------------------------------------------------------------

    def _show_if_due(self, observer: Observer, before: int, then: float, moments: list[float]) -> None:
        """Sheet, check and snapshot, each if it fell due in a step that began at `before` images, `then` of the run."""
        images, fraction = self.adversaries.images, self.adversaries.get_fraction()
        if images // self.config.sheet_every > before // self.config.sheet_every:
            self._show(observer)
        if images // self.config.watch_every > before // self.config.watch_every:
            self._check(observer)
        if any(then < moment <= fraction for moment in moments):
            self._remember(images)

    @torch.no_grad()
    def _show(self, observer: Observer) -> None:
        """Draw the sample sheet, keep it, and show it and the weights to the observer."""
        ours = self.adversaries
        pictures = draw_sheet(ours)
        sheet = make_sheet(pictures, columns=self.config.num_classes, scale=2)
        path = run_folder.get_sheet_path(self.out, ours.images)
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, lambda part: sheet.save(part, format="PNG"))
        observer.on_sheet(ours.images, pictures, self.config.num_classes)
        observer.on_weights(ours.images, ours.g, ours.d)

    @torch.no_grad()
    def _check(self, observer: Observer) -> None:
        """Show the observer a fixed-noise batch of every class."""
        observer.on_check(self.adversaries.images, *draw_check(self.adversaries))

    # ---- on disk ------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All that changes during a run, as tensors and numbers."""
        return {"config": self.config.to_dict(), "notes": self.notes, **self.adversaries.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave; CheckpointError when it is of other networks or another version."""
        self.adversaries.load_state_dict(state)
        with fitting():
            self.notes |= dict(state.get("notes", {}))  # states of early versions have none

    def save(self) -> Path:
        """Write the training state, keeping the one before; the path it went to. Only the leading process writes."""
        path = self.out / STATE
        if self.team.leads:
            write_state(path, self.state_dict())
        return path

    def export(self, path: Path) -> None:
        """Write the EMA generator, with its class means of w, and D as a released file."""
        fill_means(self.adversaries)
        path.parent.mkdir(exist_ok=True)
        write_released(path, self.config, self.adversaries.ema, self.adversaries.d, describe_run(self))

    def _remember(self, images: int) -> None:
        """Keep the EMA generator of this moment, alone and in half precision, for the time machine."""
        fill_means(self.adversaries)
        path = run_folder.get_snapshot_path(self.out, images)
        path.parent.mkdir(exist_ok=True)
        write_released(path, self.config, self.adversaries.ema, None, describe_run(self), half=True)


@torch.no_grad()
def fill_means(adversaries: Adversaries) -> None:
    """w_mean of the averaged G: the mean style of each class, which truncation pulls to."""
    config, device, ema = adversaries.config, adversaries.device, adversaries.ema
    z = draw_noise(config.seed, range(MEAN_SAMPLES), config.z_dim, config.noise).to(device)
    for y in range(config.num_classes):
        ema.w_mean[y] = ema.map(z, torch.full((MEAN_SAMPLES,), y, device=device)).mean(0)


def describe_run(trainer: Trainer) -> dict[str, Any]:
    """The header of a released file: what the classes are, and how it was trained."""
    ours = trainer.adversaries
    return {
        "class_names": list(ours.batches.class_names),
        "trained": {
            "command": " && ".join(trainer.notes["commands"]),
            "images": ours.images,
            "steps": ours.step,
            "seconds": round(ours.seconds, 1),
            "device": str(ours.device),
            "processes": ours.team.size,
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
        },
    }


# ---- numbers --------------------------------------------------------------------------------------------------------


def is_finite(adversaries: Adversaries) -> bool:
    """Whether all weights, and all that the optimizers remember of them, are numbers."""
    ours = adversaries
    values = [value for net in (ours.g, ours.d, ours.ema) for value in net.state_dict().values()]
    values += [value for opt in (ours.opt_g, ours.opt_d) for slot in opt.state.values() for value in slot.values()]
    floats = [value for value in values if isinstance(value, Tensor) and value.is_floating_point()]
    return all(bool(value.isfinite().all()) for value in floats)


class _Clock:
    """Speed and time left since the run was started or resumed."""

    def __init__(self, adversaries: Adversaries) -> None:
        self.begun, self.images = time.perf_counter(), adversaries.images
        self.fraction = adversaries.get_fraction()

    def read(self, adversaries: Adversaries) -> tuple[float, float, float]:
        """Seconds since, share of the budget since, images a second."""
        spent = time.perf_counter() - self.begun
        return spent, adversaries.get_fraction() - self.fraction, (adversaries.images - self.images) / spent


def report(adversaries: Adversaries, numbers: dict[str, Tensor], clock: _Clock) -> Progress:
    """The step's numbers, averaged over the processes; NotFinite when they are not numbers."""
    ours = adversaries
    tensors = {name: value.detach().float().reshape(()) for name, value in numbers.items()}
    for name, network in (("grad_d", ours.d), ("grad_g", ours.g)):
        grads = [p.grad for p in network.parameters() if p.grad is not None]
        tensors[name] = torch.stack(torch._foreach_norm(grads)).norm()
    values = ours.team.average(torch.stack([t.to(ours.device) for t in tensors.values()])).tolist()
    row = dict(zip(tensors, values, strict=True))
    if broken := [said for name, said in _list_spoken() if not math.isfinite(row[name])]:
        both = reduce(lambda first, second: say("{first} and {second}", first=first, second=second), broken)
        raise NotFinite(say("{list} at step {step}", list=both, step=ours.step))
    fraction = ours.get_fraction()
    spent, done, rate = clock.read(ours)
    return Progress(
        step=ours.step,
        images=ours.images,
        fraction=fraction,
        gamma=ours.get_gamma(),
        lr=plan.get_lr(ours.config, fraction),
        images_per_second=rate,
        seconds=ours.seconds,
        seconds_left=spent / done * (1 - fraction) if done > 0 else math.inf,
        **row,
    )


def _list_spoken() -> list[tuple[str, str]]:
    """The numbers of a step that must be finite, and how they are called where they are not."""
    return [
        ("loss_d", say("a loss of D that is not a number")),
        ("loss_g", say("a loss of G that is not a number")),
        ("grad_d", say("gradients of D that are not finite")),
        ("grad_g", say("gradients of G that are not finite")),
    ]
