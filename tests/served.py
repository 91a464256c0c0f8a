"""The demo as a visitor gets it: `python app.py` in a process of its own, started once for all tests that need it."""

import atexit
import functools
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def start(port: int) -> subprocess.Popen[bytes]:
    """Start the demo on that port; what it complains about goes where the tests' own errors go."""
    command = [sys.executable, "app.py", "--port", str(port)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"})


def wait_until_up(process: subprocess.Popen[bytes], address: str) -> None:
    """Return once the page is served at `address`; RuntimeError when its process ends first, or after a minute."""
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"app.py ended with {process.returncode} before it served its page")
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("app.py served no page within a minute")


@functools.cache
def serve_once() -> str:
    """The address of the demo, which is started at the first call and ends with the tests."""
    port = free_port()
    process = start(port)
    atexit.register(process.wait, 30)
    atexit.register(process.terminate)
    address = f"http://127.0.0.1:{port}"
    wait_until_up(process, address)
    return address
