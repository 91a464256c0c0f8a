"""The languages' files, and what the page gets of them. No Gradio here.

    {"language": "zh-CN",             as browsers and screen readers know it (lang=)
     "codes": ["zh-CN", "zh-TW"],     what a browser asks for (navigator.language) to get this language: codes that
                                      Gradio has words of its own for, as it labels the tabs
     "grammar": {...},                how sentences and lists are put together
     "words": {"generate.seed": "种子"},          by key: data-word="..." in a page.html, forge.word("...") in a script
     "sentences": {"{value} is no class.": "..."},  by the template that Python's say("...") was called with
     "names": {"seed": "种子"}}       what stands in sentences as a value and is a word itself

English is the language of the code: en.json has words alone, is in the page from the start, and is what every browser
gets whose language no file names. Any other file travels to those alone who ask for it (scripts/words.js). Another
language is another file here, or in a folder named by GAN_WORDS.
"""

import json
import os
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

WORDS = Path(__file__).resolve().parent
ENGLISH = json.loads((WORDS / "en.json").read_text(encoding="utf-8"))
PATH = "/gradio_api/words"  # below the one prefix that every proxy in front of Gradio lets through


def find_files() -> list[Path]:
    """The files of all languages but English, one each; those of the folder GAN_WORDS, if it is named, among them."""
    folders = [WORDS, *(Path(name) for name in [os.environ.get("GAN_WORDS")] if name)]
    return sorted(path for folder in folders for path in folder.glob("*.json") if path != WORDS / "en.json")


def read_languages() -> dict[str, dict[str, Any]]:
    """What the files hold, by their names without ending; OSError and ValueError where one cannot be read."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in find_files()}


def write_script(root: str = PATH) -> str:
    """JavaScript that gives the page its English, and says where the other languages are: in `root`."""
    others = {f"{root}/{name}.json": table["codes"] for name, table in read_languages().items()}
    return f"DigitForge.learn({_dump(ENGLISH)}, {_dump(others)});"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")  # nothing in it may end the script


def make_words_route() -> Route:
    """The route by which a browser gets its language's file."""
    files = {path.stem: path for path in find_files()}

    def send(request: Request) -> FileResponse:
        return FileResponse(files.get(request.path_params["name"], WORDS / "en.json"))

    return Route(f"{PATH}/{{name}}.json", send)
