"""Every command of the documentation that needs a program from outside is run or parsed by some test.

By its own, pinned program where there is one; here are those that no other file has. A program that the documentation
names for the first time fails here until it is among them.
"""

import argparse
import os
import re
import subprocess
import sys

import pytest
from torch.distributed.run import get_args_parser

from tests.commands import ROOT, list_commands, list_lines, list_spans, read_blocks

# What other files run: the programs, and where
ELSEWHERE = {
    "tests/test_hf_commands.py": ("hf",),
    "tests/test_hosting.py": ("nginx", "caddy"),
    "tests/ui/test_app_api.py": ("curl", "post", "post()", "}", "picture=$(base64", "tr"),  # README's block, as a whole
}
# Our own commands, which have tests of their own
OURS = ("python", "digit-forge", "digit-forge-train", "digit-forge-sample", "digit-forge-evaluate")
SHELL = ("for", "do", "done")  # words of the shell, around commands of ours
HERE = ("torchrun", "tensorboard", "pip", "make", "docker", "git", "awk", "sort", "head")


def find_all(name: str) -> list[list[str]]:
    """The arguments of that program, each time it is shown, in a block or within a sentence."""
    found = [*list_commands(name), *(words[1:] for words in list_spans([name]))]
    return [list(words) for words in dict.fromkeys(tuple(words) for words in found)]


def test_every_program_that_is_shown_has_a_test():
    known = {*HERE, *OURS, *SHELL, *(name for names in ELSEWHERE.values() for name in names)}
    assert {words[0] for words in list_lines()} - known == set()
    for path in ELSEWHERE:
        assert (ROOT / path).is_file()


def parse_torchrun(words: list[str]) -> None:
    assert get_args_parser().parse_args(words).training_script == "train.py"


def parse_tensorboard(words: list[str]) -> None:
    """In a process of its own: importing it warns of what it brings along."""
    command = [sys.executable, "-m", "tensorboard.main", *words, "--version_tb"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def run_pip(words: list[str]) -> None:
    """All of it is installed: with nothing to fetch, pip says so."""
    if words[1].startswith("."):  # this project itself: what builds it is here (test_package.py does build it)
        words = [*words, "--no-build-isolation"]
    command = [sys.executable, "-m", "pip", *words, "--dry-run", "--no-deps", "--no-index", "--quiet"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def run_make(words: list[str]) -> None:
    """Print what it would do, without a network: where there is no environment yet, that is to make one."""
    run = subprocess.run(["make", "--dry-run", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout


def parse_docker(words: list[str]) -> None:
    """Docker is not to be had everywhere; these are the options that its manual has, of those that we show."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    commands = parser.add_subparsers(required=True)
    build = commands.add_parser("build")
    build.add_argument("-t", "--tag")
    build.add_argument("path")
    run = commands.add_parser("run")
    run.add_argument("--rm", action="store_true")
    run.add_argument("-p", "--publish")
    run.add_argument("image")
    asked = parser.parse_args(words)
    if "path" in asked:
        assert (ROOT / asked.path / "Dockerfile").is_file()
    else:
        exposed = re.search(r"^EXPOSE (\d+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
        assert exposed is not None
        assert asked.publish.split(":")[1] == exposed[1]


CHECKS = {
    "torchrun": parse_torchrun,
    "tensorboard": parse_tensorboard,
    "pip": run_pip,
    "make": run_make,
    "docker": parse_docker,
}


@pytest.mark.parametrize(
    ("name", "words"), [(name, words) for name in CHECKS for words in find_all(name)], ids=lambda one: str(one)[:60]
)
def test_command_is_one_that_its_program_takes(name: str, words: list[str]):
    CHECKS[name](words)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("torchrun", "--nproc_per_node 2"),
        ("torchrun", "--nproc-of-node 2 train.py"),
        ("tensorboard", "--log-dir runs"),
        ("pip", "install -r requirements-evaluation.txt"),
        ("pip", "instal torch"),
        ("make", "spaces"),
        ("docker", "run --rm -p 7860:80 digit-forge"),
        ("docker", "build -t digit-forge docker"),
    ],
)
def test_a_wrong_one_is_known_as_wrong(name: str, line: str):
    with pytest.raises((AssertionError, SystemExit, argparse.ArgumentError)):
        CHECKS[name](line.split())


@pytest.mark.parametrize("block", [one for one in read_blocks("sh|bash") if "git " in one])
def test_what_is_counted_with_git_can_be_counted(block: str):
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone of the repository: there is no history to count")
    env = {**os.environ, "LC_ALL": "C"}
    run = subprocess.run(["bash", "-euc", block], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout


def test_inline_commands_are_found_too():
    assert ["--logdir", "runs"] in find_all("tensorboard")
    assert ["install", "-r", "requirements.txt"] in find_all("pip")
    assert any("TORCH_INDEX" in " ".join(words) for words in find_all("make"))
