"""The Generate tab: digits, rows, seed and psi -> one sheet, drawn anew at every change.

What a program or a test may rely on: the picture is `img#generate-sheet`, whose data-version grows by one when new
pixels are in place; `figure#generate-figure` has the recipe in data-recipe; the button #generate-draw draws the
same again; the controls are #generate-digits, #generate-toggles, #generate-rows, #generate-seed, #generate-psi and
#generate-hands. `#generate-locks` holds a button a row, pressed where the row's style is locked; `#generate-verdicts`
an item a digit, with what D and the reader say of it, while #generate-judge is pressed.
"""

import zlib
from collections.abc import Callable
from typing import Any, ClassVar

from gan.drawing.arguments import check_count, quote
from gan.errors import say
from gan.ui.inputs import FieldError, checked
from gan.ui.judge import judge
from gan.ui.service import MAX_SCALE
from gan.ui.tab import Tab
from gan.ui.tabs.generate.dataset import draw_slice
from gan.ui.tabs.generate.endpoints import add_generate
from gan.ui.tabs.generate.sheet import Sheet, check_link, draw_sheet

FIRST: dict[str, Any] = {"digits": "0123456789", "rows": 8, "seed": 1, "psi": 1.0, "hands": "one"}
ARGUMENTS = ("model", "digits", "rows", "seed", "psi", "hands", "locks")


class Generate(Tab):
    """The tab of one page."""

    name = "generate"
    first: ClassVar[dict[str, Any]] = FIRST
    picture = "generate-picture"

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"want": "sheet", "judge", "slice", "link" or a file's name}.

        The rest of the request are the controls; for "sheet.png" `scale`, for "slice" `count` and `at`, for "link"
        `link`.
        """
        want = request.get("want")
        if want == "link":
            return {"controls": check_link(self.service, request.get("link") or {})}
        if want == "slice":
            return self._slice(request)
        sheet = draw_sheet(self.service, *(request.get(name, FIRST.get(name)) for name in ARGUMENTS))
        name = f"digits-seed-{request.get('seed')}"
        if want == "sheet.png":
            scale = None if request.get("scale") is None else checked("scale", check_count, request["scale"], MAX_SCALE)
            return {"data": sheet.to_png(scale), "type": "image/png", "name": f"{name}.png"}
        if want == "sheet.zip":
            return {"data": sheet.to_zip(), "type": "application/zip", "name": f"{name}.zip"}
        if want == "judge":
            judged = judge(self.service, request.get("model"), sheet.images, sheet.labels)
            return {"real": judged.real, "read": judged.read, "explain": judged.explain, "reader": judged.reader}
        if want != "sheet":
            raise FieldError(say("there is no {value} to ask for here.", value=quote(want)))
        return self._describe(sheet, self.service.get(request.get("model")).class_names)

    def endpoints(self, folder: Callable[[], str]) -> None:
        """/generate."""
        add_generate(self.service, folder)

    def _slice(self, request: dict[str, Any]) -> dict[str, Any]:
        arguments = (request.get(name) for name in ("model", "digits", "count", "seed", "psi", "at"))
        images, labels, recipe = draw_slice(self.service, *arguments)
        deflated = zlib.compress(images.numpy().tobytes(), 1)
        name = f"made-{recipe['model']}-{recipe['count']}-seed-{recipe['seed']}"
        return {"deflated": deflated, "labels": labels, "name": name}

    def _describe(self, sheet: Sheet, names: tuple[str, ...]) -> dict[str, Any]:
        return {
            "png": sheet.to_png(1),
            "alt": sheet.alt,
            "count": len(sheet.images),
            "milliseconds": round(sheet.milliseconds),
            "rows": sheet.rows,
            "columns": sheet.columns,
            "labels": [names[label] for label in sheet.labels[: sheet.columns]],
            "recipe": sheet.recipe,
        }


TAB = Generate
