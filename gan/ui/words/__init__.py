"""The page's words: a language is one JSON file, read here for Gradio's own labels, for the page and its scripts.

    {"language": "zh-CN",             as browsers and screen readers know it (lang=)
     "codes": ["zh-CN", "zh-TW"],     what a browser asks for (navigator.language) to get this language
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

import gradio as gr
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


def build_i18n() -> gr.I18n:
    """What `launch(i18n=...)` takes: the words of those labels that are Gradio's own, by browsers' languages."""
    tables = {code: table["words"] for table in read_languages().values() for code in table["codes"]}
    return gr.I18n(**{code: _pick(words) for code, words in {"en": ENGLISH["words"], **tables}.items()})


_marker = gr.I18n(en={})
_said: set[str] = set()


def _pick(words: dict[str, str]) -> dict[str, str]:
    return {key: words.get(key, ENGLISH["words"][key]) for key in sorted(_said)}


def say(key: str) -> Any:
    """The label of that key for a component's label, info, placeholder or a button's text; KeyError when unknown."""
    if key not in ENGLISH["words"]:
        raise KeyError(key)
    _said.add(key)
    return _marker(key)


def write_script() -> str:
    """JavaScript that gives the page its English, and says where the other languages are."""
    others = {f"{PATH}/{name}.json": table["codes"] for name, table in read_languages().items()}
    return f"DigitForge.learn({_dump(ENGLISH)}, {_dump(others)});"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")  # nothing in it may end the script


def make_words_route() -> Route:
    """The route by which a browser gets its language's file."""
    files = {path.stem: path for path in find_files()}
    return Route(
        f"{PATH}/{{name}}.json",
        lambda request: FileResponse(files.get(request.path_params["name"], WORDS / "en.json")),
    )
