"""Every word and every sentence of the page is there in each language; none is left over.

A language is a file in gan/ui/words/. Keys are read from the pages and the scripts, templates from each `say("...")` of
the server's source and of the modules that answer in the page (local/).
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gan.errors import Listing, capitalize, complete, join, pack, say
from gan.store.index import read_index
from gan.ui.words import labels, tables
from tests.served import ROOT

UI = ROOT / "gan" / "ui"
PAGES = {path.relative_to(UI).as_posix(): path.read_text(encoding="utf-8") for path in UI.rglob("*.html")}
SCRIPTS = {path.relative_to(UI).as_posix(): path.read_text(encoding="utf-8") for path in UI.rglob("*.js")}
PYTHON = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in (ROOT / "gan").rglob("*.py")}
LANGUAGES = tables.read_languages()
ENGLISH = tables.ENGLISH["words"]
HAN = re.compile(r"[\u4e00-\u9fff]")
GAP = re.compile(r"\{(\w+)(?:[:!][^{}]*)?\}")
COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
STARTED = re.compile(r"`([a-z]\w*\.[\w.]*)\$\{")  # a key made of parts begins with what stands before the first gap


# In a process of its own: building the page opens event loops that nobody closes.
PAGE = """
import json, app
from gan.ui.words import labels
parts = [
    {"type": type(one).__name__, "id": one.elem_id or str(one._id),
     **{name: str(getattr(one, name, None) or "") for name in ("label", "info", "placeholder")},
     "value": str(getattr(one, "value", "")) if type(one).__name__ == "Button" else ""}
    for one in app.demo.blocks.values() if getattr(one, "visible", True) is True
]
descriptions = {
    one.api_name: one.api_description for one in app.demo.fns.values() if one.api_visibility == "public"
}
print(json.dumps({"translations": labels.build_i18n().translations_dict, "parts": parts, "descriptions": descriptions}))
"""


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What the built page holds: Gradio's translations, its components' texts, and its endpoints' descriptions."""
    run = subprocess.run([sys.executable, "-c", PAGE], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def list_templates(source: str) -> Iterator[str]:
    """The templates of the sentences that a piece of source says; AssertionError for one that is no literal."""
    tree = ast.parse(source)
    imported = {
        (name.asname or name.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "gan.errors"
        for name in node.names
        if name.name == "say"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in imported:
            template = node.args[0]
            assert isinstance(template, ast.Constant), ast.unparse(node)
            assert isinstance(template.value, str), ast.unparse(node)
            yield template.value


TEXT = r'"(?:[^"\\\n]|\\.)*"'
TEXTS = rf"{TEXT}(?:\s*\+\s*{TEXT})*"
SAID = re.compile(rf"(?<![\w.])(say|refuse|checkWord)\(\s*(?:({TEXTS})|([^,)]*))(?=((?:{TEXT}|[^;\"])*))")
HELD = re.compile(rf"\bconst (?:template|said) =((?:{TEXT}|[^;\"])*);")


def read_texts(source: str) -> list[str]:
    """The string literals in a piece of JavaScript, those joined by a plus as one."""
    joined = (re.findall(TEXT, found) for found in re.findall(TEXTS, source))
    return ["".join(json.loads(part) for part in parts) for parts in joined]


def list_script_templates(source: str) -> Iterator[str]:
    """The templates that a module says; AssertionError for one that is neither at the call nor in `template` or `said`.

    They are the first argument of `say` and `refuse`, and a later one of `checkWord`.
    """
    source = COMMENT.sub("", source)
    for name, text, other, rest in SAID.findall(source):
        if name == "checkWord":
            yield read_texts(rest)[0]
        elif text:
            yield from read_texts(text)
        else:
            assert other.strip() in ("template", "said"), other
    for held in HELD.findall(source):
        if not re.search(r"\b(?:say|list|join|await)\(", held):
            yield from (text for text in read_texts(held) if " " in text)


SCRIPT_TEMPLATES = {
    path: set(list_script_templates(source)) for path, source in SCRIPTS.items() if "local" in path.split("/")[:-1]
}
TEMPLATES = set().union(*SCRIPT_TEMPLATES.values()) | {
    template for path, source in PYTHON.items() if path != "gan/errors.py" for template in list_templates(source)
}
UNTOLD = {
    "stopped",
    "hand",
    "gradients",
    "runtime",
}  # the page's own doing, or what its handlers say in their own words
MODELS = {row["about"] for row in read_index().values() if row.get("about")}  # said of the models that are released


def test_templates_are_read_as_the_source_says_them():
    source = 'from gan.errors import say\nsay("one {gap:,} " "and another", gap=1)\nforge.say("none")\nother("none")\n'
    assert list(list_templates(source)) == ["one {gap:,} and another"]
    with pytest.raises(AssertionError):
        list(list_templates("from gan.errors import say\nsay(template)"))
    assert len(TEMPLATES) > 150


SCRIPT = """
/* say("in a comment") */
const a = say("one {gap:,} " + "and another", { gap: 1 });
refuse("two \\"{x}\\".", { x });
const template = "the three {value}.";
throw new Refusal(say(template, { value: quote("no sentence") }));
const said = isOne ? "the four." : "the " + "five.";
const b = checkWord(hands, HANDS, "the six {list}.", { what: "no one" });
const c = say("the outer {inner}", { inner: say("the inner") }),
  e = list(["seven and"], "or"), d = essay("eight nine"), said2 = say(
  "ten, on a line of its own",
);
const refuse = (template, values) => say(template, values);
"""


def test_templates_are_read_as_the_modules_say_them():
    wanted = {'two "{x}".', "the three {value}.", "the four.", "the five.", "ten, on a line of its own"}
    wanted |= {"one {gap:,} and another", "the six {list}.", "the outer {inner}", "the inner"}
    assert set(list_script_templates(SCRIPT)) == wanted
    for wrong in ("say(name, {})", "refuse(`a ${b} c`)", "say(isOne ? 'a' : 'b')", "say(quote(x))"):
        with pytest.raises(AssertionError):
            list(list_script_templates(wrong))
    assert sum(map(len, SCRIPT_TEMPLATES.values())) > 50
    assert {"local/checks.js", "tabs/training/local/answers.js"} <= set(SCRIPT_TEMPLATES)


@pytest.mark.parametrize("path", sorted(path for path, said in SCRIPT_TEMPLATES.items() if said))
def test_what_a_module_says_is_known_to_every_language(path: str):
    for table in LANGUAGES.values():
        assert SCRIPT_TEMPLATES[path] - set(table["sentences"]) == set()


def test_what_becomes_of_the_engine_has_a_word_and_no_word_is_said_by_nobody():
    source = "\n".join(
        COMMENT.sub("", text) for path, text in SCRIPTS.items() if path.startswith(("engine/", "local/"))
    )
    reasons = set(re.findall(r'\b(?:Problem|EngineError|end)\(\s*"(\w+)"', source))
    assert {"cut", "died", "network"} <= reasons
    named = {key.partition(".")[2] for text in SCRIPTS.values() for key in re.findall(r'"(engine\.[\w.]+)"', text)}
    words = {key.partition(".")[2] for key in ENGLISH if key.startswith("engine.")}
    quoted = set(re.findall(r'"(\w+)"', source))  # also where a reason is chosen first: isHere ? "workers" : "died"
    assert words - named - quoted == set()
    assert named - words == set()
    assert reasons - words <= UNTOLD


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_language_has_every_word_and_none_too_many(language):
    table = LANGUAGES[language]
    assert table["codes"]
    assert table["language"]
    assert set(table["words"]) == set(ENGLISH)
    for key, said in table["words"].items():
        english = ENGLISH[key]
        assert english.strip(), key
        assert said.strip() or " " not in english, key  # a plural, say, that Chinese does without
        assert not HAN.search(english), key
        # No value is asked for that English has not (there may be none of a plural)
        assert set(GAP.findall(said)) <= set(GAP.findall(english)), key


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_language_has_every_sentence_and_none_too_many(language):
    sentences = LANGUAGES[language]["sentences"]
    assert set(sentences) == TEMPLATES | MODELS
    for template, said in sentences.items():
        assert said.strip(), template
        assert not HAN.search(template)
        assert set(GAP.findall(said)) <= set(GAP.findall(template)), template
        assert "{" not in GAP.sub("", said), template  # a gap has a name alone: numbers come as they are shown


def test_chinese_is_chinese():
    table = LANGUAGES["zh"]
    assert table["codes"] == ["zh-CN", "zh-TW"]  # the kinds that Gradio has words of its own for
    for template, said in table["sentences"].items():
        assert HAN.search(said) or not re.search(r"[a-z]{3}", GAP.sub("", template)), template
    assert all(HAN.search(said) for said in table["names"].values() if said != "Inception 得分")
    assert set(table["grammar"]) == set(tables.ENGLISH["grammar"])


@pytest.mark.parametrize("name", sorted({**SCRIPTS, **PAGES}))
def test_every_word_that_is_asked_for_is_there(name):
    source = COMMENT.sub("", {**SCRIPTS, **PAGES}[name])
    asked = set(re.findall(r'data-word(?:-label|-alt)?="([\w.]+)"', source))
    asked |= set(re.findall(r'\bword\("([\w.]+)"', source))
    assert asked - set(ENGLISH) == set()
    for start in STARTED.findall(source):
        if start.partition(".")[0] in {key.partition(".")[0] for key in ENGLISH}:
            assert any(key.startswith(start) for key in ENGLISH), start


def test_no_word_is_left_over():
    source = "\n".join([*(COMMENT.sub("", text) for text in SCRIPTS.values()), *PAGES.values(), *PYTHON.values()])
    quoted = set(re.findall(r"""["'`]([a-z]\w*(?:\.\w+)+)["'`]""", source))
    begun = (*STARTED.findall(source), "tab.")
    assert [key for key in ENGLISH if key not in quoted and not key.startswith(begun)] == []


def test_labels_of_components_are_there_in_every_language(page):
    translations = page["translations"]
    codes = {code for table in LANGUAGES.values() for code in table["codes"]}
    assert set(translations) == {"en", *codes}
    assert {"page.model", "tab.generate", "tab.about"} <= set(translations["en"])
    for key, english in translations["en"].items():
        assert english == ENGLISH[key]
        for table in LANGUAGES.values():
            assert all(translations[code][key] == table["words"][key] for code in table["codes"])


def test_no_component_shows_text_of_one_language_alone(page):
    """What a person reads at a control is translated, or is no English word."""
    plain = [
        (part["id"], part[name])
        for part in page["parts"]
        for name in ("label", "info", "placeholder", "value")
        if "__i18n__" not in part[name] and re.search(r"[A-Za-z]{3}", part[name]) and part["type"] != "HTML"
    ]
    assert plain == []


def test_endpoints_are_described_in_every_language(page):
    described = page["descriptions"]
    assert len(described) >= 8
    for name, text in described.items():
        assert text.startswith(ENGLISH[f"endpoint.{name}"]), name
    assert {key.partition(".")[2] for key in ENGLISH if key.startswith("endpoint.")} == set(described)


def test_word_that_is_not_there_is_a_mistake_at_once():
    with pytest.raises(KeyError):
        labels.label("nowhere.nothing")


def test_language_in_another_folder_is_one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    table = {"language": "eo", "codes": ["eo", "eo-EO"], "words": {"tab.about": "Pri"}}
    (tmp_path / "eo.json").write_text(json.dumps(table), encoding="utf-8")
    monkeypatch.setenv("GAN_WORDS", str(tmp_path))
    for key in ("tab.about", "page.model"):
        labels.label(key)
    translations = labels.build_i18n().translations_dict
    assert translations["eo-EO"]["tab.about"] == "Pri"
    assert translations["eo"]["page.model"] == "Model"  # what a language lacks is English
    assert '"/gradio_api/words/eo.json": ["eo", "eo-EO"]' in tables.write_script()


def test_script_cannot_be_ended_by_a_word(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(tables.ENGLISH["words"], "tests.word", "</script><b>")
    assert "</script" not in tables.write_script()


# ---- sentences as data


def test_sentence_is_packed_with_all_it_is_made_of():
    why = say("the seed is {value}; it must be a number.", value=repr("x"))
    said = complete(say("end {place}: {why}", place=3, why=why))
    assert said == "End 3: the seed is 'x'; it must be a number."
    assert pack(said) == {
        "text": said,
        "template": "end {place}: {why}",
        "values": {
            "place": "3",
            "why": {
                "text": "the seed is 'x'; it must be a number",
                "template": "the seed is {value}; it must be a number.",
                "values": {"value": "'x'"},
            },
        },
    }


def test_list_and_several_sentences_are_packed_and_plain_text_stays_plain():
    listed = Listing(["a", say("b {n:,}", n=1000), "c"], "or")
    assert pack(listed) == {
        "text": "a, b 1,000 or c",
        "items": ["a", {"text": "b 1,000", "template": "b {n:,}", "values": {"n": "1,000"}}, "c"],
        "word": "or",
    }
    both = join([capitalize(say("one thing.")), say("Two.")])
    assert pack(both)["text"] == "One thing. Two."
    assert [part["template"] for part in pack(both)["parts"]] == ["one thing.", "Two."]
    assert pack("as it is") == "as it is"
    assert type(pack(Listing(["one"]))["items"][0]) is str
