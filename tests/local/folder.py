"""A folder with the page's own modules and an empty page that has the scripts these expect."""

from pathlib import Path

UI = Path(__file__).resolve().parents[2] / "gan" / "ui"
SCRIPTS = ("words", "source", "archive", "classes")


def write_folder(folder: Path) -> Path:
    """Make it of `folder`, and return it; models go into models/NAME."""
    for name in ("engine", "local", "tabs", "scripts", "words"):
        (folder / name).symlink_to(UI / name)
    scripts = "".join(f'<script src="scripts/{name}.js"></script>' for name in SCRIPTS)
    (folder / "index.html").write_text(f'<!doctype html><link rel="icon" href="data:,"><title>page</title>{scripts}')
    return folder
