"""What the README promises is there, and what it shows runs."""

import re
from pathlib import Path

import pytest

from gan.config import PRESETS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "checkpoints" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = PAGES[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_is_there(page: Path):
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_nothing_was_left_to_fill_in():
    for page in PAGES:
        assert "<!--" not in page.read_text(encoding="utf-8"), page


def test_the_spaces_header_names_what_is_pinned():
    header = dict(re.findall(r"^(\w+): (.+)$", README.split("---")[1], re.MULTILINE))
    pins = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    assert header["sdk"] == "gradio"
    assert header["sdk_version"] == pins["gradio"]
    assert header["python_version"].strip('"') in ("3.12", "3.12.12")  # what ZeroGPU offers of what we support
    assert (ROOT / header["app_file"]).is_file()
    assert len(header["short_description"]) <= 60  # the Hub's limit


def test_the_python_example_runs_and_gives_what_its_comment_says():
    block = next(code for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "gan.load" in code)
    names: dict[str, object] = {}
    exec(block, names)  # noqa: S102 (our own README)
    images = names["images"]
    assert tuple(images.shape) == (4, 1, 28, 28)  # type: ignore[attr-defined]
    assert str(images.dtype) == "torch.float32"  # type: ignore[attr-defined]


def test_the_presets_named_in_commands_are_there():
    named = {name for page in PAGES for name in re.findall(r"--preset ([\w-]+)", page.read_text(encoding="utf-8"))}
    assert named <= set(PRESETS)
    assert "digits" in named
