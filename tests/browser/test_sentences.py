"""What the server says is Chinese on a Chinese page: its sentences travel as data, and are said there.

That each one is in each language's file is looked at in tests/ui/test_words.py. Here, what visitors can provoke is
provoked, and must be Chinese when the page says it.
"""

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from gan.drawing.arguments import InputError, check_whole
from gan.errors import Listing, capitalize, join, pack, say
from gan.store import released as checkpoint
from gan.training.class_check import Check
from gan.training.watcher import Rules, replay
from gan.ui import service as service_module
from gan.ui.service import Service
from gan.ui.tabs import NAMES
from gan.ui.tabs.explore.explorer import Explorer
from gan.ui.tabs.generate.tab import Generate
from gan.ui.tabs.training.form import read_config
from gan.ui.tabs.training.run import Run
from gan.ui.tabs.training.tab import Training
from gan.ui.tabs.training.workshop import Workshop
from gan.ui.wire import respond
from gan.ui.words.tables import read_languages
from tests.browser.conftest import SIZES
from tests.browser.rest import new_context, wait_until_rest
from tests.browser.tabs import open_by_id
from tests.judges.test_verdict import store, write_model
from tests.made_digits import draw_digit
from tests.tiny_checkpoint import write_tiny

GAP = re.compile(r"\{(\w+)(?::[^{}]*)?\}")
HAN = re.compile(r"[\u4e00-\u9fff]")
TWO_WORDS = re.compile(r"[A-Za-z']{2,}[ ,;:]+[A-Za-z']{2,}")
# What stays as it is within Chinese: quoted input, commands, options, paths, names with commas between, and what the
# system said
KEPT = re.compile(
    r"`[^`]*`|'[^']*'|python -m [ -~]+|--[\w-]+(?: [\w.]+)?|\S*/\S+|[\w.-]+(?:, [\w.-]+)+|BatchNorm"
    r"|Error while [a-z :]+"
)


# ---- the sentences in the page

READY = "() => window.DigitForge?.language === 'zh-CN'"
SENTENCES: dict[str, str] = read_languages()["zh"]["sentences"]


@pytest.fixture(scope="module")
def chinese(browser: Browser, address: str) -> Iterator[Page]:
    context = new_context(browser, viewport=SIZES["desktop"], locale="zh-CN")
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(READY)
    yield page
    context.close()


def reword(page: Page, said: list[Any]) -> list[str]:
    """What the server said, as it comes to the page, as the page shows it."""
    return list(page.evaluate("(all) => all.map((one) => DigitForge.reword(one))", said))


def fill(template: str) -> Any:
    """A sentence as the wire packs it, with a 7 in each gap."""
    gaps = set(GAP.findall(template))
    return {"text": GAP.sub("7", template), "template": template, "values": dict.fromkeys(gaps, "7")}


def test_every_sentence_is_found_by_its_template(chinese):
    said = reword(chinese, [fill(template) for template in SENTENCES])
    assert said == [GAP.sub("7", row) for row in SENTENCES.values()]
    assert len(said) > 150


STRANGE = "The moon is made of 'cheese'; try another one."


def test_what_no_language_knows_stays_as_it_is_and_nothing_is_lost(chinese):
    texts = [STRANGE, "", "digits", "<img src=x onerror=alert(1)>"]
    assert reword(chinese, texts) == texts
    assert reword(chinese, [pack(say("The moon is {what}.", what="round")), None]) == ["The moon is round.", None]
    mixed = join(
        [say("The moon is made of cheese."), say("This model knows no classes: it draws whichever digit it likes.")]
    )
    assert reword(chinese, [pack(mixed)]) == ["The moon is made of cheese.此模型不分类别：画哪个数字由它自己决定。"]


def refuse(what: str, value: object) -> Any:
    """What the server says of a wrong number, as the wire packs it."""
    with pytest.raises(InputError) as refused:
        check_whole(value, what, 0, 9)
    return pack(capitalize(refused.value.sentence))


