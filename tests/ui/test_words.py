"""Every word of the page is there in English and in Chinese, and none is asked for that is not."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from gan.ui import words
from tests.served import ROOT

UI = ROOT / "gan" / "ui"
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in UI.rglob("*.js")}
PYTHON = {path.relative_to(UI).as_posix(): path.read_text(encoding="utf-8") for path in UI.rglob("*.py")}
HAN = re.compile(r"[\u4e00-\u9fff]")

STRING = r'"(?:[^"\\]|\\.)*"'
TEXT = rf"{STRING}(?:\s*\+\s*{STRING})*"  # a long one is added up of several
PAIR = re.compile(rf'^\s*"([a-z][\w.]*)": \[\s*({TEXT}),\s*({TEXT}),?\s*\]', re.MULTILINE)
KEY = re.compile(r'^\s*"([a-z][\w]*\.[\w.]+)": \[', re.MULTILINE)
STARTED = re.compile(r"\bword\(`([\w.]+)\$\{")


# In a process of its own: building the page opens event loops that nobody closes.
PAGE = """
import json, app
from gan.ui import page, words
parts = [
    {"type": type(one).__name__, "id": one.elem_id or str(one._id),
     **{name: str(getattr(one, name, None) or "") for name in ("label", "info", "placeholder")},
     "value": str(getattr(one, "value", "")) if type(one).__name__ == "Button" else ""}
    for one in app.demo.blocks.values() if getattr(one, "visible", True) is True
]
print(json.dumps({"words": words._words, "translations": words.build_i18n().translations_dict,
                  "tabs": [name for name, _, _ in page.TABS], "parts": parts}))
"""


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What the built page holds: words by key, translations by language, ids of the tabs, and its components' texts."""
    run = subprocess.run([sys.executable, "-c", PAGE], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def read_pairs(source: str) -> dict[str, tuple[str, str]]:
    """The words that a script adds, by key: English and Chinese."""

    def join(text: str) -> str:
        return "".join(part[1:-1] for part in re.findall(STRING, text))

    return {key: (join(english), join(chinese)) for key, english, chinese in PAIR.findall(source)}


PAIRS = {name: read_pairs(source) for name, source in SCRIPTS.items()}
KNOWN = {key for pairs in PAIRS.values() for key in pairs}


def test_form_of_a_pair_is_read_as_scripts_write_it():
    source = 'addWords({\n  "a.b": ["One", "一"],\n  "a.c": [\n    "Two " +\n      "words",\n    "两个",\n  ],\n});'
    assert read_pairs(source) == {"a.b": ("One", "一"), "a.c": ("Two words", "两个")}


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_every_word_of_a_script_is_there_twice(name):
    assert set(KEY.findall(re.sub(r"/\*.*?\*/", "", SCRIPTS[name], flags=re.DOTALL))) == set(PAIRS[name])
    for key, (english, chinese) in PAIRS[name].items():
        assert english.strip(), key
        assert chinese.strip() or " " not in english, key  # a plural, say, that Chinese does without
        assert not HAN.search(english), key
        # Chinese asks for no value that English has not (it may do without a plural)
        assert set(re.findall(r"\{\w+\}", chinese)) <= set(re.findall(r"\{\w+\}", english)), key


def test_no_script_takes_another_ones_key():
    seen: dict[str, str] = {}
    for name, pairs in PAIRS.items():
        for key in pairs:
            assert seen.setdefault(key, name) == name, key


@pytest.mark.parametrize("name", sorted({**SCRIPTS, **PYTHON}))
def test_every_word_that_is_asked_for_is_there(name):
    source = re.sub(r"/\*.*?\*/", "", SCRIPTS.get(name) or PYTHON[name], flags=re.DOTALL)
    # In HTML that Python writes, a key with {} in it is made of parts; about.py's are checked in the browser
    in_html = set(re.findall(r'data-word(?:-label|-alt)?="([\w.]+)"', source))
    asked = set(re.findall(r'\bword\("([\w.]+)"', source)) if name in SCRIPTS else set()
    assert (in_html | asked) - KNOWN == set()
    for start in STARTED.findall(source):
        assert any(key.startswith(start) for key in KNOWN), start


def test_labels_of_components_are_there_in_both_languages(page):
    translations = page["translations"]
    assert set(translations) == {"en", *words.CHINESE}
    assert {f"tab.{name}" for name in page["tabs"]} <= set(translations["en"])
    assert set(page["words"]) >= set(translations["en"])
    for key, (english, chinese) in page["words"].items():
        assert english.strip(), key
        assert chinese.strip(), key
        assert not HAN.search(english), key
        assert translations["en"][key] == english
        assert all(translations[language][key] == chinese for language in words.CHINESE)


def test_no_component_shows_text_of_one_language_alone(page):
    """What a person reads at a control is translated, or is no English word."""
    plain = [
        (part["id"], part[name])
        for part in page["parts"]
        for name in ("label", "info", "placeholder", "value")
        if "__i18n__" not in part[name] and re.search(r"[A-Za-z]{3}", part[name]) and part["type"] != "HTML"
    ]
    assert plain == []


def test_word_that_is_not_there_or_there_twice_is_a_mistake_at_once():
    with pytest.raises(KeyError):
        words.say("nowhere.nothing")
    words.add({"tests.word": ("One", "一")})
    with pytest.raises(KeyError, match="given twice"):
        words.add({"tests.word": ("Another", "别的")})
