"""Make build/space, what a Hugging Face Space needs and nothing else, and try it as the Hub would run it.

python -m scripts.space                             # assemble, install, start, look at it in Chromium
python -m scripts.space --python .venv/bin/python   # with an environment that is there: nothing is installed
python -m scripts.space --no-check                  # assemble it only
python -m scripts.space --sdk docker                # a Space that Docker builds
"""

import argparse
import os
import sys
from pathlib import Path

from gan.command import refusing
from scripts.space.assemble import ROOT, SpaceError, assemble


def check(space: Path, python: str) -> None:
    """Install, start and visit the folder's app; SpaceError says what is wrong. Chromium is found as tests find it."""
    from playwright.sync_api import sync_playwright

    from scripts.space.drive import try_out
    from scripts.space.environment import find_python, make_environment
    from scripts.space.frame import serve_frame
    from scripts.space.serve import serve
    from tests import chromium

    try:
        browser = chromium.find()
    except chromium.MissingBrowserError as error:
        raise SpaceError(str(error)) from error
    chosen = find_python(python) if python else make_environment(space)
    with serve(space, chosen) as app, sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser, args=chromium.ARGS)
        try_out(launched, app)
        with serve_frame(app) as around:
            try_out(launched, app, around)
        launched.close()


def main(argv: list[str] | None = None) -> int:
    """0 when the folder is made and was tried; 2 and a sentence when something is lacking or wrong."""
    parser = argparse.ArgumentParser(prog="python -m scripts.space", description="Make and try a Space's folder.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "space", help="the folder (build/space)")
    python = os.environ.get("SPACE_PYTHON", "")
    parser.add_argument(
        "--python", default=python, help="run it with this one, whose packages are there (SPACE_PYTHON)"
    )
    parser.add_argument("--sdk", choices=["gradio", "docker"], default="gradio", help="who builds the Space (gradio)")
    parser.add_argument("--no-check", action="store_true", help="assemble it, and do not try it")
    args = parser.parse_args(argv)
    with refusing("scripts.space", "interrupted") as ended:
        files = assemble(ROOT, args.out, docker=args.sdk == "docker")
        size = sum((args.out / path).stat().st_size for path in files)
        print(f"{args.out} holds {len(files)} files, {size / 1e6:.0f} MB.", flush=True)
        if not args.no_check:
            check(args.out.resolve(), args.python)
            print("It draws at its own address and in a frame of another site, and asks nothing of any other server.")
        shown = os.path.relpath(args.out)
        print(f"To the Hub with it: hf upload YOU/NAME {shown} . --repo-type space")
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
