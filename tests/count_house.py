"""The house in numbers: `python -m tests.count_house [ROOT ...]` prints the table of docs/architecture.md.

Each ROOT is a tree of this project (here, if none is named; an older one works too); each gets a column. All numbers
are read from the files, but for the last: that one draws a sheet, and needs checkpoints/digits.safetensors.
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Of each number: its row in the table, and the most that it may be
ROWS: dict[str, tuple[str, int]] = {
    "entries": ("entries at the top of gan/", 28),
    "doors": ("doors among them", 13),
    "door": ("longest door, lines", 100),
    "class": ("longest class, lines", 200),
    "function": ("longest Python function, lines", 70),
    "closure": ("longest closure in a script, lines", 120),
    "templates": ("templates that take sentences apart", 0),
    "tables": ("systems of words", 1),
    "html": ("lines of HTML in Python", 0),
    "base64": ("b64encode in gan/ui", 1),
    "errors": ("error classes listed by hand in doors", 1),
    "verifiers": ("files that verify what lies beside weights", 1),
    "request": ("files that a sheet's request enters", 15),
}

TAG = re.compile(r"</?(?:[a-z][a-z0-9]*)(?:\s[^<>]*)?>")
OWN_ERRORS = re.compile(r"[A-Z]\w*Error")
OTHERS_ERRORS = {"OSError", "ValueError", "KeyError", "TypeError", "RuntimeError"}


def read_python(root: Path, *folders: str) -> dict[Path, str]:
    """The Python files below some folders of a tree, as text."""
    return {
        path: path.read_text(encoding="utf-8") for folder in folders for path in sorted((root / folder).rglob("*.py"))
    }


def count_entries(root: Path) -> int:
    """How many files and folders stand at the top of gan/."""
    return sum(not path.name.startswith(("__pycache__", ".")) for path in (root / "gan").iterdir())


def find_doors(root: Path) -> list[Path]:
    """The files at the top of gan/ that are run as commands."""
    return [path for path in (root / "gan").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")]


def measure_door(root: Path) -> int:
    """The lines of the longest door."""
    return max((len(path.read_text(encoding="utf-8").splitlines()) for path in find_doors(root)), default=0)


def measure_longest(root: Path, *kinds: type[ast.AST]) -> int:
    """The lines of the longest class or function in gan/, docstrings and decorators' lines too."""
    longest = 0
    for path, text in read_python(root, "gan").items():
        for node in ast.walk(ast.parse(text, str(path))):
            if isinstance(node, kinds) and isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                longest = max(longest, (node.end_lineno or 0) - node.lineno + 1)
    return longest


# ---- scripts --------------------------------------------------------------------------------------------------------

# What is skipped in a script: comments, strings, and regular expressions, which stand where no value can end
SKIPPED = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
    r"""|(?<=[(,=:\[!&|?{};\n>])(?P<space>\s*)/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*""",
    re.DOTALL,
)
BEGINS = re.compile(r"(=>\s*|\bfunction\b.*\)\s*|^\s*(?:async\s+|static\s+|get\s+|set\s+|\*)*[\w$#]+\s*\(.*\)\s*)$")
NO_FUNCTIONS = re.compile(r"^\s*(?:\}\s*)?(?:if|for|while|switch|catch|with|else)\b")


