"""The demo: a page that draws handwritten digits. What `make demo` and a Hugging Face Space run.

HOST and PORT in the environment are the defaults of --host and --port, GRADIO_MCP=1 is that of --mcp. docs/app.md has
all that the environment may hold.

    python app.py --host 127.0.0.1 --port 7860
    python app.py --mcp        # the endpoints are tools for programs that speak the Model Context Protocol, too
"""

import sys

from gan.ui import app

demo, service = app.make_page()


def main(argv: list[str] | None = None) -> int:
    """Serve this page until Ctrl-C; 1 and one sentence when it cannot be served there."""
    return app.main(argv, lambda: (demo, service))


if __name__ == "__main__":
    sys.exit(main())
