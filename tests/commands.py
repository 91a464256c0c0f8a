"""The commands that the documentation shows in its blocks of code, as words; and where programs that we use are."""

import os
import re
import shlex
import shutil
from collections.abc import Collection
from itertools import dropwhile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "checkpoints" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SETTING = re.compile(r"[A-Z_]+=\S*$")  # NAME=value before a command


def read_blocks(language: str, page: Path | None = None) -> list[str]:
    """What stands in the blocks of code of that language, a regular expression; of all pages, or of one."""
    pages = [page] if page else PAGES
    text = "\n".join(one.read_text(encoding="utf-8") for one in pages)
    return re.findall(rf"^```(?:{language})\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def list_lines() -> list[list[str]]:
    """Every command of the blocks in a shell's language, as words; what is before a pipe and behind it are two."""
    found = []
    for block in read_blocks("sh|bash|console"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.shlex(line, posix=True, punctuation_chars="|&;")
            words.whitespace_split = True
            command: list[str] = []
            for word in [*words, ";"]:
                if word and set(word) <= set("|&;"):
                    found.append(command)
                    command = []
                elif command or not SETTING.match(word):
                    command.append(word)
    return [command for command in found if command]


def list_spans(programs: Collection[str]) -> list[list[str]]:
    """The commands of these programs that stand within sentences, `like --this`; a name alone is none."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    spans = (part.split() for span in re.findall(r"`([^`]+)`", prose) for part in span.split("&&"))
    settled = ([*dropwhile(SETTING.match, words)] for words in spans)
    return [words for words in settled if len(words) > 1 and words[0] in programs]


def list_commands(program: str) -> list[list[str]]:
    """The words of every command of that program in the blocks, without its name."""
    return [words[1:] for words in list_lines() if words[0] == program]


def find_program(name: str, advice: str) -> str:
    """The path of a program. Without it the test is skipped, or fails, where REQUIRE_PROGRAMS is set."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
    if path is None:
        lacking = f"{name} is not here; install it to run this test ({advice})."
        if os.environ.get("REQUIRE_PROGRAMS"):
            pytest.fail(lacking, pytrace=False)
        pytest.skip(lacking)
    return path
