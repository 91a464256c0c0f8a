"""One run on several processes: each takes its share of every batch, and gradients are averaged between them.

    torchrun --nproc_per_node 2 train.py --preset digits --data data --out runs/digits

Notable choices
- Every process draws the whole batch's numbers from the step's seed and keeps its own slice, so that N processes
  compute what one would, to rounding; nothing in the training state knows how many there were.
- Gradients are averaged by hand, one flat tensor a network: penalties differentiate twice, which hooks on the
  backward pass (DistributedDataParallel) do not expect.
- A `Team` of one does nothing and costs nothing: the trainer has no second path.
- A process that ends takes the others with it, and of all of them the one that ended first says why.
"""

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.distributed_c10d import Store
from torch.distributed.rendezvous import rendezvous

from gan.config import ConfigError

WORD_SECONDS = 5  # to wait for the store where it is asked who speaks


class Team:
    """The processes of a run: `rank` of `size`; rank 0 leads and alone writes."""

    def __init__(self, rank: int = 0, size: int = 1, store: Store | None = None) -> None:
        self.rank, self.size, self.store = rank, size, store

    def speaks_first(self) -> bool:
        """Whether no other process has asked this before: the first that ends says why, for all."""
        if self.store is None:
            return self.leads
        try:
            self.store.set_timeout(timedelta(seconds=WORD_SECONDS))
            return self.store.add("last word", 1) == 1
        except RuntimeError:  # without torchrun rank 0 keeps the store, and may be the one that is gone
            return True

    @property
    def leads(self) -> bool:
        """Whether this process writes files and talks to people."""
        return self.rank == 0

    def share(self, tensor: Tensor) -> Tensor:
        """This process's slice of a whole batch (N, ...) -> (N / size, ...)."""
        return tensor if self.size == 1 else tensor.chunk(self.size)[self.rank]

    def average_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Replace every gradient by its mean over the processes."""
        if self.size == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([g.reshape(-1) for g in gradients])
        dist.all_reduce(flat)
        flat /= self.size
        for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def gather(self, tensor: Tensor) -> Tensor:
        """(N / size, ...) of each process -> the whole batch (N, ...); a gradient flows into this process's part only.

        A scalar function of the result, times `size`, has the right gradient once `average_gradients` has run.
        """
        if self.size == 1:
            return tensor
        parts = [torch.empty_like(tensor) for _ in range(self.size)]
        dist.all_gather(parts, tensor.detach().contiguous())
        parts[self.rank] = tensor
        return torch.cat(parts)

    def average(self, values: Tensor) -> Tensor:
        """The mean of a small tensor over the processes."""
        if self.size > 1:
            dist.all_reduce(values)
            values /= self.size
        return values

    def agree(self, *values: float) -> tuple[float, ...]:
        """The largest of each value over the processes: what all must decide alike (is it time to stop, to save)."""
        if self.size == 1:
            return values
        most = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(most, dist.ReduceOp.MAX, group=_SMALL.get("group"))
        return tuple(most.tolist())

    def tell(self, value: Any) -> Any:
        """Rank 0's `value`, for all; the others pass anything."""
        if self.size == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, 0, group=_SMALL.get("group"))
        return box[0]


_SMALL: dict[str, Any] = {}  # the group that small CPU messages go through where gradients go through NCCL


def count_processes() -> int:
    """How many processes torchrun started; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def get_rank() -> int:
    """Which of those processes this is; 0 without torchrun."""
    return int(os.environ.get("RANK", "0"))


def check_share(batch: int, size: int) -> None:
    """A batch must split into equal, even shares, as neighbours are pairs; ConfigError otherwise."""
    if size > 1 and batch % (2 * size):
        raise ConfigError(f"batch is {batch}; {size} processes need a multiple of {2 * size}, an even share for each")


def choose_rank_device(name: str) -> str:
    """`name`, or for auto and cuda under torchrun this process's own GPU."""
    if count_processes() > 1 and name in ("auto", "cuda") and torch.cuda.is_available():
        return f"cuda:{int(os.environ.get('LOCAL_RANK', '0')) % torch.cuda.device_count()}"
    return name


def join(device: torch.device) -> Team:
    """Meet the processes that torchrun started (gloo on the CPU, NCCL on GPUs); a Team of one without torchrun."""
    if count_processes() == 1:
        return Team()
    store, rank, size = next(rendezvous("env://"))
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", store=store, rank=rank, world_size=size)
    if device.type == "cuda":
        torch.cuda.set_device(device)
        _SMALL["group"] = dist.new_group(backend="gloo")
    return Team(rank, size, store)


def lost_partner(error: BaseException) -> bool:
    """Whether an error is how the end of another process is met: by a collective operation, be it in a backward pass.

    gloo has no type of error of its own; what it says begins with the place in its source.
    """
    return isinstance(error, dist.DistError) or (isinstance(error, RuntimeError) and "gloo/" in str(error))


def leave() -> None:
    """End what `join` began."""
    _SMALL.clear()
    if dist.is_initialized():
        dist.destroy_process_group()
