"""How every command ends: 0, or one sentence on stderr and the status that says why. No traceback for a refusal.

def main(argv=None) -> int:
args = parse(argv)
with refusing("gan.sample") as ended:
work(args)
return ended.status
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gan.errors import Refusal, complete

REFUSED, INTERRUPTED = 2, 130


@dataclass
class Ended:
    """How a command ended: its exit status."""

    status: int = 0


@contextmanager
def refusing(name: str, interrupted: str = "interrupted, nothing written", *, capital: bool = True) -> Iterator[Ended]:
    """While inside, a Refusal, an error of the disk or Ctrl-C becomes one sentence of `name` and a status.

    A Refusal and an OSError give 2, Ctrl-C 130; anything else is a mistake of ours and keeps its traceback. capital:
    the sentence begins with one behind the name.
    """
    ended = Ended()
    try:
        yield ended
    except Refusal as error:
        ended.status = _tell(name, complete(error.sentence, capital=capital), REFUSED)
    except OSError as error:
        where = error.filename or "while writing"
        ended.status = _tell(name, f"{error.strerror or error}: {where}.", REFUSED)
    except KeyboardInterrupt:
        ended.status = _tell(name, complete(interrupted, capital=False), INTERRUPTED)


def _tell(name: str, sentence: str, status: int) -> int:
    print(f"{name}: {sentence}", file=sys.stderr)
    return status
