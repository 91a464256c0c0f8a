"""What a run is shown on in a terminal: a progress bar, and beside it the log and the watch with its alarms.

An alarm is a sentence above the bar and a row of alarms.jsonl; with `on_collapse` "stop" it also ends the run, saved.
"""

from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from gan.training.alarms import Alarm
from gan.training.log import Log
from gan.training.loop import Trainer
from gan.training.observer import Observer, Progress
from gan.training.watcher import Watch


class Console(Observer):
    """Shows a run to people, writes it down, and watches it; a context manager.

    LogError when TensorBoard is asked for and not installed; OSError when the disk is full.
    """

    def __init__(self, trainer: Trainer, watch: Watch, *, tensorboard: bool = True) -> None:
        self.trainer, self.watch = trainer, watch
        self.stopped = ""  # why the watch ended the run, if it did
        if "watch" in trainer.notes:
            watch.load_state_dict(trainer.notes["watch"])
        self.log = Log(trainer.out, images=trainer.adversaries.images, tensorboard=tensorboard)
        done, layout = trainer.adversaries.get_fraction(), "{percentage:5.1f}%|{bar:20}| {desc}"
        self.bar = tqdm(total=1.0, initial=done, bar_format=layout, dynamic_ncols=True, mininterval=0.5)

    def __enter__(self) -> "Console":
        return self

    def __exit__(self, *how: Any) -> None:
        self.bar.close()
        self.log.__exit__(*how)

    def on_step(self, now: Progress) -> None:
        """One step's numbers on the bar, into the log, and past the watch."""
        self.bar.n = now.fraction
        minutes, seconds = divmod(int(min(now.seconds_left, 359_999)), 60)
        sure = "" if now.prob_real != now.prob_real else f"says {now.prob_real:.0%} and {now.prob_fake:.0%} real, "
        self.bar.set_description_str(
            f"{now.images:,} images, {now.images_per_second:,.0f}/s | loss D {now.loss_d:.3f} G {now.loss_g:.3f} | "
            f"D {sure}right in {now.won:.0%} | {minutes}:{seconds:02d} left"
        )
        self.log.on_step(now)
        self._raise(self.watch.on_step(now))

    def on_sheet(self, images: int, pictures: Tensor, columns: int) -> None:
        """A sample sheet for TensorBoard."""
        self.log.on_sheet(images, pictures, columns)

    def on_weights(self, images: int, g: nn.Module, d: nn.Module) -> None:
        """Histograms for TensorBoard."""
        self.log.on_weights(images, g, d)

    def on_check(self, images: int, pictures: Tensor, labels: Tensor) -> None:
        """A look at each class's accuracy and diversity, written down."""
        with torch.inference_mode():
            check, alarms = self.watch.on_check(images, pictures, labels)
        self.log.write_check(check.to_dict())
        self._raise(alarms)

    def on_notice(self, images: int, message: str) -> None:
        """Something went wrong and was mended."""
        self.bar.write(message)
        self.log.on_notice(images, message)

    def _raise(self, alarms: list[Alarm]) -> None:
        """Tell people of alarms, and end the run where that was asked for."""
        for alarm in alarms:
            self.bar.write(f"At {alarm.images:,} images: {alarm.message}")
            self.log.write_alarm(asdict(alarm))
        if alarms and self.trainer.config.on_collapse == "stop":
            self.trainer.stop, self.stopped = True, alarms[0].message
        self.trainer.notes["watch"] = self.watch.state_dict()
