"""Door: see gan.judges.fit_verdict."""

import sys

from gan.judges.fit_verdict import main

if __name__ == "__main__":
    sys.exit(main())
