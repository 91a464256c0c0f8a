"""What the train command does, in order: everything is checked before any work, then the run; Ctrl-C saves.

python train.py --preset digits --data data --out runs/digits --minutes 60
python train.py --out runs/digits --data data --resume
python train.py --out runs/digits --data data --resume --extend --images 6000000 --gamma-end 0.15
torchrun --nproc_per_node 2 train.py --preset digits --data data --out runs/digits
"""

import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from gan.command import spell, spell_python
from gan.config import Config, ConfigError
from gan.data import Dataset, get_root, load_dataset
from gan.drawing.device import choose_device
from gan.store.hub import check_repo, push
from gan.store.state import read_last_state
from gan.training import run_folder
from gan.training.class_check import load_reader
from gan.training.console import Console
from gan.training.curves import draw_run
from gan.training.distributed import Team, check_share, choose_rank_device, count_processes, get_rank, join
from gan.training.loop import Trainer
from gan.training.malloc import keep_memory
from gan.training.options import Asked
from gan.training.plan import describe_plan, resolve_config
from gan.training.precision import fit_precision
from gan.training.preview import describe_data, load_train
from gan.training.resume import list_changes, resolve_resumed
from gan.training.run_folder import STATE, WEIGHTS
from gan.training.watcher import Watch

STOPPED, ALARMED = 130, 3  # exit statuses of a run that ended before its budget, saved


@dataclass(frozen=True)
class Resolved:
    """What is to be done, with all of it checked that can be before data are read.

    Attributes:
        config: of the run.
        changes: what an extension changes, as `name old -> new`.
        state: of the run that is resumed; None for a new one.
        warning: why that is not the last state that was saved, or None.
        fitted: why the precision is not the preset's, or "".
        device: where it trains.
        root: of its data.
    """

    config: Config
    changes: list[str]
    state: dict[str, Any] | None
    warning: str | None
    fitted: str
    device: torch.device
    root: Path

    @property
    def notes(self) -> dict[str, Any]:
        """What the run noted down before it was stopped."""
        return self.state.get("notes", {}) if self.state else {}


def meet(asked: Asked) -> Team | None:
    """The processes that torchrun started; None without it, or where nothing will be done."""
    if count_processes() == 1 or asked.dry_run:
        return None
    return join(choose_device(choose_rank_device(asked.device)))


def train(asked: Asked, team: Team | None = None) -> int:
    """Check everything, train, and say where the weights are; the exit status."""
    keep_memory()
    team = team or Team()
    todo = resolve(asked, team)
    if asked.dry_run:
        show_plan(asked, todo)
        return 0
    trainer = prepare(asked, todo, team)
    if not team.leads:
        return follow(trainer)
    take_over(asked, todo, trainer)
    watch = Watch(trainer.config, trainer.dataset, load_reader(trainer.config))
    with Console(trainer, watch, tensorboard=asked.tensorboard) as console, stopping(trainer):
        trainer.run(console)
    if trainer.adversaries.get_fraction() < 1:
        return say_how_to_go_on(asked, trainer, console.stopped)
    finish(asked, trainer)
    return 0


# ---- before any work ------------------------------------------------------------------------------------------------


def resolve(asked: Asked, team: Team) -> Resolved:
    """Everything that can be checked before the data are read; a Refusal says what cannot be."""
    if asked.resume and asked.overwrite:
        raise ConfigError("--resume continues the run in --out and --overwrite deletes it; give one of them")
    if asked.extend and not asked.resume:
        raise ConfigError("--extend changes a run that is resumed; add --resume")
    state, warning, fitted = None, None, ""
    if asked.resume:  # read once, before anything is written
        state, warning = team.tell(read_last_state(asked.out / STATE) if team.leads else None)
    if state is None:
        config, changes = resolve_config(asked.preset or "digits", asked.given), []
    else:
        config = resolve_resumed(state, asked.preset, asked.given, extend=asked.extend)
        changes = list_changes(Config.from_dict(state["config"]), config)
    device = choose_device(choose_rank_device(asked.device))
    if state is None:  # one process decides for all
        named = "precision" in asked.given
        config, fitted = team.tell(fit_precision(config, device, asked=named) if team.leads else None)
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32 where a layer is not in bf16
    todo = Resolved(config, changes, state, warning, fitted, device, get_root(asked.data))
    set_threads(asked.threads if asked.threads is not None else todo.notes.get("threads"))
    describe_plan(config)  # refuses what cannot train
    check_share(config.batch, count_processes())
    return todo


def set_threads(threads: int | None) -> None:
    """Compute in so many threads; None leaves torch's choice. ConfigError when it cannot be.

    Sums depend on their order, and it on the threads: a run that goes on keeps to those it began with.
    """
    if threads is None:
        return
    if not 1 <= threads <= 1024:
        raise ConfigError(f"threads is {threads}; it must be from 1 to 1024")
    torch.set_num_threads(threads)


