"""The house: imports point one way, by rooms; doors are short; classes and functions are short.

The table below is the architecture: a file may import from its own room and from the rooms in the rows before its
own. A new room stands in it; a new file in a room needs nothing here.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# The commands: argparse and one call. Nothing builds on them.
DOORS = (
    *("gan.sample", "gan.evaluate", "gan.train", "gan.checkpoint", "gan.history", "gan.watch", "gan.story", "gan.hub"),
    *("gan.directions", "gan.fit_classifier", "gan.fit_encoder", "gan.fit_verdict", "gan.export"),
)
# A room stands for everything inside it; `gan` is the package's own __init__.py.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("gan.config", "gan.data", "gan.errors", "gan.command"),
    ("gan.losses", "gan.models"),
    ("gan.store",),
    ("gan.drawing",),
    ("gan.judges",),
    ("gan.handwriting",),
    ("gan.training", "gan.evaluation", "gan.recipes"),
    ("gan", "gan.ui", *DOORS),
    ("train", "app"),
)
LAYER = {room: depth for depth, layer in enumerate(LAYERS) for room in layer}
ROOMS = (
    *(
        "gan.data",
        "gan.models",
        "gan.store",
        "gan.drawing",
        "gan.judges",
        "gan.handwriting",
        "gan.training",
        "gan.evaluation",
    ),
    *("gan.recipes", "gan.ui"),
)
# Of one layer, or one above the other, and yet never together; files of a room by their names.
APART = (
    *(("gan.training", "gan.evaluation"), ("gan.training", "gan.recipes"), ("gan.evaluation", "gan.recipes")),
    *(("gan.training.loop", "gan.ui"), ("gan.training.adversaries", "gan.ui"), ("gan.training.start", "gan.ui")),
    *(("gan.train", "gan.ui"), ("train", "gan.ui"), ("train", "app")),
)
# What of gan/ui shows or serves the page, and so may import gradio; all else of it computes, for any page
SHOWS = re.compile(r"gan\.ui\.(page|theme|tab|endpoints|downloads|words\.labels)|gan\.ui\.tabs\.\w+\.(tab|endpoints)")
MAX_ENTRIES, MAX_DOOR = 28, 100  # at the top of gan/; lines of a door
MAX_CLASS, MAX_FUNCTION = 200, 70  # lines, docstrings too


def module_name(path: str) -> str:
    """``gan/models/__init__.py`` -> ``gan.models``."""
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def place(module: str) -> str | None:
    """The room that a module of ours stands in, or None when the table does not know it."""
    for room in ROOMS:
        if is_in(module, room):
            return room
    return module if module in LAYER else None


def is_in(module: str, room: str) -> bool:
    """Whether a module is that room or file, or inside it."""
    return module == room or module.startswith(room + ".")


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
            faults.append(f"{path}: {module} is in no room yet; place it in LAYERS of tests/test_imports.py.")
            continue
        for line, target in imported(path, source, ours):
            where = f"{path}:{line}: {module} imports {target}"
            top = target.partition(".")[0]
            if top not in roots:
                if top == "gradio" and not SHOWS.fullmatch(module):
                    faults.append(f"{where}, but only what shows the page in gan/ui may (what it computes may not).")
                if here == "gan.config" and top not in sys.stdlib_module_names:
                    faults.append(f"{where}, but gan/config.py keeps to the standard library.")
                continue
            there = place(target)
            if there is None:
                faults.append(f"{where}, which LAYERS of tests/test_imports.py does not know; place it there.")
                continue
            arrows.setdefault(here, set())
            if any(is_in(module, one) and is_in(target, other) for pair in APART for one, other in (pair, pair[::-1])):
                faults.append(f"{where}; these two never import each other.")
            if there == here:
                continue
            arrows[here].add(there)
            if LAYER[there] > LAYER[here]:
                faults.append(f"{where}, which stands above it.")
            if there in DOORS and here != "train":
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


def test_a_listing_of_the_package_is_short_and_tells_what_one_can_run():
    entries = [path for path in (ROOT / "gan").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    assert len(entries) <= MAX_ENTRIES, sorted(path.name for path in entries)
    for door in DOORS:
        assert (ROOT / f"{door.replace('.', '/')}.py").is_file(), door


@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_argparse_and_one_call(door):
    text = (ROOT / f"{door.replace('.', '/')}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_DOOR
    assert "with refusing(" in text or "sys.exit(main" in text


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_lists_its_files_in_a_line_each(room):
    folder = ROOT / room.replace(".", "/")
    told = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    words = {line.split()[0] for line in told.splitlines() if line.strip()}
    missing = {path.stem for path in folder.glob("*.py")} - words - {"__init__"}
    assert not missing or room in ("gan.models", "gan.ui"), missing


def measure_lengths(source: str) -> Iterator[tuple[str, int, int]]:
    """Each class and function of a file that is too long: its name, its lines, and the most it may have."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            most = MAX_CLASS if isinstance(node, ast.ClassDef) else MAX_FUNCTION
            if lines > most:
                yield node.name, lines, most


