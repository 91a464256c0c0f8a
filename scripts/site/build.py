"""The site's folder: the page's files, the models', and what ties them to one version, written whole or not at all.

The same checkout and the same models give the same bytes.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from gan.errors import Listing, Refusal, say
from gan.store import released
from gan.ui.engine.parts import MANIFEST, ExportError, write_model
from gan.ui.service import Service
from gan.ui.tabs.about.tab import About
from gan.ui.wire import respond
from scripts.site.files import FRAME, Files, list_files, write_index
from scripts.space.assemble import ROOT, read_header

FORMAT = "digit-forge-site/1"
KEPT = ("title", "emoji", "colorFrom", "colorTo", "short_description", "license", "tags")  # of a Space's header
ALONE = (".nojekyll", "LICENSE.txt", "README.md", "sw.js")  # beside the page, and no part of what works offline


class SiteError(Refusal):
    """What is lacking for a site, or in its way, in a sentence."""


def build(
    out: Path, names: Collection[str] | None = None, tell: Callable[[str], object] = lambda _: None
) -> list[Path]:
    """Make `out` anew -> its files, relative to it, in order.

    names: models of checkpoints/, the default first; all that are there, without. One that the page's engine cannot
    draw is left out of all and told of; named, it is an error. Raises SiteError, CheckpointError or ExportError, with
    nothing changed, where something is lacking, or where `out` holds what is no site of ours.
    """
    out = out.resolve()
    check_target(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as folder:
        made = Path(folder) / out.name
        models = write_models(made / "models", names, tell)
        for path, content in write_shell(made, models).items():
            (made / path).parent.mkdir(parents=True, exist_ok=True)
            (made / path).write_bytes(content)
        if out.exists():
            out.rename(Path(folder) / "before")
        made.rename(out)
    return sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())


def check_target(out: Path) -> None:
    """Raise SiteError where something that is no site of ours would be lost."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    try:
        told = json.loads((out / "site.json").read_text(encoding="utf-8"))
        ours = isinstance(told, dict) and told.get("format") == FORMAT
    except (OSError, ValueError):
        ours = False
    if not ours or ROOT.is_relative_to(out):
        raise SiteError(
            say("{out} is no site that this command made; name another folder, or remove it.", out=str(out))
        )


def write_models(
    folder: Path, names: Collection[str] | None, tell: Callable[[str], object]
) -> dict[str, dict[str, Any]]:
    """Write the models' files -> their manifests, the default first."""
    known, found = released.list_names(), {}
    strange = sorted({*(names or ())} - {*known})
    if strange:
        raise SiteError(
            say("checkpoints/ has no {strange}; it has: {known}.", strange=Listing(strange), known=Listing(known))
        )
    for name in known if names is None else dict.fromkeys(names):
        try:
            found[name] = write_model(name, folder / name)
        except ExportError as error:
            if names is not None:
                raise
            tell(f"{name} is left out: {error}")
            continue
        tell(f"{name}: {sum(path.stat().st_size for path in (folder / name).iterdir()):,} bytes")
    if not found:
        raise SiteError(say("there is no model that the page can draw with; train one: python -m gan.train."))
    return found


def write_shell(folder: Path, models: dict[str, dict[str, Any]]) -> Files:
    """All files but the models', with the version that they and the models' files in `folder` are."""
    names = list(models)
    weights = {name: f"models/{name}/{told['parts']['generator']['file']}" for name, told in models.items()}
    about = About(Service())
    cards = {name: respond(about.answer, {"want": "card", "model": name}) for name in names}
    shell = list_files(cards)
    kept = {name: list_parts(folder / "models" / name) for name in names}
    paths = {name: [f"models/{name}/{file}" for file in files] for name, files in kept.items()}
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in shell.items()}
    manifests = [(folder / "models" / name / MANIFEST).read_bytes() for name in names]
    worker = (FRAME / "sw.js").read_text(encoding="utf-8")
    draft = write_index(names, weights, shell, "")
    everything = [json.dumps([hashes, paths], sort_keys=True).encode(), *manifests, worker.encode(), draft.encode()]
    version = hashlib.sha256(b"\n".join(everything)).hexdigest()[:16]
    index = write_index(names, weights, shell, version).encode()
    told = {"version": version, "files": {"index.html": "", **hashes}, "models": paths}
    return {
        **shell,
        "index.html": index,
        "sw.js": f"const SITE = {json.dumps(told)};\n{worker}".encode(),
        "README.md": write_readme().encode(),
        "LICENSE.txt": (ROOT / "LICENSE").read_bytes(),
        ".nojekyll": b"",
    }


def list_parts(folder: Path) -> list[str]:
    """A model's files, the manifest and what draws first before the rest, snapshots of the run last."""
    order = [MANIFEST, "generator", "planes", "hand", "reader", "discriminator", "history", "moment"]
    return sorted(
        (path.name for path in folder.iterdir()),
        key=lambda name: (next((at for at, one in enumerate(order) if name.startswith(one)), len(order)), name),
    )


def write_readme() -> str:
    """The README of a static Space: the header that the Hub reads, and how the folder gets there."""
    read_header(ROOT / "README.md")  # or says what is wrong with it
    header = yaml.safe_load((ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)[1])
    missing = [key for key in ("title", "license") if key not in header]
    if missing:
        raise SiteError(say("README.md's header lacks {missing}.", missing=Listing(missing)))
    told = {**{key: header[key] for key in KEPT if key in header}, "sdk": "static"}
    text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{text}---\n\n{(FRAME / 'README.md').read_text(encoding='utf-8')}"
