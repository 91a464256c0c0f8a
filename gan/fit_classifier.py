"""Door: see gan.evaluation.fit_classifier."""

import sys

from gan.evaluation.fit_classifier import main

if __name__ == "__main__":
    sys.exit(main())
