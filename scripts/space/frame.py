"""A page of another site that shows the Space in a frame, as the Hub's pages do."""

import html
import string
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = string.Template((Path(__file__).parent / "frame.html").read_text(encoding="utf-8"))
# What a Space's frame has in the Hub's pages, as far as we know: it is documented nowhere. Renew it from such a page
SANDBOX = (
    "allow-downloads allow-forms allow-modals allow-pointer-lock allow-popups allow-popups-to-escape-sandbox "
    "allow-same-origin allow-scripts allow-storage-access-by-user-activation"
)
ALLOW = (
    "accelerometer; ambient-light-sensor; autoplay; battery; camera; clipboard-read; clipboard-write; display-capture; "
    "encrypted-media; fullscreen; geolocation; gyroscope; magnetometer; microphone; midi; payment; picture-in-picture; "
    "publickey-credentials-get; serial; sync-xhr; usb; wake-lock; xr-spatial-tracking"
)


@contextmanager
def serve_frame(address: str, allow: str = ALLOW, sandbox: str = SANDBOX) -> Iterator[str]:
    """The address of a page around that of the app: by another host's name, which makes it another site."""
    values = {"address": address, "allow": allow, "sandbox": sandbox}
    page = PAGE.substitute({name: html.escape(value) for name, value in values.items()}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *values: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
