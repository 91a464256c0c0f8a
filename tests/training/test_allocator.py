import subprocess
import sys

import pytest

from gan.training import malloc as allocator

# Takes 64 MB in blocks and gives them back, twice; prints the page faults of the second round.
FAULTS = """
import resource, sys
from gan.training.malloc import keep_memory
if sys.argv[1] == "keep":
    keep_memory()
def work():
    blocks = [bytes([number]) * (4 << 20) for number in range(16)]
work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def measure(how: str) -> int:
    run = [sys.executable, "-c", FAULTS, how]
    return int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


def test_kept_memory_is_not_paid_for_twice():
    kept, default = measure("keep"), measure("default")
    if allocator.keep_memory():
        assert kept < default / 5
    else:  # no glibc: the same work, the same faults
        assert kept > default / 5


def test_where_there_is_no_glibc_nothing_is_done(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert allocator.keep_memory() is False
