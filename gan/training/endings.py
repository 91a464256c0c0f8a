"""How the train command ends: one sentence on stderr and a status; of several processes the first that ends speaks."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gan.command import INTERRUPTED, REFUSED, get_name, localize
from gan.errors import Refusal
from gan.training.distributed import Team, count_processes, get_rank, leave, lost_partner


@dataclass
class Ended:
    """How the command ended: its exit status; and who this process trained with, once they have met."""

    status: int = 0
    team: Team | None = None


@contextmanager
def saying_why() -> Iterator[Ended]:
    """While inside, what a person can mend becomes one sentence and a status; a mistake of ours keeps its traceback."""
    ended = Ended()
    try:
        yield ended
    except Refusal as error:
        ended.status = refuse(error.sentence, ended.team)
    except OSError as error:
        where = error.filename or "while writing"
        ended.status = refuse(f"{error.strerror or error}: {where}; nothing saved was lost", ended.team)
    except KeyboardInterrupt:
        refuse("stopped; nothing saved was lost", ended.team)
        ended.status = INTERRUPTED
    except Exception as error:
        if count_processes() == 1:
            raise
        what = str(error).splitlines()[0] if str(error) else "no message"
        if not lost_partner(error):
            refuse(  # the others will end of it, and cannot know why
                f"process {get_rank()} of {count_processes()} ended of {type(error).__name__} ({what}); the last saved "
                "state is whole",
                ended.team,
            )
            raise
        ended.status = refuse(
            "another process of this run ended, so this one does too; the last saved state is whole: run the same "
            f"command again with --resume ({what})",
            ended.team,
        )
    finally:
        leave()


def refuse(text: str, team: Team | None = None) -> int:
    """Say one sentence on stderr, of several processes from the first that ends; the exit status of a refusal."""
    if team and team.size > 1 and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # torchrun's, which another's end calls forth: not amid the words
    if team.speaks_first() if team else get_rank() == 0:
        text = text.rstrip(".")
        first = "" if team is None or team.leads else "\n"  # the leader's bar may stand on this line, and stay there
        print(f"{first}{get_name('train')}: {localize(text[:1].upper() + text[1:])}.", file=sys.stderr)
    return REFUSED
