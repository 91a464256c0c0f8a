"""A language that is made up, as one file: English between guillemets, so that a test sees what went through it."""

import json
import re
from pathlib import Path
from typing import Any

from gan.ui.words.tables import ENGLISH, read_languages

CODE = "pl"  # as a browser asks for it: one that Gradio has words for, and the project has none
SPEC = re.compile(r"\{(\w+)[^{}]*\}")


def make_language() -> dict[str, Any]:
    """Every word «so», every sentence «so», every name ‹so›; a list has semicolons and "aŭ" for "or"."""
    known = read_languages()["zh"]
    return {
        "language": CODE,
        "codes": [CODE],
        "grammar": {"between": " ", "stop": ".", "comma": "; ", "or": " aŭ ", "and": " kaj "},
        "words": {key: f"«{text}»" for key, text in ENGLISH["words"].items()},
        "sentences": {template: "«" + SPEC.sub(r"{\1}", template) + "»" for template in known["sentences"]},
        "names": {name: f"‹{name}›" for name in known["names"]},
    }


def write_language(folder: Path) -> None:
    """Its one file, in a folder for GAN_WORDS."""
    (folder / f"{CODE}.json").write_text(json.dumps(make_language(), ensure_ascii=False), encoding="utf-8")
