"""Replay the log of a run and print its alarms: exit status 0 when none rings, 1 when some do, 2 when there is no log.

python -m gan.watch runs/digits
"""

import argparse
import sys
from pathlib import Path

from gan.command import get_prog, refusing
from gan.config import LOSSES
from gan.training.watcher import replay_run


def main(argv: list[str] | None = None) -> int:
    """Replay a run's log and print the alarms; 0 when none rings, 1 when some do, 2 when there is no log."""
    parser = argparse.ArgumentParser(prog=get_prog("watch"), description=main.__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the run")
    parser.add_argument("--loss", choices=LOSSES, default="relativistic", help="the run's loss")
    args = parser.parse_args(argv)
    with refusing("watch", capital=False) as ended:
        ended.status = 1 if replay_run(args.out, args.loss) else 0
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
