"""The project's own machinery: complete pins, a browser or a word on how to get one, .venv made once."""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path

import pytest
import torch
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from torchvision.datasets import MNIST

from tests import chromium
from tests.made_digits import write_mnist

ROOT = Path(__file__).resolve().parent.parent
# torch names the exact versions of the CUDA packages that it was built with; a CPU build has none of them.
CUDA = re.compile(r"(nvidia|cuda)-|triton$")


def read_pins(name: str) -> dict[str, str]:
    """Canonical name -> version, of those pins in a requirements file that hold on this machine."""
    pins: dict[str, str] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            pins |= read_pins(line.removeprefix("-r ").strip())
        elif line:
            requirement = Requirement(line)
            (pin,) = requirement.specifier
            assert pin.operator == "==", f"{name}: {line} is not pinned"
            assert "*" not in pin.version, f"{name}: {line} is not pinned"
            if requirement.marker is None or requirement.marker.evaluate():
                pins[canonicalize_name(requirement.name)] = pin.version
    return pins


@pytest.mark.parametrize("name", [f"requirements{part}.txt" for part in ("", "-evaluate", "-onnx", "-dev")])
def test_pins_are_what_is_installed_and_complete(name):
    pins = read_pins(name)
    assert "gradio" in pins
    for package, pinned in pins.items():
        assert version(package).partition("+")[0] == pinned, package
        for text in requires(package) or []:
            wanted = Requirement(text)
            needed = canonicalize_name(wanted.name)
            if (wanted.marker is None or wanted.marker.evaluate({"extra": ""})) and not CUDA.match(needed):
                assert needed in pins, f"{package} pulls in {needed}, which {name} does not pin"


def test_made_digits_are_read_as_mnist(made_root):
    for train, count in ((True, 600), (False, 200)):
        split = MNIST(made_root, train=train)
        assert split.data.shape == (count, 28, 28)
        assert split.data.dtype == torch.uint8
        assert split.targets.bincount().tolist() == [count // 10] * 10
        assert split.data.amax(dim=(1, 2)).min() > 200
        # Nothing is cut off: the outermost pixels are paper.
        assert split.data[:, [0, -1], :].max() == 0
        assert split.data[:, :, [0, -1]].max() == 0


def test_made_digits_are_the_same_in_every_run_and_unlike_each_other(made_root, tmp_path):
    write_mnist(tmp_path)
    for path in (made_root / "MNIST" / "raw").iterdir():
        assert (tmp_path / "MNIST" / "raw" / path.name).read_bytes() == path.read_bytes()
    assert len(torch.unique(MNIST(made_root).data, dim=0)) == 600


def test_made_digits_tell_their_class(made_root):
    """The nearest of the ten mean images names the class of most: a small network can learn them."""
    train, test = MNIST(made_root), MNIST(made_root, train=False)
    means = torch.stack([train.data[train.targets == digit].float().mean(0) for digit in range(10)])
    distances = torch.cdist(test.data.float().flatten(1), means.flatten(1))
    assert (distances.argmin(1) == test.targets).float().mean() > 0.8


def make_program(path: Path, text: str) -> Path:
    """A shell script that can be run."""
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def test_browser_that_is_named_is_taken(tmp_path, monkeypatch):
    program = make_program(tmp_path / "my-browser", "exit 0\n")
    monkeypatch.setenv("CHROMIUM", str(program))
    assert chromium.find() == str(program)
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nowhere"))
    with pytest.raises(chromium.MissingBrowserError, match="is not a program that can be run"):
        chromium.find()


def test_missing_browser_is_said_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "APPS", (str(tmp_path / "Chrome"),))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(chromium.MissingBrowserError, match="sudo apt-get install chromium"):
        chromium.find()
    make_program(tmp_path / "Chrome", "exit 0\n")
    assert chromium.find() == str(tmp_path / "Chrome")


