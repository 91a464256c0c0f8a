"""The wire between the page's JavaScript and the service: one server function a picture, answers in plain JSON.

Notable choices
- A picture is a gr.HTML whose script asks through `server_functions`: 12 ms from a changed control to new pixels,
  where an event with a gr.Image takes 41 ms (Gradio 6.31, same machine).
- Moves that must be answered within a frame go by a WebSocket instead, where one is to be had (gan/ui/moves.py).
- Controls call JavaScript alone (`ask`); whatever is asked of the server goes through `respond`, which turns a wrong
  input into a sentence at its control and lets nothing else out.
- The scripts are put into the page's head by `serve`, once: no request for them, and nothing on disk is served.
"""

import base64
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi.responses import JSONResponse
from gradio.components.base import Component
from torch import Tensor

from gan.drawing.generator import MAX_PSI
from gan.ui.service import FieldError
from gan.ui.words import say, write_script

Answer = Callable[[dict[str, Any]], dict[str, Any]]

SCRIPTS = Path(__file__).resolve().parent / "scripts"
TABS = SCRIPTS.parent / "tabs"
# What the tabs' own scripts build on, in this order
SHARED = ("words.js", "source.js", "moves.js", "link.js", "paint.js")

log = logging.getLogger(__name__)


def read_scripts() -> str:
    """The page's scripts as tags for its head: the shared ones, then one a tab."""
    shared = [SCRIPTS / name for name in SHARED]
    others = [*SCRIPTS.glob("*.js"), *TABS.glob("*/*.js")]
    own = sorted((path for path in others if path not in shared), key=lambda path: path.name)
    first, *others = (path.read_text(encoding="utf-8") for path in [*shared, *own])
    return "".join(f"<script>{text}</script>\n" for text in [first, write_script(), *others])


def read_styles() -> str:
    """The page's styles: page.css, then one file a tab that has any."""
    first = SCRIPTS / "page.css"
    own = sorted(TABS.glob("*/*.css"))
    return "\n".join(path.read_text(encoding="utf-8") for path in [first, *own])


def respond(answer: Answer, request: object) -> dict[str, Any]:
    """Answer a request from the page: {"ok": True, ...}, or {"problem": sentence, "field": control}."""
    try:
        if not isinstance(request, dict):
            raise FieldError("the request is not an object of named values.")
        return {"ok": True, **pack(answer(request))}
    except FieldError as error:
        return {"problem": str(error), "field": error.field}
    except Exception:
        log.exception("A request from the page could not be answered")
        return {"problem": "Something went wrong on the server while drawing; the page goes on.", "field": ""}


def pack(value: Any) -> Any:
    """A value as JSON can hold it: at any depth, bytes and uint8 pixels become {"base64": text}."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, Tensor):
        return pack(value.numpy().tobytes())
    if isinstance(value, dict):
        return {name: pack(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [pack(one) for one in value]
    return value


def make_picture(
    answer: Answer, html: str, mount: str, first: dict[str, Any], elem_id: str, moves: tuple[str, str] | None = None
) -> gr.HTML:
    """A gr.HTML showing `html`, made live by the script `mount`.

    mount: JavaScript that finds `element`, `server.answer(request)`, the first request in `props.first`, and `trigger`.
    elem_id: begins with the tab's id, by which its link is known (see scripts/link.js).
    moves: the path of a socket (gan/ui/moves.py), and the `want` of those requests that go by it where they can.
    """
    tab = elem_id.partition("-")[0]
    wire = f"DigitForge.hasten(server, '{moves[0]}', '{moves[1]}')" if moves else "server"

    def serve(request: Any) -> JSONResponse:
        return JSONResponse(respond(answer, request))  # written here: FastAPI looks at every value first

    serve.__name__ = "answer"  # its name in the page
    return gr.HTML(
        html_template=f'<div class="df-root">{html}</div>',
        js_on_load=f"DigitForge.begin('{tab}', element, {wire}, (element, server) => {{ {mount} }});",
        server_functions=[serve],
        elem_id=elem_id,
        apply_default_css=False,
        first=first,
    )


def ask(tab: str, **controls: Component) -> None:
    """Call `DigitForge.ask(tab, {name: value, ...})` in the page whenever one of the controls changes."""
    names = list(controls)
    gr.on(
        [control.change for control in controls.values()],  # type: ignore[attr-defined]
        fn=None,
        inputs=list(controls.values()),
        js=f"(...values) => DigitForge.ask('{tab}', Object.fromEntries({names}.map((name, i) => [name, values[i]])))",
    )


def make_psi(elem_id: str, value: float) -> gr.Slider:
    """The slider of truncation psi."""
    return gr.Slider(
        0,
        MAX_PSI,
        value=value,
        step=0.05,
        label=say("shared.psi"),
        info=say("shared.psiInfo"),
        elem_id=elem_id,
        buttons=[],
    )


def make_randomize(seed: gr.Number, elem_id: str) -> gr.Button:
    """A button that puts a new random seed into `seed`, in the page alone."""
    button = gr.Button(
        say("shared.randomize"), elem_id=elem_id, elem_classes="df-randomize", size="sm", min_width=120, scale=0
    )
    button.click(fn=None, outputs=seed, js="() => crypto.getRandomValues(new Uint32Array(1))[0]")
    return button
