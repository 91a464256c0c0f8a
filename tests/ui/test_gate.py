"""The door-keeper: which paths reach the app at all, whose page may change something, and that the real app has it."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from gradio_client import Client
from starlette.datastructures import Headers

from gan.ui.gate import Gate, is_ours
from tests.served import ROOT, free_port, wait_until_up

Answer = tuple[int, Any]
MOVES = "/gradio_api/explore"


class Inner:
    """What stands behind the gate: remembers the paths that reached it."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.append(scope["path"])
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'"inside"'})


def ask(
    path: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    *,
    mcp: bool = False,
    root: str = "",
    kind: str = "http",
) -> Answer:
    """The status and the JSON that a request ends with; for a socket the type of the answer, and None."""
    inner = Inner()
    sent: list[dict[str, Any]] = []
    named = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": kind, "method": method, "path": path, "root_path": root, "query_string": b"", "headers": named}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    with pytest.raises(StopIteration):  # nothing in it waits for anything: no loop is needed
        Gate(inner, mcp=mcp, sockets=(MOVES,))(scope, receive, send).send(None)
    if kind == "websocket":
        assert (sent[0]["type"] == "websocket.accept") is bool(inner.reached)
        return (200 if inner.reached else 403), None
    status = sent[0]["status"]
    assert (status == 200) is bool(inner.reached)
    assert b"".join(one["body"] for one in sent[1:])
    return status, json.loads(sent[1]["body"])


LET_THROUGH = [
    ("GET", "/"),
    ("HEAD", "/"),
    ("GET", "/config"),
    ("GET", "/config/"),
    ("GET", "/gradio_api/info"),
    ("GET", "/assets/index-x.js"),
    ("GET", "/static/fonts/a/b.woff2"),
    ("GET", "/theme.css"),
    ("GET", "/gradio_api/file=/tmp/gradio/abc/image.png"),
    ("HEAD", "/gradio_api/file=/tmp/gradio/abc/image.png"),
    ("GET", "/gradio_api/file=C:/Users/me/image.png"),
    ("POST", "/gradio_api/component_server"),
    ("POST", "/gradio_api/run/generate"),
    ("POST", "/gradio_api/call/generate"),
    ("GET", "/gradio_api/call/generate/0af3"),
    ("POST", "/gradio_api/queue/join"),
    ("GET", "/gradio_api/queue/data"),
    ("GET", "/gradio_api/heartbeat/abc123"),
]
KEPT_OUT = [
    "/gradio_api/proxy=x",
    "/gradio_api/file=https://elsewhere.org/a.png",
    "/gradio_api/file=/https://elsewhere.org/a.png",
    "/gradio_api/file=a.png",
    "/gradio_api/file/a.png",
    "/gradio_api/upload",
    "/gradio_api/upload_progress",
    "/gradio_api/stream/x",
    "/gradio_api/process_recording",
    "/gradio_api/deep_link",
    "/gradio_api/dev/reload",
    "/gradio_api/vibe-code",
    "/gradio_api/token",
    "/gradio_api/user",
    "/gradio_api/runs",
    "/gradio_api/openapi.json",
    "/gradio_api/queue/status",
    "/gradio_api/custom_component/x/client/component/index.js",
    "/gradio_api/mcp/",
    "/gradio_api/mcp/schema",
    "/monitoring",
    "/monitoring/summary",
    "/pwa_icon",
    "/login",
    "/logout",
    "/svelte/index.js",
    "/docs",
    "/openapi.json",
    "/robots.txt",
]
# Other spellings: of what is let through, which must not lead elsewhere, and of what is not, which must not slip by
SPELLED = [
    "",
    "//",
    "//config",
    "/./config",
    "/assets/../config",
    "/assets/..",
    "/assets/.",
    "/assets//index.js",
    "/assets/\\..\\x",
    "/assets/x\0.js",
    "/assets/x\n.js",
    "/assets/",
    "/config//",
    "/CONFIG",
    "/Gradio_API/info",
    "/gradio_api/run/",
    "/gradio_api/run/a/b",
    "/gradio_api/run/..",
    "/gradio_api/queue/data/",
    "/gradio_api/queue/data\n",
    "/gradio_api/heartbeat/a/b",
    "/gradio_api/file=/tmp/../etc/x",
    "/gradio_api/file=//elsewhere.org/a.png",
    "/PWA_icon",
    "/pwa_icon/",
    "/./pwa_icon",
    "//pwa_icon",
    "/assets/../pwa_icon",
    "/pwa%5ficon",  # encoded twice: decoded once, as the router does
    "/assetsx/a",
]


