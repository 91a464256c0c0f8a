"""A tab: one object a page, which builds its controls, answers its script, and has its endpoints and routes.

Notable choices
- A tab's picture is a gr.HTML whose script asks through `server_functions`: 12 ms from a changed control to new pixels,
  where an event with a gr.Image takes 41 ms (Gradio 6.31, same machine).
- Moves that must be answered within a frame go by a WebSocket instead, where one is to be had (gan/ui/moves.py).
- The model chooser calls JavaScript alone (`listen`).
"""

from collections.abc import Callable
from typing import Any, ClassVar

import gradio as gr
from fastapi.responses import JSONResponse
from starlette.routing import WebSocketRoute

from gan.ui.assets import read_page
from gan.ui.moves import make_route
from gan.ui.service import Service
from gan.ui.wire import respond


class Tab:
    """A tab of one page: its state is its own. Its page is page.html in its folder, mounted by its script.

    Attributes:
        name: its folder, its id in links and in the page.
        first: what its script begins with, beside the model.
        picture: the id of its gr.HTML; begins with the name, by which its link is known (scripts/link.js).
        moves: the path of a socket (gan/ui/moves.py), and the `want` of those requests that go by it where they can.
    """

    name: ClassVar[str]
    first: ClassVar[dict[str, Any]] = {}
    picture: ClassVar[str]
    moves: ClassVar[tuple[str, str] | None] = None

    def __init__(self, service: Service) -> None:
        self.service = service

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the page's script asks for: {"want": ...} and the values of the controls; FieldError for what is wrong.

        Bytes and uint8 tensors may stand anywhere in the answer (see gan.ui.wire.pack).
        """
        raise NotImplementedError

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to what every tab's script may ask, {"want": "classes", "model": name}, or the tab's own answer.

        {"classes": the names of the model's classes, none of a model that knows no classes}.
        """
        if request.get("want") != "classes":
            return self.answer(request)
        generator = self.service.get(request.get("model"))
        return {"classes": list(generator.class_names) if generator.conditional else []}

    def build(self, model: gr.Dropdown) -> None:
        """Put the tab into the surrounding layout."""
        self.show(model)
        self.listen(model)

    def endpoints(self, folder: Callable[[], str]) -> None:
        """Add what programs may call to the surrounding Blocks; `folder()` is where files for them go."""

    def routes(self) -> list[WebSocketRoute]:
        """The server's routes that are the tab's own: sockets."""
        return [make_route(self.moves[0], self.answer)] if self.moves else []

    def show(self, model: gr.Dropdown) -> gr.HTML:
        """A gr.HTML with the tab's page, made live by its script.

        The script finds `element`, a source that asks `answer`, the first request, and `trigger`.
        """
        wire = f"DigitForge.hasten(server, '{self.moves[0]}', '{self.moves[1]}')" if self.moves else "server"
        near = f"DigitForge.nearest('{self.name}', DigitForge.overWire({wire}))"
        mount = (
            f"DigitForge.mount{self.name.capitalize()}(element, DigitForge.serverSource(server), props.first, trigger);"
        )

        def answer(request: Any) -> JSONResponse:
            return JSONResponse(respond(self.reply, request))  # written here: FastAPI looks at every value first

        return gr.HTML(
            html_template=f'<div class="df-root">{read_page(self.name)}</div>',
            js_on_load=f"DigitForge.begin('{self.name}', element, {near}, (element, server) => {{ {mount} }});",
            server_functions=[answer],
            elem_id=self.picture,
            apply_default_css=False,
            first={"model": model.value, **self.first},
        )

    def listen(self, model: gr.Dropdown) -> None:
        """Tell the tab's script of another model (`DigitForge.choose`)."""
        model.change(fn=None, inputs=model, js=f"(model) => DigitForge.choose('{self.name}', model)")
