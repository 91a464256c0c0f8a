"""Make the film and the curves of a run from its folder alone: OUT/film.gif and OUT/summary.png.

python -m gan.story runs/digits
"""

import argparse
import sys
from pathlib import Path

from gan.command import get_prog, refusing
from gan.training.curves import draw_run


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 done, 2 refused with one sentence."""
    parser = argparse.ArgumentParser(prog=get_prog("story"), description="Make film.gif and summary.png of a run.")
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of a run")
    args = parser.parse_args(argv)
    with refusing("story", capital=False) as ended:
        for path in draw_run(args.out):
            print(f"{path}  {path.stat().st_size / 1e6:.2f} MB")
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
