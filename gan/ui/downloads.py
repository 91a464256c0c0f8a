"""What the endpoints share: arguments that are wrong become errors, files come and go through Gradio's cache."""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from gradio import FileData
from gradio.processing_utils import save_bytes_to_cache

from gan.data.photo import MAX_BYTES
from gan.errors import say
from gan.ui.inputs import FieldError
from gan.ui.wire import decode

log = logging.getLogger(__name__)

T = TypeVar("T")


# What the page's controls are called among the arguments
ARGUMENTS = {"psi": "truncation", "number": "write"}


def answer_call(draw: Callable[..., T], *args: object) -> T:
    """Call the service; what is wrong with the arguments becomes an error: the sentence, which names the argument."""
    try:
        return draw(*args)
    except FieldError as error:
        argument, said = ARGUMENTS.get(error.field, error.field), str(error)
        named = re.search(rf"(^|\bthe |\bno |\bof ){re.escape(argument)}\b", said, re.IGNORECASE)
        raise gr.Error(said if named or not argument else f"{argument}: {said}", print_exception=False) from error
    except Exception as error:
        log.exception("An API call could not be answered")
        raise gr.Error("Something went wrong on the server while drawing.", print_exception=False) from error


def make_file(data: bytes, name: str, kind: str, folder: str) -> dict[str, Any]:
    """A file in Gradio's cache, from where the client fetches it and `delete_cache` removes it."""
    path = save_bytes_to_cache(data, name, folder)
    return FileData(path=path, orig_name=name, mime_type=kind).model_dump()


def read_argument(picture: object, folder: str) -> bytes:
    """An image file's bytes: base64 text, a data: URL, or a file that the client has just uploaded into `folder`."""
    if isinstance(picture, dict):
        path = Path(str(picture.get("path") or "")).resolve()
        if not path.is_relative_to(Path(folder).resolve()) or not path.is_file():
            raise FieldError(
                say("there is no such uploaded file; upload the picture first, or send it as base64."), "picture"
            )
        return path.read_bytes()
    if not isinstance(picture, str) or not picture:
        raise FieldError(say("no picture came; send an image file as base64 text."), "picture")
    text = picture.partition(",")[2] if picture.startswith("data:") else picture
    if len(text) > 4 * MAX_BYTES // 3 + 4:
        raise FieldError(
            say("the file is too large; a picture may have up to {most} MB.", most=MAX_BYTES >> 20), "picture"
        )
    data = decode("".join(text.split()))
    if data is None:
        raise FieldError(say("the picture is not base64 text of an image file."), "picture")
    return data