@pytest.mark.parametrize(("method", "path"), LET_THROUGH)
def test_what_the_page_and_programs_need_passes(method: str, path: str):
    assert ask(path, method)[0] == 200
    assert ask(f"/forge{path}", method, root="/forge")[0] == 200  # below the prefix of a proxy
    assert ask(path, method, root="/forge")[0] == 200  # or of one that takes the prefix away
    assert ask(path, method, root="https://me.org/forge")[0] == 200
    assert ask(f"/forge{path}", method)[0] == 404


@pytest.mark.parametrize("path", [*KEPT_OUT, *SPELLED])
def test_all_else_ends_in_a_sentence_before_the_app(path: str):
    for method in ("GET", "POST", "HEAD", "OPTIONS", "DELETE"):
        status, said = ask(path, method)
        assert status == 404
        assert said["error"].startswith("There is nothing at this address")
        assert ask(f"/forge{path}", method, root="/forge")[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/", "GET, HEAD"),
        ("PUT", "/gradio_api/run/generate", "POST"),
        ("GET", "/gradio_api/run/generate", "POST"),
        ("DELETE", "/gradio_api/queue/data", "GET"),
        ("TRACE", "/config", "GET"),
    ],
)
def test_another_method_is_said(method: str, path: str, allowed: str):
    assert ask(path, method) == (405, {"error": f"This address does not take {method}; it takes {allowed}."})


def test_tools_pass_only_where_they_are_turned_on():
    for method, path in (("POST", "/gradio_api/mcp/"), ("GET", "/gradio_api/mcp"), ("GET", "/gradio_api/mcp/schema")):
        assert ask(path, method, mcp=True)[0] == 200
        assert ask(path, method, mcp=False)[0] == 404
    assert ask("/gradio_api/mcp/other", mcp=True)[0] == 404


def test_only_the_sockets_that_there_are_open():
    assert ask(MOVES, kind="websocket")[0] == 200
    assert ask(f"/forge{MOVES}", kind="websocket", root="/forge")[0] == 200
    for path in ("/", "/gradio_api/queue/join", f"{MOVES}/", f"/{MOVES}", "/gradio_api/Explore"):
        assert ask(path, kind="websocket")[0] == 403
    assert ask(MOVES)[0] == 404  # the socket's path is no page


HERE = {"host": "127.0.0.1:7860"}
PROXIED = {"host": "forge.example", "x-forwarded-for": "10.0.0.7"}


