"""train.py's command in processes of their own, which may be killed, starved or lost.

They are forked from one process that has imported everything once (multiprocessing's forkserver), which has no threads
yet: a start costs milliseconds instead of seconds.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from threading import Thread

import torch
from torch import Tensor
from torch._C._distributed_c10d import TCPStore

from gan.train import main
from gan.training.adversaries import Adversaries

WAIT = 120  # seconds after which a child hangs


def get_server() -> ForkServerContext:
    """The context whose processes start with torch and the trainer imported."""
    server = get_context("forkserver")
    # torch._dynamo is imported by the first optimizer there is, and takes a second
    server.set_forkserver_preload(["pytest", "torch._dynamo", "torch.distributed", "torch.utils.tensorboard", __name__])
    return server


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit status (-N when signal N killed it), and what it said."""

    status: int
    out: str
    err: str


def _work(
    prepare: Callable[[], object] | None, words: list[str], streams: list[Connection], env: dict[str, str]
) -> None:
    for number, stream in zip((1, 2), streams, strict=True):
        os.dup2(stream.fileno(), number)
        stream.close()
    os.environ.update(env)
    torch.set_num_threads(1)
    if prepare is not None:
        prepare()
    sys.exit(main(words))


def _drain(stream: Connection, parts: list[bytes]) -> None:
    while part := os.read(stream.fileno(), 65536):
        parts.append(part)
    stream.close()


class Child:
    """The command, started; `prepare` runs in the child before it, and its parts must be picklable."""

    def __init__(
        self, words: list[str], prepare: Callable[[], object] | None = None, env: dict[str, str] | None = None
    ) -> None:
        server = get_server()
        pipes = [server.Pipe(duplex=False) for _ in ("out", "err")]
        self.process = server.Process(target=_work, args=(prepare, words, [end for _, end in pipes], env or {}))
        self.process.start()
        self.heard: list[list[bytes]] = [[], []]
        self.readers = []
        for (start, end), parts in zip(pipes, self.heard, strict=True):
            end.close()  # the child has its own: when it dies, the pipe ends
            self.readers.append(Thread(target=_drain, args=(start, parts), daemon=True))
            self.readers[-1].start()

    def signal(self, sign: int) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, sign)

    def wait(self) -> Ended:
        """Its end; AssertionError when it hangs."""
        self.process.join(WAIT)
        status = self.process.exitcode
        if status is None:
            self.process.kill()
        for reader in self.readers:
            reader.join(WAIT)
        out, err = (b"".join(parts).decode() for parts in self.heard)
        assert status is not None, f"it hangs: {out}{err}"
        return Ended(status, out, err)


def make_struck(step: int, sign: signal.Signals) -> Callable[[Adversaries], dict[str, Tensor]]:
    """A `Adversaries.advance` after whose step this process signals itself."""
    advance = Adversaries.advance

    def struck(self: Adversaries) -> dict[str, Tensor]:
        numbers = advance(self)
        if self.step == step:
            os.kill(os.getpid(), sign)
        return numbers

    return struck


def strike(step: int, sign: signal.Signals) -> None:
    """Let this process signal itself at the end of a step; for a child, which nothing comes after."""
    Adversaries.advance = make_struck(step, sign)  # type: ignore[method-assign, assignment]


def run_child(words: list[str], prepare: Callable[[], object] | None = None) -> Ended:
    """Run the command to its end."""
    return Child(words, prepare).wait()


def run_team(
    words: list[str], size: int, prepare: Callable[[], object] | None = None, *, torchrun: bool = True
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
    children = [Child(words, prepare, {**where, "RANK": str(r), "LOCAL_RANK": str(r)}) for r in range(size)]
    return [child.wait() for child in children]
