"""What the page's own engine loads from the app: its scripts, and models' files, made when they are first asked for.

    /gradio_api/page/VERSION/engine/engine.js      as it lies in this room, and so local/ and tabs/NAME/local/
    /gradio_api/page/VERSION/models/digits/...     manifest.json and what it names (gan/ui/engine/parts.py)

VERSION is a hash of all modules: a browser keeps them for good, and a page of before an update, whose modules are no
longer here, goes on with the server. A model's files lie in a folder of this process that goes with it; weights that
are replaced get files of their own. They are float32: the page and this server take turns with one picture, and halves
would show where they change.
"""

import hashlib
import tempfile
import threading
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from gan.errors import Refusal
from gan.ui.assets import UI, list_modules
from gan.ui.engine.parts import MANIFEST, write_model
from gan.ui.service import Service

ROOT = "/gradio_api/page"  # below the one prefix that every proxy in front of Gradio lets through
DIGITS = 12  # of the version
PARTS = ("generator", "planes")  # what the app's page draws by itself with; all else it asks the server
FOREVER = {"cache-control": "public, max-age=31536000, immutable"}  # a file's name has its hash
ASK = {"cache-control": "no-cache"}


class Files:
    """The files of a service's models. Safe to call from any thread."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._folder = tempfile.TemporaryDirectory(prefix="digit-forge-page-")
        self._making = threading.Lock()

    def find(self, name: str, file: str) -> Path:
        """A file of a model, made where it is not there yet; Refusal when there is no such model or file."""
        generator = self._service.get(name)
        folder = Path(self._folder.name) / f"{generator.name}-{generator.sha256[:12]}"
        with self._making:
            if not (folder / MANIFEST).is_file():
                write_model(name, folder, full=True, only=PARTS)
        listed = {path.name: path for path in folder.iterdir()}
        if file not in listed:
            raise Refusal(f"{name} has no file {file!r}.")
        return listed[file]


@cache
def find_version() -> str:
    """The version of the modules that are served: the first figures of a hash of them all."""
    digest = hashlib.sha256()
    for path in list_modules():
        digest.update(path.relative_to(UI).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:DIGITS]


def make_engine_routes(service: Service) -> list[Route]:
    """The routes from which a page of this service gets its engine."""
    files = Files(service)
    modules = {path.relative_to(UI).as_posix(): path for path in list_modules()}
    version = find_version()

    def send_module(request: Request) -> Response:
        path = modules.get(request.path_params["path"]) if request.path_params["version"] == version else None
        if path is None:
            return JSONResponse({"error": "There is no such script; reload the page."}, 404)
        return FileResponse(path, headers=FOREVER, media_type="text/javascript")

    async def send_file(request: Request) -> Response:
        name, file = request.path_params["name"], request.path_params["file"]
        try:
            path = await run_in_threadpool(files.find, name, file)
        except Refusal as error:
            return JSONResponse({"error": str(error)}, 404)
        return FileResponse(path, headers=ASK if file == MANIFEST else FOREVER)

    return [
        Route(f"{ROOT}/{{version}}/models/{{name}}/{{file}}", send_file),
        Route(f"{ROOT}/{{version}}/{{path:path}}", send_module),
    ]
