"""glibc's malloc, told to keep what a training step frees, as the next step asks for the same again.

By default it hands large blocks back to the kernel at once, and every step pays for them again in page faults
(`python -m benchmarks.train` shows how much). On other systems this does nothing.
"""

import ctypes
import ctypes.util
import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # malloc.h
KEEP = 1 << 30  # bytes of free memory at the heap's top that stay ours
LARGEST = 32 << 20  # the most that M_MMAP_THRESHOLD takes: blocks below it come from the heap
PAD = 64 << 20


def keep_memory() -> bool:
    """Ask malloc to keep freed memory for this process; whether it agreed (False where there is no glibc)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # musl has none
        return False
    return all(mallopt(*pair) for pair in ((M_MMAP_THRESHOLD, LARGEST), (M_TRIM_THRESHOLD, KEEP), (M_TOP_PAD, PAD)))
