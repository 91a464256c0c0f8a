"""Door: see gan.evaluation.command."""

import sys

from gan.evaluation.command import main

if __name__ == "__main__":
    sys.exit(main())
