"""The train command's options, and what they ask for, parsed once: Config's fields are most of them."""

import argparse
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan.command import get_prog
from gan.config import PRESETS, settings


@dataclass(frozen=True)
class Asked:
    """What a command line asks for.

    Attributes:
        command: the line itself, as the weights will name it: wherever it was typed, as in a checkout's folder.
        preset: where settings start from; None where it was not said.
        given: the settings that were named.
        out: folder of the run.
        data: data root; None where it was not said.
        device: as torch names it, or auto.
        threads: of the CPU; None for what the run began with, or torch's own choice.
        resume, extend, overwrite, dry_run, tensorboard: as the options say.
        push_to_hub: USER/REPO, or None.
    """

    command: str
    preset: str | None
    given: dict[str, Any]
    out: Path
    data: str | None
    device: str
    threads: int | None
    resume: bool
    extend: bool
    overwrite: bool
    dry_run: bool
    tensorboard: bool
    push_to_hub: str | None


def build_parser() -> argparse.ArgumentParser:
    """The parser: the few options about a run's place, then one for each field of Config."""
    parser = argparse.ArgumentParser(
        prog=get_prog("train"),
        description="Train a GAN of handwritten digits. The weights go to OUT/model.safetensors.",
        argument_default=argparse.SUPPRESS,
    )
    add = parser.add_argument
    add("--preset", metavar="NAME", help=f"where settings start from: {', '.join(PRESETS)} (default: digits)")
    add(
        "--data",
        metavar="PATH",
        help="the data, in any layout of docs/training.md; else GAN_DATA, else ./data; downloaded when missing",
    )
    add("--out", metavar="DIR", type=Path, help="folder of the run; else runs/PRESET")
    add("--device", default="auto", metavar="D", help="auto (default), cpu, cuda, cuda:N or mps")
    add("--threads", type=int, metavar="N", help="CPU threads; else what torch chooses")
    add("--resume", action="store_true", default=False, help="continue the run in OUT; its settings need not be given")
    add(
        "--extend",
        action="store_true",
        default=False,
        help="with --resume: go on with another length or objective, from the networks that the run has",
    )
    add("--overwrite", action="store_true", default=False, help="begin anew in an OUT that holds a run: it is deleted")
    add("--dry-run", action="store_true", default=False, help="print the plan and what the data are, and stop")
    add("--no-tensorboard", action="store_true", default=False, help="do not write OUT/tensorboard")
    add("--push-to-hub", metavar="USER/REPO", help="upload weights, model card and pictures when the run is done")
    group = parser.add_argument_group("settings, which default to the preset's")
    for item, kind in settings():
        flag, text = f"--{item.name.replace('_', '-')}", item.metadata["help"]
        if kind is bool:
            group.add_argument(flag, dest=item.name, action="store_true", help=text)
            continue
        names = item.metadata.get("choices")
        meta = "NAME" if names else kind.__name__.upper()
        group.add_argument(
            flag, dest=item.name, type=kind, metavar=meta, help=f"{text}: {', '.join(names)}" if names else text
        )
    return parser


def parse(words: list[str]) -> Asked:
    """What these words ask for; the parser's own exit where they are no options of ours."""
    args = vars(build_parser().parse_args(words))
    preset = args.get("preset")
    return Asked(
        command=shlex.join(["python", "train.py", *words]),
        preset=preset,
        given={item.name: args[item.name] for item, _ in settings() if item.name in args},
        out=args.get("out") or Path("runs") / (preset or "digits"),
        data=args.get("data"),
        device=args["device"],
        threads=args.get("threads"),
        resume=args["resume"],
        extend=args["extend"],
        overwrite=args["overwrite"],
        dry_run=args["dry_run"],
        tensorboard=not args["no_tensorboard"],
        push_to_hub=args.get("push_to_hub"),
    )