def test_what_a_visitor_typed_stays_as_typed(chinese):
    for typed in ("a. It has 2 digits; it takes one.", "the seed is empty", "数 字", "$& {high} \\", "seed", "{what}"):
        (said,) = reword(chinese, [refuse("seed", typed)])
        assert said == f"种子为 {typed!r}；必须是 0 到 9 的整数。"
    bound = say("{what} is {value}; it must be a number from {low:g} to {high:g}.", what="x", value="x", low=-3, high=3)
    assert reword(chinese, [pack(capitalize(bound))]) == ["横向为 x；必须是 -3 到 3 之间的数。"]
    assert reword(chinese, [refuse("constructor", "__proto__")]) == [
        "constructor为 '__proto__'；必须是 0 到 9 的整数。"
    ]


def test_sentence_in_a_sentence_and_a_list_are_said_in_chinese_too(chinese):
    why = say(
        "the {what} is {value}; it can be {list}.", what="method", value="'x'", list=Listing(("lerp", "slerp"), "or")
    )
    said = say("end {place}: {why}.", place=3, why=why)
    assert str(said) == "end 3: the method is 'x'; it can be lerp or slerp."
    assert reword(chinese, [pack(said)]) == ["端点 3：插值方式为 'x'；可以是 lerp 或 slerp。"]
    assert reword(chinese, [pack(Listing(["slant", "width", "height"], "and"))]) == ["倾斜、宽度和高度"]
    assert reword(chinese, [refuse("seed", "")]) == ["种子为空；必须是 0 到 9 的整数。"]


def test_english_page_says_what_the_server_says(browser, address):
    context = new_context(browser, locale="en-US")
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => window.DigitForge?.language === 'en'")
    said = [fill(template) for template in SENTENCES]
    assert reword(page, said) == [one["text"] for one in said]
    context.close()


