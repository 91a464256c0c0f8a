"""The About tab: how a GAN works in five pictures of the chosen model's own, its card, the API, the licence.

What a program or a test may rely on: `#about-lesson` has data-version, which grows by one when all five pictures are in
place, and the recipe in data-recipe; `#about-card` has data-version too, and the model's hash in data-sha256; the
controls are #about-digit and #about-others. The list of endpoints is what the server itself tells at the moment.
"""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gan.ui.service import FieldError, Service
from gan.ui.tabs.about.service import read_card, teach
from gan.ui.wire import ask, make_picture

FIRST: dict[str, Any] = {"digit": "3", "seed": 4}


PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

MOUNT = "DigitForge.mountAbout(element, DigitForge.serverSource(server), props.first);"


def answer(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab: {"want": "lesson"} or {"want": "card"}."""
    want = request.get("want")
    if want == "card":
        card = read_card(service, request.get("model"))
        pictures = card.pictures
        return {"facts": card.facts, "figures": card.figures, "missing": card.problem, "pictures": pictures}
    if want != "lesson":
        raise FieldError("the request does not say what it wants: lesson or card.")
    service.check_made_with(request)
    lesson = teach(service, *(request.get(name) for name in ("model", "seed", "digit")))
    generator = service.get(request.get("model"))
    steps = {
        name: {"pixels": step.images, "labels": step.labels, "alt": step.alt} for name, step in lesson.steps.items()
    }
    return {
        "noise": lesson.noise,
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