def blank(text: str) -> str:
    """A script with spaces in place of what is no code; its lines stay where they are."""

    def hide(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    return hide_templates(SKIPPED.sub(hide, text))


def hide_templates(text: str) -> str:
    """The same for `...`: its text is hidden, the code in ${...} stays, and so do the braces around that."""
    out, stack = [], [False]  # for each open brace, whether it ends by going back into a template
    inside = False
    place = 0
    while place < len(text):
        here = text[place]
        if inside:
            if here == "\\":
                out.append("  ")
                place += 2
                continue
            if here == "`":
                inside = False
            elif text.startswith("${", place):
                stack.append(True)
                inside = False
                out.append(" {")
                place += 2
                continue
            out.append("\n" if here == "\n" else " ")
        elif here == "`":
            inside = True
            out.append(" ")
        else:
            if here == "{":
                stack.append(False)
            elif here == "}" and len(stack) > 1:
                inside = stack.pop()
            out.append(here)
        place += 1
    return "".join(out)


def list_closures(text: str) -> Iterator[tuple[int, int]]:
    """The first line of each function of a script, from 1, and how many it has; not the one around the whole file."""
    code = blank(text)
    open_braces: list[int | None] = []  # where a function's begins, None for any other
    depth = 0
    for place, sign in enumerate(code):
        if sign == "{":
            start = code.rfind("\n", 0, place) + 1
            before = code[start:place]
            is_function = bool(BEGINS.search(before)) and not NO_FUNCTIONS.search(before)
            is_wrapper = depth == 0 and before.lstrip().startswith("(")
            open_braces.append(place if is_function and not is_wrapper else None)
            depth += 1
        elif sign == "}" and open_braces:
            begun = open_braces.pop()
            depth -= 1
            if begun is not None:
                first = code.count("\n", 0, begun)
                yield first + 1, code.count("\n", 0, place) - first + 1


def list_scripts(root: Path) -> list[Path]:
    """The page's own scripts."""
    return sorted((root / "gan" / "ui").rglob("*.js"))


def measure_closure(root: Path) -> int:
    """The lines of the longest function in the page's scripts."""
    texts = [path.read_text(encoding="utf-8") for path in list_scripts(root)]
    return max(lines for text in texts for _, lines in list_closures(text))


def count_templates(root: Path) -> int:
    """The rows of tables that are matched against sentences: pairs in a script that makes expressions of them."""
    pair = re.compile(r'^\s*\["(?:[^"\\]|\\.)*", "(?:[^"\\]|\\.)*"\],', re.MULTILINE)
    texts = [path.read_text(encoding="utf-8") for path in list_scripts(root)]
    return sum(len(pair.findall(text)) for text in texts if "RegExp(" in text)


def count_tables(root: Path) -> int:
    """In how many ways words are kept: in scripts' own tables, in Python's, in rows of sentences, in files of data."""
    scripts = [path.read_text(encoding="utf-8") for path in list_scripts(root)]
    python = [text for path, text in read_python(root, "gan/ui").items() if path.parent.name != "words"]
    return sum(
        (
            any("addWords({" in text for text in scripts),
            any(re.search(r"[一-鿿]", text) for text in python),
            count_templates(root) > 0,
            any((root / "gan" / "ui" / "words").glob("*.json")),
        )
    )


# ---- Python of the page ---------------------------------------------------------------------------------------------


def count_html(root: Path) -> int:
    """The lines of texts with tags in gan/ui's Python; one tag in one line is a wrapper, and no HTML of a page."""
    lines = 0
    for path, text in read_python(root, "gan/ui").items():
        tree = ast.parse(text, str(path))
        documents = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        inner = {id(one) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for one in ast.walk(node)}
        for node in ast.walk(tree):
            whole = isinstance(node, ast.JoinedStr) or id(node) not in inner
            if whole and id(node) not in documents and isinstance(node, ast.JoinedStr | ast.Constant):
                source = ast.get_source_segment(text, node) or ""
                if len(TAG.findall(source)) > 1 and "\n" in source:
                    lines += source.count("\n") + 1
    return lines


def count_base64(root: Path) -> int:
    """The calls of b64encode in gan/ui, examples in docstrings aside."""
    return sum(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "b64encode"
        for path, text in read_python(root, "gan/ui").items()
        for node in ast.walk(ast.parse(text, str(path)))
    )


def count_errors(root: Path) -> int:
    """How many of our own error classes the doors and command.py name where they catch them."""
    found = set()
    for path in (*find_doors(root), root / "gan" / "command.py"):
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and node.type is not None:
                found |= {one.id for one in ast.walk(node.type) if isinstance(one, ast.Name)}
    own = {name for name in found if name == "Refusal" or (OWN_ERRORS.fullmatch(name) and name not in OTHERS_ERRORS)}
    return len(own - dir_of_builtins())


def dir_of_builtins() -> set[str]:
    """The names of Python's own exceptions, and of those that libraries raise."""
    import builtins

    return {*dir(builtins), "SafetensorError", "ImportError"}


def count_verifiers(root: Path) -> int:
    """The files that open safetensors themselves, but for the one that reads the weights."""
    return sum("safe_open(" in text and "def read_released(" not in text for text in read_python(root, "gan").values())


# Draws a sheet as the page asks for it, in a process of that tree, and tells the files of gan/ whose code it enters
TRACE = """
import json, sys, threading
from pathlib import Path
root = Path.cwd()
from gan.ui.service import Service
service = Service()
try:
    from gan.ui.tabs.generate.tab import TAB
    from gan.ui.wire import respond
    answer = TAB(service).answer
except ImportError:
    from functools import partial
    from gan.ui.bridge import respond
    from gan.ui.generate import answer
    answer = partial(answer, service)
request = {"want": "sheet", "model": "digits", "digits": "2026", "rows": 8, "seed": 7, "psi": 0.8, "hands": "one"}
seen = set()
def look(frame, event, argument):
    if event == "call":
        seen.add(frame.f_code.co_filename)
threading.setprofile(look)  # of the threads that the first request begins
respond(answer, request)
seen.clear()
sys.setprofile(look)
assert respond(answer, {**request, "seed": 8})["ok"]
sys.setprofile(None)
inside = sorted(Path(one).relative_to(root).as_posix() for one in seen if one.startswith(str(root / "gan")))
print(json.dumps(inside))
"""


def trace_request(root: Path) -> list[str]:
    """The files of gan/ that a sheet's request enters on its way from the wire to pixels and back."""
    run = subprocess.run([sys.executable, "-c", TRACE], cwd=root, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(run.stdout.splitlines()[-1])
    return found


def count(root: Path) -> dict[str, int]:
    """All numbers of a tree, by their names in ROWS."""
    return {
        "entries": count_entries(root),
        "doors": len(find_doors(root)),
        "door": measure_door(root),
        "class": measure_longest(root, ast.ClassDef),
        "function": measure_longest(root, ast.FunctionDef, ast.AsyncFunctionDef),
        "closure": measure_closure(root),
        "templates": count_templates(root),
        "tables": count_tables(root),
        "html": count_html(root),
        "base64": count_base64(root),
        "errors": count_errors(root),
        "verifiers": count_verifiers(root),
        "request": len(trace_request(root)),
    }


def main() -> None:
    """Print the table."""
    roots = [Path(one).resolve() for one in sys.argv[1:]] or [ROOT]
    columns = [count(root) for root in roots]
    print(f"| | {' | '.join(root.name for root in roots)} | at most |")
    print(f"|---|{'---|' * (len(roots) + 1)}")
    for name, (row, most) in ROWS.items():
        print(f"| {row} | {' | '.join(str(column[name]) for column in columns)} | {most} |")


if __name__ == "__main__":
    main()
