"""The socket by which moves come: answers in turn, wrong messages, other people's pages, and the app's own one."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from gan.ui.inputs import FieldError
from gan.ui.moves import LONGEST, make_route
from gan.ui.tabs.explore.tab import MOVES
from tests.ui.test_app_api import component_server

PATH = "/moves"


def answer(request: dict[str, Any]) -> dict[str, Any]:
    if request.get("x") == "wrong":
        raise FieldError("X is 'wrong'; it must be a number.", "x")
    return {"twice": 2 * request["x"], "thread": threading.get_ident()}


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[make_route(PATH, answer)])) as one:
        yield one


def test_answers_come_in_turn_and_not_in_the_thread_that_serves_all(client):
    here: list[int] = []
    client.portal.call(lambda: here.append(threading.get_ident()))
    with client.websocket_connect(PATH) as socket:
        for x in range(5):
            socket.send_text(json.dumps({"x": x}))
        found = [socket.receive_json() for _ in range(5)]
    assert [one["twice"] for one in found] == [0, 2, 4, 6, 8]
    assert all(one["ok"] for one in found)
    assert here[0] not in {one["thread"] for one in found}


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "[" * 10_000, '"x"'])
def test_message_that_is_no_object_is_a_sentence_and_the_socket_goes_on(client, text):
    with client.websocket_connect(PATH) as socket:
        socket.send_text(text)
        told = socket.receive_json()
        assert (told["problem"]["text"], told["field"]) == ("The request is not an object of named values.", "")
        socket.send_text('{"x": 1}')
        assert socket.receive_json()["twice"] == 2


def test_wrong_value_is_said_at_its_control_and_a_fault_of_ours_stays_inside(client, caplog):
    with client.websocket_connect(PATH) as socket:
        socket.send_text('{"x": "wrong"}')
        assert socket.receive_json() == {"problem": "X is 'wrong'; it must be a number.", "field": "x"}
        socket.send_text('{"y": 1}')
        said = socket.receive_json()["problem"]["text"]
        assert "KeyError" not in said
        assert said.startswith("Something went wrong on the server")
        socket.send_text('{"x": 3}')
        assert socket.receive_json()["twice"] == 6
    assert "KeyError" in caplog.text


def test_message_too_long_or_of_bytes_ends_the_socket(client):
    with client.websocket_connect(PATH) as socket:
        socket.send_text("x" * (LONGEST + 1))
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive_json()
        assert end.value.code == 1009
    with client.websocket_connect(PATH) as socket:
        socket.send_bytes(b"{}")
        with pytest.raises(WebSocketDisconnect) as end:
            socket.receive_json()
        assert end.value.code == 1003


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"origin": "http://127.0.0.1:7860", "host": "127.0.0.1:7860"}, True),
        ({"origin": "https://me-forge.hf.space", "host": "10.0.0.1", "x-forwarded-host": "me-forge.hf.space"}, True),
        ({"origin": "https://elsewhere.org", "host": "127.0.0.1:7860"}, False),
        ({"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:7860"}, False),
        ({"origin": "null", "host": "127.0.0.1:7860"}, False),
    ],
)
def test_only_our_own_page_may_open_it(client, headers, ours):
    if ours:
        with client.websocket_connect(PATH, headers=headers) as socket:
            socket.send_text('{"x": 1}')
            assert socket.receive_json()["ok"]
    else:
        with pytest.raises(WebSocketDisconnect) as end, client.websocket_connect(PATH, headers=headers):
            pass
        assert end.value.code == 1008


def test_app_answers_a_move_as_its_server_function_does(demo):
    address = demo
    request = {"want": "edit", "model": "digits", "seed": 7, "psi": 0.8, "x": 1, "slant": 12, "quick": True}
    _, text = component_server(address, request, "explore-panel")
    by_request = json.loads(text)
    with connect(address.replace("http", "ws") + MOVES, origin=Origin(address)) as socket:
        socket.send(json.dumps(request))
        by_socket = json.loads(socket.recv(timeout=30))
        socket.send(json.dumps({**request, "x": 17}))
        said = json.loads(socket.recv(timeout=30))
    for one in (by_request, by_socket):
        assert one.pop("milliseconds") > 0
    assert by_socket == by_request
    assert by_socket["count"] == 10
    assert (said["problem"]["text"], said["field"]) == ("X is 17; it must be a number from -3 to 3.", "x")
    with pytest.raises(InvalidStatus, match="403"):
        connect(address.replace("http", "ws") + MOVES, origin=Origin("https://elsewhere.org"))
