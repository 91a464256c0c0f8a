"""The page's files as text: which scripts and styles there are, in which order, and each tab's page. No Gradio here.

Whoever shows the page reads it here: the app, which puts all of it into one page, or a folder of static files.
"""

from pathlib import Path

from gan.ui.tabs import NAMES
from gan.ui.words.tables import write_script

UI = Path(__file__).resolve().parent
SCRIPTS, TABS = UI / "scripts", UI / "tabs"
# What the tabs' own scripts build on, in this order
SHARED = ("words.js", "source.js", "moves.js", "link.js", "paint.js")


def list_scripts() -> list[Path]:
    """The scripts in the order in which they are loaded: the shared ones, then those of the tabs."""
    shared = [SCRIPTS / name for name in SHARED]
    others = sorted(path for path in SCRIPTS.glob("*.js") if path not in shared)
    return [*shared, *others, *sorted(path for name in NAMES for path in (TABS / name).glob("*.js"))]


def list_modules() -> list[Path]:
    """The modules that the page loads by themselves: the engine, and what draws in the server's place."""
    own = [path for name in NAMES for path in (TABS / name / "local").glob("*.js")]
    return sorted([*(UI / "engine").glob("*.js"), *(UI / "local").glob("*.js"), *own])


def list_styles() -> list[Path]:
    """The styles in the order in which they apply: page.css, then those of the tabs."""
    first = SCRIPTS / "page.css"
    others = sorted(path for path in SCRIPTS.glob("*.css") if path != first)
    return [first, *others, *sorted(path for name in NAMES for path in (TABS / name).glob("*.css"))]


def read_scripts() -> str:
    """The scripts as tags for the page's head; the first is followed by the words."""
    first, *others = (path.read_text(encoding="utf-8") for path in list_scripts())
    return "".join(f"<script>{text}</script>\n" for text in [first, write_script(), *others])


def read_styles() -> str:
    """The styles as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in list_styles())


def read_part(name: str) -> str:
    """A part of the page that belongs to no tab: "header" or "letters"."""
    return (SCRIPTS / f"{name}.html").read_text(encoding="utf-8")


def read_page(tab: str) -> str:
    """A tab's page."""
    return (TABS / tab / "page.html").read_text(encoding="utf-8")
