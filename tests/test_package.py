"""The wheel: built from a clean copy, installed into an environment of its own, and used from an empty folder.

That environment sees the packages of the one that runs the tests, all but ours: torch is not fetched again.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

import gan
from gan.command import SCRIPTS
from tests import served
from tests.served import ROOT
from tests.tiny_checkpoint import write_tiny

SOURCES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "gan", "checkpoints")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")

# Types a line, as a person would
TYPE_IT = "import subprocess, sys; raise SystemExit(subprocess.run(['sh', '-c', sys.argv[1]]).returncode)"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Path:
    """A copy of what the wheel is built of, so that nothing is built in the checkout."""
    copy = tmp_path_factory.mktemp("sources")
    for name in (*SOURCES, *(path.name for path in ROOT.glob("requirements*.txt"))):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy)
    return copy


@pytest.fixture(scope="module")
def wheel(sources, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder), str(sources)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def venv(wheel, tmp_path_factory) -> Path:
    """An environment with the wheel installed."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    command = [*PIP, "--python", str(folder / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Path:
    """A folder with an empty home in it."""
    folder = tmp_path_factory.mktemp("somewhere")
    (folder / "home").mkdir()
    return folder


def make_environment(venv: Path, empty: Path) -> dict[str, str]:
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("GAN_", "PYTHON", "XDG_", "VIRTUAL"))
    }
    path = f"{venv / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
    return {**kept, "HOME": str(empty / "home"), "PATH": path, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


@pytest.fixture(scope="module")
def run(venv, empty) -> Run:
    """Run a command of the environment in the empty folder, as if it were activated."""

    def run(*words: str, cwd: Path = empty, **more: str) -> subprocess.CompletedProcess[str]:
        command = [str(venv / "bin" / words[0]), *words[1:]]
        env = make_environment(venv, empty) | more
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=240)

    return run


def test_the_wheel_has_all_that_is_no_code_and_no_more(wheel):
    with zipfile.ZipFile(wheel) as file:
        there = {name for name in file.namelist() if ".dist-info/" not in name}
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "gan", "checkpoints"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    wanted = {name for name in names if name.startswith("gan/")}
    wanted |= {f"gan/{name}" for name in names if name.startswith("checkpoints/") and not name.endswith(".md")}
    assert there == wanted
    assert wheel.stat().st_size < 60_000_000


