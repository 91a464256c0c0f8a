"""The app of a Space's folder in a process of its own, with the environment that the Hub gives it."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gan.errors import say
from scripts.space.assemble import SpaceError, read_header

PATIENCE = 180.0  # seconds until the page is there; the Hub gives a Space 30 minutes
OURS = ("GAN_", "GRADIO_", "HF_", "PYTHON", "SPACE", "VIRTUAL_ENV")  # of this machine's environment, unknown there


def find_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serve(space: Path, python: Path) -> Iterator[str]:
    """Start the app -> its address; it ends with the block. SpaceError, with its last words, when it does not start.

    Its home is empty and the Hub is out of reach: what it needs, it must have.
    """
    port = find_port()
    with tempfile.TemporaryDirectory(prefix="space-") as home, (Path(home) / "log").open("w+") as log:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        env = {
            **kept,
            "SYSTEM": "spaces",
            "SPACE_ID": "test/test",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "HOME": home,
            "GAN_DATA": home,
            "HF_HUB_OFFLINE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [
            str(python),
            read_header(space / "README.md").get("app_file", "app.py"),
        ]  # or what the Dockerfile runs
        process = subprocess.Popen(command, cwd=space, env=env, stdout=log, stderr=log)
        try:
            _wait_until_up(process, f"http://127.0.0.1:{port}", Path(log.name))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
    raise SpaceError(say("the Space's app served no page; it said: {last}", last=" / ".join(last) or "nothing"))
