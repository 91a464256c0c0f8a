"""Door: see gan.handwriting.planes."""

import sys

from gan.handwriting.planes import main

if __name__ == "__main__":
    sys.exit(main())
