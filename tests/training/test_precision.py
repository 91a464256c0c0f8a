"""Presets take bf16 only where it is built in; what was asked for, and a run that goes on, keep their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from gan.config import PRESETS, get_preset
from gan.store.released import read_released
from gan.train import main
from gan.training import precision
from gan.training.precision import fit_precision, has_bf16
from tests.served import ROOT

CPU, CUDA, MPS = (torch.device(name) for name in ("cpu", "cuda", "mps"))
SIZES = ["--z-dim", "8", "--w-dim", "16", "--g-width", "12", "--d-width", "4", "--batch", "16"]
TINY = ["--preset", "digits-tiny", *SIZES, "--images", "64", "--device", "cpu", "--threads", "1", "--no-tensorboard"]


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in precision.HELD_BY:
        monkeypatch.delenv(name, raising=False)


def have(monkeypatch: pytest.MonkeyPatch, *features: str) -> None:
    """A processor with these features and no others."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True, **dict.fromkeys(features, True)})


@pytest.mark.parametrize(
    ("features", "held", "there"),
    [
        (("avx512_bf16",), "", True),
        (("amx_bf16",), "", True),
        (("avx512_f", "avx512_vnni", "amx_int8"), "", False),
        ((), "", False),
        (("avx512_bf16",), "AVX2", False),
        (("avx512_bf16", "amx_bf16"), "avx512_core", False),
        (("avx512_bf16",), "AVX512_CORE_BF16", True),
        (("amx_bf16",), "DEFAULT", True),
        ((), "AVX512_CORE_BF16", False),
    ],
)
def test_a_cpu_has_it_where_it_is_built_in_and_not_held_back(monkeypatch, features, held, there):
    have(monkeypatch, *features)
    for name in precision.HELD_BY:
        with monkeypatch.context() as patch:
            if held:
                patch.setenv(name, held)
            assert has_bf16(CPU) is there


def test_others_have_it_where_torch_says_so(monkeypatch):
    have(monkeypatch)  # the CPU's own features say nothing of them
    for answer in (True, False):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, answer=answer: answer)
        monkeypatch.setattr(torch.backends.mps, "is_macos_or_newer", lambda *version, answer=answer: answer)
        assert has_bf16(CUDA) is answer
        assert has_bf16(MPS) is answer


@pytest.mark.parametrize("name", list(PRESETS))
def test_presets_are_lowered_where_it_is_lacking_and_nothing_else_is_changed(monkeypatch, name):
    preset = get_preset(name)
    have(monkeypatch, "avx512_bf16")
    assert fit_precision(preset, CPU) == (preset, "")
    have(monkeypatch)
    fitted, said = fit_precision(preset, CPU)
    assert fitted.precision == "fp32"
    assert {key for key, value in fitted.to_dict().items() if value != preset.to_dict()[key]} == {"precision"}
    assert said.startswith("Precision is fp32: the preset's bf16 is not built into this cpu")
    assert fit_precision(preset, CPU, asked=True) == (preset, "")
    assert fit_precision(fitted, CPU) == (fitted, "")


def test_the_plan_says_it_and_an_option_is_kept(monkeypatch, tmp_path, capsys):
    have(monkeypatch)
    plan = ["--preset", "digits", "--device", "cpu", "--dry-run", "--out", str(tmp_path / "run")]
    assert main(plan) == 0
    said = capsys.readouterr().out
    assert "\nprecision      fp32\n" in said
    assert "Precision is fp32" in said
    assert main([*plan, "--precision", "bf16"]) == 0
    said = capsys.readouterr().out
    assert "\nprecision      bf16\n" in said
    assert "Precision is" not in said
    have(monkeypatch, "amx_bf16")
    assert main(plan) == 0
    assert "\nprecision      bf16\n" in capsys.readouterr().out


def test_a_run_records_what_it_took_and_keeps_it(monkeypatch, tmp_path, made_root, capsys):
    out = tmp_path / "run"
    words = [*TINY, "--data", str(made_root), "--out", str(out)]
    have(monkeypatch)
    assert main(words) == 0
    assert "Precision is fp32" in capsys.readouterr().out
    assert read_released(out / "model.safetensors").config.precision == "fp32"
    have(monkeypatch, "avx512_bf16")  # the folder is carried to another machine
    assert main([*words, "--resume", "--dry-run"]) == 0
    assert "\nprecision      fp32\n" in capsys.readouterr().out
    assert main([*words, "--resume", "--precision", "bf16"]) == 2
    assert "precision was 'fp32', now 'bf16'" in capsys.readouterr().err


def test_a_run_in_bf16_goes_on_in_it(monkeypatch, tmp_path, made_root, capsys):
    words = [*TINY, "--data", str(made_root), "--out", str(tmp_path / "run")]
    have(monkeypatch, "avx512_bf16")
    assert main(words) == 0
    have(monkeypatch)
    assert main([*words, "--resume", "--dry-run"]) == 0
    assert "\nprecision      bf16\n" in capsys.readouterr().out


def test_the_pages_live_run_takes_what_pays(monkeypatch, tmp_path, made_root):
    from gan.training.session import prepare

    order: dict[str, Any] = {"root": str(made_root), "out": str(tmp_path)}
    order["config"] = json.loads(json.dumps(get_preset("tutorial-mlp").to_dict()))
    for features, taken in (((), "fp32"), (("amx_bf16",), "bf16")):
        have(monkeypatch, *features)
        assert prepare(order, None, lambda event: None).trainer.config.precision == taken  # type: ignore[arg-type]


def test_onednn_held_to_avx2_counts_as_lacking(tmp_path: Path):
    command = [sys.executable, "train.py", "--preset", "digits", "--device", "cpu", "--dry-run", "--out", str(tmp_path)]
    env = {**os.environ, "ONEDNN_MAX_CPU_ISA": "AVX2"}
    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "\nprecision      fp32\n" in run.stdout
    assert "Precision is fp32" in run.stdout
