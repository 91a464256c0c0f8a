"""The `hf` commands of the documentation, as the installed command line of huggingface_hub takes them.

What they upload goes to a Hub on this machine (tests/stand_in_hub.py); nothing leaves it.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from huggingface_hub.cli.hf import app

from scripts.site.build import build
from scripts.space.assemble import ROOT, assemble, list_files
from tests.commands import list_commands
from tests.stand_in_hub import Hub, serve_hub

HF = Path(sys.executable).with_name("hf")
COMMANDS = list_commands("hf")
UPLOADS = [words for words in COMMANDS if words[0] == "upload"]
CREATIONS = [words for words in COMMANDS if words[:2] == ["repos", "create"]]
GROUPS = ("auth", "repos")  # whose second word is the command
# What makes the folder that is uploaded -> its files; of a site one small model is enough here
MAKES = {
    "build/space": lambda folder: assemble(ROOT, folder),
    "build/site": lambda folder: build(folder, ["digits-tiny"]),
}


def run_hf(words: list[str], hub: Hub, folder: Path) -> subprocess.CompletedProcess[str]:
    """The program itself, in a process of its own, with that Hub and no other."""
    env = {**os.environ, **hub.environment(folder / "home")}
    return subprocess.run([HF, *words], cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_there_are_such_commands():
    assert ["auth", "login"] in COMMANDS
    assert {words[2] for words in UPLOADS} == set(MAKES)
    assert CREATIONS


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:3]))
def test_every_command_is_one_that_the_program_takes(words: list[str], monkeypatch: pytest.MonkeyPatch):
    """Have it parse the whole line, as it would before it does anything, and then do nothing."""
    reached: list[str] = []
    monkeypatch.setattr(click.Command, "invoke", lambda self, context: reached.append(context.info_name))
    app(words, standalone_mode=False)  # raises where a word is wrong
    assert reached[-1] == [word for word in words if word.isalpha()][1 if words[0] in GROUPS else 0]
    with pytest.raises(click.UsageError):
        app([*words, "one-word-too-many", "--no-such-option"], standalone_mode=False)


@pytest.mark.parametrize("words", [list(one) for one in sorted({tuple(one) for one in UPLOADS})], ids=" ".join)
def test_an_upload_takes_exactly_what_was_made(words: list[str], tmp_path: Path):
    folder = tmp_path / words[2]
    files = MAKES[words[2]](folder)
    with serve_hub() as hub:
        run = run_hf(words, hub, tmp_path)
    assert run.returncode == 0, run.stderr
    assert hub.unknown == []
    (made,) = hub.made
    assert (made["type"], made["sdk"]) == ("space", "gradio")
    assert all(path.startswith("/api/spaces/YOU/NAME/commit/main") for path, _ in hub.commits)
    assert set(hub.files) == {path.as_posix() for path in files}
    for path, content in hub.files.items():
        assert content == (folder / path).read_bytes(), path
    assert sum(path.endswith(".safetensors") for path in hub.files) >= 4


def test_a_static_space_is_made_as_one(tmp_path: Path):
    """An upload alone would make a Gradio Space, whatever the README's header says."""
    for words in CREATIONS:
        with serve_hub() as hub:
            run = run_hf(words, hub, tmp_path)
        assert run.returncode == 0, run.stderr
        assert [(made["type"], made["sdk"]) for made in hub.made] == [("space", "static")]


def test_a_wrong_upload_reaches_no_hub_and_is_known_as_wrong(tmp_path: Path):
    """The command that the README had, one value after another behind --include, and others of that kind."""
    wrong = (
        'upload YOU/x . . --repo-type space --include "app.py" "train.py"',
        "upload YOU/x . . --repo-type spaces",
        "upload YOU/x no-such-folder . --repo-type space",
        "uplaod YOU/x . .",
    )
    (tmp_path / "app.py").write_text("")
    with serve_hub() as hub:
        for line in wrong:
            run = run_hf(shlex.split(line), hub, tmp_path)
            assert run.returncode != 0, line
    assert (hub.made, hub.files) == ([], {})


def test_nothing_that_the_readme_shows_is_left_out_of_a_space():
    assert {"docs/sheet.png", "docs/app.md", "checkpoints/README.md"} <= {one.as_posix() for one in list_files(ROOT)}
