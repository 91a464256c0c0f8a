"""The proxies' lines of docs/hosting.md, as they are printed: nginx and Caddy run them before the real page.

Only ports and the certificate's place are others than there. What a browser would say of the page's name (`Host`,
`Origin`) is said by hand, so that the name may be any; three are looked at in Chromium.
"""

import datetime
import json
import os
import re
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from gan.ui.tabs.explore.tab import MOVES
from scripts.space.drive import draw, move, visit
from tests import served
from tests.commands import ROOT, find_program, read_blocks

PAGE = ROOT / "docs" / "hosting.md"
NAME = "forge.example"  # the name that the lines are printed for
HOST = "proxy_set_header Host $http_host;"
# Other ways in which proxies pass the name on, in the place of the printed one
WAYS = {
    "$host": "proxy_set_header Host $host;",
    "a port that goes without saying": "proxy_set_header Host $host:$server_port;",
    "capitals": 'proxy_set_header Host "FORGE.example:$server_port";',
    "X-Forwarded-Host": 'proxy_set_header X-Forwarded-Host "$http_host, inner.example";',
    "both": 'proxy_set_header Host inner.example; proxy_set_header X-Forwarded-Host "$http_host";',
}


@dataclass(frozen=True)
class Place:
    """Where the page is, seen from outside: a port of this machine, what is before the paths, and whether by TLS."""

    port: int
    prefix: str = ""
    tls: bool = False

    @property
    def origin(self) -> str:
        return f"http{'s' if self.tls else ''}://{NAME}:{self.port}"


