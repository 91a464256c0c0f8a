"""The Forger and inspector tab: what D makes of real and forged digits, and a game of telling them apart.

Its controls are native ones inside the picture's own HTML: the two halves of the tab share them, and no event of
theirs passes through Gradio. What a program or a test may rely on: `svg#inspector-plot`, whose data-version grows by
one when new pictures and their histogram are in place; `figure#inspector-figure` has the recipe of the forged ones in
data-recipe; `#inspector-game` has the number of the round in data-round; the controls are #inspector-digit, -count,
-seed, -psi and -order.
"""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gan.ui.service import FieldError, Service
from gan.ui.tabs.inspector.service import ANY, ROUNDS, Inspector, Seen
from gan.ui.wire import ask, make_picture

FIRST: dict[str, Any] = {"digit": ANY, "count": 200, "seed": 1, "psi": 1.0, "order": "sides", "part": "view"}
SHOWN = 20  # pictures of each side; the histogram holds all

PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

MOUNT = "DigitForge.mountInspector(element, DigitForge.serverSource(server), props.first);"


def describe(seen: Seen) -> dict[str, Any]:
    """One side of the view: the first SHOWN pictures and their labels, D's probability of all."""
    return {
        "pixels": seen.images[:SHOWN],
        "labels": seen.labels[:SHOWN].tolist(),
        "shares": [round(share, 4) for share in seen.shares.tolist()],
    }


def answer(inspector: Inspector, service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab: {"want": "view", "round", "choice", "download" or "progress"}."""
    want = request.get("want")
    if want == "progress":
        return inspector.download.look()
    if want == "download":
        inspector.download.start(service.get(request.get("model")).config.dataset)
        return inspector.download.look()
    service.check_made_with(request)
    model, digit, seed, psi, number = (request.get(name) for name in ("model", "digit", "seed", "psi", "round"))
    if want == "round":
        made = inspector.make_round(model, digit, seed, psi, number)
        return {"pixels": made.images, "name": made.name, "rounds": ROUNDS}
    if want == "choice":
        outcome = inspector.choose(model, digit, seed, psi, number, request.get("choice"))
        return {
            "forged": outcome.forged,
            "choice": outcome.choice,
            "inspector": outcome.inspector,
            "shares": [round(share, 4) for share in outcome.shares],
            "kind": outcome.kind,
        }
    if want != "view":
        raise FieldError("the request does not say what it wants: view, round, choice, download or progress.")
    view = inspector.view(model, digit, request.get("count"), seed, psi)
    generator = view.verdict.generator
    real = f"{len(view.real.labels)} real test digits of {view.source}, which D has not seen, and " * bool(view.source)
    return {
        "real": describe(view.real),
        "forged": describe(view.forged),
        "classes": list(generator.class_names) if generator.conditional else [],
        "source": view.source,
        "kind": view.verdict.kind,
        "explain": view.verdict.explain,
        "ranked": view.ranked,
        "missing": None if view.source else inspector.explain_missing(generator),
        "note": f"{real}{len(view.forged.labels)} forged by the model {generator.name}, in {view.milliseconds:.0f} ms",
        "recipe": view.recipe,
    }


def build_inspector(service: Service, model: gr.Dropdown) -> None:
    """Put the tab's pictures and controls into the surrounding layout."""
    inspector = Inspector(service)
    first = {"model": model.value, **FIRST}
    make_picture(partial(answer, inspector, service), PAGE, MOUNT, first, "inspector-panel")
    ask("inspector", model=model)
