"""`make space`: exactly what a Space needs, a sentence where something is lacking, and run as the Hub runs it."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from scripts.space.assemble import ROOT, SpaceError, assemble, list_files, read_header
from scripts.space.drive import copy_link, draw, move, try_out, visit
from scripts.space.environment import find_python
from scripts.space.frame import ALLOW, serve_frame
from scripts.space.serve import serve

HEADER = "---\nsdk: gradio\nsdk_version: 6.31.0\napp_file: app.py\n---\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout: one of each kind of file, and what does not belong into a Space."""
    root = tmp_path / "checkout"
    for name, text in {
        "README.md": f"{HEADER}# Forge\n![A sheet](docs/sheet.png) [more](docs/more.md#part) [x](https://x.org/y.md)\n",
        "app.py": "raise SystemExit('no model, no page')\n",
        "requirements.txt": "gradio==6.31.0\n",
        "LICENSE": "",
        "gan/__init__.py": "",
        "gan/ui/page.js": "",
        "gan/ui/.DS_Store": "",
        "gan/__pycache__/x.cpython-311.pyc": "",
        "gan/model.safetensors.partial": "",
        "checkpoints/index.json": '{"digits": {}}',
        "checkpoints/digits.safetensors": "weights",
        "checkpoints/notes.txt": "",
        "docs/sheet.png": "",
        "docs/more.md": "![Another](other.png) [back](../README.md)",
        "docs/other.png": "",
        "docs/unseen.png": "",
        "tests/test_x.py": "",
        "runs/x/model.safetensors": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def list_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_folder_holds_what_a_space_needs_and_nothing_else(checkout, tmp_path):
    target = tmp_path / "build" / "space"
    made = assemble(checkout, target)
    assert list_below(target) == {path.as_posix() for path in made}
    assert list_below(target) == {
        *("README.md", "app.py", "requirements.txt", "LICENSE", "gan/__init__.py", "gan/ui/page.js"),
        *("checkpoints/index.json", "checkpoints/digits.safetensors"),
        *("docs/sheet.png", "docs/more.md", "docs/other.png"),
    }
    (target / "gan" / "old.py").write_text("")  # of an earlier assembly
    (checkout / "checkpoints" / "mine.safetensors").write_text("weights")
    assemble(checkout, target)
    assert not (target / "gan" / "old.py").exists()
    assert (target / "checkpoints" / "mine.safetensors").exists()
    assert [path.name for path in target.parent.iterdir()] == ["space"]


def test_no_link_of_the_real_space_is_dead():
    files = set(list_files(ROOT))
    assert Path("gan/ui/page.py") in files
    assert not {path.parts[0] for path in files} & {"tests", "benchmarks", "scripts", "runs", "build"}
    for page in (path for path in files if path.suffix == ".md"):
        for link in re.findall(r"\]\(([^)#\s]+)", (ROOT / page).read_text(encoding="utf-8")):
            if "://" not in link and not page.is_relative_to("checkpoints"):
                there = (ROOT / page.parent / link).resolve().relative_to(ROOT)
                assert there in files or there.name in ("Dockerfile", "README.md"), f"{page}: {link}"


def remove(name: str) -> Callable[[Path], object]:
    return lambda root: (root / name).unlink()


def write(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (remove("LICENSE"), "needs LICENSE, which is not in"),
        (remove("docs/other.png"), "needs docs/other.png, which is not in"),
        (remove("README.md"), "needs README.md, which is not in"),
        (remove("checkpoints/digits.safetensors"), "names digits, whose file is not there"),
        (write("checkpoints/digits.safetensors", "version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"),
        (write("checkpoints/index.json", "{}"), "names no model"),
        (write("checkpoints/index.json", "{"), "index.json is not what gan.checkpoint writes"),
        (write("README.md", "# Forge\n"), "has no header"),
        (write("README.md", "---\nsdk: [\n---\n"), "its header is no YAML"),
        (write("README.md", HEADER.replace("6.31.0", "6.30.0")), "says sdk_version 6.30.0, requirements.txt pins"),
        (write("README.md", HEADER.replace("app.py", "main.py")), "names main.py as app_file"),
        (write("requirements.txt", "torch==2.11.0\n"), "pins gradio nothing"),
    ],
)
def test_what_is_lacking_is_said_and_nothing_is_changed(checkout, tmp_path, spoil, said):
    target = tmp_path / "space"
    assemble(checkout, target)
    before = list_below(target)
    spoil(checkout)
    with pytest.raises(SpaceError, match=re.escape(said)):
        assemble(checkout, target)
    assert list_below(target) == before
    assert {path.name for path in tmp_path.iterdir()} == {"checkout", "space"}


@pytest.mark.parametrize("where", ["theirs", "theirs/file", "checkout", "."])
def test_a_folder_that_is_not_ours_is_not_deleted(checkout, tmp_path, where):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").write_text("precious")
    before = list_below(tmp_path)
    with pytest.raises(SpaceError, match="is no part of a Space"):
        assemble(checkout, tmp_path / where)
    assert list_below(tmp_path) == before


def test_a_docker_space_is_the_same_and_says_who_builds_it(checkout, tmp_path):
    for name in ("Dockerfile", ".dockerignore"):
        shutil.copy(ROOT / name, checkout)
    made = assemble(checkout, tmp_path / "space", docker=True)
    assert {Path("Dockerfile"), Path(".dockerignore")} <= set(made)
    header = read_header(tmp_path / "space" / "README.md")
    assert header == {"sdk": "docker", "app_port": "7860"}
    assert (tmp_path / "space" / "README.md").read_text().endswith("(https://x.org/y.md)\n")
    assemble(checkout, tmp_path / "space")
    assert not (tmp_path / "space" / "Dockerfile").exists()


def test_dockerfile_copies_what_the_app_needs_as_no_root():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if line and line[0] not in "# "]
    taken = {name.rstrip("/") for one in words if one[0] == "COPY" for name in one[2:-1]}
    assert taken == {"app.py", "README.md", "LICENSE", "requirements.txt", "gan", "checkpoints"}
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert allowed == taken
    assert all(one[1] == "--chown=1000" for one in words if one[0] == "COPY")
    (user,) = [number for number, one in enumerate(words) if one[0] == "USER"]
    assert words[user] == ["USER", "1000"]
    assert all(one[0] in ("FROM", "RUN") for one in words[:user])
    python = re.fullmatch(r"python:3\.(\d+)\.\d+-slim-\w+", words[0][1])
    assert python is not None
    assert 11 <= int(python[1]) <= 14
    assert words[-1] == ["CMD", '["python",', '"app.py"]']
    assert ["EXPOSE", "7860"] in words


