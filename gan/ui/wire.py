"""The wire between the page's JavaScript and the tabs: requests and answers as JSON. No Gradio here.

Notable choices
- Bytes and pixels travel as {"base64": text}, at any depth, both ways: `pack` and `unpack` here, and the page's own
  source.js, are the only places that know of it.
- Whatever is asked of the server goes through `respond`, which turns a wrong input into a sentence at its control and
  lets nothing else out.
- A sentence travels as what it is made of (gan/errors.py): the page says it in the visitor's language.
"""

import base64
import binascii
import logging
from collections.abc import Callable
from typing import Any

from torch import Tensor

from gan import errors
from gan.errors import say
from gan.ui.inputs import FieldError

LONGEST = 24 << 20  # letters of base64 in one value

Answer = Callable[[dict[str, Any]], dict[str, Any]]

log = logging.getLogger(__name__)


def respond(answer: Answer, request: object) -> dict[str, Any]:
    """Answer a request from the page: {"ok": True, ...}, or {"problem": sentence, "field": control}."""
    try:
        if not isinstance(request, dict):
            raise FieldError(say("the request is not an object of named values."))
        return {"ok": True, **pack(answer(unpack(request)))}
    except FieldError as error:
        return {"problem": pack(error.sentence), "field": error.field}
    except Exception:
        log.exception("A request from the page could not be answered")
        said = say("Something went wrong on the server while drawing; the page goes on.")
        return {"problem": pack(said), "field": ""}


def pack(value: Any) -> Any:
    """A value as JSON can hold it: at any depth, bytes and uint8 pixels become {"base64": text}, sentences data."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, str):
        return errors.pack(value)
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


def decode(text: object) -> bytes | None:
    """Base64 text -> bytes; None when it is none, or has more than LONGEST letters."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
