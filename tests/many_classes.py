"""Small untrained models of one class that nobody can choose, of three, ten, 26 and 100 classes."""

from pathlib import Path

from tests.tiny_checkpoint import write_tiny

MODELS: dict[str, tuple[str, ...]] = {
    "ten": tuple("0123456789"),
    "free": ("0",),
    "letters": tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "three": tuple("012"),
    "words": tuple(f"word {number}" for number in range(100)),
}


def write_models(folder: Path) -> Path:
    """Write one of each to NAME.safetensors in `folder`, and return it."""
    for name, classes in MODELS.items():
        free = {"unconditional": True, "style_weight": 0.0, "mismatch": 0.0} if name == "free" else {}
        write_tiny(folder / f"{name}.safetensors", classes, **free)
    return folder
