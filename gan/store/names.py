"""What a checkpoint may be called: the one rule, for whoever looks one up, lists them, or takes one in.

And what a repository of the Hugging Face Hub is called: USER/REPO, or USER/REPO@REVISION with a branch, tag or commit.
"""

import re

from gan.errors import Sentence, say

MOST = 100  # letters
NAME = re.compile(rf"[A-Za-z0-9](?:[A-Za-z0-9_.-]{{0,{MOST - 2}}}[A-Za-z0-9_-])?")
# What lies beside weights under their name, and must not be written over by other weights
BESIDE = ("directions", "encoder", "history", "truncation", "verdict")
READER = "classifier"

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
REPO = re.compile(f"{_PART}/{_PART}")
REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
FILES = (".safetensors", ".pt", ".pth", ".bin", ".npz", ".png", ".json")  # what ends so is a path


def explain_name(name: object) -> Sentence | None:
    """Why that is no name for a checkpoint, as a sentence; None where it is one."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return say(
            "a model's name has 1 to {most} letters from a to z, digits, -, _ and ., and begins with a letter or a "
            "digit.",
            most=MOST,
        )
    if name.lower().endswith(".safetensors"):
        return say("a model's name stands without .safetensors: {value}.", value=repr(name[: -len(".safetensors")]))
    if is_beside(name):
        return say("the name {value} is kept for what lies beside models; choose another.", value=repr(name))
    return None


def is_name(name: object) -> bool:
    """Whether that may be a checkpoint's name."""
    return explain_name(name) is None


def is_beside(name: str) -> bool:
    """Whether NAME.safetensors is no generator, but the reader or what lies beside one."""
    return name.lower() == READER or name.lower().endswith(tuple(f".{one}" for one in BESIDE))


def is_repo(text: str) -> bool:
    """Whether that is a repository's name as the Hub wants it: USER/REPO."""
    return bool(REPO.fullmatch(text)) and len(text) <= 96 and not re.search(r"--|\.\.|\.git$", text)


def is_source(text: str) -> bool:
    """Whether that names weights on the Hub, USER/REPO or USER/REPO@REVISION, and no file here."""
    repo, at, revision = text.partition("@")
    named = not at or (bool(REVISION.fullmatch(revision)) and ".." not in revision)
    return is_repo(repo) and named and not repo.lower().endswith(FILES)


def is_pinned(text: str) -> bool:
    """Whether that names weights on the Hub by their commit, so that they are always the same."""
    return is_source(text) and bool(re.fullmatch("[0-9a-f]{40}", text.partition("@")[2]))
