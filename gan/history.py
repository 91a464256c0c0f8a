"""How released weights came about: list the histories beside the weights, or take that of a run into checkpoints/.

python -m gan.history add runs/digits --name digits --data data    # after `python -m gan.checkpoint add`
python -m gan.history                                              # list the histories there are
"""

import argparse
import sys
from pathlib import Path

from gan.command import get_prog, localize, refusing
from gan.data import get_root
from gan.training.moments import add, list_histories


def main(argv: list[str] | None = None) -> int:
    """List the histories, or add one; 2 and a sentence when it cannot be added."""
    parser = argparse.ArgumentParser(prog=get_prog("history"), description=main.__doc__)
    sub = parser.add_subparsers(dest="what")
    adding = sub.add_parser("add", help="take the history of a run into checkpoints/")
    adding.add_argument("run", type=Path, metavar="RUN", help="folder of the run that made the weights")
    adding.add_argument("--name", required=True, help="the weights in checkpoints/ that it belongs to")
    adding.add_argument("--data", metavar="ROOT", help="data root; else GAN_DATA, else ./data")
    args = parser.parse_args(argv)
    with refusing("history") as ended:
        if args.what == "add":
            add(args.run, args.name, get_root(args.data))
        for line in list_histories():
            print(localize(line))
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
