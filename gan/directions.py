"""Find a generator's planes, measure its handwriting, and keep both beside its weights.

python -m gan.directions digits    # checkpoints/digits.directions.safetensors, about half a minute
"""

import argparse
import sys
from functools import partial

from gan.command import get_prog, refusing
from gan.handwriting.planes_file import measure
from gan.store.released import list_names


def main(argv: list[str] | None = None) -> int:
    """Find a generator's planes, measure its handwriting, and keep both beside its weights."""
    parser = argparse.ArgumentParser(prog=get_prog("directions"), description=main.__doc__)
    parser.add_argument("names", nargs="*", default=["digits"], metavar="NAME", help="names in checkpoints/, or all")
    args = parser.parse_args(argv)
    with refusing("directions") as ended:
        for name in list_names() if args.names == ["all"] else args.names:
            measure(name, partial(print, flush=True))
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
