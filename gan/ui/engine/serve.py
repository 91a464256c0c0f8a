"""What the page's own engine loads from the app: its scripts, and models' files, made when they are first asked for.

    /gradio_api/page/VERSION/engine/engine.js      as it lies in this room, and so local/ and tabs/NAME/local/
    /gradio_api/page/VERSION/models/digits/...     manifest.json and what it names (gan/ui/engine/parts.py)

VERSION is a hash of all modules: a browser keeps them for good, and a page of before an update, whose modules are no
longer here, goes on with the server. A few models' files are held as bytes, so that nothing is left on disk however
this process ends; weights that are replaced get files of their own. They are float32: the page and this server take
turns with one picture, and halves would show where they change.
"""

import hashlib
import tempfile
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from gan.errors import Refusal
from gan.ui.assets import UI, list_modules
from gan.ui.engine.parts import MANIFEST, write_model
from gan.ui.service import Recent, Service

ROOT = "/gradio_api/page"  # below the one prefix that every proxy in front of Gradio lets through
DIGITS = 12  # of the version
PARTS = ("generator", "planes")  # what the app's page draws by itself with; all else it asks the server
KEEP = 4  # models whose files are held, as many as are loaded
FOREVER = {"cache-control": "public, max-age=31536000, immutable"}  # a file's name has its hash
ASK = {"cache-control": "no-cache"}


class Files:
    """The files of a service's models. Safe to call from any thread."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._made = Recent[tuple[str, str], dict[str, bytes]](KEEP)

    def find(self, name: str, file: str) -> bytes:
        """A file of a model, made where it is not held yet; Refusal when there is no such model or file."""
        generator = self._service.get(name)
        made = self._made.find((generator.name, generator.sha256), lambda: make_files(name))
        if file not in made:
            raise Refusal(f"{name} has no file {file!r}.")
        return made[file]


def make_files(name: str) -> dict[str, bytes]:
    """What the app's page loads of a model, by its names."""
    with tempfile.TemporaryDirectory(prefix="digit-forge-page-") as made:
        write_model(name, Path(made), full=True, only=PARTS)
        return {path.name: path.read_bytes() for path in Path(made).iterdir()}


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
            data = await run_in_threadpool(files.find, name, file)
        except Refusal as error:
            return JSONResponse({"error": str(error)}, 404)
        if file == MANIFEST:
            return Response(data, headers=ASK, media_type="application/json")
        return Response(data, headers=FOREVER, media_type="application/octet-stream")

    return [
        Route(f"{ROOT}/{{version}}/models/{{name}}/{{file}}", send_file),
        Route(f"{ROOT}/{{version}}/{{path:path}}", send_module),
    ]