# ---- what visitors can provoke


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def make_picture(pixels: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return encode(file.getvalue())


def list_said(answer: Any) -> Iterator[Any]:
    """Every text of an answer that a visitor reads or hears: sentences, and plain text by the names of its places."""
    spoken = ("problem", "note", "alt", "explain", "reader", "none", "said", "why", "refused", "sentence", "missing")
    if isinstance(answer, dict) and "text" in answer:
        yield answer
        return
    for name, value in answer.items() if isinstance(answer, dict) else ():
        if isinstance(value, dict):
            yield from list_said(value)
        elif name in spoken and value:
            yield value


PARTS = {
    "inspector": ("", "#inspector-part-game"),
    "training": ("", "#training-to-train"),
    "generate": ("", "#generate-judge"),
}

SEVEN = np.kron(draw_digit(7, np.random.default_rng(3)), np.ones((4, 4), np.uint8))
NOISE = np.random.default_rng(1).integers(0, 255, (64, 64), np.uint8)
BAD = ("x", "-1", "1e9", "", None, "nan", "9" * 40, "a sentence. And more")
SHEET: dict[str, Any] = {"want": "sheet", "model": "digits"}
WAY: dict[str, Any] = {"want": "frames", "model": "digits"}
EDIT: dict[str, Any] = {"want": "edit", "model": "digits", "seed": 1, "psi": 1}
LOOK: dict[str, Any] = {"want": "look", "model": "digits"}
VIEW: dict[str, Any] = {"want": "view", "model": "digits", "digit": "any", "count": 4, "seed": 1, "psi": 1, "round": 0}
FORM: dict[str, Any] = {"preset": "tutorial-mlp", "loss": "bce", "lr": "0.0002", "batch": 64, "minutes": 5}
START: dict[str, Any] = {"want": "start", "owner": "b" * 32, **FORM}
LESSON: dict[str, Any] = {"want": "lesson", "model": "digits", "seed": 4, "digit": "3"}

ASKED: dict[str, list[dict[str, Any]]] = {
    "generate": [
        SHEET,
        *({**SHEET, "seed": bad} for bad in BAD),
        *({**SHEET, "psi": bad} for bad in BAD),
        *({**SHEET, "rows": bad} for bad in BAD),
        *({**SHEET, "digits": bad} for bad in ("", "20x6", "1" * 100, "1" * 2000, True, 1.5)),
        {**SHEET, "digits": "12345678901234567890123", "rows": 20},
        {**SHEET, "model": "any", "digits": "3"},
        {**SHEET, "model": "nobody"},
        {**SHEET, "model": "broken"},
        {**SHEET, "hands": "left"},
        *({**SHEET, "locks": bad} for bad in (7, "1", "0:x.1", "99:1.1", f"0:{'9' * 10}.1")),
        *({**SHEET, "want": "judge", "digits": "1", "model": name} for name in ("digits", "bce", "critic", "any")),
        *({**SHEET, "want": "slice", "count": count, "at": at} for count, at in ((0, 0), (10, 10), (None, 0))),
        *(
            {"want": "link", "link": link}
            for link in (
                {"hat": "1"},
                {"weights": "x"},
                {"weights": "0123456789ab"},
                {"model": "../x"},
                {"seed": "NaN"},
            )
        ),
        {"want": "hat"},
        [],  # type: ignore[list-item]
    ],
    "interpolate": [
        WAY,
        {**WAY, "ends": "3.4,8.7,1.1,2.2"},
        *({**WAY, "ends": bad} for bad in ("3.4", "3", "3.4,x.1", "3.4,88.1", "3.4,1.x", "1.1," * 400, 7, "1.1," * 20)),
        *({**WAY, name: "x"} for name in ("method", "travels", "loop", "psi")),
        {"want": "link", "link": {"ends": "3.4,x.1"}},
    ],
    "explore": [
        *({"want": "hand", "model": name} for name in ("digits", "any", "tiny", "nobody")),
        {"want": "hand", "model": "digits", "weights": "0123456789ab"},
        *({**EDIT, **bad} for bad in ({"seed": None}, {"psi": 9}, {"x": 9}, {"y": "x"}, {"plane": "sky"}, {"pair": 9})),
        *({**EDIT, name: 1000} for name in ("slant", "thickness", "width", "height")),
        {**EDIT, "want": "explore.png", "digits": [1] * 100},
        {**EDIT, "model": "tiny", "slant": 3},
    ],
    "hand": [
        {**LOOK, "picture": make_picture(SEVEN)},
        {**LOOK, "picture": make_picture(SEVEN), "digit": "x"},
        {**LOOK, "picture": make_picture(SEVEN), "model": "any"},
        *(
            {**LOOK, "picture": make_picture(pixels)}
            for pixels in (
                np.zeros((9, 9), np.uint8),
                NOISE,
                np.zeros((4, 40), np.uint8),
                np.zeros((8000, 8000), np.uint8),
            )
        ),
        {**LOOK, "picture": make_picture(np.pad(np.full((90, 90), 255, np.uint8), 5))},
        {**LOOK, "picture": make_picture(SEVEN * (np.indices(SEVEN.shape).sum(0) % 12 < 8).astype(np.uint8))},
        *({**LOOK, "picture": bad} for bad in (None, "", "!!", encode(b"no picture"), encode(bytes(13 << 20)))),
        {**LOOK, "picture": encode(base64.b64decode(make_picture(NOISE))[:900])},
        *(
            {"want": "refine", "model": "digits", "seen": seen, "state": "", "digit": 7, "step": 0}
            for seen in ("!", "")
        ),
        {"want": "refine", "model": "digits", "seen": encode(bytes(784)), "state": "", "digit": 7, "step": 0.5},
        {"want": "refine", "model": "digits", "seen": encode(bytes(784)), "state": "", "digit": 7, "step": 0},
        {"want": "ten", "model": "digits", "hand": "x"},
        {"want": "ten", "model": "digits", "hand": "x", "weights": "0123456789ab"},
        {"want": "ten", "model": "any", "hand": "x"},
        *(
            {"want": "line", "model": "digits", "hand": encode(bytes(range(1, 65))), "number": number}
            for number in ("2026", "", "x", "1" * 40, "1" * 100, None)
        ),
    ],
    "inspector": [
        VIEW,
        *({**VIEW, "model": name} for name in ("bce", "critic", "tiny", "nobody")),
        *({**VIEW, **bad} for bad in ({"digit": "x"}, {"digit": "1234"}, {"count": 1000}, {"seed": ""}, {"psi": "x"})),
        {**VIEW, "weights": "0123456789ab"},
        *({**VIEW, "want": "round", "round": bad} for bad in (0, 99)),
        *({**VIEW, "want": "choice", "choice": bad} for bad in (0, 7)),
    ],
    "training": [
        *({"want": "history", "model": name, "seed": seed} for name in ("digits", "tiny") for seed in (1, "x")),
        {"want": "status", "owner": "b" * 32},
        *({**START, **bad} for bad in ({}, {"owner": ""}, {"preset": "x"}, {"loss": "x"}, {"lr": ""}, {"batch": 7})),
        *({**START, **bad} for bad in ({"minutes": 99}, {"lr": "x"}, {"minutes": None})),
        *({"want": "steer", "owner": owner * 32, "do": "fly"} for owner in "ab"),
        *({"want": "keep", "owner": owner * 32, "name": name} for owner in "ab" for name in ("-", "digits")),
    ],
    "about": [
        *({**LESSON, "model": name} for name in ("digits", "tiny", "any", "critic")),
        *({**LESSON, **bad} for bad in ({"digit": "x"}, {"seed": "x"}, {"weights": "0123456789ab"})),
        *({"want": "card", "model": name} for name in ("digits", "tiny")),
    ],
}


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """With the released models and some that lack a part: classes, a judge, a calibration, a whole file."""
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for path in checkpoint.CHECKPOINTS.iterdir():
        (folder / path.name).symlink_to(path)
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", folder)
    monkeypatch.setattr(service_module, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(Explorer, "_measure", lambda explorer, generator: None)  # takes a minute
    write_tiny(folder / "tiny.safetensors")
    write_tiny(folder / "any.safetensors", class_names=("any",), unconditional=True)
    write_model(folder, "bce", "bce")
    store(write_model(folder, "wgan-gp", "critic"), weights="0" * 64)
    (folder / "broken.safetensors").write_bytes(b"none")
    return Service()


def make_answers(service: Service, workshop: Workshop) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
    """What each tab answers, by its id."""
    own = {"training": Training(service, workshop)}
    tabs = [own.get(name) or import_module(f"gan.ui.tabs.{name}.tab").TAB(service) for name in NAMES]
    return {tab.name: tab.answer for tab in tabs}


def check(page: Page, texts: list[Any]) -> None:
    """Each is Chinese in the page, but for names and what was quoted."""
    for english, said in zip(texts, reword(page, texts), strict=True):
        assert HAN.search(said), english
        assert not TWO_WORDS.search(KEPT.sub(" · ", said)), said


@pytest.mark.parametrize("tab", list(ASKED))
def test_all_that_a_visitor_can_provoke_is_said_in_chinese(chinese, service, tab, monkeypatch, made_root, tmp_path):
    ask, said = make_answers(service, Workshop(service))[tab], set()
    for root in (made_root, tmp_path / "nowhere"):
        monkeypatch.setenv("GAN_DATA", str(root))
        for request in ASKED[tab]:
            if request != START or root != made_root:  # else a run would begin
                said |= {json.dumps(one) for one in list_said(respond(ask, request))}
    assert len(said) >= 5
    check(chinese, [json.loads(one) for one in sorted(said)])


def test_busy_server_and_one_that_fails_say_so_in_chinese(chinese, service):
    with service.draws():
        busy = respond(Generate(service).answer, SHEET)
    check(chinese, [busy["problem"], respond(lambda request: {"ok": 1 / 0}, {})["problem"]])


def test_run_of_another_visitor_is_explained_in_chinese(chinese, service, tmp_path, monkeypatch, made_root):
    monkeypatch.setenv("GAN_DATA", str(made_root))
    workshop, clock = Workshop(service, clock=lambda: 1000.0), 1000.0
    ann, bob = "a" * 32, START["owner"]
    workshop._run = run = Run(ann, read_config(FORM), tmp_path / "run", clock)

    def ask(**request: Any) -> Any:
        return respond(Training(service, workshop).answer, request)["problem"]

    said = [ask(**START), ask(**START | {"owner": ann})]
    run.move("ended", clock)
    run.result = checkpoint.CHECKPOINTS / "broken.safetensors"
    said += [ask(**START), *(ask(want="keep", owner=ann, name=name) for name in ("-", "digits", "mine"))]
    said += [ask(want="file", owner=bob), ask(want="steer", owner=ann, do="go")]
    monkeypatch.setenv("SPACE_ID", "somebody/space")
    said += [ask(**START)]
    assert len({json.dumps(one) for one in said}) == 9
    check(chinese, said)


def test_alarms_of_a_run_are_said_in_chinese(chinese):
    names = tuple("0123456789")

    def look(images: int, **change: Any) -> dict[str, Any]:
        whole: dict[str, Any] = {"accuracy": (0.9,) * 10, "diversity": (0.9,) * 10, "distance": (1.0,) * 10}
        return Check(images, names, **whole | {"shares": (0.1,) * 10, "count": 1000} | change).to_dict()

    def run(**numbers: float) -> list[dict[str, float]]:
        calm = {
            "won": 0.7,
            "prob_real": 0.6,
            "prob_fake": 0.4,
            "logit_real": 1,
            "logit_fake": -1,
            "grad_d": 1,
            "grad_g": 1,
        }
        return [{"images": images, **calm, **numbers} for images in range(0, 400_000, 1000)]

    ill = [
        (run(won=1.0, prob_real=0.999, prob_fake=0.001), []),
        (run(won=0.5, logit_real=1e5, logit_fake=1e5), []),
        (run()[:200] + run(grad_d=1e6)[200:], []),
        (run(), [look(at, accuracy=(0.01, 0.02, *(0.9,) * 8)) for at in range(50_000, 300_000, 10_000)]),
        (run(), [look(at, accuracy=(0.01, *(0.9,) * 9)) for at in range(50_000, 300_000, 10_000)]),
        (run(), [look(at, diversity=(0.01,) * 10) for at in range(50_000, 300_000, 10_000)]),
        (run(), [look(at, shares=(0.0, *(0.1,) * 9)) for at in range(50_000, 300_000, 10_000)]),
    ]
    alarms = [alarm for steps, checks in ill for alarm in replay(Rules(real_shares=(0.1,) * 10), steps, checks)]
    assert {alarm.kind for alarm in alarms} == {"d_won", "d_lost", "gradients", "ignored", "collapsed", "missing"}
    check(chinese, [pack(alarm.message) for alarm in alarms])


# ---- the page as it is seen

# Texts that are seen, and those that are read aloud; not commands, and Gradio's own foot
SEEN = """() => {
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    if (one.closest("script, style, pre, code, footer")) continue;
    if (!one.checkVisibility()) continue;
    for (const node of one.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent);
    for (const name of ["alt", "aria-label", "title", "placeholder"]) found.push(one.getAttribute(name));
  }
  return found.filter(Boolean).map((text) => text.replace(/\\s+/g, " ").trim());
}"""
SENTENCE = re.compile(r"[A-Za-z]+(?:[ ,]+[A-Za-z]+){2,}")
PEOPLE = ("Yann LeCun", "Corinna Cortes", "Christopher Burges")


@pytest.mark.parametrize("tab", NAMES)
def test_no_english_sentence_is_seen_on_a_chinese_page(chinese, tab):
    page = chinese
    open_by_id(page, tab)
    for button in PARTS.get(tab, ("",)):
        if button:
            page.locator(button).click()
            wait_until_rest(page)
        texts = [text for text in page.evaluate(SEEN) if not any(name in text for name in PEOPLE)]
        assert len(texts) > 20
        assert [text for text in texts if SENTENCE.search(KEPT.sub(" · ", text))] == []


def test_wrong_link_and_wrong_input_are_said_in_chinese(browser, address):
    context = new_context(browser, viewport=SIZES["desktop"], locale="zh-CN")
    page = context.new_page()
    page.goto(f"{address}?{urlencode({'tab': 'generate', 'seed': 'NaN'})}")
    expect(page.locator("#tab-generate .df-linked")).to_have_text(
        "链接未能打开。种子为 'NaN'；必须是 0 到 4,294,967,295 的整数。"
    )
    page.locator("#generate-digits textarea, #generate-digits input").first.fill("20x6")
    expect(page.locator("#generate-digits .df-problem")).to_have_text("'x' 不是数字；请只写 0 到 9。")
    context.close()