@pytest.mark.parametrize("path", sorted(project_sources()))
def test_classes_and_functions_are_short(path):
    assert list(measure_lengths((ROOT / path).read_text(encoding="utf-8"))) == []


def test_what_is_too_long_is_found():
    long = "class A:\n" + "    x = 1\n" * MAX_CLASS + "def f():\n" + "    x = 1\n" * (MAX_FUNCTION - 1)
    assert list(measure_lengths(long)) == [("A", MAX_CLASS + 1, MAX_CLASS)]


GOOD = {
    "gan/__init__.py": "def load(name):\n    from gan.drawing.generator import Generator\n",
    "gan/config.py": "from dataclasses import dataclass\n",
    "gan/data.py": "import torchvision\nfrom gan import config\n",
    "gan/models/__init__.py": "from gan.models import style\n",
    "gan/models/style.py": "import torch\nfrom gan.models import register\nfrom gan.config import Config\n",
    "gan/store/released.py": "from gan import models, config\n",
    "gan/drawing/generator.py": "from ..store.released import read_released\n",
    "gan/drawing/interpolation.py": "from .generator import Generator\n",
    "gan/recipes/read.py": "from gan.drawing.generator import Generator\n",
    "gan/training/loop.py": "from gan.store import released\n",
    "gan/training/start.py": "from gan.training.loop import train\n",
    "gan/training/plan.py": "",
    "gan/evaluation/run.py": "from gan.drawing import interpolation\n",
    "gan/sample.py": "from gan.recipes.read import replay\n",
    "gan/ui/page.py": "import gradio as gr\nfrom gan.ui.service import draw\n",
    "gan/ui/service.py": "import gan\nfrom gan.drawing import generator\nfrom gan.training import plan\n",
    "gan/ui/__init__.py": "",
    "gan/train.py": "from gan.training.start import train\n",
    "app.py": "from gan.ui import page\n",
    "train.py": "from gan.train import main\n",
}


def test_good_project_has_no_faults():
    assert find_faults(GOOD) == []


@pytest.mark.parametrize(
    ("path", "line", "said"),
    [
        ("gan/data.py", "from gan.store.released import resolve", "gan.store.released, which stands above it"),
        ("gan/data.py", "from gan.store import released", "gan.store.released, which stands above it"),
        ("gan/data.py", "from .store import released", "gan.store.released, which stands above it"),
        ("gan/data.py", "from .store.released import resolve", "gan.store.released, which stands above it"),
        (
            "gan/data.py",
            "if True:\n    import gan.drawing.generator as s",
            "gan.drawing.generator, which stands above it",
        ),
        ("gan/data.py", "importlib.import_module('gan.recipes.read')", "gan.recipes.read, which stands above it"),
        ("gan/data.py", "import_module('.recipes.read', 'gan')", "gan.recipes.read, which stands above it"),
        ("gan/models/style.py", "from ..drawing import generator", "gan.drawing.generator, which stands above it"),
        ("gan/drawing/generator.py", "import gan", "imports gan, which stands above it"),
        ("gan/recipes/read.py", "import app", "imports app, which stands above it"),
        ("gan/recipes/read.py", "from gan.evaluation import run", "never import each other"),
        ("gan/evaluation/run.py", "from gan.training import loop", "never import each other"),
        ("gan/training/loop.py", "from gan.ui import service", "never import each other"),
        ("gan/training/start.py", "from gan.ui import service", "never import each other"),
        ("gan/ui/service.py", "from gan.training.loop import train", "never import each other"),
        ("gan/ui/service.py", "from gan.training import start", "never import each other"),
        ("train.py", "from gan.ui.page import build", "never import each other"),
        ("gan/recipes/read.py", "import gradio", "only what shows the page in gan/ui may"),
        ("app.py", "import gradio.themes", "only what shows the page in gan/ui may"),
        ("gan/ui/service.py", "from gradio import Error", "only what shows the page in gan/ui may"),
        ("gan/ui/tabs/hand/desk.py", "import gradio as gr", "only what shows the page in gan/ui may"),
        ("gan/config.py", "import torch", "keeps to the standard library"),
        ("gan/config.py", "def f():\n    import numpy", "keeps to the standard library"),
        ("gan/ui/page.py", "from gan.sample import main", "a command and not for building on"),
        ("gan/recipes/read.py", "from gan.nowhere import x", "does not know; place it there"),
        ("gan/strange.py", "", "gan.strange is in no room yet; place it in LAYERS"),
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
