"""How a command is called and spelled: what is printed can be typed in the folder one is in, however it was started."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gan import command
from gan.command import get_name, get_prog, localize, refusing, spell, spell_install
from gan.errors import Refusal, say
from tests.served import ROOT


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the checkout's folder, with its Python on the path: what documentation says is what can be typed."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.delenv("PYTHONPATH", raising=False)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As in an installed package, with its Python and its scripts in a folder of programs -> that folder."""
    programs = tmp_path / "venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", *command.SCRIPTS.values()):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    monkeypatch.setattr(command, "is_installed", lambda: True)
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setenv("PATH", str(programs))
    return programs


@pytest.mark.parametrize(
    "text",
    [
        "there is no x.directions.safetensors; `python -m gan.directions x` makes it.",
        "Go on with python train.py --resume, or python app.py.",
        "python -m gan.fit_encoder digits; python -m gan.sample USER/REPO",
    ],
)
def test_in_the_checkout_commands_are_as_they_are_written(here, text):
    assert localize(text) == text


def test_elsewhere_a_checkouts_commands_find_it(here, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    where = min(os.path.relpath(ROOT), str(ROOT), key=len)
    train = min(os.path.relpath(ROOT / "train.py"), str(ROOT / "train.py"), key=len)
    assert spell("sample") == f"PYTHONPATH={where} python -m gan.sample"
    assert spell("train") == f"python {train}"
    said = localize("`python -m gan.fit_verdict digits` stores one; python train.py and python app.py")
    assert said.startswith(f"`PYTHONPATH={where} python -m gan.fit_verdict digits` stores one; python {train} and ")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["/nowhere", str(ROOT)]))
    assert spell("sample") == "python -m gan.sample"


def test_a_python_that_is_not_on_the_path_is_named(here, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    python = command.spell_python()
    assert python not in ("python", "python3")
    assert Path(python).absolute() == Path(sys.executable)
    monkeypatch.setattr(sys, "executable", str(ROOT / "my env" / "bin" / "python"))
    assert spell("sample") == "'my env/bin/python' -m gan.sample"


def test_what_is_spelled_runs(here, tmp_path, monkeypatch):
    """In another folder, by a shell, with no more than the system's own path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for name in ("watch", "train"):
        line = f"{spell(name)} --help"
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout.startswith("usage: ")


def test_an_installed_package_has_commands_of_its_own(installed, tmp_path, monkeypatch):
    assert [spell(name) for name in ("ui.app", "train", "sample", "evaluate")] == [
        "digit-forge",
        "digit-forge-train",
        "digit-forge-sample",
        "digit-forge-evaluate",
    ]
    assert spell("hub") == "python -m gan.hub"
    assert localize("train one with python train.py or python -m gan.train; python app.py shows it") == (
        "train one with digit-forge-train or digit-forge-train; digit-forge shows it"
    )
    assert spell_install("evaluate") == "python -m pip install 'digit-forge[evaluate]'"
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # the environment is not activated
    monkeypatch.chdir(tmp_path)
    assert spell("sample") == "venv/bin/python -m gan.sample"
    assert spell("ui.app") == "venv/bin/python -m gan.ui.app"


def test_a_command_is_called_as_it_was_started(installed, here, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/venv/bin/digit-forge-sample", "--help"])
    assert (get_name("sample"), get_prog("sample")) == ("digit-forge-sample", "digit-forge-sample")
    assert (get_name("train"), get_prog("train")) == ("gan.train", "python -m gan.train")
    monkeypatch.setattr(command, "is_installed", lambda: False)
    assert (get_name("train"), get_prog("train")) == ("train.py", "train.py")
    assert (get_name("watch"), get_prog("watch")) == ("gan.watch", "python -m gan.watch")
    monkeypatch.setattr(sys, "argv", [])
    assert get_name("ui.app") == "app.py"


def test_a_refusal_says_what_can_be_typed(installed, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [str(installed / "digit-forge-sample")])

    def refuse(sentence: str) -> None:
        raise Refusal(sentence)

    with refusing("sample") as ended:
        refuse(say("there is none; `python -m gan.directions {model}` makes it.", model="x"))
    assert ended.status == 2
    with refusing("sample"):
        refuse("train one with python -m gan.train")
    assert capsys.readouterr().err.splitlines() == [
        "digit-forge-sample: There is none; `python -m gan.directions x` makes it.",
        "digit-forge-sample: Train one with digit-forge-train.",
    ]


def test_the_extras_file_is_found_from_elsewhere(here, tmp_path, monkeypatch):
    assert spell_install("evaluate") == "python -m pip install -r requirements-evaluate.txt"
    monkeypatch.chdir(tmp_path)
    assert Path(shlex.split(spell_install("evaluate"))[-1]).resolve() == ROOT / "requirements-evaluate.txt"
