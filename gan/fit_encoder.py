"""Door: see gan.handwriting.fit_encoder."""

import sys

from gan.handwriting.fit_encoder import main

if __name__ == "__main__":
    sys.exit(main())
