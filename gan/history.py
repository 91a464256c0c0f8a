"""Door: see gan.training.moments."""

import sys

from gan.training.moments import main

if __name__ == "__main__":
    sys.exit(main())
