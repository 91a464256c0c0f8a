"""`python -m scripts.site`: which files, the same bytes each time, whole or not at all, and what is refused."""

import hashlib
import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from gan.errors import Refusal, say
from gan.store import released
from gan.ui import assets
from gan.ui.engine.parts import ExportError, write_model
from gan.ui.tabs import NAMES
from scripts.site.__main__ import main
from scripts.site.build import ALONE, SiteError, build
from scripts.site.files import IMPORT, USED, follow_imports, prune_theme
from scripts.space.assemble import read_header


def read_all(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read_worker(folder: Path) -> dict[str, Any]:
    """What the service worker is told of its version."""
    first = (folder / "sw.js").read_text(encoding="utf-8").splitlines()[0]
    return json.loads(first.removeprefix("const SITE = ").removesuffix(";"))


def test_the_same_tree_gives_the_same_bytes_and_replaces_what_was_there(tmp_path):
    one, other = tmp_path / "one", tmp_path / "build" / "other"
    made = build(one, ["digits-tiny"])
    build(other, ["digits-tiny"])
    (other / "index.html").write_text("half")
    (other / "left.js").write_text("over")
    build(other, ["digits-tiny"])
    assert read_all(one) == read_all(other)
    assert {path.as_posix() for path in made} == set(read_all(one))
    assert [path.name for path in tmp_path.iterdir()] in (["one", "build"], ["build", "one"])  # nothing beside them
    assert [path.name for path in other.parent.iterdir()] == ["other"]


def test_it_has_the_apps_own_scripts_modules_words_and_pages(site):
    files = read_all(site)
    for path in assets.list_modules():
        assert files[path.relative_to(assets.UI).as_posix()] == path.read_bytes()
    for path in assets.list_scripts():
        holder = f"tabs/{path.parent.name}/tab.js" if path.parent != assets.SCRIPTS else "page.js"
        assert path.read_bytes() in files[holder]
    for name in NAMES:
        assert files[f"tabs/{name}/page.html"].decode() == assets.read_page(name)
    assert assets.read_page(NAMES[0]) in files["index.html"].decode()
    assert json.loads(files["words/zh.json"])["language"] == "zh-CN"


def test_all_that_is_named_is_there(site):
    files = read_all(site)
    named = re.findall(r'(?:src|href)="([^"#]+)"', files["index.html"].decode())
    assert {"page.css", "page.js", "begin.js", "tabs/generate/tab.js", "local/open.js"} <= set(named)
    assert [name for name in named if name not in files] == []
    modules = {path: content for path, content in files.items() if path.endswith(".js") and "/tab.js" not in path}
    assert [path for path in follow_imports(modules, modules) if path not in files] == []
    assert not any(re.search(r'(?:src|href)="(/|\w+:)', content.decode()) for path, content in files.items()
                   if path.endswith("index.html"))  # fmt: skip


def test_modules_are_followed_as_a_browser_does():
    modules = {
        "local/open.js": b'import { a } from "../engine/a.js";\nimport {\n  b,\n} from "./b.js";\n',
        "engine/a.js": b'export * from "./c.js";\nconst x = await import("../tabs/late.js");',
        "local/b.js": b'// import { no } from "./no.js"\n',
        "engine/c.js": b'import "./d.js";\nimport { a } from "./a.js";',
        "engine/d.js": b"",
    }
    assert IMPORT.findall(modules["local/open.js"].decode()) == ["../engine/a.js", "./b.js"]
    found = follow_imports(modules, ["local/open.js", "tabs/none.js"])
    assert found == ["local/open.js", "engine/a.js", "local/b.js", "engine/c.js", "engine/d.js"]


def test_the_service_worker_knows_each_file_and_its_hash(site):
    told, files = read_worker(site), read_all(site)
    listed = {path for path in files if not path.startswith("models/")} - set(ALONE)
    assert set(told["files"]) == listed
    for path, wanted in told["files"].items():
        assert path == "index.html" or hashlib.sha256(files[path]).hexdigest() == wanted
    for name, paths in told["models"].items():
        assert paths[:2] == [f"models/{name}/manifest.json", paths[1]]
        assert PurePosixPath(paths[1]).name.startswith("generator.")
        assert set(paths) == {path for path in files if path.startswith(f"models/{name}/")}
    assert told["version"] in files["index.html"].decode()


def test_other_content_is_another_version(site, tmp_path):
    build(tmp_path / "fewer", ["digits-tiny"])
    assert read_worker(tmp_path / "fewer")["version"] != read_worker(site)["version"]


def test_cards_are_what_the_app_answers_of_each_model(site):
    assert json.loads((site / "site.json").read_bytes())["names"] == ["digits", "digits-tiny"]
    cards = json.loads((site / "cards.json").read_text(encoding="utf-8"))
    assert list(cards) == ["digits", "digits-tiny"]
    card = cards["digits"]
    assert card["facts"]["sha256"] == json.loads((site / "models/digits/manifest.json").read_bytes())["weights"]
    assert [row["stem"] for row in card["figures"]][:2] == ["class_accuracy", "cas"]
    assert card["truncation"]["sha256"] == card["facts"]["sha256"]


def test_every_variable_that_a_style_names_has_a_value(site):
    style = "\n".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    set_by_scripts = {
        name for path in site.rglob("tab.js") for name in re.findall(r"--[\w-]+", path.read_text("utf-8"))
    }
    named = set(USED.findall(style)) - set_by_scripts - {"--df-filled"}
    assert {"--body-text-color", "--button-primary-background-fill"} <= named
    given = set(re.findall(r"(--[\w-]+):", style))
    assert {name for name in named - given if not re.search(rf"var\({name},", style)} == set()
    assert "--chatbot-text-size" not in given  # what nobody needs


def test_variables_that_others_name_are_kept():
    theme = ":root {\n  --a: var(--b);\n  --b: 1px;\n  --c: 2px;\n}\n.dark {\n  --b: var(--d);\n  --d: 3px;\n}\n"
    pruned = prune_theme(theme, "p { margin: var(--a) }")
    assert re.findall(r"--\w: [^;]+", pruned) == ["--a: var(--b)", "--b: 1px", "--b: var(--d)", "--d: 3px"]
    assert ":where(.dark) {" in pruned  # else Gradio's `:root .dark` would outweigh what a style of ours gives


def test_readme_is_that_of_a_static_space(site):
    header = read_header(site / "README.md")
    assert header["sdk"] == "static"
    assert {"title", "emoji", "colorFrom", "colorTo", "license", "short_description"} <= set(header)
    assert not {"sdk_version", "app_file", "python_version"} & set(header)
    assert (site / "LICENSE.txt").read_text(encoding="utf-8").lstrip().startswith("Apache License")


@pytest.mark.parametrize("kind", ["thesis", "file", "other", "list", "space"])
def test_what_is_no_site_of_ours_stays(tmp_path, kind):
    out = tmp_path / "out"
    if kind == "file":
        out.write_text("mine")
    else:
        out.mkdir()
        texts = {"thesis": ("thesis.tex", "mine"), "other": ("site.json", '{"format": "x"}')}
        texts |= {"list": ("site.json", "[]"), "space": ("README.md", "---\nsdk: gradio\n---\n")}
        (out / texts[kind][0]).write_text(texts[kind][1])
    before = read_all(tmp_path)
    with pytest.raises(SiteError, match="is no site that this command made; name another folder, or remove it"):
        build(out, ["digits-tiny"])
    assert read_all(tmp_path) == before


@pytest.mark.parametrize("names", [["digit"], ["../digits"], ["digits-tiny", "x"], ["classifier"]])
def test_a_model_that_is_not_there_is_said(tmp_path, names, capsys):
    assert main(["--out", str(tmp_path / "site"), "--models", *names]) == 2
    said = capsys.readouterr().err
    assert said.startswith("scripts.site: ")
    assert "; it has: digits, dcgan" in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_the_page_cannot_draw_is_left_out_with_a_line_or_refused_where_it_was_named(tmp_path, monkeypatch):
    def refuse(name: str, out: Path) -> dict[str, Any]:
        if name == "dcgan":
            raise ExportError(say("the page's engine does not draw {name}.", name=name))
        return write_model(name, out)

    monkeypatch.setattr("scripts.site.build.write_model", refuse)
    monkeypatch.setattr(released, "list_names", lambda: ["digits-tiny", "dcgan"])
    lines: list[str] = []
    build(tmp_path / "site", tell=lines.append)
    assert lines[1] == "dcgan is left out: the page's engine does not draw dcgan."
    assert json.loads((tmp_path / "site" / "site.json").read_bytes())["names"] == ["digits-tiny"]
    with pytest.raises(ExportError):
        build(tmp_path / "other", ["digits-tiny", "dcgan"])
    assert [path.name for path in tmp_path.iterdir()] == ["site"]

    monkeypatch.setattr(released, "list_names", list)
    with pytest.raises(Refusal, match="train one"):
        build(tmp_path / "other")
