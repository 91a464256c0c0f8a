"""The Training tab: a time machine over the run that made the chosen model, and a run of one's own, live.

Its controls are native ones inside the picture's own HTML, as on the inspector's tab. What a program or a test may
rely on: `input#machine-slider` moves `canvas#machine-picture`, whose data-version grows by one when new pixels are in
place; `figure#machine-figure` has the recipe in data-recipe and the moment's images in data-images. Of the run:
`img#training-sheet` with data-version and data-images, `#training-part` with the state in data-state, the buttons
#training-start, -pause, -step-d, -step-g and -stop, and #training-keep. A result that was kept calls
/refresh_after_training, which brings the model chooser up to date.
"""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gan.training.moments import HistoryError, get_paths
from gan.ui.service import FieldError, Service
from gan.ui.tabs.training.service import TimeMachine, Workshop, list_presets
from gan.ui.wire import ask, make_picture

FIRST: dict[str, Any] = {"part": "machine", "seed": 1, "minutes": 10, "preset": "tutorial-mlp"}


PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")

MOUNT = "DigitForge.mountTraining(element, DigitForge.serverSource(server), props.first, trigger);"


def answer_machine(machine: TimeMachine, request: dict[str, Any]) -> dict[str, Any]:
    """The time machine: all sheets of a seed as one picture, and the moments; or {"none": why there is no history}."""
    machine.service.check_made_with(request)
    try:
        film = machine.draw(request.get("model"), request.get("seed"))
    except HistoryError as error:
        text = str(error)
        others = ", ".join(name for name in machine.service.models() if all(path.is_file() for path in get_paths(name)))
        hint = f" There is one of: {others}." * bool(others)
        return {"none": f"{text[:1].upper()}{text[1:]}.{hint}"}
    return {
        "png": film.to_png(),
        "rows": film.rows,
        "columns": film.columns,
        "moments": film.moments,
        "curves": film.curves,
        "alt": film.alt,
        "recipe": film.recipe,
        "milliseconds": round(film.milliseconds),
    }


def answer(machine: TimeMachine, workshop: Workshop, request: dict[str, Any]) -> dict[str, Any]:
    """What the page's source asks for on this tab.

    {"want": "history"}; of the run "status", "start", "steer", "keep" and "file", with the page's own word as "owner".
    All of the run's but "file" are answered with its status.
    """
    want, owner = request.get("want"), request.get("owner")
    if want == "history":
        return answer_machine(machine, request)
    if want == "file":
        data, name = workshop.fetch(owner)
        kind = "application/octet-stream"
        return {"data": data, "type": kind, "name": name}
    if want == "start":
        workshop.start(owner, request)
    elif want == "steer":
        workshop.steer(owner, request.get("do"), request.get("of"))
    elif want == "keep":
        workshop.keep(owner, request.get("name"))
    elif want != "status":
        raise FieldError(f"the Training tab has no {str(want)[:40]!r}.")
    return workshop.tell(owner, request.get("seen"), curves=bool(request.get("curves")))


def build_training(service: Service, model: gr.Dropdown) -> None:
    """Put the tab's pictures and controls into the surrounding layout."""
    machine, workshop = TimeMachine(service), Workshop(service)

    def refresh() -> gr.Dropdown:
        found = service.models()
        return gr.Dropdown(found, visible=len(found) > 1)

    first = {"model": model.value, "presets": list_presets(), **FIRST}
    panel = make_picture(partial(answer, machine, workshop), PAGE, MOUNT, first, "training-panel")
    panel.submit(  # what the page triggers when a result was kept
        refresh,
        outputs=model,
        api_name="refresh_after_training",
        api_visibility="undocumented",
        queue=False,
        show_progress="hidden",
    )
    ask("training", model=model)
