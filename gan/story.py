"""Door: see gan.training.film."""

import sys

from gan.training.film import main

if __name__ == "__main__":
    sys.exit(main())
