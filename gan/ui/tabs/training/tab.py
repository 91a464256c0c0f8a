"""The Training tab: a time machine over the run that made the chosen model, and a run of one's own, live.

Its controls are native ones inside the picture's own HTML, as on the inspector's tab. What a program or a test may
rely on: `input#machine-slider` moves `canvas#machine-picture`, whose data-version grows by one when new pixels are in
place; `figure#machine-figure` has the recipe in data-recipe and the moment's images in data-images. Of the run:
`img#training-sheet` with data-version and data-images, `#training-part` with the state in data-state, the buttons
#training-start, -pause, -step-d, -step-g and -stop, and #training-keep. A result that was kept calls
/refresh_after_training, which brings the model chooser up to date.
"""

from typing import Any, ClassVar

import gradio as gr

from gan.config import LOSSES
from gan.drawing.arguments import quote
from gan.errors import complete, join, say
from gan.store.snapshots import HistoryError, get_paths
from gan.ui.inputs import FieldError
from gan.ui.service import Service
from gan.ui.tab import Tab
from gan.ui.tabs.training.form import list_presets
from gan.ui.tabs.training.time_machine import TimeMachine
from gan.ui.tabs.training.workshop import Workshop

FIRST: dict[str, Any] = {"part": "machine", "seed": 1, "minutes": 10, "preset": "tutorial-mlp"}


class Training(Tab):
    """The tab of one page, its time machine and its workshop."""

    name = "training"
    first: ClassVar[dict[str, Any]] = {"presets": list_presets(), "losses": list(LOSSES), **FIRST}
    picture = "training-panel"

    def __init__(self, service: Service, workshop: Workshop | None = None) -> None:
        """`workshop`: else one of its own."""
        super().__init__(service)
        self.machine, self.workshop = TimeMachine(service), workshop or Workshop(service)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"want": "history"}; of the run "status", "start", "steer", "keep" and "file", with the page's word as owner.

        All of the run's but "file" are answered with its status.
        """
        want, owner, workshop = request.get("want"), request.get("owner"), self.workshop
        if want == "history":
            return self._show_history(request)
        if want == "file":
            data, name = workshop.fetch(owner)
            return {"data": data, "type": "application/octet-stream", "name": name}
        if want == "start":
            workshop.start(owner, request)
        elif want == "steer":
            workshop.steer(owner, request.get("do"), request.get("of"))
        elif want == "keep":
            workshop.keep(owner, request.get("name"))
        elif want != "status":
            raise FieldError(say("the Training tab has no {value}.", value=quote(want)))
        return workshop.tell(owner, request.get("seen"), curves=bool(request.get("curves")))

    def build(self, model: gr.Dropdown) -> None:
        """Put the tab into the surrounding layout."""

        def refresh() -> gr.Dropdown:
            found = self.service.models()
            return gr.Dropdown(found, visible=len(found) > 1)

        panel = self.show(model)
        panel.submit(  # what the page triggers when a result was kept
            refresh,
            outputs=model,
            api_name="refresh_after_training",
            api_visibility="undocumented",
            queue=False,
            show_progress="hidden",
        )
        self.listen(model)

    def _show_history(self, request: dict[str, Any]) -> dict[str, Any]:
        """All sheets of a seed as one picture, and the moments; or {"none": why there is no history}."""
        self.service.check_made_with(request)
        try:
            film = self.machine.draw(request.get("model"), request.get("seed"))
        except HistoryError as error:
            others = [name for name in self.service.models() if name != request.get("model")]
            there = [name for name in others if all(path.is_file() for path in get_paths(name))]
            hint = say("There is one of: {names}.", names=", ".join(there)) if there else ""
            return {"none": join([complete(error.sentence), hint])}
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


TAB = Training
