"""What pyproject.toml cannot say of the package: checkpoints/ goes into it, and the extras' pins are in files.

Beside the code the released weights are checkpoints/; in an installed package they are gan/checkpoints/.
"""

from pathlib import Path

from setuptools import find_packages, setup

EXTRAS = ("evaluate", "data", "onnx")


def read_pins(extra: str) -> list[str]:
    """The pins in requirements-EXTRA.txt, but for the line that takes in the app's own; none where there is no such."""
    path = Path(__file__).parent / f"requirements-{extra}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith(("#", "-r "))]


setup(
    packages=[*find_packages(include=["gan", "gan.*"]), "gan.checkpoints"],
    package_dir={"gan.checkpoints": "checkpoints"},
    extras_require={extra: pins for extra in EXTRAS if (pins := read_pins(extra))},
)
