"""The page's labels in English and Chinese, through gr.I18n, which follows the visitor's browser.

A tab adds its own: `WORDS = add({"explore.slant": ("Slant", "倾斜")})`, and builds with `say("explore.slant")`.
Text inside a gr.HTML and in scripts is looked up in the page instead (scripts/words.js, the same keys' form), and so
are the sentences that the server says (scripts/sentences.js). A browser that asks for zh-CN or zh-TW, the kinds of
Chinese that Gradio knows, gets simplified Chinese; every other gets English.
"""

from typing import Any

import gradio as gr

CHINESE = ("zh-CN", "zh-TW")  # as browsers name it, where Gradio has words of its own

_words: dict[str, tuple[str, str]] = {}


def add(words: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Take in (English, Chinese) pairs by key; a key that two tabs claim is a mistake in the code (KeyError)."""
    for key, pair in words.items():
        if _words.get(key, pair) != pair:
            raise KeyError(f"the words of {key!r} are given twice")
        _words[key] = pair
    return words


def build_i18n() -> gr.I18n:
    """What `launch(i18n=...)` takes: all words added so far, by language."""
    english = {key: pair[0] for key, pair in _words.items()}
    chinese = {key: pair[1] for key, pair in _words.items()}
    return gr.I18n(en=english, **dict.fromkeys(CHINESE, chinese))


_marker = gr.I18n(en={})


def say(key: str) -> Any:
    """The label of that key for a component's label, info, placeholder or a button's text; KeyError when unknown."""
    if key not in _words:
        raise KeyError(key)
    return _marker(key)
