"""Firefox without a window, told what to do by WebDriver BiDi (W3C): Debian's own, which Playwright cannot drive.

`with open_firefox() as firefox:`, then `firefox.open(address)` and `firefox.evaluate("async () => document.title")`.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("firefox-esr", "firefox")
PATIENCE = 120  # seconds, for a busy machine
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


def find() -> str | None:
    """The path of a Firefox; None where there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Firefox:
    """One tab of a running Firefox."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._count = 0
        self._call("session.new", capabilities={})
        self._tab = self._call("browsingContext.getTree")["contexts"][0]["context"]

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        while True:  # events come in between
            answer = json.loads(self._socket.recv(PATIENCE))
            if answer.get("id") == self._count:
                break
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        found: dict[str, Any] = answer["result"]
        return found

    def open(self, address: str) -> None:
        """Open a page, and wait until it is loaded."""
        self._call("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """Call a function of the page with a value -> what it returns, or what its promise gives; JSON both ways."""
        call = f"Promise.resolve(({function})({json.dumps(argument)})).then((one) => JSON.stringify(one ?? null))"
        found = self._call("script.evaluate", expression=call, target={"context": self._tab}, awaitPromise=True)
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])


@contextmanager
def open_firefox() -> Iterator[Firefox]:
    """A Firefox with a profile of its own, until the block ends; RuntimeError where it does not start."""
    program = find()
    assert program is not None
    with tempfile.TemporaryDirectory(prefix="digit-forge-", ignore_cleanup_errors=True) as home:
        command = [program, "--headless", "--no-remote", "--profile", home, "--remote-debugging-port=0", "about:blank"]
        environment = {**os.environ, "HOME": home}
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        try:
            assert process.stderr is not None
            address = next((found[1] for line in process.stderr if (found := LISTENING.search(line))), None)
            if address is None:
                raise RuntimeError(f"{program} ended without listening to anybody")
            with connect(f"{address}/session", max_size=None) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()
            process.wait(PATIENCE)
            assert process.stderr is not None
            process.stderr.close()
