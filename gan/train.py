"""Train a conditional GAN of handwritten digits: the command behind train.py, whose options are Config's fields.

    python -m gan.train --preset digits --data data --out runs/digits --minutes 60

Exit status: 0 done, 130 stopped and saved, 3 stopped by an alarm, 2 refused with one sentence.
"""

import sys

from gan.training.endings import saying_why
from gan.training.options import parse
from gan.training.start import meet, train


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 done, 130 stopped and saved, 3 stopped by an alarm, 2 refused with one sentence."""
    asked = parse(sys.argv[1:] if argv is None else argv)
    with saying_why() as ended:
        ended.team = meet(asked)
        ended.status = train(asked, ended.team)
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
