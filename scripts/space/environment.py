"""A Python that has what the Hub would install for a Space: its requirements, Gradio's extras and `spaces`, no more."""

import os
import shutil
import subprocess
from pathlib import Path

from gan.errors import say
from scripts.space.assemble import ROOT, SpaceError, read_header

# What the Hub's own build adds to a Gradio Space's requirements.txt; `spaces` in the version that is newest there
ADDED = "gradio[oauth,mcp]=={version}\nspaces\n"


def make_environment(space: Path) -> Path:
    """The Python of an environment beside the folder, `NAME-venv`; made by scripts/venv.sh, once for the same pins.

    PYTHON and TORCH_INDEX in the environment are heeded as scripts/venv.sh says. SpaceError when the install fails.
    """
    venv, wanted = space.with_name(f"{space.name}-venv"), space.with_name(f"{space.name}-requirements.txt")
    version = read_header(space / "README.md").get("sdk_version")
    added = ADDED.format(version=version) if version else ""  # Docker installs what the Dockerfile says
    wanted.write_text(f"-r {space.name}/requirements.txt\n{added}", encoding="utf-8")
    script = ["sh", str(ROOT / "scripts" / "venv.sh"), str(space / "requirements.txt"), str(wanted)]
    run = subprocess.run(script, env={**os.environ, "VENV": str(venv)}, check=False)
    if run.returncode:
        raise SpaceError(say("the Space's requirements cannot be installed into {venv}; see above.", venv=str(venv)))
    return venv / "bin" / "python"


def find_python(named: str) -> Path:
    """The Python that is named by a path or as a command; SpaceError where it is none, or has no Gradio."""
    found = shutil.which(named)
    if found is None:
        raise SpaceError(
            say("{python} is not a Python that can be run; name one that has the requirements.", python=named)
        )
    python = Path(found).absolute()  # not resolved: an environment's Python is a link
    run = subprocess.run([python, "-c", "import gradio, torch"], capture_output=True, text=True, check=False)
    if run.returncode:
        last = (run.stderr.strip().splitlines() or ["it did not start"])[-1]
        raise SpaceError(say("{python} lacks what the Space needs: {last}", python=named, last=last))
    return python
