"""Door: see gan.training.watcher."""

import sys

from gan.training.watcher import main

if __name__ == "__main__":
    sys.exit(main())