def test_app_that_does_not_start_is_said_in_its_own_words(checkout):
    with (
        pytest.raises(SpaceError, match="served no page; it said: no model, no page"),
        serve(checkout, Path(sys.executable)),
    ):
        pass


@pytest.mark.parametrize(
    ("script", "said"), [("echo 'no such module' >&2; exit 1", "lacks what the Space needs: no such module"), ("", "")]
)
def test_python_without_the_packages_is_refused(tmp_path, script, said):
    if not script:
        with pytest.raises(SpaceError, match="is not a Python that can be run"):
            find_python(str(tmp_path / "none"))
        return
    (tmp_path / "python").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "python").chmod(0o755)
    with pytest.raises(SpaceError, match=said):
        find_python(str(tmp_path / "python"))


def test_command_ends_with_a_sentence(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("")
    command = [sys.executable, "-m", "scripts.space", "--no-check", "--out", str(tmp_path / "mine")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith(f"scripts.space: {tmp_path}/mine holds thesis.tex, which is no part of a Space")
    assert run.stderr.count("\n") == 1


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real folder's app, with the packages that are here."""
    folder = tmp_path_factory.mktemp("made") / "space"
    assemble(ROOT, folder)
    with serve(folder, find_python(sys.executable)) as address:
        yield address
    assert not any(path.name == "__pycache__" for path in folder.rglob("*"))  # running it left nothing in it


def test_space_works_at_its_own_address_and_asks_nobody_else(browser: Browser, space: str):
    try_out(browser, space)


def test_space_works_in_the_hubs_frame(browser: Browser, space: str):
    with serve_frame(space) as around:
        try_out(browser, space, around)


def test_a_link_that_may_not_be_copied_is_shown_selected_until_it_is_copied_by_hand(browser: Browser, space: str):
    allow = "; ".join(one for one in ALLOW.split("; ") if "clipboard" not in one)
    phone = {"width": 390, "height": 844}
    with serve_frame(space, allow) as around, visit(browser, space, around, viewport=phone) as one:
        app = one.find_app()
        draw(app)
        button = app.locator("#generate-copy")
        button.click()
        field = app.get_by_role("textbox", name="Copy it by hand:")
        expect(field).to_be_focused()
        link = field.input_value()
        assert link.startswith(f"{space}/?tab=generate&")
        assert field.evaluate("(one) => one.value.slice(one.selectionStart, one.selectionEnd)") == link
        assert one.page.url == around
        assert app.evaluate("document.documentElement.scrollWidth") == phone["width"]

        field.press("Escape")
        expect(field).to_have_count(0)
        expect(button).to_be_focused()
        button.press("Enter")  # again, and once only
        button.click()
        expect(field).to_have_count(1)
        app.get_by_role("button", name="Randomize").first.click()  # another picture: that link is out of date
        expect(field).to_have_count(0)

        button.click()
        expect(field).to_be_focused()
        field.press("Control+c")
        expect(button).to_have_text("Copied")
        expect(field).to_have_count(0)


def test_a_visit_that_asks_somebody_else_is_said(browser: Browser):
    with serve_frame("http://localhost:9/x") as app, pytest.raises(SpaceError, match="http://localhost:9/x"):
        look(browser, app.rstrip("/"))


def test_a_visit_with_an_error_in_the_console_is_said(browser: Browser, space: str):
    with pytest.raises(SpaceError, match="at its own address went wrong: nowhere"):
        look(browser, space, script="console.error('nowhere')")


def test_a_frame_that_is_of_no_origin_is_said(browser: Browser, space: str):
    """The server takes nothing from it: nothing is drawn there."""
    with (
        serve_frame(space, sandbox="allow-scripts") as around,
        pytest.raises(SpaceError, match="in a frame went wrong"),
    ):
        look(browser, space, around)


def look(browser: Browser, app: str, around: str = "", script: str = "0") -> None:
    """Come and go."""
    with visit(browser, app, around) as one:
        one.page.evaluate(script)


def test_words_and_moves_are_named_by_where_the_page_came_from(browser: Browser, space: str):
    """Whatever a proxy told the server of its name (`gradio_config.root`)."""
    with visit(browser, space) as one:
        one.page.wait_for_function("() => window.DigitForge?.locate")
        places = one.page.evaluate(
            """() => {
              const { gradio_config: config } = window;
              window.gradio_config = { ...config, root: "http://inner.example:1/x" };
              const found = DigitForge.locate("/gradio_api/explore").href;
              history.replaceState(null, "", "?tab=explore");
              window.gradio_config = config;
              return [found, DigitForge.locate("/gradio_api/explore").href];
            }"""
        )
        assert places == [f"{space}/gradio_api/explore"] * 2
        move(one, one.find_app())
        copy_link(one, one.find_app())


def test_header_of_the_real_readme_is_that_of_a_gradio_space():
    assert read_header(ROOT / "README.md")["sdk"] == "gradio"
    assert "digits" in json.loads((ROOT / "checkpoints" / "index.json").read_text(encoding="utf-8"))
