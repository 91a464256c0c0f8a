"""The Forger and inspector tab: what D makes of real and forged digits, and a game of telling them apart.

Its controls are native ones inside the picture's own HTML: the two halves of the tab share them, and no event of
theirs passes through Gradio. What a program or a test may rely on: `svg#inspector-plot`, whose data-version grows by
one when new pictures and their histogram are in place; `figure#inspector-figure` has the recipe of the forged ones in
data-recipe; `#inspector-game` has the number of the round in data-round; the controls are #inspector-digit, -count,
-seed, -psi and -order.
"""

from collections.abc import Callable
from typing import Any

from gan.errors import say
from gan.ui.inputs import FieldError
from gan.ui.service import Service
from gan.ui.tab import Tab
from gan.ui.tabs.inspector.endpoints import add_score
from gan.ui.tabs.inspector.game import ANY, ROUNDS, Inspector, Seen

FIRST: dict[str, Any] = {"digit": ANY, "count": 200, "seed": 1, "psi": 1.0, "order": "sides", "part": "view"}
SHOWN = 20  # pictures of each side; the histogram holds all


class InspectorTab(Tab):
    """The tab of one page, and its inspector."""

    name = "inspector"
    first = FIRST
    picture = "inspector-panel"

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.inspector = Inspector(service)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"want": "view", "round", "choice", "download" or "progress"}."""
        want, inspector, service = request.get("want"), self.inspector, self.service
        if want == "progress":
            return inspector.data.download.look()
        if want == "download":
            inspector.data.download.start(service.get(request.get("model")).config.dataset)
            return inspector.data.download.look()
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
            raise FieldError(say("the request does not say what it wants: view, round, choice, download or progress."))
        return self._view(model, digit, request.get("count"), seed, psi)

    def endpoints(self, folder: Callable[[], str]) -> None:
        """/score."""
        add_score(self.service, folder)

    def _view(self, *arguments: object) -> dict[str, Any]:
        view = self.inspector.view(*arguments)
        generator = view.verdict.generator
        counted = {"forged": len(view.forged.labels), "model": generator.name, "ms": view.milliseconds}
        note = say("{forged} forged by the model {model}, in {ms:.0f} ms", **counted)
        if view.source:
            note = say(
                "{count} real test digits of {source}, which D has not seen, and {forged} forged by the model {model}, "
                "in {ms:.0f} ms",
                count=len(view.real.labels),
                source=view.source,
                **counted,
            )
        return {
            "real": describe(view.real),
            "forged": describe(view.forged),
            "classes": list(generator.class_names) if generator.conditional else [],
            "source": view.source,
            "kind": view.verdict.kind,
            "explain": view.verdict.explain,
            "ranked": view.ranked,
            "missing": None if view.source else self.inspector.data.explain_missing(generator),
            "note": note,
            "recipe": view.recipe,
        }


def describe(seen: Seen) -> dict[str, Any]:
    """One side of the view: the first SHOWN pictures and their labels, D's probability of all."""
    return {
        "pixels": seen.images[:SHOWN],
        "labels": seen.labels[:SHOWN].tolist(),
        "shares": [round(share, 4) for share in seen.shares.tolist()],
    }


TAB = InspectorTab