def test_browser_is_installed_with_apt_where_that_is_allowed(tmp_path):
    """With a made apt-get (and sudo) as the whole PATH: it is asked for chromium, which then is found."""
    browser = tmp_path / "chromium"
    make_program(tmp_path / "sudo", 'shift\nexec "$@"\n')
    make_program(tmp_path / "true", "exit 0\n")
    make_program(tmp_path / "env", 'shift\nexec "$@"\n')
    make_program(
        tmp_path / "apt-get",
        f"echo \"$@\" >>'{tmp_path}/asked'\n"
        f"case \"$2\" in install) echo \"#!/bin/sh\" >'{browser}'; /bin/chmod +x '{browser}' ;; esac\n",
    )
    run = subprocess.run(
        [sys.executable, "-m", "tests.chromium", "--install"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stdout) == (0, f"{browser}\n"), run.stderr
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[0] == "-q update"
    assert asked[1].startswith("-q install -y --no-install-recommends chromium")


PROGRAMS = ("sh", "cat", "cksum", "basename", "dirname", "rm", "sleep", "uname")


@pytest.fixture
def bare_project(tmp_path):
    """A copy of the script with empty requirements, and a folder of programs to have as the whole PATH."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "venv.sh", tmp_path / "scripts")
    (tmp_path / "first.txt").write_text("# nothing\n")
    (tmp_path / "second.txt").write_text("-r first.txt\n")
    (tmp_path / "bin").mkdir()
    for name in PROGRAMS:
        found = shutil.which(name)
        assert found is not None, name
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def run_venv(project: Path, *files: str, **env: str) -> subprocess.CompletedProcess[str]:
    """``sh scripts/venv.sh FILES`` in the copied project, its output as text."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    return subprocess.run(
        ["sh", "scripts/venv.sh", *files],
        cwd=project,
        env={"PATH": str(project / "bin"), **kept, **env},
        capture_output=True,
        text=True,
    )


def test_install_happens_once_and_again_when_requirements_change(bare_project):
    env = {"PYTHON": sys.executable}
    first = run_venv(bare_project, "first.txt", "second.txt", **env)
    assert first.returncode == 0, first.stderr
    assert "Making .venv" in first.stderr
    (bare_project / "first.txt").touch()
    for files in (["first.txt"], ["first.txt", "second.txt"]):
        again = run_venv(bare_project, *files, **env)
        assert (again.returncode, again.stderr) == (0, "")

    (bare_project / "first.txt").write_text("# changed\n")
    changed = run_venv(bare_project, "first.txt", "second.txt", **env)
    assert "Installing second.txt" in changed.stderr
    assert "Making .venv" not in changed.stderr

    # An install that was killed left its marker and no stamp: all is installed over again.
    for stamp in (bare_project / ".venv").glob(".installed-*"):
        stamp.unlink()
    (bare_project / ".venv.installing").write_text("999999999\n")
    repaired = run_venv(bare_project, "first.txt", **env)
    assert "Installing first.txt" in repaired.stderr
    assert not (bare_project / ".venv.installing").exists()

    # Its Python vanished: a new environment.
    (bare_project / ".venv" / "bin" / "python").unlink()
    renewed = run_venv(bare_project, "first.txt", **env)
    assert renewed.returncode == 0, renewed.stderr
    assert "Making .venv" in renewed.stderr


def test_failed_install_is_said_and_tried_again(bare_project):
    env = {"PYTHON": sys.executable, "PIP_NO_INDEX": "1"}
    (bare_project / "first.txt").write_text("no-such-package-of-digit-forge==1\n")
    failed = run_venv(bare_project, "first.txt", **env)
    assert failed.returncode == 1
    assert "The install did not finish" in failed.stderr
    (bare_project / "first.txt").write_text("# nothing\n")
    assert run_venv(bare_project, "first.txt", **env).returncode == 0


def test_old_python_is_refused_in_a_sentence(bare_project):
    make_program(bare_project / "bin" / "python3", 'case "$1" in -V) echo Python 3.9.6 ;; *) exit 1 ;; esac\n')
    refused = run_venv(bare_project, "first.txt")
    assert refused.returncode == 1
    assert "needs Python 3.11, 3.12, 3.13 or 3.14; found as python3: Python 3.9.6." in refused.stderr
    assert not (bare_project / ".venv").exists()


def test_missing_venv_module_is_said_in_a_sentence(bare_project):
    lacking = 'case "$2" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac\n'
    make_program(bare_project / "bin" / "python3", lacking)
    refused = run_venv(bare_project, "first.txt")
    assert refused.returncode == 1
    assert "apt-get install python3-venv" in refused.stderr
    assert not (bare_project / ".venv").exists()


def test_make_help_lists_the_commands():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "check", "lint", "types", "format", "bench", "space", "clean"):
        assert f"make {target} " in shown