@pytest.mark.parametrize(
    ("headers", "root", "ours"),
    [
        ({}, "", True),
        (HERE, "", True),
        ({**HERE, "origin": "http://127.0.0.1:7860"}, "", True),
        ({**HERE, "origin": "http://localhost:7860"}, "", True),
        ({"host": "[::1]:7860", "origin": "http://localhost:7860"}, "", True),
        ({"host": "Forge.Example", "origin": "https://forge.example"}, "", True),
        ({"host": "forge.example:443", "origin": "https://forge.example"}, "", True),
        ({"host": "forge.example", "origin": "http://forge.example:80"}, "", True),
        ({"host": "10.0.0.1", "x-forwarded-host": "forge.example", "origin": "https://forge.example"}, "", True),
        ({"host": "10.0.0.1", "x-forwarded-host": "forge.example, b", "origin": "https://forge.example"}, "", True),
        ({"host": "10.0.0.1", "origin": "https://forge.example"}, "https://forge.example/forge", True),
        ({"host": "10.0.0.1", "origin": "https://forge.example", "sec-fetch-site": "same-origin"}, "", True),
        ({**HERE, "sec-fetch-site": "same-origin"}, "", True),
        ({**HERE, "sec-fetch-site": "none"}, "", True),
        ({**HERE, "origin": "https://elsewhere.org"}, "", False),
        ({**HERE, "origin": "http://127.0.0.1:8000"}, "", False),
        ({**HERE, "origin": "http://127.0.0.1"}, "", False),
        ({**HERE, "origin": "http://127.0.0.1.elsewhere.org:7860"}, "", False),
        ({**HERE, "origin": "http://x@127.0.0.1:7860"}, "", False),
        ({**HERE, "origin": "null"}, "", False),
        ({**HERE, "origin": "null", "sec-fetch-site": "same-origin"}, "", False),
        ({**HERE, "origin": ""}, "", False),
        ({**HERE, "origin": "http://"}, "", False),
        ({**HERE, "origin": "http://["}, "", False),
        ({**HERE, "origin": "http://127.0.0.1:x"}, "", False),
        ({"origin": "http://127.0.0.1:7860"}, "", False),
        ({"host": "", "origin": "http://"}, "", False),
        ({"host": "forge.example:443", "origin": "http://forge.example"}, "", False),
        ({"host": "10.0.0.1", "x-forwarded-host": "a, forge.example", "origin": "https://forge.example"}, "", False),
        # nginx's $host on another port: the name came without it
        ({**PROXIED, "origin": "http://forge.example:8101"}, "", True),
        ({"host": "10.0.0.1", "x-forwarded-host": "forge.example", "origin": "http://forge.example:8101"}, "", True),
        (
            {"host": "::1", "x-real-ip": "10.0.0.7", "origin": "http://[::1]:8101"},
            "",
            False,
        ),  # a name needs its brackets
        ({"host": "[::1]", "x-real-ip": "10.0.0.7", "origin": "http://[::1]:8101"}, "", True),
        ({"host": "forge.example", "origin": "http://forge.example:8101"}, "", False),  # nothing stands between
        ({**PROXIED, "host": "forge.example:80", "origin": "http://forge.example:8101"}, "", False),
        ({**PROXIED, "origin": "http://elsewhere.org:8101"}, "", False),
        ({**PROXIED, "origin": "http://forge.example:8101", "sec-fetch-site": "same-site"}, "", False),
        ({**PROXIED, "origin": "http://forge.example:x"}, "", False),
        ({**PROXIED, "origin": "null"}, "", False),
        ({"origin": "http://:8101", "host": "", "x-real-ip": "10.0.0.7"}, "", False),
        ({**HERE, "sec-fetch-site": "cross-site"}, "", False),
        ({**HERE, "sec-fetch-site": "same-site"}, "", False),
    ],
)
def test_whose_page_it_is(headers: dict[str, str], root: str, ours: bool):
    assert is_ours(Headers(headers), root) is ours


