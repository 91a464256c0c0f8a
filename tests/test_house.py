"""The house stays as it was built: the numbers of docs/architecture.md, counted anew, and each count able to fail."""

import ast
import textwrap
from pathlib import Path

import pytest

from tests import count_house
from tests.count_house import ROOT, ROWS, list_closures


@pytest.fixture(scope="module")
def counted() -> dict[str, int]:
    return count_house.count(ROOT)


@pytest.mark.parametrize("name", ROWS)
def test_number_is_within_its_limit(counted, name):
    row, most = ROWS[name]
    assert counted[name] <= most, row


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree with the page's folder and nothing in it."""
    (tmp_path / "gan" / "ui" / "words").mkdir(parents=True)
    return tmp_path


def write(tree: Path, path: str, text: str) -> None:
    (tree / path).write_text(textwrap.dedent(text), encoding="utf-8")


def test_entries_and_doors_are_counted(tree):
    write(tree, "gan/sample.py", 'import sys\n\nif __name__ == "__main__":\n    sys.exit(0)\n')
    write(tree, "gan/data.py", "")
    assert count_house.count_entries(tree) == 3
    assert len(count_house.find_doors(tree)) == 1
    assert count_house.measure_door(tree) == 4


def test_longest_class_and_function_are_measured(tree):
    write(tree, "gan/data.py", "class A:\n    x = 1\n\n    def f(self):\n        return 1\n\n\ndef g():\n    pass\n")
    assert count_house.measure_longest(tree, ast.ClassDef) == 5
    assert count_house.measure_longest(tree, ast.FunctionDef) == 2


SCRIPT = """\
/* A { that is none. */
(() => {
  const forge = window.DigitForge;
  const short = (a) => a;
  const long = (a) => {
    const text = `a ${a.map((one) => {
      return one; // }
    })} {`;
    if (/[{/]/.test(text)) {
      return { a };
    }
    return "}";
  };
  class Held {
    async keep(value) {
      this.value = value;
    }
  }
  function named({ x, y }) {
    return x / y / 2;
  }
})();
"""


def test_closures_of_a_script_are_measured(tree):
    write(tree, "gan/ui/a.js", SCRIPT)
    assert sorted(list_closures(SCRIPT)) == [(5, 9), (6, 3), (15, 3), (19, 3)]
    assert count_house.measure_closure(tree) == 9


def test_templates_and_systems_of_words_are_counted(tree):
    write(tree, "gan/ui/words/zh.json", "{}")
    assert count_house.count_tables(tree) == 1
    write(
        tree, "gan/ui/s.js", 'const ROWS = [\n  ["it is {x}.", "是 {x}。"],\n  ["a", "b"],\n];\nnew RegExp(ROWS[0]);\n'
    )
    assert count_house.count_templates(tree) == 2
    write(tree, "gan/ui/t.js", "forge.addWords({});\n")
    write(tree, "gan/ui/tab.py", 'WORDS = {"Seed": "种子"}\n')
    assert count_house.count_tables(tree) == 4


def test_html_and_base64_in_python_are_counted(tree):
    write(
        tree,
        "gan/ui/tab.py",
        '"""Says <p>\n\nand </p>."""\n\nPAGE = f"""\n<p>\n{1}</p>\n"""\nONE = f"<div>{PAGE}</div>"\n',
    )
    assert count_house.count_html(tree) == 4
    write(
        tree,
        "gan/ui/wire.py",
        '"""base64.b64encode(x)"""\nimport base64\n\nbase64.b64encode(b"")\nbase64.b64encode(b"")\n',
    )
    assert count_house.count_base64(tree) == 2


def test_errors_of_doors_and_verifiers_are_counted(tree):
    door = "try:\n    pass\nexcept (DataError, InputError, OSError, Refusal):\n    pass\n" + 'a = "__main__"\n'
    write(tree, "gan/sample.py", door)
    assert count_house.count_errors(tree) == 3
    write(tree, "gan/data.py", "safe_open(1)\n")
    write(tree, "gan/ui/tab.py", "safe_open(1)\n")
    assert count_house.count_verifiers(tree) == 2


def test_a_sheets_request_goes_through_the_wire_and_the_generator():
    files = count_house.trace_request(ROOT)
    assert {"gan/ui/wire.py", "gan/ui/tabs/generate/sheet.py", "gan/drawing/generator.py"} <= set(files)
