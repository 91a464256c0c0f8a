"""Door: see gan.store.released."""

import sys

from gan.store.released import main

if __name__ == "__main__":
    sys.exit(main())
