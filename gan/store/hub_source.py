"""Weights that somebody pushed to the Hugging Face Hub, by USER/REPO or USER/REPO@REVISION: safetensors alone.

A revision is a branch, a tag or a commit. What is fetched is kept in the Hub's own cache, and its name is pinned to the
commit, so that a recipe says which weights they were.

    >>> fetch("ann/digits")[0]
    'ann/digits@0123456789abcdef0123456789abcdef01234567'
"""

from pathlib import Path

import httpx2
from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_download, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from gan.errors import Listing, Sentence, say
from gan.store.names import is_pinned
from gan.store.released import MAX_BYTES, CheckpointError

WEIGHTS = "model.safetensors"
FAILURES = (httpx2.HTTPError, OSError)  # the Hub's own errors are OSErrors too


def fetch(text: str) -> tuple[str, Path]:
    """Fetch the weights of a repository, or find them in the cache -> USER/REPO@COMMIT, and the file.

    Raises CheckpointError, one sentence: there is no such repository, or no safetensors in it, or it is not given out.
    """
    repo, _, revision = text.partition("@")
    path = _find_kept(repo, revision) if is_pinned(text) else None
    path = path or _download(repo, revision or "main")
    return f"{repo}@{path.parent.name}", path


def _download(repo: str, revision: str) -> Path:
    try:
        meta = get_hf_file_metadata(hf_hub_url(repo, WEIGHTS, revision=revision))
        if meta.size is not None and meta.size > MAX_BYTES:
            raise CheckpointError(
                say(
                    "{file} of {repo} is larger than {size} MB: no checkpoint of this project.",
                    file=WEIGHTS,
                    repo=repo,
                    size=MAX_BYTES >> 20,
                )
            )
        return Path(hf_hub_download(repo, WEIGHTS, revision=revision))
    except (RepositoryNotFoundError, RevisionNotFoundError, RemoteEntryNotFoundError) as error:
        raise CheckpointError(_explain_missing(error, repo, revision)) from error
    except FAILURES as error:
        if kept := _find_kept(repo, revision):
            return kept
        reason = say("HF_HUB_OFFLINE is set") if isinstance(error, OfflineModeIsEnabled) else _shorten(error)
        raise CheckpointError(
            say(
                "there is no file {repo} here, it was not fetched before, and the Hugging Face Hub does not give it "
                "out ({reason}).",
                repo=repo,
                reason=reason,
            )
        ) from error


def _find_kept(repo: str, revision: str) -> Path | None:
    """The file in the cache, as it was when it was fetched last; None where it was not."""
    try:
        return Path(hf_hub_download(repo, WEIGHTS, revision=revision, local_files_only=True))
    except (*FAILURES, LocalEntryNotFoundError):
        return None


def _explain_missing(error: Exception, repo: str, revision: str) -> Sentence:
    if isinstance(error, GatedRepoError):
        return say(
            "the model {repo} is gated: ask for access at its page on the Hub, and set HF_TOKEN or run "
            "`hf auth login`.",
            repo=repo,
        )
    if isinstance(error, RepositoryNotFoundError):
        return say(
            "there is no file {repo} here, and no such model on the Hugging Face Hub; one that is private needs "
            "HF_TOKEN, or `hf auth login` before.",
            repo=repo,
        )
    if isinstance(error, RevisionNotFoundError):
        return say("the model {repo} has no revision {value}.", repo=repo, value=repr(revision))
    return say(
        "the model {repo} has no {file}: {there}; weights are read from safetensors alone, as other files can hold "
        "code that runs when they are read.",
        repo=repo,
        file=WEIGHTS,
        there=_list_others(repo, revision),
    )


def _list_others(repo: str, revision: str) -> str:
    """What a repository has instead, in a few words."""
    try:
        names = [name for name in HfApi().list_repo_files(repo, revision=revision) if not name.startswith(".")]
    except FAILURES:
        names = []
    if not names:
        return say("it has other files or none")
    return say("it has {list}", list=Listing([*names[:5], *(["..."] if len(names) > 5 else [])]))


def _shorten(error: Exception) -> str:
    """The first line of an error, without its full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(" .:") if lines else type(error).__name__
