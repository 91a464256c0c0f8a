"""The folder of a Space: the app, the package, the weights with what lies beside them, and what its README shows.

Every file is copied from this checkout as it lies there, models that you added yourself included. Nothing is left of
an earlier assembly, and nothing is written where the checkout lacks something.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from gan.errors import Listing, Refusal, say

ROOT = Path(__file__).resolve().parent.parent.parent
SINGLE = ("README.md", "app.py", "requirements.txt", "LICENSE")
DOCKER = ("Dockerfile", ".dockerignore")  # where the Space is to be built by Docker
TOP = {*SINGLE, *DOCKER, "gan", "checkpoints", "docs"}  # all that stands at the top of a Space
GRADIO_ONLY = ("sdk_version", "python_version", "app_file")  # keys of the header that a Docker Space has not
PORT = 7860  # where the Dockerfile's page listens
WEIGHTS = ("*.safetensors", "*.json", "README.md")  # of checkpoints/
LEFT_OUT = ("__pycache__", "*.pyc", "*.tmp", "*.partial", ".*")
LINK = re.compile(r"\]\(([^)#\s]+)")
POINTER = (
    b"version https://git-lfs"  # what Git leaves in a file's place where its storage of large files is not at hand
)


class SpaceError(Refusal):
    """What is lacking for a Space, or wrong with one, in a sentence."""


def list_files(root: Path, *, docker: bool = False) -> list[Path]:
    """The files of a Space, relative to the checkout's root, in order; SpaceError names what is lacking."""
    single = (*SINGLE, *(DOCKER if docker else ()))
    package = (path for path in (root / "gan").rglob("*") if path.is_file() and not _is_left_out(path, root))
    weights = (path for pattern in WEIGHTS for path in (root / "checkpoints").glob(pattern))
    found = {*(root / name for name in single), *package, *weights, *_follow_links(root / "README.md", root)}
    missing = sorted(path.relative_to(root).as_posix() for path in found if not path.is_file())
    if missing:
        raise SpaceError(
            say("a Space needs {missing}, which is not in {root}.", missing=Listing(missing), root=str(root))
        )
    return sorted(path.relative_to(root) for path in found)


def read_header(readme: Path) -> dict[str, str]:
    """The front matter of a Space's README, where the Hub reads what to run; SpaceError where there is none."""
    parts = readme.read_text(encoding="utf-8").split("---\n", 2)
    try:
        header = yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0] else None
    except yaml.YAMLError as error:
        raise SpaceError(say("{file}: its header is no YAML.", file=str(readme))) from error
    if not isinstance(header, dict):
        raise SpaceError(say("{file} has no header between two lines of ---; the Hub needs one.", file=str(readme)))
    return {str(key): str(value) for key, value in header.items()}


def check_files(root: Path) -> None:
    """Raise SpaceError where the header, the pins and the weights do not go together."""
    header = read_header(root / "README.md")
    pin = re.search(r"^gradio==(\S+)$", (root / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    pinned = pin[1] if pin else "nothing"
    if header.get("sdk_version") != pinned:
        raise SpaceError(
            say(
                "README.md says sdk_version {said}, requirements.txt pins gradio {pinned}; they must be the same.",
                said=header.get("sdk_version", "nothing"),
                pinned=pinned,
            )
        )
    if not (root / header.get("app_file", "")).is_file():
        raise SpaceError(
            say("README.md names {file} as app_file, which is not there.", file=header.get("app_file", ""))
        )
    index = root / "checkpoints" / "index.json"
    try:
        models = [index.parent / f"{name}.safetensors" for name in json.loads(index.read_text(encoding="utf-8"))]
    except ValueError as error:
        raise SpaceError(say("{index} is not what gan.checkpoint writes.", index=str(index))) from error
    if not models:
        raise SpaceError(say("{index} names no model; a Space needs one to draw with.", index=str(index)))
    for path in {*models, *index.parent.glob("*.safetensors")}:
        if not path.is_file():
            raise SpaceError(say("{index} names {name}, whose file is not there.", index=str(index), name=path.stem))
        with path.open("rb") as file:
            if file.read(len(POINTER)) == POINTER:
                raise SpaceError(
                    say("{file} is a pointer of Git LFS, not the weights; fetch them: git lfs pull.", file=str(path))
                )


def to_docker(readme: str) -> str:
    """The README of a Docker Space: the same, but for the lines of its header that name the SDK."""
    before, header, rest = readme.split("---\n", 2)
    kept = [line for line in header.splitlines() if line.partition(":")[0] not in ("sdk", *GRADIO_ONLY)]
    return "---\n".join([before, "\n".join([*kept, "sdk: docker", f"app_port: {PORT}", ""]), rest])


def assemble(root: Path, target: Path, *, docker: bool = False) -> list[Path]:
    """Make `target` anew, with exactly a Space's files -> those, relative to it. docker: one that Docker builds.

    Raises SpaceError, with nothing changed, where something is lacking, or where `target` holds anything that is no
    part of a Space: that is not ours to delete.
    """
    files = list_files(root, docker=docker)
    check_files(root)
    target = target.resolve()
    if target.exists():
        strange = sorted({path.name for path in target.iterdir()} - TOP) if target.is_dir() else [target.name]
        if strange or root.is_relative_to(target):
            raise SpaceError(
                say(
                    "{target} holds {strange}, which is no part of a Space; name another folder, or remove it.",
                    target=str(target),
                    strange=Listing(strange or ["this checkout"]),
                )
            )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
        made = Path(folder) / target.name
        for path in files:
            (made / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, made / path)
        if docker:
            readme = made / "README.md"
            readme.write_text(to_docker(readme.read_text(encoding="utf-8")), encoding="utf-8")
        if target.exists():
            target.rename(Path(folder) / "before")
        made.rename(target)
    return files


def _is_left_out(path: Path, root: Path) -> bool:
    return any(Path(part).match(pattern) for part in path.relative_to(root).parts for pattern in LEFT_OUT)


def _follow_links(page: Path, root: Path) -> set[Path]:
    """The pictures and pages that a page leads to, and those that they lead to: none of a Space's links is dead."""
    found: set[Path] = set()
    waiting = [page]
    while waiting:
        for path in _list_links(waiting.pop(), root):
            if path not in found:
                found.add(path)
                waiting += [path] if path.suffix == ".md" else []
    return found


def _list_links(page: Path, root: Path) -> Iterator[Path]:
    if not page.is_file():
        return
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        path = (page.parent / link).resolve()
        if "://" not in link and path.is_relative_to(root) and path.suffix:
            yield path
