"""The training command: Config's fields are its options, everything is checked before any work, Ctrl-C saves.

python train.py --preset digits --data data --out runs/digits --minutes 60
python train.py --out runs/digits --data data --resume
python train.py --out runs/digits --data data --resume --extend --images 6000000 --gamma-end 0.15
torchrun --nproc_per_node 2 train.py --preset digits --data data --out runs/digits
"""

import argparse
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import torch

from gan.config import EXTENDABLE, PRESETS, Config, ConfigError, get_preset, override, settings
from gan.data import DataError, Dataset, get_root, load_dataset
from gan.drawing.device import choose_device
from gan.judges.classifier import ClassifierError
from gan.store.hub import HubError, check_repo, push
from gan.store.released import CheckpointError, read_released
from gan.store.state import get_previous, read_last_state
from gan.training.console import Desk
from gan.training.distributed import (
    Team,
    check_share,
    choose_rank_device,
    count_processes,
    get_rank,
    join,
    leave,
    lost_partner,
)
from gan.training.film import FILM, SUMMARY, StoryError, tell
from gan.training.log import ALARMS, BOARD, CHECKS, LOG, JournalError
from gan.training.loop import HISTORY, SHEETS, STATE, WEIGHTS, Trainer, TrainingError, describe_plan, get_fraction
from gan.training.malloc import keep_memory
from gan.training.precision import fit_precision
from gan.training.watcher import Watch, WatchError, load_reader

REFUSALS = (
    ConfigError,
    DataError,
    CheckpointError,
    ClassifierError,
    TrainingError,
    HubError,
    JournalError,
    StoryError,
    WatchError,
)
RUN_FILES = (STATE, get_previous(Path(STATE)).name, WEIGHTS, LOG, CHECKS, ALARMS, FILM, SUMMARY)
RUN_FOLDERS = (SHEETS, HISTORY, BOARD)


def build_parser() -> argparse.ArgumentParser:
    """The parser: the few options about a run's place, then one for each field of Config."""
    parser = argparse.ArgumentParser(
        prog="train.py",
        description="Train a GAN of handwritten digits. The weights go to OUT/model.safetensors.",
        argument_default=argparse.SUPPRESS,
    )
    add = parser.add_argument
    add("--preset", metavar="NAME", help=f"where settings start from: {', '.join(PRESETS)} (default: digits)")
    add("--data", metavar="ROOT", help="data root; else GAN_DATA, else ./data; downloaded when missing")
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
    add("--dry-run", action="store_true", default=False, help="print the resolved plan and stop")
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


def get_given(args: argparse.Namespace) -> dict[str, Any]:
    """The settings that the command line named."""
    return {item.name: getattr(args, item.name) for item, _ in settings() if hasattr(args, item.name)}


def resolve_config(args: argparse.Namespace) -> Config:
    """Preset plus options, checked; ConfigError says what does not fit."""
    config = override(get_preset(getattr(args, "preset", "digits")), **get_given(args))
    if config.unconditional:  # there is nothing to compare between classes that nobody is told
        given = get_given(args)
        config = replace(
            config,
            num_classes=1,
            style_weight=given.get("style_weight", 0.0),
            mismatch=given.get("mismatch", 0.0),
        )
    return config.validate()


