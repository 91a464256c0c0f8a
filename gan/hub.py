"""Door: see gan.store.hub."""

import sys

from gan.store.hub import main

if __name__ == "__main__":
    sys.exit(main())
