"""Train a conditional GAN of handwritten digits. Run the same command again with --resume to continue.

python train.py --preset digits --data data --out runs/digits --minutes 60
"""

import sys

from gan.train import main

if __name__ == "__main__":
    sys.exit(main())
