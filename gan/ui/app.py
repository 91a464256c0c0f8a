"""The command that serves the page: digit-forge, or app.py in a checkout. Ctrl-C ends it."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from gan.command import get_name, get_prog, localize

if TYPE_CHECKING:
    from gan.ui.page import Page
    from gan.ui.service import Service


def make_page() -> "tuple[Page, Service]":
    """The page of what models there are, and what draws for it."""
    from gan.ui.page import build
    from gan.ui.service import Service

    service = Service()
    return build(service), service


def main(argv: list[str] | None = None, make: "Callable[[], tuple[Page, Service]]" = make_page) -> int:
    """Serve the page that `make` gives until Ctrl-C; 1 and one sentence when it cannot be served there."""
    on_space = os.environ.get("SYSTEM") == "spaces"
    parser = argparse.ArgumentParser(
        prog=get_prog("ui.app"),
        description="Serve the demo's page.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    host = os.environ.get("HOST") or ("0.0.0.0" if on_space else "127.0.0.1")
    parser.add_argument("--host", default=host, help="address to listen on; 0.0.0.0 lets other machines in")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or "7860", help="port, 1 to 65535")
    mcp = os.environ.get("GRADIO_MCP", "").lower() in ("1", "true", "yes")
    parser.add_argument("--mcp", action="store_true", default=mcp, help="offer the endpoints as MCP tools too")
    args = parser.parse_args(argv)
    if not 1 <= args.port <= 65535:
        parser.error(f"--port {args.port} is not a port; it must be from 1 to 65535.")
    if os.environ.get("SPACES_ZERO_GPU"):
        report_to_zero_gpu()
    page, service = make()
    from gan.ui.page import serve  # seconds, which --help does without

    try:
        serve(page, service, host=args.host, port=args.port, mcp=args.mcp)
    except OSError:
        other = args.port + 1 if args.port < 65535 else 7860
        print(
            f"{get_name('ui.app')}: {args.host} port {args.port} cannot be listened on; it may be in use. Give another "
            f"one: {localize('python app.py')} --port {other}",
            file=sys.stderr,
        )
        return 1
    return 0


def report_to_zero_gpu() -> None:
    """Register a function with ZeroGPU, which lets no Space start in which nothing may ask for a GPU.

    It is never called: these networks draw a sheet on the CPU sooner than a GPU is lent.
    """
    import spaces  # part of every Gradio Space, of no other machine

    spaces.GPU(lambda: None)


if __name__ == "__main__":
    sys.exit(main())
