"""The About tab: how a GAN works in five pictures of the chosen model's own, its card, the API, the licence.

What a program or a test may rely on: `#about-lesson` has data-version, which grows by one when all five pictures are in
place, and the recipe in data-recipe; `#about-card` has data-version too, and the model's hash in data-sha256; the
controls are #about-digit and #about-others. The list of endpoints is what the server itself tells at the moment.
"""

from typing import Any

from gan.command import get_public
from gan.errors import say
from gan.ui.inputs import FieldError
from gan.ui.tab import Tab
from gan.ui.tabs.about.card import read_card
from gan.ui.tabs.about.lesson import teach

FIRST: dict[str, Any] = {
    "digit": "3",
    "seed": 4,
    "commands": {"sample": get_public("sample"), "serve": get_public("ui.app")},
}


class About(Tab):
    """The tab of one page."""

    name = "about"
    first = FIRST
    picture = "about-panel"

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"want": "lesson"} or {"want": "card"}."""
        want = request.get("want")
        if want == "card":
            card = read_card(self.service, request.get("model"))
            return {
                "facts": card.facts,
                "figures": card.figures,
                "missing": card.problem,
                "truncation": card.truncation,
            }
        if want != "lesson":
            raise FieldError(say("the request does not say what it wants: lesson or card."))
        self.service.check_made_with(request)
        lesson = teach(self.service, *(request.get(name) for name in ("model", "seed", "digit")))
        generator = self.service.get(request.get("model"))
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


TAB = About
