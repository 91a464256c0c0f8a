"""What a run is shown by: the averaged G's pictures of the same z each time, for sheets, checks and the page."""

import torch
from torch import Tensor

from gan.drawing.noise import draw_noise
from gan.training.adversaries import Adversaries

SHEET_ROWS = 8  # of a run's sheets
LIVE_ROWS, LIVE_COLUMNS = 4, 10  # of the page's
CHECK_SAMPLES = 640  # pictures in a check, at least
CHECK_SAMPLES_EACH = 64  # and of each class


@torch.no_grad()
def draw_sheet(adversaries: Adversaries) -> Tensor:
    """SHEET_ROWS pictures of every class, a row is one z, a column one class; (N, 1, 28, 28), on the CPU."""
    classes = adversaries.config.num_classes
    y = torch.arange(classes).repeat(SHEET_ROWS)
    return _draw(adversaries, y, repeat=classes)


@torch.no_grad()
def draw_live_sheet(adversaries: Adversaries) -> tuple[Tensor, int]:
    """LIVE_ROWS of up to ten classes, row by row, and the columns: a row is one z.

    Without classes every picture has a z of its own.
    """
    classes = adversaries.config.num_classes
    if classes == 1:
        return _draw(adversaries, torch.zeros(LIVE_ROWS * LIVE_COLUMNS, dtype=torch.int64)), LIVE_COLUMNS
    columns = min(LIVE_COLUMNS, classes)
    return _draw(adversaries, torch.arange(columns).repeat(LIVE_ROWS), repeat=columns), columns


@torch.no_grad()
def draw_check(adversaries: Adversaries) -> tuple[Tensor, Tensor]:
    """As many pictures of every class as a check looks at, each of its own z; (N, 1, 28, 28) and (N,), on the CPU."""
    y = list_checked(adversaries.config.num_classes)
    return _draw(adversaries, y), y


def list_checked(classes: int) -> Tensor:
    """The classes of the pictures that a check looks at, in order; (N,)."""
    return torch.arange(classes).repeat_interleave(max(CHECK_SAMPLES_EACH, CHECK_SAMPLES // classes))


def _draw(adversaries: Adversaries, y: Tensor, repeat: int = 1) -> Tensor:
    """The averaged G's pictures of classes y (N,), of z of the run's seed, each used `repeat` times in a row."""
    config = adversaries.config
    z = draw_noise(config.seed, range(len(y) // repeat), config.z_dim, config.noise).repeat_interleave(repeat, 0)
    drawn: Tensor = adversaries.ema(z.to(adversaries.device), y.to(adversaries.device))
    return drawn.float().cpu()
