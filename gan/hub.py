"""Push a run's weights, figures, pictures and model card to the Hugging Face Hub.

python -m gan.hub runs/digits USER/REPO      # HF_TOKEN, or `hf auth login` before
"""

import argparse
import sys
from pathlib import Path

from gan.command import get_prog, refusing
from gan.store.hub import push


def main(argv: list[str] | None = None) -> int:
    """Push a run's weights, figures, pictures and model card to the Hugging Face Hub; 2 when that fails."""
    parser = argparse.ArgumentParser(prog=get_prog("hub"), description=main.__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the run")
    parser.add_argument("repo", metavar="USER/REPO", help="a model repository; made when it is not there")
    args = parser.parse_args(argv)
    with refusing("hub", capital=False) as ended:
        push(args.out, args.repo)
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
