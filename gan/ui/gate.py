"""The door-keeper: what reaches the server at all, and from whose page. Everything else ends here, in one sentence.

Notable choices
- Gradio serves some eighty routes, and the page needs two dozen. Those are listed in `ROUTES`; whatever is not on the
  list is 404 before Gradio sees it, so that what is wrong with a route that nobody needs is no concern of ours.
- A path is compared as the router behind compares it: once decoded, below the root path, letter for letter. Doubled
  slashes, dot segments, backslashes and control characters are no part of any address of ours.
- What changes or costs something must come from our own page or from a program. A browser says in `Origin` whose page
  asks, and in `Sec-Fetch-Site` whether that is the one it got from here; programs say neither. A body must be JSON by
  its name, which a page of another site cannot send without asking first (and the asking, OPTIONS, is refused too).
- It stands outside of all that Gradio adds (see `keep`), even of what answers such askings.

    page.launch(app_kwargs={"lifespan": keep(mcp=False, sockets=("/gradio_api/explore",))})
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

API = "/gradio_api"
NAME = "[A-Za-z0-9_-]+"  # of an endpoint, an event, a session
PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
PROXIED = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip")  # what proxies add
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# No address of ours holds an empty or a dotted segment, a backslash or a control character
ODD = re.compile(r"//|/\.{1,2}(/|$)|[\\\x00-\x1f\x7f]")

NOT_HERE = "There is nothing at this address; the page is at /, and docs/app.md lists what programs may call."
NOT_THIS_WAY = "This address does not take {method}; it takes {methods}."
NOT_OURS = "This came from a page of another site; only this server's own page, and programs, may ask for that."
NOT_JSON = "The body must be JSON, sent with the header content-type: application/json."


@dataclass(frozen=True)
class Route:
    """Paths that are let through, as a pattern for the whole of a path.

    own: whether it changes or costs something, so that a page of another site may not ask for it.
    """

    methods: str
    pattern: str
    own: bool = False


ROUTES = (
    # The page, and what it is made of
    Route("GET HEAD", "/"),
    Route("GET", "/config/?"),
    Route("GET", "/(assets|static)/.+"),
    Route("GET", r"/(theme\.css|favicon\.ico|manifest\.json)"),
    Route("GET", rf"{API}/theme\.css"),
    Route("GET", rf"{API}/words/{NAME}\.json"),
    # What the page draws by itself with: scripts, and models' files
    Route("GET", rf"{API}/page/{NAME}/(engine|local|tabs/{NAME}/local)/{NAME}\.js"),
    Route("GET", rf"{API}/page/{NAME}/models/[^/]+/[A-Za-z0-9_.-]+"),
    Route("GET", f"{API}/info/?"),
    Route("GET", f"{API}/(app_id|startup-events)/?"),
    # A picture or a film that an endpoint drew: a file of this machine by its full path, never an address elsewhere
    Route("GET HEAD", rf"{API}/file=(/|[A-Za-z]:/)(?!.*://).*"),
    # What asks the server to do something: the page's own functions, and the endpoints, called in Gradio's three ways
    Route("POST", f"{API}/component_server/?", own=True),
    Route("POST", f"{API}/run/{NAME}/?", own=True),
    Route("POST", f"{API}/call/(v2/)?{NAME}/?", own=True),
    Route("GET", f"{API}/call/(v2/)?{NAME}/{NAME}", own=True),
    Route("POST", f"{API}/queue/join", own=True),
    Route("GET", f"{API}/queue/data", own=True),
    Route("POST", f"{API}/(cancel|reset)/?", own=True),
    Route("GET", f"{API}/heartbeat/{NAME}", own=True),
)
# The server of tools, where it is turned on: its own protocol, and the list of tools that the page shows
MCP_ROUTES = (
    Route("GET POST DELETE", f"{API}/mcp/?", own=True),
    Route("GET", f"{API}/mcp/(schema|sse)", own=True),
    Route("POST", f"{API}/mcp/messages/", own=True),
)


def is_ours(headers: Headers, root_path: str = "") -> bool:
    """Whether a request or a socket comes from the page that this server serves, or from a program (no origin).

    A page's name is compared with the one that was asked for (`Host`), the one that a proxy was asked for (the first
    `X-Forwarded-Host`) and that of `root_path`, where that is a whole address; without case, with the port that goes
    without saying. The names of the loopback are one. Many a proxy passes the name without its port (nginx's `$host`):
    where one stands between, and the browser does not say in `Sec-Fetch-Site` that the page is another one, a name
    without a port is that of any.
    """
    site = headers.get("sec-fetch-site")
    origins = headers.getlist("origin")
    if not origins:
        return site in (None, "same-origin", "none")
    if site == "same-origin" and origins != ["null"]:  # only a browser can say so, whatever a proxy made of the names
        return True
    forwarded = headers.get("x-forwarded-host", "").partition(",")[0].strip()
    names = [headers.get("host", ""), forwarded, urlsplit(root_path).netloc if "://" in root_path else ""]
    portless = site is None and any(header in headers for header in PROXIED)
    return all(_is_one_of(origin, names, portless=portless) for origin in origins)


def _is_one_of(origin: str, names: Sequence[str], *, portless: bool) -> bool:
    scheme = origin.partition("://")[0].lower()
    asked = _read_name(origin.partition("://")[2], PORTS.get(scheme))
    if asked is None:
        return False
    return asked in [_read_name(name, asked[1] if portless else PORTS.get(scheme)) for name in names]


def _read_name(netloc: str, own: int | None) -> tuple[str, int] | None:
    """Host and port of `netloc`, the port `own` where none is said; None when it names no host."""
    try:
        parts = urlsplit(f"//{netloc}")
        port = parts.port or own
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    if not host or port is None or parts.path or parts.query or "@" in netloc:
        return None
    return ("localhost" if host in LOOPBACK else host, port)


def get_path(scope: Scope) -> str:
    """The path below the root path, as the router behind reads it."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    if root and (path == root or path.startswith(f"{root}/")):
        return path[len(root) :]
    return path


class Gate:
    """An ASGI app in front of `inner`, which sees only what is listed, and changes only for its own page.

    sockets: the paths of WebSockets, which check for themselves whose page opens them.
    """

    def __init__(self, inner: ASGIApp, *, mcp: bool = False, sockets: Sequence[str] = ()) -> None:
        self.inner, self.sockets = inner, tuple(sockets)
        self.routes = [(route, re.compile(route.pattern)) for route in (*ROUTES, *(MCP_ROUTES if mcp else ()))]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with a status and {"error": a sentence}."""
        if scope["type"] == "http":
            refusal = self.refuse(scope)
            if refusal:
                await _answer(send, *refusal)
                return
        elif scope["type"] == "websocket" and get_path(scope) not in self.sockets:
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the handshake ends with 403
            return
        await self.inner(scope, receive, send)

    def refuse(self, scope: Scope) -> tuple[int, str] | None:
        """The status and the sentence with which a request is refused; None for one that passes."""
        path, method, headers = get_path(scope), scope["method"], Headers(scope=scope)
        found = [] if ODD.search(path) else [route for route, pattern in self.routes if pattern.fullmatch(path)]
        if not found:
            return 404, NOT_HERE
        methods = " ".join(route.methods for route in found).split()
        if method not in (*methods, "OPTIONS"):
            return 405, NOT_THIS_WAY.format(method=method, methods=", ".join(methods))
        own = any(route.own for route in found)
        if own and not is_ours(headers, str(scope.get("root_path", ""))):
            return 403, NOT_OURS
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        if has_body and headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return 415, NOT_JSON
        return None


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def keep(*, mcp: bool, sockets: Sequence[str]) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """The lifespan of an app that has the gate before it: outside of all middleware, from before the first request."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        assert app.middleware_stack is not None  # the app is at work: this is part of it
        app.middleware_stack = Gate(app.middleware_stack, mcp=mcp, sockets=sockets)
        yield

    return lifespan