def resolve_resumed(args: argparse.Namespace, state: dict[str, Any]) -> Config:
    """The config of the run that is resumed; ConfigError shows where the options given differ from it.

    Settings that no weight depends on (how often to save, to show, to watch) may differ: the new ones are taken. With
    --extend so may those in EXTENDABLE: gamma and the learning rate go on from the place on their new curves that
    the images shown so far have in the new length.
    """
    then = Config.from_dict(state["config"])
    asked = get_given(args)
    if hasattr(args, "preset"):  # the same command again: all of it must be the same run
        now = replace(resolve_config(args), num_classes=then.num_classes)
        if "precision" not in asked:  # it was fitted to the processor on which the run began
            now = replace(now, precision=then.precision)
        asked = {item.name: getattr(now, item.name) for item in fields(Config)}
    free = {item.name for item in fields(Config) if item.metadata.get("free")}
    if args.extend:
        free |= set(EXTENDABLE)
    names = [name for name, value in asked.items() if name not in free and getattr(then, name) != value]
    differ = [f"{name} was {getattr(then, name)!r}, now {asked[name]!r}" for name in names]
    if differ:
        leave = "leave these options out to continue it"
        if args.extend:
            leave = f"--extend can change only {', '.join(EXTENDABLE)}; {leave}"
        elif all(name in EXTENDABLE for name in names):
            leave += ", add --extend to go on with them from where it is"
        raise ConfigError(f"this is not the run in --out: {'; '.join(differ)}; {leave}, or name another --out")
    given = get_given(args)
    now = override(then, **{name: value for name, value in given.items() if name in free}).validate()
    if args.extend:
        check_extension(now, given, state)
    return now


def check_extension(config: Config, given: dict[str, Any], state: dict[str, Any]) -> None:
    """Refuse an extension to `config` that names nothing to change, or that the run in `state` is beyond already.

    One that has been made before is none of these: the same command goes on with it.
    """
    if not any(name in EXTENDABLE for name in given):
        raise ConfigError("--extend changes nothing; give it another length (--images or --minutes) or objective")
    images, seconds = int(state.get("images", 0)), float(state.get("seconds", 0))
    if get_fraction(config, images=images, seconds=seconds) < 1:
        return
    if config.images is not None:
        done, length, flag = f"{images:,} images", f"{config.images:,} images", "--images"
    else:
        done, length, flag = f"{seconds / 60:.4g} minutes", f"{config.minutes:g} minutes", "--minutes"
    raise ConfigError(
        f"--extend leaves nothing to do: the run has had {done} and its length would be {length}; give it more "
        f"{flag}, or leave --extend out"
    )


def list_changes(then: Config, now: Config) -> list[str]:
    """What an extension changes, as `name old -> new`."""
    pairs = [(name, getattr(then, name), getattr(now, name)) for name in EXTENDABLE]
    return [f"{name} {_say(old)} -> {_say(new)}" for name, old, new in pairs if old != new]


def _say(value: Any) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def recall_commands(out: Path) -> list[str]:
    """The commands that made a run whose state does not tell them, from its snapshots: plain resumes left out."""
    found: list[str] = []
    for path in sorted((out / HISTORY).glob("[0-9]*.safetensors")):
        with suppress(CheckpointError):
            command = str((read_released(path).meta.get("trained") or {}).get("command", ""))
            words = command.split()
            if command and command not in found and ("--extend" in words or "--resume" not in words):
                found.append(command)
    return found


