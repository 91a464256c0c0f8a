"""The wire between the page's JavaScript and the tabs: requests and answers as JSON. No Gradio here.

Notable choices
- Bytes and pixels travel as {"base64": text}, at any depth, both ways: `pack` and `unpack` here, and the page's own
  source.js, are the only places that know of it.
- Whatever is asked of the server goes through `respond`, which turns a wrong input into a sentence at its control and
  lets nothing else out.
"""

import base64
import binascii
import logging
from collections.abc import Callable
from typing import Any

from torch import Tensor

from gan.ui.inputs import FieldError

LONGEST = 24 << 20  # letters of base64 in one value

Answer = Callable[[dict[str, Any]], dict[str, Any]]

log = logging.getLogger(__name__)


def respond(answer: Answer, request: object) -> dict[str, Any]:
    """Answer a request from the page: {"ok": True, ...}, or {"problem": sentence, "field": control}."""
    try:
        if not isinstance(request, dict):
            raise FieldError("the request is not an object of named values.")
        return {"ok": True, **pack(answer(unpack(request)))}
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


def unpack(request: dict[str, Any]) -> dict[str, Any]:
    """A request with bytes in place of {"base64": text}; what is no base64 stays as it came, for its tab to refuse."""
    found = {}
    for name, value in request.items():
        data = decode(value["base64"]) if isinstance(value, dict) and list(value) == ["base64"] else None
        found[name] = value if data is None else data
    return found


def decode(text: object, longest: int = LONGEST) -> bytes | None:
    """Base64 text -> bytes; None when it is none, or is longer than `longest` letters."""
    if not isinstance(text, str) or len(text) > longest:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
