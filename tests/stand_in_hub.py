"""A Hub on this machine that takes what `hf upload` sends, and remembers it. Nothing of it leaves the machine."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TOKEN = "hf_of_nobody"


@dataclass
class Hub:
    """What a Hub was told.

    Attributes:
        address: for HF_ENDPOINT.
        made: what repositories were to be made, as the program said it.
        files: path -> bytes of all that was committed.
        commits: (path of the request, summary) of each commit.
        unknown: what was to be changed otherwise; what was only looked up is not there, and not kept here.
    """

    address: str
    made: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def environment(self, home: Path) -> dict[str, str]:
        """What the program needs to know, so that it asks nobody but this one. home: where it keeps its files."""
        known = {"HF_ENDPOINT": self.address, "HF_TOKEN": TOKEN, "HF_HOME": str(home), "HF_HUB_OFFLINE": "0"}
        return {**known, "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1"}

    def take(self, path: str, body: bytes) -> dict[str, Any] | None:
        """The answer to a POST, remembered; None for what is unknown here."""
        if path == "/api/repos/create":
            asked = json.loads(body)
            self.made.append(asked)
            name = f"{asked.get('organization', 'nobody')}/{asked['name']}"
            return {"url": f"{self.address}/{asked.get('type', 'model')}s/{name}", "name": name, "id": "1"}
        if path == "/api/validate-yaml":  # a README's header: ours is judged by test_readme.py
            return {"errors": [], "warnings": []}
        if "/preupload/" in path:
            files = [one["path"] for one in json.loads(body)["files"]]
            return {"files": [{"path": one, "uploadMode": "regular", "shouldIgnore": False} for one in files]}
        if "/commit/" in path:
            lines = [json.loads(line) for line in body.splitlines()]
            self.commits += [(path, line["value"]["summary"]) for line in lines if line["key"] == "header"]
            for line in lines:
                if line["key"] == "file":
                    self.files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            return {"commitUrl": f"{self.address}/spaces/nobody/x/commit/{'0' * 40}", "commitOid": "0" * 40}
        return None


@contextmanager
def serve_hub() -> Iterator[Hub]:
    """One that listens until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            if self.headers.get("transfer-encoding") == "chunked":
                body = b"".join(iter(self.read_chunk, b""))
            else:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
            answer = hub.take(self.path.partition("?")[0], body) if self.command == "POST" else None
            if answer is None and self.command not in ("GET", "HEAD"):
                hub.unknown.append(f"{self.command} {self.path}")
            text = json.dumps(answer or {"error": "unknown here"}).encode()
            self.send_response(200 if answer else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

        def read_chunk(self) -> bytes:
            data = self.rfile.read(int(self.rfile.readline(), 16))
            self.rfile.readline()
            return data

        def log_message(self, format: str, *values: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub = Hub(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
