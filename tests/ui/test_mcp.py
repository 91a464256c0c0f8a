"""The endpoints as tools of an MCP server: what `python app.py --mcp` offers, asked by the protocol's own client."""

import base64
import io
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import requires
from typing import Any

import anyio
import numpy as np
import pytest
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image

from tests.served import ROOT, free_port
from tests.test_plumbing import read_pins

Ask = Callable[[ClientSession], Coroutine[Any, Any, Any]]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A demo of its own, with the server of tools turned on by the environment."""
    port = free_port()
    env = {**os.environ, "OMP_NUM_THREADS": "2", "GRADIO_MCP": "1"}
    command = [sys.executable, "app.py", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=env)
    where = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert process.poll() is None, "app.py ended before it served its page"
            try:
                with urllib.request.urlopen(where, timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        yield where
    finally:
        process.terminate()
        process.wait(30)


def converse(address: str, ask: Ask) -> Any:
    """Open a session with the server, and return what `ask(session)` does."""

    async def run() -> Any:
        async with (
            streamable_http_client(f"{address}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await ask(session)

    with ThreadPoolExecutor(1) as own:  # in this thread the browser of other tests may keep a loop running
        return own.submit(anyio.run, run).result()


def call(address: str, tool: str, **arguments: Any) -> Any:
    return converse(address, lambda session: session.call_tool(tool, arguments))


def test_tools_are_the_public_endpoints_and_say_what_they_do(address):
    public = Client(address, verbose=False).view_api(return_format="dict")["named_endpoints"]
    tools = converse(address, lambda session: session.list_tools()).tools
    assert sorted(tool.name for tool in tools) == sorted(name.strip("/") for name in public)
    assert {"generate", "interpolate", "models"} <= {tool.name for tool in tools}
    for tool in tools:
        assert len(tool.description) > 40, tool.name
        named = {parameter["parameter_name"] for parameter in public[f"/{tool.name}"]["parameters"]}
        assert set(tool.inputSchema["properties"]) == named, tool.name


def test_generate_gives_a_picture_and_its_recipe(address):
    answer = call(address, "generate", digits="2026", rows=2, seed=7, truncation=0.8)
    assert not answer.isError
    (picture,) = (part for part in answer.content if part.type == "image")
    with Image.open(io.BytesIO(base64.b64decode(picture.data))) as image:
        assert image.size[0] > image.size[1]
        pixels = np.asarray(image.convert("L"))
        assert pixels.min() == 0
        assert pixels.max() > 200
    said = " ".join(part.text for part in answer.content if part.type == "text")
    assert "[2, 0, 2, 6, 2, 0, 2, 6]" in said
    assert "'seed': 7" in said


def test_wrong_argument_is_a_sentence(address):
    answer = call(address, "generate", digits="20x6")
    assert answer.isError
    said = " ".join(part.text for part in answer.content)
    assert "'x' is not a digit" in said
    assert "Traceback" not in said


def test_without_the_option_there_is_no_such_server(demo):
    request = urllib.request.Request(f"{demo}/gradio_api/mcp/", data=b"{}", method="POST")
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=30)
    assert error.value.code in (404, 405)
    error.value.close()


OPTION = """
import app
from gan.ui import page
page.serve = lambda *_, host, port, mcp: print(mcp)
app.main([])
app.main(["--mcp"])
"""


def test_option_turns_it_on():
    env = {key: value for key, value in os.environ.items() if key not in ("GRADIO_MCP", "SPACES_ZERO_GPU")}
    run = subprocess.run([sys.executable, "-c", OPTION], cwd=ROOT, env=env, capture_output=True, text=True)
    assert run.stdout.split() == ["False", "True"], run.stderr


def test_pins_hold_all_that_the_extra_pulls_in():
    """Extras included, which the walk in test_plumbing leaves aside: gradio[mcp] -> mcp -> pyjwt[crypto] -> ..."""
    pins = read_pins("requirements.txt")
    waiting: list[tuple[str, frozenset[str]]] = [("gradio", frozenset({"mcp"}))]
    seen = set(waiting)
    while waiting:
        package, extras = waiting.pop()
        assert package in pins, f"{package} is not pinned"
        for text in requires(package) or []:
            wanted = Requirement(text)
            if wanted.marker and not any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                continue
            reached = (canonicalize_name(wanted.name), frozenset(wanted.extras))
            if reached not in seen:
                seen.add(reached)
                waiting.append(reached)
    assert ("mcp", frozenset()) in seen
    assert ("pyjwt", frozenset({"crypto"})) in seen