def write_certificate(folder: Path) -> None:
    """fullchain.pem and privkey.pem for `forge.example` and localhost, signed by itself, for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME), x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(secret)


@contextmanager
def run_proxy(command: list[str], ports: list[int], folder: Path) -> Iterator[None]:
    """Run a proxy until the block ends; AssertionError, with what it said, when it does not listen on all its ports."""
    log = folder / "said"
    with log.open("wb") as file:
        env = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=folder, env=env)
    try:
        until = time.monotonic() + 60
        waiting = list(ports)
        while waiting:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            try:
                socket.create_connection(("127.0.0.1", waiting[0]), timeout=1).close()
                waiting.pop(0)
            except OSError:
                time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait()


def take_free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, each another one."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]


@pytest.fixture(scope="module")
def prefixed(data_root: Path) -> Iterator[str]:
    """The address of a page that is told to be below /forge."""
    port = served.free_port()
    process = served.start(port, GAN_DATA=str(data_root), GRADIO_ROOT_PATH="/forge")
    try:
        served.wait_until_up(process, f"http://127.0.0.1:{port}")
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def nginx(demo: str, prefixed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    """One nginx with all that is printed for it, and with the other ways to pass a name."""
    program = find_program("nginx", "Debian: apt-get install nginx-light; macOS: brew install nginx")
    folder = tmp_path_factory.mktemp("nginx")
    write_certificate(folder)
    once, named, below = read_blocks("nginx", PAGE)
    ports = take_free_ports(3 + len(WAYS))
    named = named.replace("/etc/ssl/forge.example", str(folder)).replace("127.0.0.1:7860", demo.partition("//")[2])
    plain = re.sub(r"^ *(ssl_|server_name).*\n", "", named.replace(" ssl;", ";"), flags=re.MULTILINE)
    servers = [
        named.replace("listen 443", f"listen 127.0.0.1:{ports[0]}"),
        below.replace("listen 8101", f"listen 127.0.0.1:{ports[1]}").replace("127.0.0.1:7860", prefixed),
        *(
            plain.replace("listen 443", f"listen 127.0.0.1:{port}").replace(HOST, way)
            for port, way in zip(ports[2:], [HOST, *WAYS.values()], strict=True)
        ),
    ]
    assert all(f":{port}" in server for port, server in zip(ports, servers, strict=True))
    kept = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = (
        f"daemon off; master_process off; pid {folder}/pid; error_log stderr warn;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{kept}{once}{''.join(servers)}}}\n"
    )
    (folder / "nginx.conf").write_text(text)
    with run_proxy([program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"], ports, folder):
        yield {
            "a name of its own": Place(ports[0], tls=True),
            "below a path": Place(ports[1], "/forge"),
            **{name: Place(port) for name, port in zip(["another port", *WAYS], ports[2:], strict=True)},
        }


@pytest.fixture(scope="module")
def caddy(demo: str, prefixed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    """One Caddy with all that is printed for it; by http, for no authority gives a certificate for these names."""
    program = find_program("caddy", "Debian: apt-get install caddy; macOS: brew install caddy")
    folder = tmp_path_factory.mktemp("caddy")
    named, below = read_blocks("caddy", PAGE)
    ports = take_free_ports(2)
    sites = [
        named.replace("forge.example", f"http://:{ports[0]}").replace("127.0.0.1:7860", demo.partition("//")[2]),
        below.replace("example.org", f"http://:{ports[1]}").replace("127.0.0.1:7860", prefixed),
    ]
    (folder / "Caddyfile").write_text("{\n    admin off\n}\n" + "".join(sites))
    with run_proxy([program, "run", "--config", "Caddyfile", "--adapter", "caddyfile"], ports, folder):
        yield {"a name of its own": Place(ports[0]), "below a path": Place(ports[1], "/forge")}


def trust_any() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def ask(place: Place, path: str, body: Any = None, origin: str = "") -> tuple[int, dict[str, str], str]:
    """Status, headers and text that the server behind a proxy answers to a page at that place."""
    line = HTTPConnection("127.0.0.1", place.port, timeout=60)
    if place.tls:
        line = HTTPSConnection("127.0.0.1", place.port, timeout=60, context=trust_any())
    headers = {"Host": f"{NAME}:{place.port}", **({"Origin": origin} if origin else {})}
    if body is not None:
        headers["Content-Type"] = "application/json"
    line.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body), headers)
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def open_socket(place: Place, origin: str) -> Any:
    """The socket of the moves, opened by a page of that origin."""
    line = socket.create_connection(("127.0.0.1", place.port), timeout=30)
    address = place.origin.replace("http", "ws", 1) + place.prefix + MOVES
    try:
        return connect(address, sock=line, origin=Origin(origin), ssl=trust_any() if place.tls else None)
    except InvalidStatus:
        line.close()
        raise


def check(place: Place) -> None:
    """What a page at that place needs is there for it, and for no page of another site."""
    status, _, text = ask(place, f"{place.prefix}/")
    assert status == 200
    assert '"space_id":null' in text.replace(" ", "")
    assert ask(place, f"{place.prefix}/theme.css")[0] == 200

    run = f"{place.prefix}/gradio_api/run/models"
    status, _, text = ask(place, run, {"data": []}, place.origin)
    assert (status, "digits" in text) == (200, True), text
    assert ask(place, run, {"data": []}, "https://elsewhere.example")[0] == 403
    assert ask(place, run, {"data": []}, f"http://elsewhere.example:{place.port}")[0] == 403

    with open_socket(place, place.origin) as line:
        line.send(json.dumps({"want": "edit", "model": "digits", "seed": 7, "psi": 0.8, "x": 1, "quick": True}))
        assert json.loads(line.recv(timeout=60))["count"] == 10
    with pytest.raises(InvalidStatus, match="403"):
        open_socket(place, "https://elsewhere.example")

    large = {"data": ["A" * 8_000_000, "", "", "digits"]}  # as long as a photograph of 6 MB, and no picture
    status, _, text = ask(place, f"{place.prefix}/gradio_api/run/score", large, place.origin)
    assert status != 413, text


@pytest.mark.parametrize("name", ["a name of its own", "below a path", "another port", *WAYS])
def test_page_works_behind_nginx(nginx: dict[str, Place], name: str):
    check(nginx[name])


@pytest.mark.parametrize("name", ["a name of its own", "below a path"])
def test_page_works_behind_caddy(caddy: dict[str, Place], name: str):
    check(caddy[name])


def test_a_path_without_its_slash_leads_there(nginx: dict[str, Place], caddy: dict[str, Place]):
    for place in (nginx["below a path"], caddy["below a path"]):
        status, headers, _ = ask(place, "/forge")
        assert (status in (301, 302), headers["location"]) == (True, "/forge/")
    assert ask(nginx["below a path"], "/forge?tab=explore")[1]["location"] == "/forge/?tab=explore"


def test_root_that_the_page_names_is_where_it_is(nginx: dict[str, Place]):
    """What programs read of it: the addresses of pictures begin with it."""
    for name in ("a name of its own", "below a path", "another port"):
        place = nginx[name]
        _, _, text = ask(place, f"{place.prefix}/config")
        assert json.loads(text)["root"] == place.origin + place.prefix


def test_a_programs_picture_comes_through(nginx: dict[str, Place]):
    place = nginx["below a path"]
    sheet = {"data": ["7", 1, 7, 0.8, "digits"]}
    _, _, text = ask(place, f"{place.prefix}/gradio_api/run/generate", sheet)
    url = json.loads(text)["data"][0]["url"]
    assert url.startswith(f"{place.origin}/forge/")
    request = urllib.request.Request(url.replace(NAME, "127.0.0.1"), headers={"Host": f"{NAME}:{place.port}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.read(4) == b"\x89PNG"


@pytest.mark.parametrize("name", ["a name of its own", "below a path", "$host"])
def test_visitor_behind_nginx_draws_and_moves_by_the_socket(browser: Browser, nginx: dict[str, Place], name: str):
    """The socket's address is the one that the browser has; nothing is an error, nothing goes elsewhere."""
    place = nginx[name]
    address = place.origin.replace(NAME, "localhost") + place.prefix
    with visit(browser, address, ignore_https_errors=True) as one:
        draw(one.find_app())
        move(one, one.find_app())
