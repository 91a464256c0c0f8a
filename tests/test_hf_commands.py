"""The `hf` commands of the documentation, as the installed command line of huggingface_hub takes them. No network."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
from huggingface_hub import HfApi
from huggingface_hub.cli.hf import app
from huggingface_hub.utils._paths import filter_repo_objects

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "checkpoints" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def list_commands() -> list[list[str]]:
    """The words of every `hf` command that a block of code shows, without the `hf`."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```(?:sh|bash|console)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                found += [
                    shlex.split(part, comments=True)[1:] for part in line.split("&&") if part.split()[:1] == ["hf"]
                ]
    return found


def test_there_are_such_commands():
    assert ["auth", "login"] in list_commands()
    assert any(words[0] == "upload" for words in list_commands())


@pytest.mark.parametrize("words", list_commands(), ids=lambda words: " ".join(words[:2]))
def test_every_command_is_one_that_the_program_takes(words: list[str], monkeypatch: pytest.MonkeyPatch):
    """Have it parse the whole line, as it would before it does anything, and then do nothing."""
    reached: list[str] = []
    monkeypatch.setattr(click.Command, "invoke", lambda self, context: reached.append(context.info_name))
    app(words, standalone_mode=False)  # raises where a word is wrong
    assert reached[-1] == [word for word in words if word.isalpha()][1 if words[0] == "auth" else 0]
    with pytest.raises(click.UsageError):
        app([*words, "one-word-too-many", "--no-such-option"], standalone_mode=False)


@pytest.mark.parametrize("words", [one for one in list_commands() if one[0] == "upload"])
def test_an_upload_takes_all_that_a_space_needs_and_no_tests(words: list[str], monkeypatch: pytest.MonkeyPatch):
    sent: list[dict[str, Any]] = []

    def take(self: HfApi, **what: Any) -> Any:
        sent.append(what)
        raise InterruptedError  # enough is known

    class Made:
        repo_id = "YOU/digit-forge"

    monkeypatch.setattr(HfApi, "create_repo", lambda self, **what: Made)
    monkeypatch.setattr(HfApi, "upload_folder", take)
    monkeypatch.chdir(ROOT)
    with pytest.raises(InterruptedError):
        app(words, standalone_mode=False)
    (what,) = sent
    assert what["repo_type"] == "space"
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    up = set(
        filter_repo_objects(
            [*listed, "gan/__pycache__/data.cpython-312.pyc"],
            allow_patterns=what["allow_patterns"],
            ignore_patterns=what["ignore_patterns"],
        )
    )
    must = {name for name in listed if name.startswith(("gan/", "checkpoints/", "docs/"))}
    assert up == must | {"app.py", "train.py", "requirements.txt", "README.md", "LICENSE"}
    assert any(name.endswith(".safetensors") for name in up)
