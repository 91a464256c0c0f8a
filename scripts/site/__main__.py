"""Make build/site: the page as a folder of files, which draws by itself on any web host.

python -m scripts.site                               # every released model that the page's engine draws
python -m scripts.site --models digits digits-tiny   # these, the first of them chosen at the start
python -m http.server --directory build/site         # look at it
"""

import argparse
import os
import sys
from pathlib import Path

from gan.command import refusing
from scripts.site.build import build
from scripts.space.assemble import ROOT


def main(argv: list[str] | None = None) -> int:
    """0 when the folder is made; 2 and a sentence when something is lacking or wrong."""
    parser = argparse.ArgumentParser(prog="python -m scripts.site", description="Make the page as a folder of files.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="the folder (build/site)")
    parser.add_argument(
        "--models", nargs="+", metavar="NAME", help="only these of checkpoints/, the default first (all)"
    )
    args = parser.parse_args(argv)
    with refusing("scripts.site") as ended:
        files = build(args.out, args.models, tell=print)
        size = sum((args.out / path).stat().st_size for path in files)
        shown = os.path.relpath(args.out)
        print(f"{shown} holds {len(files)} files, {size / 1e6:.1f} MB. Look at it: python -m http.server -d {shown}")
        print(f"To a static Space with it: hf upload YOU/NAME {shown} . --repo-type space")
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
