"""The demo as a visitor gets it: `python app.py` in a process of its own, started once for all tests that need it."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.made_language import write_language

ROOT = Path(__file__).resolve().parent.parent
PLACE = "DIGIT_FORGE_SERVED"  # names the folder of `one_for_all`


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def start(port: int, **environment: str) -> subprocess.Popen[bytes]:
    """Start the demo on that port; what it complains about goes where the tests' own errors go."""
    command = [sys.executable, "app.py", "--port", str(port)]
    env = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=env)


def wait_until_up(process: subprocess.Popen[bytes], address: str) -> None:
    """Return once the page is served at `address`; RuntimeError when its process ends first, or after three minutes."""
    for _ in range(1800):
        if process.poll() is not None:
            raise RuntimeError(f"app.py ended with {process.returncode} before it served its page")
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("app.py served no page within three minutes")


@contextmanager
def one_for_all() -> Iterator[None]:
    """Let this process and those that it starts share the demo: `serve_once` starts it, and it ends with this block."""
    with tempfile.TemporaryDirectory(prefix="digit-forge-") as folder:
        os.environ[PLACE] = folder
        yield
        del os.environ[PLACE]
        for note in Path(folder).glob("*.pid"):
            os.kill(int(note.stem), signal.SIGTERM)
            with suppress(ChildProcessError):  # it is another test process's child
                os.waitpid(int(note.stem), 0)


def serve_once(root: Path) -> str:
    """The address of the demo over that data root, which is started at the first call of all test processes."""
    folder = Path(os.environ[PLACE])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for note in folder.glob("*.pid"):
            return note.read_text()
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        words = folder / "words"  # one more language beside the project's own
        words.mkdir(exist_ok=True)
        write_language(words)
        process = start(port, GAN_DATA=str(root), GAN_WORDS=str(words))
        try:
            wait_until_up(process, address)
        except RuntimeError:
            process.kill()
            process.wait()
            raise
        process.returncode = 0  # not this test process's to wait for: `one_for_all` ends it
        (folder / f"{process.pid}.pid").write_text(address)
        return address
