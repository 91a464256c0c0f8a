"""Door: see gan.drawing.sample_command."""

import sys

from gan.drawing.sample_command import main

if __name__ == "__main__":
    sys.exit(main())
