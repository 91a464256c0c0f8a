"""Moves of a control by WebSocket: what they change is in the page a frame earlier than by a request of their own.

Notable choices
- A message on an open socket is there and back some 4 ms sooner than a request of Gradio's, whatever it asks for
  (`benchmarks.explore` prints both, with constant answers): a quarter of a frame. All else
  goes by Gradio's server functions, and so do moves wherever a socket is not to be had; the page sees to that
  (scripts/moves.js).
- Messages of one socket are answered in turn, in a thread of those that Gradio's own calls share: a visitor who never
  rests has one drawing under way, as every other.
- A page elsewhere on the web may open a socket to this machine; the browser says whose page it is, and others' are
  refused, as Gradio refuses their requests.
"""

import json

from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from gan.ui.gate import is_ours
from gan.ui.wire import Answer, respond

LONGEST = 20_000  # characters of a request; those of the page have some 300
UNREADABLE, NOT_OURS, TOO_LONG = 1003, 1008, 1009  # why a socket is closed (RFC 6455, section 7.4.1)


def make_route(path: str, answer: Answer) -> WebSocketRoute:
    """A socket at `path`: each message is a request as text (JSON), answered in turn as `respond` answers it."""

    async def serve(socket: WebSocket) -> None:
        if not is_ours(socket.headers, str(socket.scope.get("root_path", ""))):
            await socket.close(NOT_OURS)
            return
        await socket.accept()
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                if text is None or len(text) > LONGEST:
                    await socket.close(UNREADABLE if text is None else TOO_LONG)
                    return
                await socket.send_text(await run_in_threadpool(_answer, answer, text))
        except WebSocketDisconnect:
            return  # the visitor went while digits were drawn

    return WebSocketRoute(path, serve)


def _answer(answer: Answer, text: str) -> str:
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        request = None
    return json.dumps(respond(answer, request), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
