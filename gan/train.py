"""Door: see gan.training.start."""

import sys

from gan.training.start import main

if __name__ == "__main__":
    sys.exit(main())
