"""Which arithmetic pays on a processor: bf16 where it is built in, fp32 where it would be made of many instructions.

The presets ask for bf16, which saves half of the time on a processor that has it (AVX-512 bf16, AMX) and takes many
times as long on one that has not. A setting that was asked for, and that of a run that goes on, is never changed.
"""

import os
from dataclasses import replace

import torch

from gan.config import Config

BUILT_IN = ("avx512_bf16", "amx_bf16")  # of torch.cpu.get_capabilities()
# oneDNN, which does the work, may be held to less than there is; of these names none has bf16's products
HELD_BY = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")
TOO_LITTLE = ("SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI")


def has_bf16(device: torch.device) -> bool:
    """Whether bf16 is built into that device, as far as torch can tell; where it cannot, no."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "mps":
        return bool(torch.backends.mps.is_macos_or_newer(14, 0))  # what torch.autocast itself asks
    held = next((os.environ[name] for name in HELD_BY if name in os.environ), "")
    there = torch.cpu.get_capabilities()
    return held.upper() not in TOO_LITTLE and any(there.get(name) for name in BUILT_IN)


def fit_precision(config: Config, device: torch.device, *, asked: bool = False) -> tuple[Config, str]:
    """`config` with the arithmetic that suits the device, and a sentence where that is not the preset's (else "").

    asked: the precision was asked for by name, and stays as it is.
    """
    if asked or config.precision != "bf16" or has_bf16(device):
        return config, ""
    why = (
        f"Precision is fp32: the preset's bf16 is not built into this {device.type}, and would be slower; "
        "--precision bf16 takes it all the same."
    )
    return replace(config, precision="fp32"), why
