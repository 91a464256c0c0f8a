"""Labels of those controls that are Gradio's own, through gr.I18n, which follows the visitor's browser.

Everything else is looked up in the page, by the same keys (scripts/words.js).
"""

from typing import Any

import gradio as gr

from gan.ui.words.tables import ENGLISH, read_languages

_marker = gr.I18n(en={})
_asked: set[str] = set()


def label(key: str) -> Any:
    """The word of that key for a component's label, info, placeholder or a button's text; KeyError when unknown."""
    if key not in ENGLISH["words"]:
        raise KeyError(key)
    _asked.add(key)
    return _marker(key)


def build_i18n() -> gr.I18n:
    """What `launch(i18n=...)` takes: the words of all labels so far, by browsers' languages."""
    tables = {code: table["words"] for table in read_languages().values() for code in table["codes"]}
    return gr.I18n(**{code: _pick(words) for code, words in {"en": ENGLISH["words"], **tables}.items()})


def _pick(words: dict[str, str]) -> dict[str, str]:
    return {key: words.get(key, ENGLISH["words"][key]) for key in sorted(_asked)}
