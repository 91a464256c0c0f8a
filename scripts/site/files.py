"""The page's own files, as a folder needs them: path -> bytes. What they are made of is the app's, and in one place.

The frame, which Gradio is in the app, is gan/ui/site/; all else is read where the app reads it (gan/ui/assets.py).
"""

import html
import json
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any

from gan.command import get_public
from gan.ui import assets
from gan.ui.page import HIDE_OTHERS, TABS, TITLE
from gan.ui.theme import build_theme
from gan.ui.words.tables import ENGLISH, read_languages, write_script

FRAME = assets.UI / "site"
SCRIPTS = ("offline.js", "frame.js")  # the frame's own, after all shared ones
IMPORT = re.compile(r'^(?:import|export)\b(?:[^;"]*?\bfrom)?\s*"(\.[^"]+)"', re.MULTILINE)
RULE = re.compile(r"^\s*(--[\w-]+):\s*(.*?);\s*$", re.MULTILINE)
USED = re.compile(r"var\(\s*(--[\w-]+)")
Files = dict[str, bytes]


def list_files(cards: dict[str, Any]) -> Files:
    """All of the page's own files but index.html; cards: what the About tab answers of each model, in order."""
    modules = {path.relative_to(assets.UI).as_posix(): path.read_bytes() for path in assets.list_modules()}
    languages = {f"words/{name}.json": _dump(table) for name, table in read_languages().items()}
    tabs = {}
    for module in TABS:
        name = module.TAB.name
        tabs[f"tabs/{name}/tab.js"] = _join(path for path in assets.list_scripts() if path.parent.name == name)
        tabs[f"tabs/{name}/page.html"] = assets.read_page(name).encode()
        tabs[f"tabs/{name}/tab.css"] = _join(path for path in assets.list_styles() if path.parent.name == name)
    return {
        **{name: text.encode() for name, text in (("page.css", write_style()), ("page.js", write_scripts()))},
        **{name: (FRAME / name).read_bytes() for name in ("begin.js", "between.js")},
        "favicon.png": (assets.SCRIPTS / "favicon.png").read_bytes(),
        "site.json": _dump({"format": "digit-forge-site/1", "names": list(cards)}),
        "cards.json": _dump(cards),
        **tabs,
        **languages,
        **modules,
    }


def write_index(names: list[str], weights: dict[str, str], modules: Files, version: str) -> str:
    """index.html: the frame, and in it the first tab's page; the others come when they are opened."""
    tabs = [module.TAB for module in TABS]
    first = tabs[0].name
    early = follow_imports(modules, ["local/open.js", f"tabs/{first}/local/answers.js"])
    told = {
        "names": names,
        "weights": weights,
        "local": [tab.name for tab in tabs if f"tabs/{tab.name}/local/answers.js" in modules],
        "firsts": {tab.name: tab.first for tab in tabs},
        "command": get_public("ui.app"),
    }
    words = ENGLISH["words"]
    labels = {tab.name: html.escape(words[f"tab.{tab.name}"]) for tab in tabs}
    return fill(
        "index",
        version=version,
        title=TITLE,
        lead=html.escape(words["page.lead"]),
        first=first,
        preloads="".join(fill("preload", path=path) for path in early).rstrip("\n"),
        told=_dump(told).decode().replace("</", "<\\/"),
        header=assets.read_part("header"),
        letters=assets.read_part("letters"),
        buttons="".join(fill("button", name=name, label=text) for name, text in labels.items()),
        panels="".join(
            fill("panel", name=name, page=assets.read_page(name) if name == first else "") for name in labels
        ),
    )


def fill(part: str, **values: str) -> str:
    """A part of the frame with its gaps filled."""
    return Template((FRAME / f"{part}.html").read_text(encoding="utf-8")).substitute(values)


def write_scripts() -> str:
    """The shared scripts, English in them, and the frame's own behind them."""
    first, *others = [path for path in assets.list_scripts() if path.parent == assets.SCRIPTS]
    own = [FRAME / name for name in SCRIPTS]
    texts = [path.read_text(encoding="utf-8") for path in (*others, *own)]
    return "\n".join([first.read_text(encoding="utf-8"), write_script("words"), *texts])


def write_style() -> str:
    """The frame's style and the shared ones, and before them those of the theme's variables that any style needs."""
    paths = [FRAME / "site.css", *(path for path in assets.list_styles() if path.parent == assets.SCRIPTS)]
    text = "\n".join([*(path.read_text(encoding="utf-8") for path in paths), HIDE_OTHERS])
    everything = "\n".join([text, assets.read_styles()])
    return prune_theme(build_theme()._get_theme_css(), everything) + text


def prune_theme(theme: str, style: str) -> str:
    """Those variables of Gradio's theme that a style names, and those that these name in turn; light, then dark.

    They weigh nothing (`:where`): a style that gives one another value has it so.
    """
    blocks = [(head.strip(), dict(RULE.findall(body))) for head, body in re.findall(r"([^{}]+)\{([^{}]*)\}", theme)]
    needed: set[str] = set()
    waiting = set(USED.findall(style))
    while waiting:
        needed |= waiting
        values = [rules[name] for _, rules in blocks for name in waiting if name in rules]
        waiting = {name for value in values for name in USED.findall(value)} - needed
    found = ""
    for head, rules in blocks:
        lines = [f"  {name}: {value};" for name, value in rules.items() if name in needed]
        found += "\n".join([f":where({head}) {{", *lines, "}", ""])
    return found


def follow_imports(modules: Files, entries: Iterable[str]) -> list[str]:
    """The modules that are loaded with those, themselves first: what each imports, by a relative path, and so on."""
    found: dict[str, None] = {}
    waiting = [one for one in entries if one in modules]
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = None
        folder = PurePosixPath(path).parent
        waiting += [_resolve(folder, name) for name in IMPORT.findall(modules[path].decode())]
    return list(found)


def _resolve(folder: PurePosixPath, name: str) -> str:
    parts: list[str] = []
    for part in (folder / name).parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _join(paths: Iterable[Path]) -> bytes:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths).encode()


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
