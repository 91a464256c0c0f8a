import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from gan.data import load_dataset, to_float
from gan.handwriting.measures import measure_ink, measure_size, measure_slant, measure_style, measure_thickness


def draw_bar(angle: float, thickness: float, length: float = 20.0) -> Tensor:
    """A straight stroke through the middle, leaning `angle` degrees right, its edges soft; (1, 1, 28, 28)."""
    rows, cols = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    lean = math.radians(angle)
    dx, dy = math.sin(lean), -math.cos(lean)
    along = (cols - 13.5) * dx + (rows - 13.5) * dy
    across = (cols - 13.5) * dy - (rows - 13.5) * dx
    ink = (thickness / 2 + 0.5 - across.abs()).clamp(0, 1) * (length / 2 + 0.5 - along.abs()).clamp(0, 1)
    return (2 * ink - 1)[None, None]


@pytest.mark.parametrize("angle", [-35.0, -10.0, 0.0, 15.0, 40.0])
def test_slant_of_a_thin_stroke_is_its_angle(angle: float):
    assert measure_slant(draw_bar(angle, 1.5)).item() == pytest.approx(angle, abs=1.0)


@pytest.mark.parametrize("thickness", [2.0, 2.5, 3.0, 4.0])
@pytest.mark.parametrize("angle", [-30.0, 0.0, 20.0])
def test_thickness_of_a_stroke_is_its_width_less_what_its_ends_take(thickness: float, angle: float):
    # a bar of length l and thickness t has outline 2 (l + t): 2 area / outline = t / (1 + t / l)
    want = thickness / (1 + thickness / 20)
    assert measure_thickness(draw_bar(angle, thickness)).item() == pytest.approx(want, abs=0.35)


def test_thickness_grows_with_the_stroke_and_ignores_its_angle():
    widths = [measure_thickness(draw_bar(10, t)).item() for t in (1.5, 2, 2.5, 3, 4, 5)]
    assert widths == sorted(widths)
    turned = torch.cat([draw_bar(angle, 3.0) for angle in range(-45, 46, 15)])
    assert measure_thickness(turned).std() < 0.1


def test_size_and_ink_of_an_upright_bar():
    bar = draw_bar(0, 4.0, length=20.0)
    width, height = measure_size(bar)
    assert width.item() == pytest.approx(4.0, abs=0.3)
    assert height.item() == pytest.approx(20.0, abs=0.3)
    assert measure_ink(bar).item() == pytest.approx(80.0, rel=0.02)


def test_moving_a_digit_changes_no_measure():
    bar = draw_bar(20, 2.5, length=14)
    moved = torch.roll(bar, (3, -4), (2, 3))
    assert torch.allclose(measure_style(bar), measure_style(moved), atol=1e-3)


def test_mirroring_turns_the_slant_round_and_nothing_else():
    bar = draw_bar(25, 2.5)
    assert measure_slant(bar.flip(3)).item() == pytest.approx(-measure_slant(bar).item(), abs=1e-3)
    assert measure_thickness(bar.flip(3)).item() == pytest.approx(measure_thickness(bar).item(), abs=1e-3)


def test_a_row_does_not_depend_on_the_batch(data_root: Path):
    images = to_float(load_dataset(data_root, "test").images[:64])
    whole = measure_style(images)
    assert torch.allclose(whole[10:11], measure_style(images[10:11]), atol=1e-4)
    assert whole.isfinite().all()


def test_blank_paper_and_full_ink_give_finite_measures_and_gradients():
    images = torch.stack([-torch.ones(1, 28, 28), torch.ones(1, 28, 28)]).requires_grad_(True)
    style = measure_style(images)
    assert style.isfinite().all()
    style.sum().backward()
    assert images.grad is not None
    assert images.grad.isfinite().all()


def test_the_gradient_of_thickness_thickens():
    bar = draw_bar(10, 2.0).requires_grad_(True)
    before = measure_thickness(bar)
    (gradient,) = torch.autograd.grad(before.sum(), bar)
    after = measure_thickness((bar + 0.05 * gradient / gradient.abs().max()).clamp(-1, 1))
    assert after.item() > before.item()
