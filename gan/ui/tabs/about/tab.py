"""The About tab: how a GAN works in five pictures of the chosen model's own, its card, the API, the licence.

What a program or a test may rely on: `#about-lesson` has data-version, which grows by one when all five pictures are in
place, and the recipe in data-recipe; `#about-card` has data-version too, and the model's hash in data-sha256; the
controls are #about-digit and #about-others. The list of endpoints is what the server itself tells at the moment.
"""

import base64
from functools import partial
from typing import Any

import gradio as gr
from torch import Tensor

from gan.ui.service import FieldError, Service
from gan.ui.tabs.about.service import read_card, teach
from gan.ui.wire import ask, make_picture

FIRST: dict[str, Any] = {"digit": "3", "seed": 4}

STEPS = ("draw", "styles", "truncation", "judge", "learn")


def make_step(name: str) -> str:
    """A picture and its words; the picture is empty until the model has drawn it."""
    return f"""
    <li class="da-step" id="about-{name}">
      <div class="df-stage da-stage da-{name}"><div class="da-rows" role="img"
        data-word-label="about.drawing"></div></div>
      <div class="da-words"><h3 data-word="about.{name}"></h3><p data-word="about.{name}.text"></p></div>
    </li>"""


PAGE = f"""
<div class="da-tab">
<section aria-labelledby="about-how-head">
  <h2 id="about-how-head" data-word="about.how"></h2>
  <p class="da-lead" data-word="about.how.text"></p>
  <figure id="about-lesson" class="df-figure df-empty" data-version="0">
    <div class="da-bar">
      <div id="about-digit" class="da-control"><label for="about-digit-input" data-word="about.digit"></label>
        <select id="about-digit-input"></select></div>
      <span class="df-actions">
        <button type="button" id="about-others" class="df-button df-primary" data-word="about.others"></button>
        <button type="button" id="about-link" class="df-button" data-word="link.copy"></button>
      </span>
      <span class="df-note" role="status"></span>
    </div>
    <p class="df-problem" role="alert"></p>
    <ol class="da-steps">{"".join(make_step(name) for name in STEPS)}
    </ol>
  </figure>
</section>
<section aria-labelledby="about-model-head">
  <h2 id="about-model-head"><span data-word="about.model"></span> <code id="about-name"></code></h2>
  <div id="about-card" data-version="0">
    <p class="da-lead" id="about-what"></p>
    <dl id="about-facts" class="da-facts"></dl>
    <h3 data-word="about.good"></h3>
    <p class="da-note" data-word="about.good.text"></p>
    <p id="about-missing" class="da-note" hidden></p>
    <div class="da-scroll" tabindex="0" role="region" data-word-label="about.good"><table id="about-figures">
      <thead><tr><th scope="col" data-word="about.figure"></th><th scope="col" data-word="about.value"></th>
        <th scope="col" data-word="about.real"></th><th scope="col" data-word="about.means"></th></tr></thead>
      <tbody></tbody></table></div>
    <figure id="about-truncation-picture" class="da-picture" hidden><img alt="" data-word-alt="about.truncation.alt">
      <figcaption data-word="about.truncation.caption"></figcaption></figure>
  </div>
</section>
<section aria-labelledby="about-limits-head">
  <h2 id="about-limits-head" data-word="about.limits"></h2>
  <ul class="da-list"><li data-word="about.limits.data"></li><li data-word="about.limits.size"></li>
    <li data-word="about.limits.rare"></li><li data-word="about.limits.style"></li>
    <li data-word="about.limits.judge"></li><li data-word="about.limits.person"></li></ul>
</section>
<section aria-labelledby="about-api-head">
  <h2 id="about-api-head" data-word="about.api"></h2>
  <p class="da-lead"><span data-word="about.api.text"></span> <a href="?view=api" data-word="about.api.link"></a></p>
  <dl id="about-endpoints" class="da-endpoints"></dl>
  <div class="da-codes">
    <div><h3>Python</h3><pre id="about-python" tabindex="0" role="region" aria-label="Python"></pre></div>
    <div><h3>curl</h3><pre id="about-curl" tabindex="0" role="region" aria-label="curl"></pre></div>
    <div><h3 data-word="about.local"></h3><pre id="about-local" tabindex="0" role="region"
      data-word-label="about.local"></pre></div>
    <div><h3>MCP</h3><pre id="about-mcp" tabindex="0" role="region" aria-label="MCP"></pre></div>
  </div>
</section>
<section aria-labelledby="about-licence-head">
  <h2 id="about-licence-head" data-word="about.licence"></h2>
  <p class="da-lead" data-word="about.licence.text"></p>
</section>
</div>
"""

MOUNT = "DigitForge.mountAbout(element, DigitForge.serverSource(server), props.first);"


def encode(images: Tensor) -> str:
    """uint8 values as base64 for the page."""
    return base64.b64encode(images.numpy().tobytes()).decode("ascii")


def answer(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab: {"want": "lesson"} or {"want": "card"}."""
    want = request.get("want")
    if want == "card":
        card = read_card(service, request.get("model"))
        pictures = {name: base64.b64encode(data).decode("ascii") for name, data in card.pictures.items()}
        return {"facts": card.facts, "figures": card.figures, "missing": card.problem, "pictures": pictures}
    if want != "lesson":
        raise FieldError("the request does not say what it wants: lesson or card.")
    service.check_made_with(request)
    lesson = teach(service, *(request.get(name) for name in ("model", "seed", "digit")))
    generator = service.get(request.get("model"))
    steps = {
        name: {"pixels": encode(step.images), "labels": step.labels, "alt": step.alt}
        for name, step in lesson.steps.items()
    }
    return {
        "noise": encode(lesson.noise),
        "steps": steps,
        "learned": lesson.learned,
        "refused": lesson.problem,
        "explain": lesson.explain,
        "classes": list(generator.class_names) if generator.conditional else [],
        "milliseconds": round(lesson.milliseconds),
        "recipe": lesson.recipe,
    }


def build_about(service: Service, model: gr.Dropdown) -> None:
    """Put the tab's pictures and words into the surrounding layout."""
    make_picture(partial(answer, service), PAGE, MOUNT, {"model": model.value, **FIRST}, "about-panel")
    ask("about", model=model)