def test_two_origins_are_ours_only_if_both_are():
    raw = [(b"host", b"a.org"), (b"origin", b"http://a.org"), (b"origin", b"http://b.org")]
    assert not is_ours(Headers(raw=raw))
    assert is_ours(Headers(raw=raw[:2]))


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path in LET_THROUGH if method == "POST" or "queue/data" in path]
)
def test_a_page_of_another_site_changes_and_costs_nothing(method: str, path: str):
    body = {**HERE, "content-type": "application/json", "content-length": "2"}
    for foreign in ({"origin": "https://elsewhere.org"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        status, said = ask(path, method, {**body, **foreign})
        assert (status, "another site" in said["error"]) == (403, True)
        # what would let it send a proxy's header of its own choice
        preflight = {**HERE, **foreign, "access-control-request-headers": "x-forwarded-host"}
        assert ask(path, "OPTIONS", preflight)[0] == 403
    own = {"origin": "http://127.0.0.1:7860"}
    assert ask(path, method, {**body, **own})[0] == 200
    assert ask(path, "OPTIONS", {**HERE, **own})[0] == 200


def test_reading_the_page_is_free_to_all():
    assert ask("/", headers={**HERE, "sec-fetch-site": "cross-site"})[0] == 200  # a link from elsewhere
    assert ask("/config", headers={**HERE, "origin": "https://elsewhere.org"})[0] == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/plain", 415),
        ("text/plain; application/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_a_body_is_json_by_its_name(kind: str, status: int):
    for size in ({"content-length": "2"}, {"transfer-encoding": "chunked"}):
        got, said = ask("/gradio_api/run/generate", "POST", {"content-type": kind, **size})
        assert got == status
        assert status == 200 or "application/json" in said["error"]
    assert ask("/gradio_api/run/generate", "POST", {"content-length": "2"})[0] == 415
    assert ask("/gradio_api/run/generate", "POST", {"content-length": "0"})[0] == 200  # Gradio says what is lacking


# The app as it is served


def fetch(address: str, path: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    try:
        asked = urllib.request.Request(address + path, data, dict(headers or {}))
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


JSON = {"content-type": "application/json"}
BODY = json.dumps({"data": ["7", 1, 7, 0.8, "digits"]}).encode()


@pytest.mark.parametrize("path", [path for path in KEPT_OUT if "\\" not in path])
def test_served_app_has_the_gate_before_it(path: str, demo):
    status, said = fetch(demo, path)
    assert (status, said) == (404, {"error": said["error"]})
    assert said["error"].startswith("There is nothing at this address")


def test_served_app_draws_for_programs_and_its_page_alone(demo):
    address = demo
    run = "/gradio_api/run/generate"
    for headers in (JSON, {**JSON, "origin": address}):
        status, answer = fetch(address, run, BODY, headers)
        assert status == 200
        path = json.loads(answer)["data"][0]["url"].removeprefix(address)
        assert fetch(address, path)[1].startswith(b"\x89PNG")
    for path in (run, "/gradio_api/component_server", "/gradio_api/queue/join"):
        assert fetch(address, path, BODY, {**JSON, "origin": "https://elsewhere.org"})[0] == 403
        assert fetch(address, path, BODY, {**JSON, "origin": "null"})[0] == 403
        assert fetch(address, path, BODY, {"content-type": "text/plain"})[0] == 415
    assert fetch(address, "/gradio_api/upload", b"--x--", {"content-type": "multipart/form-data; boundary=x"})[0] == 404
    assert (
        fetch(address, "/gradio_api/queue/data?session_hash=x", headers={"origin": "https://elsewhere.org"})[0] == 403
    )


def test_served_app_answers_a_call_in_two_steps(demo):
    address = demo
    _, answer = fetch(address, "/gradio_api/call/models", b'{"data": []}', JSON)
    status, said = fetch(address, f"/gradio_api/call/models/{json.loads(answer)['event_id']}")
    assert status == 200
    assert b"event: complete" in said
    assert b"digits-tiny" in said


@pytest.fixture(scope="module")
def below_prefix() -> Iterator[str]:
    """A demo behind a proxy's prefix: the address with it."""
    port = free_port()
    env = {**os.environ, "OMP_NUM_THREADS": "1", "GRADIO_ROOT_PATH": "/forge"}
    process = subprocess.Popen(
        [sys.executable, "app.py", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL, env=env
    )
    try:
        wait_until_up(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}/forge"
    finally:
        process.terminate()
        process.wait(30)


def test_below_a_prefix_the_same_holds(below_prefix: str):
    assert b"Digit Forge" in fetch(below_prefix, "/")[1]
    assert fetch(below_prefix, "/pwa_icon")[0] == 404
    assert fetch(below_prefix, "/gradio_api/run/generate", BODY, JSON)[0] == 200
    assert Client(below_prefix, verbose=False).predict(api_name="/models")


def test_the_pages_own_function_is_all_that_component_server_reaches(demo):
    """One may name any component there, and any of its functions that Gradio marks so: there are only ours."""
    parts = json.loads(fetch(demo, "/config")[1])["components"]
    assert {name for part in parts for name in part["props"].get("server_fns", [])} == {"answer"}
