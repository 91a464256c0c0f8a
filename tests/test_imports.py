"""Imports point one way. This walks them and fails on an arrow that points the wrong way.

The table below is the architecture: a module may import from its own layer and from those before it. Its rows
are the place to say where a new module belongs.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# PACKAGES stand for everything inside them; `gan` is the package's own __init__.py.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("gan.config", "gan.noise", "gan.data", "gan.device", "gan.files", "gan.losses", "gan.models", "gan.classifier"),
    ("gan.allocator", "gan.distributed", "gan.progress"),
    ("gan.checkpoint",),
    ("gan.sampling", "gan.drawing"),
    (
        *("gan.latent", "gan.invert", "gan.measure", "gan.evaluation", "gan.evaluate", "gan.render", "gan.export"),
        *("gan.recipe", "gan.line", "gan.verdict", "gan.handwriting", "gan.directions", "gan.canvas", "gan.encoder"),
    ),
    ("gan", "gan.sample", "gan.fit_classifier", "gan.fit_encoder", "gan.fit_verdict"),
    ("gan.trainer", "gan.journal", "gan.story", "gan.watch", "gan.history", "gan.hub", "gan.ui"),
    ("gan.desk", "gan.session"),
    ("gan.train",),
    ("train", "app"),
)
LAYER = {module: depth for depth, layer in enumerate(LAYERS) for module in layer}
PACKAGES = ("gan.models", "gan.evaluation", "gan.ui")
# Of one layer, or one above the other, and yet never together.
APART = (
    *(("gan.trainer", "gan.ui"), ("gan.session", "gan.ui"), ("gan.train", "gan.ui")),
    *(("train", "gan.ui"), ("train", "app")),
)
# Run by people; nothing else builds on them.
COMMANDS = ("gan.sample", "gan.fit_classifier", "gan.fit_verdict", "gan.fit_encoder")


def module_name(path: str) -> str:
    """``gan/models/__init__.py`` -> ``gan.models``."""
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def place(module: str) -> str | None:
    """The row entry that a module of ours stands under, or None when the table does not know it."""
    for package in PACKAGES:
        if module == package or module.startswith(package + "."):
            return package
    return module if module in LAYER else None


def imported(path: str, source: str, ours: set[str]) -> Iterator[tuple[int, str]]:
    """Each module that a file imports, anywhere in it, and the line; ``ours`` are the modules that exist."""
    name = module_name(path)
    package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [base])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield node.lineno, inner if inner in ours else base
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if function in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                base = node.args[0].value
                yield node.lineno, package + base if base.startswith(".") else base


def find_faults(sources: dict[str, str]) -> list[str]:
    """One sentence for each wrong import in these files (path from the root -> source)."""
    ours = {module_name(path) for path in sources}
    roots = {"gan", "app", "train"}
    faults = []
    arrows: dict[str, set[str]] = {}
    for path, source in sorted(sources.items()):
        module = module_name(path)
        here = place(module)
        if here is None:
            faults.append(f"{path}: {module} is in no layer yet; place it in LAYERS of tests/test_imports.py.")
            continue
        for line, target in imported(path, source, ours):
            where = f"{path}:{line}: {module} imports {target}"
            top = target.partition(".")[0]
            if top not in roots:
                if top == "gradio" and (here != "gan.ui" or module == "gan.ui.service"):
                    faults.append(f"{where}, but only the tabs in gan/ui may (gan/ui/service.py may not).")
                if here == "gan.config" and top not in sys.stdlib_module_names:
                    faults.append(f"{where}, but gan/config.py keeps to the standard library.")
                continue
            there = place(target)
            if there is None:
                faults.append(f"{where}, which LAYERS of tests/test_imports.py does not know; place it there.")
                continue
            arrows.setdefault(here, set())
            if there == here:
                continue
            arrows[here].add(there)
            if LAYER[there] > LAYER[here]:
                faults.append(f"{where}, which stands above it.")
            if (here, there) in APART or (there, here) in APART:
                faults.append(f"{where}; {here} and {there} never import each other.")
            if there in COMMANDS:
                faults.append(f"{where}, which is a command and not for building on.")
    return faults + find_cycles(arrows)


def find_cycles(arrows: dict[str, set[str]]) -> list[str]:
    """One sentence for each module that, along these arrows, imports itself."""

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            new = arrows.get(waiting.pop(), set()) - seen
            seen |= new
            waiting.extend(new)
        return seen

    return [f"{module} imports itself through others." for module in sorted(arrows) if module in reach(module)]


def project_sources() -> dict[str, str]:
    """The files of the project that the layers are about."""
    paths = [*(ROOT / "gan").rglob("*.py"), ROOT / "app.py", ROOT / "train.py"]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def test_imports_of_the_project_point_one_way():
    assert find_faults(project_sources()) == []


GOOD = {
    "gan/__init__.py": "def load(name):\n    from gan.sampling import Generator\n",
    "gan/config.py": "from dataclasses import dataclass\n",
    "gan/data.py": "import torchvision\nfrom gan import config\n",
    "gan/models/__init__.py": "from gan.models import style\n",
    "gan/models/style.py": "import torch\nfrom gan.models import register\nfrom gan.config import Config\n",
    "gan/checkpoint.py": "from gan import models, config\n",
    "gan/sampling.py": "from .checkpoint import read_released\n",
    "gan/latent.py": "from gan.sampling import Generator\n",
    "gan/trainer.py": "from gan import checkpoint\n",
    "gan/ui/generate.py": "import gradio as gr\nfrom gan.ui.service import draw\n",
    "gan/ui/service.py": "import gan\nfrom gan import latent\n",
    "gan/ui/__init__.py": "",
    "app.py": "from gan.ui import generate\n",
    "train.py": "from gan.trainer import train\n",
}


def test_good_project_has_no_faults():
    assert find_faults(GOOD) == []


@pytest.mark.parametrize(
    ("path", "line", "said"),
    [
        ("gan/data.py", "from gan.checkpoint import resolve", "gan.checkpoint, which stands above it"),
        ("gan/data.py", "from gan import checkpoint", "gan.checkpoint, which stands above it"),
        ("gan/data.py", "from . import checkpoint", "gan.checkpoint, which stands above it"),
        ("gan/data.py", "from .checkpoint import resolve", "gan.checkpoint, which stands above it"),
        ("gan/data.py", "if True:\n    import gan.sampling as s", "gan.sampling, which stands above it"),
        ("gan/data.py", "importlib.import_module('gan.latent')", "gan.latent, which stands above it"),
        ("gan/data.py", "import_module('.latent', 'gan')", "gan.latent, which stands above it"),
        ("gan/models/style.py", "from ..sampling import x", "gan.sampling, which stands above it"),
        ("gan/sampling.py", "import gan", "imports gan, which stands above it"),
        ("gan/latent.py", "import app", "imports app, which stands above it"),
        ("gan/trainer.py", "from gan.ui import service", "never import each other"),
        ("gan/ui/service.py", "from gan.trainer import train", "never import each other"),
        ("train.py", "from gan.ui.generate import tab", "never import each other"),
        ("gan/latent.py", "import gradio", "only the tabs in gan/ui may"),
        ("app.py", "import gradio.themes", "only the tabs in gan/ui may"),
        ("gan/ui/service.py", "from gradio import Error", "only the tabs in gan/ui may"),
        ("gan/config.py", "import torch", "keeps to the standard library"),
        ("gan/config.py", "def f():\n    import numpy", "keeps to the standard library"),
        ("gan/ui/generate.py", "from gan.sample import main", "a command and not for building on"),
        ("gan/latent.py", "from gan.nowhere import x", "does not know; place it there"),
        ("gan/strange.py", "", "gan.strange is in no layer yet; place it in LAYERS"),
        ("gan/config.py", "from gan.data import x", "gan.config imports itself through others"),
    ],
)
def test_wrong_import_is_found(path, line, said):
    faults = find_faults(GOOD | {path: GOOD.get(path, "") + line + "\n"})
    assert any(said in fault for fault in faults), faults


def test_import_gan_is_light():
    code = "import sys, gan; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "gan" in loaded
    assert not loaded & {"torch", "torchvision", "numpy", "PIL", "gradio"}
