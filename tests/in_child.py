"""train.py's command in processes of their own, which may be killed, starved or lost.

They are forked from one process that has imported everything once (multiprocessing's forkserver), which has no threads
yet: a start costs milliseconds instead of seconds.
"""

import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import torch
from torch._C._distributed_c10d import TCPStore

from gan.train import main

WAIT = 120  # seconds after which a child hangs


def get_server() -> ForkServerContext:
    """The context whose processes start with torch and the trainer imported."""
    server = get_context("forkserver")
    # torch._dynamo is imported by the first optimizer there is, and takes a second
    server.set_forkserver_preload(["pytest", "torch._dynamo", "torch.distributed", __name__])
    return server


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit status (-N when signal N killed it), and what it said."""

    status: int
    out: str
    err: str


def _work(prepare: Callable[[], object] | None, words: list[str], said: str, env: dict[str, str]) -> None:
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(f"{said}.{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.update(env)
    torch.set_num_threads(1)
    if prepare is not None:
        prepare()
    sys.exit(main(words))


class Child:
    """The command, started; `prepare` runs in the child before it, and its parts must be picklable."""

    def __init__(
        self,
        words: list[str],
        said: Path,
        prepare: Callable[[], object] | None = None,
        env: dict[str, str] | None = None,
    ) -> None:
        self.said = said
        self.process: ForkServerProcess = get_server().Process(
            target=_work, args=(prepare, words, str(said), env or {})
        )
        self.process.start()

    @property
    def pid(self) -> int:
        """To send signals to."""
        assert self.process.pid is not None
        return self.process.pid

    def wait(self) -> Ended:
        """Its end; AssertionError when it hangs."""
        self.process.join(WAIT)
        status = self.process.exitcode
        if status is None:
            self.process.kill()
        out, err = (Path(f"{self.said}.{name}").read_text() for name in ("out", "err"))
        assert status is not None, f"it hangs: {out}{err}"
        return Ended(status, out, err)


def run_child(words: list[str], said: Path, prepare: Callable[[], object] | None = None) -> Ended:
    """Run the command to its end; `said` is where its two streams are kept (said.out, said.err)."""
    return Child(words, said, prepare).wait()


def run_team(
    words: list[str], said: Path, size: int, prepare: Callable[[], object] | None = None, *, torchrun: bool = True
) -> list[Ended]:
    """Run the command on `size` processes to their ends, with what torchrun would tell each.

    Like torchrun, this process keeps the store that they meet at; without `torchrun` the first of them does.
    """
    store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False) if torchrun else None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = store.port if store else free.getsockname()[1]
    where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(size)}
    where |= {"TORCHELASTIC_USE_AGENT_STORE": str(torchrun)}
    children = [
        Child(
            words, said.with_name(f"{said.name}{rank}"), prepare, {**where, "RANK": str(rank), "LOCAL_RANK": str(rank)}
        )
        for rank in range(size)
    ]
    return [child.wait() for child in children]