def show_plan(asked: Asked, todo: Resolved) -> None:
    """Print the resolved plan, and what there is to learn from, as lines of text: the leading process alone."""
    if get_rank() != 0:
        return
    if todo.changes:
        print(f"--extend: {', '.join(todo.changes)}")
    head = {
        "data": todo.root,
        "out": asked.out,
        "device": todo.device,
        "processes": count_processes(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        **describe_plan(todo.config),
    }
    print("\n".join(f"{name:14} {value}" for name, value in (*head.items(), *todo.config.to_dict().items())))
    if todo.fitted:
        print(todo.fitted)
    for line in describe_data(todo.root, todo.config, asked.out):
        print(line)


def prepare(asked: Asked, todo: Resolved, team: Team) -> Trainer:
    """The folder, the data and the networks, checked and as the run left them; a failure leaves no folder behind."""
    config, notes = todo.config, todo.notes
    with run_folder.unmaking(asked.out):
        if team.leads:
            run_folder.check(asked.out, resume=asked.resume, overwrite=asked.overwrite)
            if asked.push_to_hub is not None:
                check_repo(asked.push_to_hub)
        dataset = load_for_all(team, todo.root, config)
        if notes.get("data", len(dataset)) != len(dataset):
            raise ConfigError(
                f"the run in --out learns from {notes['data']:,} images, and {todo.root} has {len(dataset):,}; "
                "name its own data"
            )
        if not config.unconditional:
            config = replace(config, num_classes=len(dataset.class_names))
        trainer = Trainer(config, dataset, asked.out, todo.device, asked.command, team)
        if todo.state is not None:
            if "commands" not in notes:  # the state of an early version
                found = run_folder.recall_commands(asked.out)
                trainer.notes["commands"] = found or ([] if todo.changes else [asked.command])
            trainer.load_state_dict(todo.state)
    if todo.changes:
        trainer.notes["commands"] = [*trainer.notes["commands"], asked.command]
    trainer.notes |= {"threads": torch.get_num_threads(), "data": len(dataset)}
    return trainer


def load_for_all(team: Team, root: Path, config: Config) -> Dataset:
    """The training split, fetched when it is missing: by the leading process, while the others wait."""
    if team.leads:
        dataset = load_train(root, config)
        team.tell(None)
        return dataset
    team.tell(None)
    return load_dataset(root, "train", name=config.dataset, invert=config.invert)


def take_over(asked: Asked, todo: Resolved, trainer: Trainer) -> None:
    """Make the folder ours: old files go, and what the run goes on from is said."""
    if asked.overwrite:
        run_folder.clear(asked.out)
    run_folder.sweep(asked.out)
    for said in (*trainer.dataset.notices, todo.warning, todo.fitted):
        if said:
            print(said)
    if todo.state is not None:
        ours = trainer.adversaries
        print(f"Resumed at {ours.images:,} images, {ours.get_fraction():.0%} of the run.")
    if todo.changes:
        print(f"--extend: {', '.join(todo.changes)}")
        trainer.save()  # whatever ends this run, it goes on as what it has become


# ---- the run, and after ---------------------------------------------------------------------------------------------


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


def follow(trainer: Trainer) -> int:
    """Train as one of those processes that write and say nothing; the exit status."""
    with stopping(trainer):  # every process hears torchrun's signals, and all end at the same step
        trainer.run()
    return 0 if trainer.adversaries.get_fraction() >= 1 else STOPPED


def say_how_to_go_on(asked: Asked, trainer: Trainer, stopped: str) -> int:
    """Say where a run that ended early is saved and what goes on with it; `stopped` is an alarm's reason."""
    why = f" ({stopped})" if stopped else ""
    print(f"\nStopped{why} at {trainer.adversaries.images:,} images and saved {trainer.out / STATE}. Go on with:")
    words = [word for word in shlex.split(asked.command)[2:] if word not in ("--overwrite", "--resume")]
    print(f"  {spell_training(trainer.team.size)} {shlex.join([*words, '--resume'])}")
    return ALARMED if stopped else STOPPED


def spell_training(processes: int) -> str:
    """What starts the train command here, on as many processes as this run has."""
    start, python = spell("train"), spell_python()
    if processes == 1:
        return start
    file = start.removeprefix(f"{python} ") if start.startswith(f"{python} ") else "-m gan.train"
    return f"{python} -m torch.distributed.run --nproc_per_node {processes} {file}"


def finish(asked: Asked, trainer: Trainer) -> None:
    """Say what came out of a run that is done, make its film and curves, and push it where that was asked for."""
    out, weights = trainer.out, trainer.out / WEIGHTS
    ours = trainer.adversaries
    print(f"Done: {ours.images:,} images in {ours.seconds / 60:.1f} minutes. Weights: {weights}")
    for path in draw_run(out):
        print(f"Made: {path}")
    see = [str(weights), "--count", "100", "--out", str(out / "digits.png")]
    print(f"See them: {spell('sample')} {shlex.join(see)}")
    if asked.push_to_hub is not None:
        push(out, asked.push_to_hub)