def check_out(out: Path, *, resume: bool, overwrite: bool) -> None:
    """Make the folder and prove that it can be written to, before training and not after; ConfigError otherwise."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ConfigError(f"--out {out} cannot be written to ({error.strerror}); name a folder that can") from error
    if resume or not any((out / name).exists() for name in (STATE, get_previous(Path(STATE)).name, WEIGHTS)):
        return
    if not overwrite:
        raise ConfigError(
            f"--out {out} holds a run already; add --resume to continue it or --overwrite to delete it, or name "
            "another folder"
        )


@contextmanager
def unmaking(out: Path) -> Iterator[None]:
    """When what is inside fails, take away again the folders that it made on the way to `out` and left empty."""
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        yield
    except BaseException:
        for folder in made:
            with suppress(OSError):  # not empty, or never made
                folder.rmdir()
        raise


def clear(out: Path) -> None:
    """Delete what a run has written below `out`, and nothing else."""
    for name in RUN_FILES:
        (out / name).unlink(missing_ok=True)
    for name in RUN_FOLDERS:
        shutil.rmtree(out / name, ignore_errors=True)
    sweep(out)


def sweep(out: Path) -> None:
    """Delete the half-written files that a killed run left below `out`."""
    for name in RUN_FILES:
        (out / f".{name}.part").unlink(missing_ok=True)
    for name in RUN_FOLDERS:
        for part in (out / name).glob(".*.part"):
            part.unlink()


def load_for_all(team: Team, root: Path, name: str) -> Dataset:
    """The training split, fetched when it is missing: by the leading process, while the others wait."""
    if team.leads:
        dataset = load_dataset(root, "train", name=name, download=True)
        team.tell(None)
        return dataset
    team.tell(None)
    return load_dataset(root, "train", name=name)


def describe(config: Config, device: torch.device, out: Path, root: Path) -> str:
    """The resolved plan as lines of text."""
    head = {
        "data": root,
        "out": out,
        "device": device,
        "processes": count_processes(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        **describe_plan(config),
    }
    rows = [*head.items(), *config.to_dict().items()]
    return "\n".join(f"{name:14} {value}" for name, value in rows)


@contextmanager
def stopping(trainer: Trainer) -> Iterator[None]:
    """While inside, Ctrl-C and SIGTERM ask the trainer to stop after the step at hand.

    When one process of several dies, torchrun sends the others SIGTERM: they stay deaf to it and have their last word.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for sign in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: what a script starts with & comes with it ignored
            before[sign] = signal.signal(sign, lambda *_: setattr(trainer, "stop", True))
    try:
        yield
    except Exception:
        if trainer.team.size > 1:
            before = {}
        raise
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def train(args: argparse.Namespace, command: str, team: Team | None = None) -> int:
    """Check everything, train, and say where the weights are; the exit status."""
    keep_memory()
    team = team or Team()
    if args.resume and args.overwrite:
        raise ConfigError("--resume continues the run in --out and --overwrite deletes it; give one of them")
    if args.extend and not args.resume:
        raise ConfigError("--extend changes a run that is resumed; add --resume")
    out: Path = getattr(args, "out", None) or Path("runs") / getattr(args, "preset", "digits")
    state, warning = None, None
    if args.resume:  # read once, before anything is written
        state, warning = team.tell(read_last_state(out / STATE) if team.leads else None)
    config = resolve_config(args) if state is None else resolve_resumed(args, state)
    changes = [] if state is None else list_changes(Config.from_dict(state["config"]), config)
    device = choose_device(choose_rank_device(args.device))
    fitted = ""
    if state is None:  # one process decides for all
        named = "precision" in get_given(args)
        config, fitted = team.tell(fit_precision(config, device, asked=named) if team.leads else None)
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32 where a layer is not in bf16
    # Sums depend on their order, and it on the threads: a run that goes on keeps to those it began with
    notes = state.get("notes", {}) if state else {}
    threads = getattr(args, "threads", notes.get("threads"))
    if threads is not None:
        if not 1 <= threads <= 1024:
            raise ConfigError(f"threads is {threads}; it must be from 1 to 1024")
        torch.set_num_threads(threads)
    root = get_root(getattr(args, "data", None))
    describe_plan(config)  # refuses what cannot train
    check_share(config.batch, count_processes())
    if args.dry_run:
        if get_rank() == 0:
            if changes:
                print(f"--extend: {', '.join(changes)}")
            print(describe(config, device, out, root))
            if fitted:
                print(fitted)
        return 0
    with unmaking(out):
        if team.leads:
            check_out(out, resume=args.resume, overwrite=args.overwrite)
            if hasattr(args, "push_to_hub"):
                check_repo(args.push_to_hub)
        dataset = load_for_all(team, root, config.dataset)
        if notes.get("data", len(dataset)) != len(dataset):
            raise ConfigError(
                f"the run in --out learns from {notes['data']:,} images, and {root} has {len(dataset):,}; "
                "name its own data"
            )
        if not config.unconditional:
            config = replace(config, num_classes=len(dataset.class_names))
        trainer = Trainer(config, dataset, out, device, command, team)
        if state is not None:
            if "commands" not in notes:  # the state of an early version
                trainer.notes["commands"] = recall_commands(out) or ([] if changes else [command])
            trainer.load_state_dict(state)
    if changes:
        trainer.notes["commands"] = [*trainer.notes["commands"], command]
    trainer.notes |= {"threads": torch.get_num_threads(), "data": len(dataset)}
    if not team.leads:
        with stopping(trainer):  # every process hears torchrun's signals, and all end at the same step
            trainer.run()
        return 0 if trainer.get_fraction() >= 1 else 130
    if args.overwrite:
        clear(out)
    sweep(out)
    for said in (warning, fitted):
        if said:
            print(said)
    if state is not None:
        print(f"Resumed at {trainer.images:,} images, {trainer.get_fraction():.0%} of the run.")
    if changes:
        print(f"--extend: {', '.join(changes)}")
        trainer.save()  # whatever ends this run, it goes on as what it has become
    watch = Watch(config, dataset, load_reader(config))
    with Desk(trainer, watch, tensorboard=not args.no_tensorboard) as desk, stopping(trainer):
        trainer.run(desk)
    if trainer.get_fraction() < 1:
        why = f" ({desk.stopped})" if desk.stopped else ""
        print(f"\nStopped{why} at {trainer.images:,} images and saved {out / STATE}. Go on with:")
        words = [word for word in shlex.split(command) if word not in ("--overwrite", "--resume")]
        print(f"  {shlex.join([*words, '--resume'])}")
        return 130 if not desk.stopped else 3
    finish(trainer, args)
    return 0


