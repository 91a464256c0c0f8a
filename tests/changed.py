"""The tests of what was changed since the last commit: what `make check` runs.

    python -m tests.changed    # prints them, one file or folder a line

A changed test is run itself. A changed module of gan/ is tested by the files that import it, in its own room
(tests/ROOM for gan/ROOM) where there are such, else in all; one that no test imports by the whole room. A browser's
tests take minutes: they are run where they themselves were changed, and by `make test`.
"""

import ast
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Fast, and about every file of ours
ALWAYS = ("tests/test_config.py", "tests/test_imports.py")
OTHERS = {
    "README.md": "tests/test_readme.py",
    "docs": "tests/test_readme.py",
    "Makefile": "tests/test_plumbing.py",
    "scripts": "tests/test_plumbing.py",
    "Dockerfile": "tests/test_space.py",
    "requirements.txt": "tests/test_plumbing.py",
    "pyproject.toml": "tests/test_package.py",
    "setup.py": "tests/test_package.py",
    "gan/command.py": "tests/test_command.py",
    "gan/ui/words": "tests/ui/test_words.py",
    "gan/ui/scripts": "tests/ui/test_words.py",
    "gan/ui/tabs": "tests/ui/test_words.py",
}


def list_imported(source: str) -> set[str]:
    """Every module that a file may import, as a dotted name: of `from a import b` both `a` and `a.b`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def choose(changed: Iterable[str], tests: Mapping[str, str]) -> list[str]:
    """The tests to run for these changed paths; `tests` has the source of every test file by its path."""
    chosen = {path for path in ALWAYS if path in tests}
    imported = {path: list_imported(source) for path, source in tests.items() if "/browser/" not in path}
    for path in changed:
        if path in tests:
            chosen.add(path)
        elif path.endswith(".py"):
            module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            room = "/".join(["tests", *path.split("/")[1:2], ""])
            users = {one for one, names in imported.items() if module in names}
            own = {one for one in imported if one.startswith(room)}
            chosen |= (users & own) or users or own
        chosen |= {one for start, one in OTHERS.items() if path.startswith(start) and one in tests}
    return sorted(chosen)


def list_changed() -> list[str]:
    """The paths that differ from the last commit, new files that git does not ignore among them."""
    found: list[str] = []
    for words in (["diff", "--name-only", "--diff-filter=d", "HEAD"], ["ls-files", "--others", "--exclude-standard"]):
        run = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
        found += run.stdout.splitlines()
    return found


def main() -> None:
    """Print the tests of what was changed."""
    tests = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    print(*choose(list_changed(), tests), sep="\n")


if __name__ == "__main__":
    main()