def test_the_wheel_needs_exactly_what_the_requirements_pin(wheel):
    with zipfile.ZipFile(wheel) as file:
        (metadata,) = (file.read(name).decode() for name in file.namelist() if name.endswith("/METADATA"))
    head = metadata.partition("\n\n")[0]
    needs = set(re.findall(r"^Requires-Dist: (.*)$", head, re.MULTILINE))

    def read(name: str) -> set[str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        return {line for line in lines if line and not line.startswith(("#", "-r "))}

    assert {one for one in needs if "extra ==" not in one} == read("requirements.txt")
    assert {one.partition(";")[0] for one in needs if 'extra == "evaluate"' in one} == read("requirements-evaluate.txt")
    assert f"Version: {gan.__version__}\n" in head
    wanted = re.search(r'requires = \["setuptools==([\d.]+)"\]', (ROOT / "pyproject.toml").read_text())
    assert wanted is not None
    assert wanted[1] == version("setuptools")


def test_a_source_distribution_builds_the_same_wheel(sources, wheel, tmp_path):
    """By the backend itself: what pip would do of it."""
    code = f"from setuptools import build_meta; print(build_meta.build_sdist({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=sources, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(wheel) as file:
        wanted = {name for name in file.namelist() if ".dist-info/" not in name}
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as file:
        there = {name.partition("/")[2] for name in file.getnames()}
    assert {name.replace("gan/checkpoints/", "checkpoints/") for name in wanted} <= there
    assert {"requirements.txt", "requirements-evaluate.txt", "setup.py", "LICENSE"} <= there


def test_it_is_the_installed_one_that_runs(run, venv):
    done = run("python", "-c", "import gan; print(gan.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(venv), done.stderr


def test_sample_draws_and_the_api_draws_the_same(run, empty):
    done = run("digit-forge-sample", "digits", "--digits", "2026", "--count", "4", "--seed", "7", "--out", "made.npz")
    assert (done.returncode, done.stderr) == (0, "")
    code = (
        "import gan, numpy; from gan.data import to_uint8; x = gan.load('digits').sample('2026', seed=7);"
        "print((to_uint8(x).squeeze(1).numpy() == numpy.load('made.npz')['images']).all(), x.shape)"
    )
    assert run("python", "-c", code).stdout.startswith("True torch.Size([4, 1, 28, 28])")


def test_checkpoints_are_listed_from_any_folder(run, venv, tmp_path):
    names = json.loads((ROOT / "checkpoints" / "index.json").read_text())
    for cwd in (tmp_path, Path("/"), venv):
        done = run("python", "-m", "gan.checkpoint", cwd=cwd)
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        assert [row[0] for row in rows] == sorted(names, key=lambda name: (name != "digits", name)), done.stderr
        assert all(row[2].startswith("sha256 ") for row in rows)


def test_a_model_of_ones_own_goes_into_ones_home_and_is_found_again(run, empty, venv, tmp_path):
    file = write_tiny(tmp_path / "model.safetensors")
    (site,) = venv.glob("lib/python*/site-packages")
    before = sorted((site / "gan" / "checkpoints").iterdir())
    added = run("python", "-m", "gan.checkpoint", "add", str(file), "--name", "mine")
    assert added.returncode == 0, added.stderr
    assert "mine\t" in added.stdout
    assert (empty / "home" / ".local" / "share" / "digit-forge" / "checkpoints" / "mine.safetensors").is_file()
    assert sorted((site / "gan" / "checkpoints").iterdir()) == before
    drawn = run("digit-forge-sample", "mine", "--count", "2", "--out", "mine.png")
    assert drawn.stdout.startswith("mine.png: 2 digits from mine")
    nowhere = run("python", "-m", "gan.checkpoint", "add", str(file), "--name", "x", GAN_CHECKPOINTS="/proc/nowhere")
    assert nowhere.returncode == 2
    assert "name another folder with GAN_CHECKPOINTS" in nowhere.stderr


def test_training_says_what_can_be_typed(run, empty, made_root):
    plan = run("digit-forge-train", "--dry-run", "--preset", "tutorial-mlp")
    assert (plan.returncode, plan.stderr) == (0, "")
    assert "preset         tutorial-mlp" in plan.stdout
    assert not (empty / "runs").exists()
    words = ["--preset", "tutorial-mlp", "--data", str(made_root), "--images", "256", "--device", "cpu"]
    done = run("digit-forge-train", *words, "--minutes", "0", "--out", "runs/a")
    assert done.returncode == 2
    assert done.stderr.startswith("digit-forge-train: ")
    done = run("digit-forge-train", *words, "--out", "runs/a run", "--no-tensorboard")
    assert done.returncode == 0, done.stderr
    see = next(line for line in done.stdout.splitlines() if line.startswith("See them: ")).removeprefix("See them: ")
    assert see.startswith("digit-forge-sample 'runs/a run/model.safetensors' ")
    assert run("python", "-c", TYPE_IT, see).returncode == 0
    assert (empty / "runs" / "a run" / "digits.png").is_file()


@pytest.mark.parametrize("name", SCRIPTS.values())
def test_every_command_says_how_it_is_called(run, name):
    done = run(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: {name} [-h]")


@pytest.mark.parametrize("name", ["directions", "fit_verdict", "history", "hub", "story", "watch"])
def test_the_other_commands_are_there_too(run, name):
    done = run("python", "-m", f"gan.{name}", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: python -m gan.{name} ")


def test_the_page_is_served_and_draws(venv, empty):
    port = served.free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(venv / "bin" / "digit-forge"), "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=empty, env=make_environment(venv, empty), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        served.wait_until_up(process, address)
        from gradio_client import Client

        client = Client(address, verbose=False, download_files=False)
        assert "digits" in client.predict(api_name="/models")
        _, recipe = client.predict("20", rows=1, seed=7, api_name="/generate")
        assert recipe["weights"] == gan.load("digits").sha256
        client.close()
        taken = subprocess.run(
            command, cwd=empty, env=make_environment(venv, empty), capture_output=True, text=True, timeout=240
        )
        assert taken.returncode == 1
        assert taken.stderr.startswith(f"digit-forge: 127.0.0.1 port {port} cannot be listened on")
        assert f"digit-forge --port {port + 1}" in taken.stderr
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_a_wheel_without_weights_says_how_to_get_some(run, venv, tmp_path):
    (site,) = venv.glob("lib/python*/site-packages")
    weights, aside = site / "gan" / "checkpoints", tmp_path / "aside"
    weights.rename(aside)
    try:
        listed = run("python", "-m", "gan.checkpoint", XDG_DATA_HOME=str(tmp_path / "none"))
        drawn = run("digit-forge-sample", "digits", "--out", "x.png", XDG_DATA_HOME=str(tmp_path / "none"))
        named = run("digit-forge-sample", "digits", "--count", "1", "--out", "x.png", GAN_CHECKPOINTS=str(aside))
    finally:
        aside.rename(weights)
    assert listed.returncode == 0
    assert listed.stdout.startswith(f"no checkpoints in {tmp_path / 'none' / 'digit-forge' / 'checkpoints'}: train one")
    assert drawn.returncode == 2
    assert "train one with digit-forge-train, name a folder that holds some with GAN_CHECKPOINTS, or" in drawn.stderr
    assert "on the Hugging Face Hub as USER/REPO" in drawn.stderr
    assert named.returncode == 0, named.stderr
