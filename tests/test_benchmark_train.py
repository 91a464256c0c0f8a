"""The training benchmark: its rival is the same network and learns, and the command prints its rows."""

import json
import math
from itertools import pairwise

import pytest
import torch

from benchmarks import train
from benchmarks.plain_loop import PlainDCGANDiscriminator, PlainDCGANGenerator, PlainLoop, read_mnist
from gan.config import get_preset
from gan.models import build_discriminator, build_generator
from gan.training.adversaries import Adversaries


def test_plain_dcgan_is_the_dcgan_of_the_preset():
    config = get_preset("dcgan")
    g, d = build_generator(config), build_discriminator(config)
    plain_g, plain_d = PlainDCGANGenerator(config.z_dim, 10), PlainDCGANDiscriminator(10)
    plain_g.load_state_dict(g.state_dict())
    plain_d.load_state_dict(d.state_dict())
    z, y = torch.randn(6, config.z_dim, generator=torch.Generator().manual_seed(0)), torch.arange(6)
    images = g(z, y)
    torch.testing.assert_close(plain_g(z, y), images, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(plain_d(images.detach(), y), d(images.detach(), y), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("workers", [0, 1])
def test_plain_loop_trains_both_networks(made_root, workers):
    loop = PlainLoop(get_preset("tutorial-mlp"), read_mnist(made_root), workers)
    before = [p.detach().clone() for net in (loop.g, loop.d) for p in net.parameters()]
    for _ in range(6):  # into the second epoch of the 600 made digits
        losses = loop.advance()
    assert all(math.isfinite(loss) for loss in losses)
    after = [p for net in (loop.g, loop.d) for p in net.parameters()]
    assert all(not torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_switches_take_their_ideas_away(made_root):
    config = get_preset("tutorial-mlp")
    ours = train.make_adversaries(train.Side("", "ours"), config, made_root)
    plain = train.Side("", "ours", fused=False, forge_once=False)
    without = train.make_adversaries(plain, config, made_root)
    assert ours.opt_g.param_groups[0]["fused"]
    assert not without.opt_g.param_groups[0]["fused"]
    assert type(ours) is Adversaries
    once, twice = train.count_work(ours, 1), train.count_work(without, 1)
    widths = [config.z_dim + 16, 128, 256, 512, 1024, 784]
    forward = 2 * sum(a * b for a, b in pairwise(widths))
    assert twice - once == forward


def test_rounds_print_every_row(made_root, capsys, monkeypatch):
    wanted = {"peak", "tutorial-mlp: ours", "tutorial-mlp: plain, 0 workers", "digits: ours", "dcgan: ours"}

    def ask(side, root, threads, seconds):  # the processes are left out, but for those of two sides
        if side.name in ("peak", "tutorial-mlp: ours"):
            return real(side, root, threads, seconds)
        return {"rate": 100.0 if side.kind == "ours" else 50.0 - side.workers, "work": 2e8}

    real = train.ask
    monkeypatch.setattr(train, "ask", ask)
    words = ["--data", str(made_root), "--threads", "1", "--seconds", "0.01", "--rounds", "1"]
    assert train.main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert wanted <= found["measured"].keys()
    assert found["figures"]["dcgan x plain"]["median"] == 2.0  # of 50, the better of the two
    peak = found["measured"]["peak"]["peak"][0]
    assert found["figures"]["digits share of peak"]["median"] == pytest.approx(100.0 * 2e8 / peak)
    monkeypatch.setattr(
        train, "ask", lambda side, *_: {"peak": 1e11} if side.kind == "peak" else ask(train.Side("", side.kind), *_)
    )
    assert train.main([*words, "--ablate"]) == 0
    shown = capsys.readouterr().out
    for line in ("dcgan x plain", "2.00", "digits share of peak", "20%", "digits: penalties every step"):
        assert line in shown


def test_missing_data_is_said_in_a_sentence(tmp_path, capsys):
    assert train.main(["--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("benchmarks.train: ")
