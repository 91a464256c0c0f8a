"""The training command: Config's fields are its options, everything is checked before any work, Ctrl-C saves.

python train.py --preset digits --data data --out runs/digits --minutes 60
python train.py --preset digits --data data --out runs/digits --resume
"""

import argparse
import json
import os
import shlex
import signal
import sys
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from gan.allocator import keep_memory
from gan.checkpoint import CheckpointError, read_last_state
from gan.config import PRESETS, Config, ConfigError, get_preset, override, settings
from gan.data import DataError, get_root, load_dataset
from gan.device import choose_device
from gan.progress import Observer, Progress
from gan.trainer import STATE, WEIGHTS, Trainer, TrainingError

LOG = "log.jsonl"


def build_parser() -> argparse.ArgumentParser:
    """The parser: the few options about a run's place, then one for each field of Config."""
    parser = argparse.ArgumentParser(
        prog="train.py",
        description="Train a conditional GAN of handwritten digits. The weights go to OUT/model.safetensors.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument(
        "--preset", default="digits", metavar="NAME", help=f"where settings start from: {', '.join(PRESETS)}"
    )
    parser.add_argument("--data", metavar="ROOT", help="data root; else GAN_DATA, else ./data; downloaded when missing")
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder of the run; else runs/PRESET")
    parser.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda, cuda:N or mps")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads; else what torch chooses")
    parser.add_argument("--resume", action="store_true", default=False, help="continue the run in OUT")
    parser.add_argument("--dry-run", action="store_true", default=False, help="print the resolved plan and stop")
    group = parser.add_argument_group("settings of the preset that can be changed")
    for item, kind in settings():
        flag = f"--{item.name.replace('_', '-')}"
        if kind is bool:
            group.add_argument(flag, dest=item.name, action="store_true", help=item.metadata["help"])
        else:
            group.add_argument(flag, dest=item.name, type=kind, help=item.metadata["help"])
    return parser


def check_out(out: Path, resume: bool) -> None:
    """Make the folder and prove that it can be written to, before training and not after; ConfigError otherwise."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ConfigError(f"--out {out} cannot be written to ({error.strerror}); name a folder that can") from error
    if not resume and (out / STATE).exists():
        raise ConfigError(f"--out {out} holds a run already; add --resume to continue it, or name another folder")


def resolve_config(args: argparse.Namespace) -> Config:
    """Preset plus options, checked. When resuming, the run's own config with its options left as they were."""
    given = {item.name: getattr(args, item.name) for item, _ in settings() if hasattr(args, item.name)}
    return override(get_preset(args.preset), **given).validate()


def check_same(config: Config, state: dict[str, Any]) -> None:
    """A resumed run must be the same run: ConfigError names the settings that differ."""
    then = state.get("config", {})
    now = config.to_dict()
    names = [item.name for item in fields(Config) if then.get(item.name) != now[item.name]]
    differ = [f"{name} was {then.get(name)!r}, now {now[name]!r}" for name in names]
    if differ:
        raise ConfigError(f"this is not the run in --out: {'; '.join(differ)}. Give the same options, or another --out")


def describe(config: Config, device: torch.device, out: Path, root: Path) -> str:
    """The resolved plan as lines of text."""
    head = {
        "data": root,
        "out": out,
        "device": device,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }
    rows = [*head.items(), *config.to_dict().items()]
    return "\n".join(f"{name:14} {value}" for name, value in rows)


class Display(Observer):
    """A progress bar for people and a line of JSON every so often for scripts."""

    def __init__(self, out: Path, fraction: float) -> None:
        layout = "{percentage:5.1f}%|{bar:20}| {desc}"
        self.bar = tqdm(total=1.0, initial=fraction, bar_format=layout, dynamic_ncols=True, mininterval=0.5)
        self.log = (out / LOG).open("a", encoding="utf-8")

    def on_step(self, now: Progress) -> None:
        """Put one step's numbers on the bar and into the log."""
        self.bar.n = now.fraction
        minutes, seconds = divmod(int(min(now.seconds_left, 359_999)), 60)
        self.bar.set_description_str(
            f"{now.images:,} images, {now.images_per_second:,.0f}/s | loss D {now.loss_d:.3f} G {now.loss_g:.3f} | "
            f"D(real) {now.logit_real:+.2f} D(fake) {now.logit_fake:+.2f}, right {now.won:.0%} | "
            f"{minutes}:{seconds:02d} left"
        )
        row = {k: round(v, 5) if isinstance(v, float) and v == v else v for k, v in vars(now).items() if v == v}
        self.log.write(json.dumps(row) + "\n")
        self.log.flush()

    def close(self) -> None:
        """End the bar's line and close the log."""
        self.bar.close()
        self.log.close()


def train(args: argparse.Namespace, command: str) -> int:
    """Check everything, train, and say where the weights are; the exit status."""
    keep_memory()
    config = resolve_config(args)
    device = choose_device(args.device)
    if hasattr(args, "threads"):
        if not 1 <= args.threads <= 1024:
            raise ConfigError(f"threads is {args.threads}; it must be from 1 to 1024")
        torch.set_num_threads(args.threads)
    out: Path = getattr(args, "out", None) or Path("runs") / args.preset
    root = get_root(getattr(args, "data", None))
    if args.dry_run:
        print(describe(config, device, out, root))
        return 0
    check_out(out, args.resume)
    state = read_last_state(out / STATE)[0] if args.resume else None
    if state is not None:
        check_same(config, state)
    dataset = load_dataset(root, "train", name=config.dataset, download=True)
    trainer = Trainer(config, dataset, out, device, command)
    if state is not None:
        trainer.load_state_dict(state)
        print(f"Resumed at {trainer.images:,} images, {trainer.get_fraction():.0%} of the run.")
    display = Display(out, trainer.get_fraction())
    again = command if args.resume else f"{command} --resume"
    before = {}
    if threading.current_thread() is threading.main_thread():
        for sign in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: what a script starts with & comes with it ignored
            before[sign] = signal.signal(sign, lambda *_: setattr(trainer, "stop", True))
    try:
        trainer.run(display)
    finally:
        display.close()
        for sign, handler in before.items():
            signal.signal(sign, handler)
    if trainer.get_fraction() < 1:
        print(f"\nStopped at {trainer.images:,} images and saved {out / STATE}. Go on with:\n  {again}")
        return 130
    weights = out / WEIGHTS
    see = ["python", "-m", "gan.sample", str(weights), "--count", "100", "--out", str(out / "digits.png")]
    print(f"Done: {trainer.images:,} images in {trainer.seconds / 60:.1f} minutes. Weights: {weights}")
    print(f"See them: {shlex.join(see)}")
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 done, 130 stopped and saved, 2 refused with one sentence."""
    words = sys.argv[1:] if argv is None else argv
    args = build_parser().parse_args(words)
    command = shlex.join(["python", "train.py", *words])
    try:
        return train(args, command)
    except (ConfigError, DataError, CheckpointError, TrainingError) as error:
        text = str(error).rstrip(".")
        print(f"train.py: {text[:1].upper()}{text[1:]}.", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"train.py: {os.strerror(error.errno or 0)}: {error.filename or 'while writing'}; nothing saved was lost.",
            file=sys.stderr,
        )
        return 2


if __name__ == "__main__":
    sys.exit(main())
