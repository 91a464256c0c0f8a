"""Count what the tests assert, so that a faster suite can be shown to say no less.

python -m tests.count_assertions             # of this checkout
python -m tests.count_assertions ROOT        # of another
"""

import ast
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CALLS = ("expect", "raises", "warns", "assert_array_equal", "assert_allclose", "assert_close", "assert_equal")


def count(source: str) -> Counter[str]:
    """How many assertions of each kind a file has: assert statements, and calls that fail the test."""
    found: Counter[str] = Counter()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assert):
            found["assert"] += 1
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS:
                found[name] += 1
    return found


def main() -> None:
    """Print the sums of all files below tests/."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    found: Counter[str] = Counter()
    for path in sorted((root / "tests").rglob("*.py")):
        found += count(path.read_text(encoding="utf-8"))
    for kind, number in found.most_common():
        print(f"{kind:20} {number:6,}")
    print(f"{'in all':20} {found.total():6,}")


if __name__ == "__main__":
    main()