def finish(trainer: Trainer, args: argparse.Namespace) -> None:
    """Say what came out of a run that is done, make its film and curves, and push it where that was asked for."""
    out, weights = trainer.out, trainer.out / WEIGHTS
    print(f"Done: {trainer.images:,} images in {trainer.seconds / 60:.1f} minutes. Weights: {weights}")
    for path in tell(out):
        print(f"Made: {path}")
    see = ["python", "-m", "gan.sample", str(weights), "--count", "100", "--out", str(out / "digits.png")]
    print(f"See them: {shlex.join(see)}")
    if hasattr(args, "push_to_hub"):
        push(out, args.push_to_hub)


def refuse(text: str, team: Team | None = None) -> int:
    """Say one sentence on stderr, of several processes from the first that ends; the exit status of a refusal."""
    if team and team.size > 1 and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # torchrun's, which another's end calls forth: not amid the words
    if team.speaks_first() if team else get_rank() == 0:
        text = text.rstrip(".")
        first = "" if team is None or team.leads else "\n"  # the leader's bar may stand on this line, and stay there
        print(f"{first}train.py: {text[:1].upper()}{text[1:]}.", file=sys.stderr)
    return 2


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 done, 130 stopped and saved, 3 stopped by an alarm, 2 refused with one sentence."""
    words = sys.argv[1:] if argv is None else argv
    args = build_parser().parse_args(words)
    command = shlex.join(["python", "train.py", *words])
    team = None
    try:
        if count_processes() > 1 and not args.dry_run:
            team = join(choose_device(choose_rank_device(args.device)))
        return train(args, command, team)
    except REFUSALS as error:
        return refuse(str(error), team)
    except OSError as error:
        return refuse(f"{error.strerror or error}: {error.filename or 'while writing'}; nothing saved was lost", team)
    except KeyboardInterrupt:
        refuse("stopped; nothing saved was lost", team)
        return 130
    except Exception as error:
        if count_processes() == 1:
            raise
        what = str(error).splitlines()[0] if str(error) else "no message"
        if lost_partner(error):
            return refuse(
                "another process of this run ended, so this one does too; the last saved state is whole: run the same "
                f"command again with --resume ({what})",
                team,
            )
        refuse(  # the others will end of it, and cannot know why
            f"process {get_rank()} of {count_processes()} ended of {type(error).__name__} ({what}); the last saved "
            "state is whole",
            team,
        )
        raise
    finally:
        leave()


if __name__ == "__main__":
    sys.exit(main())
