"""How every command ends and is called: 0, or one sentence on stderr and the status that says why; and its own name.

def main(argv=None) -> int:
args = parse(argv)
with refusing("sample") as ended:
work(args)
return ended.status

A sentence says `python -m gan.NAME` or `python train.py`, wherever it is shown: a page must tell no server's paths.
What a command prints goes through `localize`, so that it can be typed in the folder one is in.
"""

import os
import re
import shlex
import shutil
import site
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from gan.errors import Refusal, complete

REFUSED, INTERRUPTED = 2, 130

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent  # of a checkout or a Space; of an installed package it is site-packages
SCRIPTS = {
    "ui.app": "digit-forge",
    "train": "digit-forge-train",
    "sample": "digit-forge-sample",
    "evaluate": "digit-forge-evaluate",
}
FILES = {"ui.app": "app.py", "train": "train.py"}  # beside the package in a checkout
SPOKEN = re.compile(r"\bpython (?:-m gan\.(\w+)|(train|app)\.py)\b")


@dataclass
class Ended:
    """How a command ended: its exit status."""

    status: int = 0


@contextmanager
def refusing(name: str, interrupted: str = "interrupted, nothing written", *, capital: bool = True) -> Iterator[Ended]:
    """While inside, a Refusal, an error of the disk or Ctrl-C becomes one sentence of the command `name`, and a status.

    A Refusal and an OSError give 2, Ctrl-C 130; anything else is a mistake of ours and keeps its traceback. capital:
    the sentence begins with one behind the name.
    """
    ended = Ended()
    try:
        yield ended
    except Refusal as error:
        ended.status = _tell(name, complete(error.sentence, capital=capital), REFUSED)
    except OSError as error:
        where = error.filename or "while writing"
        ended.status = _tell(name, f"{error.strerror or error}: {where}.", REFUSED)
    except KeyboardInterrupt:
        ended.status = _tell(name, complete(interrupted, capital=False), INTERRUPTED)


def _tell(name: str, sentence: str, status: int) -> int:
    print(f"{get_name(name)}: {localize(sentence)}", file=sys.stderr)
    return status


def get_name(name: str) -> str:
    """What the command gan.`name` is called at the head of what it says: digit-forge-sample, train.py or gan.watch."""
    script = Path(sys.argv[0]).name if sys.argv else ""
    if name.startswith("scripts."):  # the checkout's own
        return name
    if script == SCRIPTS.get(name):
        return script
    return f"gan.{name}" if is_installed() else FILES.get(name, f"gan.{name}")


def get_prog(name: str) -> str:
    """The same as --help calls it: digit-forge-sample, train.py or python -m gan.watch."""
    called = get_name(name)
    return f"python -m {called}" if called.startswith("gan.") else called


def get_public(name: str) -> str:
    """How a page names the command gan.`name`: without the server's paths."""
    if is_installed():
        return SCRIPTS.get(name, f"python -m gan.{name}")
    return f"python {FILES[name]}" if name in FILES else f"python -m gan.{name}"


def is_installed() -> bool:
    """Whether this code is an installed package; else app.py is beside it, in a checkout or a Space."""
    return (PACKAGE / "checkpoints").is_dir() or not (ROOT / "app.py").is_file()


def localize(text: str) -> str:
    """The text with its commands as they can be typed here: `python -m gan.hub` -> `digit-forge/bin/python -m gan.hub`.

    They are left as they are where that is how to type them.
    """
    return SPOKEN.sub(lambda found: spell(found[1] or {"app": "ui.app"}.get(found[2], found[2])), text)


def spell(name: str) -> str:
    """What starts the command gan.`name` in the folder one is in, with the Python that runs now: words for a shell."""
    python = spell_python()
    if is_installed():
        script = shutil.which(SCRIPTS.get(name, ""))
        if script and Path(script).parent == Path(sys.executable).parent:
            return SCRIPTS[name]
        return f"{python} -m gan.{name}"
    if name in FILES:
        return f"{python} {_shorten(ROOT / FILES[name])}"
    where = "" if _finds_us() else f"PYTHONPATH={_shorten(ROOT)} "
    return f"{where}{python} -m gan.{name}"


def spell_python() -> str:
    """The Python that runs now, as it can be typed here: python where that is it, else a path."""
    here = Path(sys.executable or "python")
    for name in ("python", "python3"):
        found = shutil.which(name)
        # By the folder: in a virtual environment python is a link to one that knows none of its packages
        if found and Path(found).parent == here.parent and Path(found).samefile(here):
            return name
    return _shorten(here)


def spell_install(extra: str) -> str:
    """What installs the packages of an extra beside those there are: evaluate or data."""
    what = f"'digit-forge[{extra}]'" if is_installed() else f"-r {_shorten(ROOT / f'requirements-{extra}.txt')}"
    return f"{spell_python()} -m pip install {what}"


def _finds_us() -> bool:
    """Whether `python -m gan.NAME` finds this checkout from where one is."""
    paths = [Path.cwd(), *(Path(one) for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one)]
    if any(path.resolve() == ROOT for path in paths):
        return True
    places = [*site.getsitepackages(), site.getusersitepackages()]
    return any(True for _ in distributions(name="digit-forge", path=places))  # installed with --editable


def _shorten(path: Path) -> str:
    """A path as it can be typed here: relative where that is shorter."""
    relative = os.path.relpath(path)
    return shlex.quote(min(relative, str(path), key=len))
