"""A Hub on this machine, with what a test puts there: models to be fetched, as the Hub's own client asks for them."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RESOLVE = re.compile(r"/([\w.-]+/[\w.-]+)/resolve/([^/]+)/(.+)")
TREE = re.compile(r"/api/models/([\w.-]+/[\w.-]+)/tree/([^/?]+)")


@dataclass
class Repo:
    """A repository: its files by revision (a branch, a tag), and each revision's commit.

    error: what the Hub says in place of it: GatedRepo, or the status of a Hub that has trouble.
    says: sizes that it claims of its files.
    """

    files: dict[str, bytes]
    revisions: dict[str, str] = field(default_factory=lambda: {"main": "1" * 40})
    error: str = ""
    says: dict[str, int] = field(default_factory=dict)


@dataclass
class Hub:
    """What stands there, and what was asked for."""

    repos: dict[str, Repo] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""


def make_handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Nothing."""

        def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            told = {
                "Content-Length": str(len(body)),
                **{name.replace("_", "-"): text for name, text in headers.items()},
            }
            for name, text in told.items():
                self.send_header(name, text)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_GET(self) -> None:
            hub.asked.append(f"{self.command} {self.path}")
            found = RESOLVE.fullmatch(self.path) or TREE.match(self.path)
            repo = hub.repos.get(found[1]) if found else None
            if found is None or repo is None:
                self.answer(401, X_Error_Code="RepoNotFound", X_Error_Message="Repository Not Found")
                return
            if repo.error.isdecimal():
                self.answer(int(repo.error))
                return
            if repo.error:
                self.answer(403, X_Error_Code=repo.error, X_Error_Message="Access is restricted")
                return
            commit = repo.revisions.get(found[2]) or (found[2] if found[2] in repo.revisions.values() else "")
            if not commit:
                self.answer(404, X_Error_Code="RevisionNotFound", X_Error_Message="Invalid rev id")
            elif found.re is TREE:
                rows = [
                    {"type": "file", "path": name, "size": len(data), "oid": "0"} for name, data in repo.files.items()
                ]
                self.answer(200, json.dumps(rows).encode(), Content_Type="application/json")
            elif found[3] not in repo.files:
                self.answer(404, X_Error_Code="EntryNotFound", X_Error_Message="Entry not found")
            else:
                data = repo.files[found[3]]
                size = repo.says.get(found[3], len(data))
                self.answer(
                    200,
                    data,
                    ETag=f'"{hashlib.sha1(data).hexdigest()}"',
                    X_Repo_Commit=commit,
                    X_Linked_Size=str(size),
                )

        do_HEAD = do_GET

    return Handler


@contextmanager
def serve_hub() -> Iterator[Hub]:
    """A Hub with no models yet, on a port of its own."""
    hub = Hub()
    with ThreadingHTTPServer(("127.0.0.1", 0), make_handler(hub)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        hub.address = f"http://127.0.0.1:{server.server_port}"
        yield hub
        server.shutdown()
        thread.join()
