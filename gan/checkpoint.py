"""List the checkpoints there are, or take a trained file in.

python -m gan.checkpoint                          # list the checkpoints there are
python -m gan.checkpoint add FILE --name NAME [--metrics JSON]    # take one into checkpoints/ and index.json
"""

import argparse
import sys
from pathlib import Path

from gan.command import get_prog, localize, refusing
from gan.store.index import add, list_rows


def main(argv: list[str] | None = None) -> int:
    """List the checkpoints, or add one."""
    parser = argparse.ArgumentParser(prog=get_prog("checkpoint"), description=main.__doc__)
    sub = parser.add_subparsers(dest="what")
    adding = sub.add_parser("add", help="take a trained file into checkpoints/")
    adding.add_argument("file", type=Path)
    adding.add_argument("--name", required=True)
    adding.add_argument("--about", default="", help="one line: what it is")
    adding.add_argument("--metrics", type=Path, metavar="FILE", help="what gan.evaluate --json wrote of these weights")
    args = parser.parse_args(argv)
    with refusing("checkpoint", capital=False) as ended:
        if args.what == "add":
            add(args.file, args.name, args.about, args.metrics)
        for row in list_rows():
            print(localize(row))
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
