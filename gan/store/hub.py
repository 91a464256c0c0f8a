"""A run on the Hugging Face Hub: weights, figures, pictures and a model card, in one commit.

Never needed and never silent: the repository is checked before training starts (`check_repo`), what goes up is printed
with its size, and when an upload fails the weights stay where they are and the command that pushes later is named.

    python -m gan.hub runs/digits USER/REPO      # HF_TOKEN, or `hf auth login` before
"""

import json
import shlex
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError, OfflineModeIsEnabled

from gan.errors import Refusal, strip_stop
from gan.store.names import is_repo
from gan.store.released import CheckpointError, Released, read_released

WEIGHTS = "model.safetensors"
METRICS = "metrics.json"
PICTURES = ("summary.png", "film.gif")
FAILURES = (HfHubHTTPError, OfflineModeIsEnabled, httpx2.HTTPError, OSError, ValueError)


class HubError(Refusal):
    """The Hub cannot be pushed to; the message is one sentence that says why, and what to do."""


def check_name(repo_id: str) -> None:
    """HubError unless `repo_id` reads USER/REPO, as the Hub wants it."""
    if not is_repo(repo_id):
        raise HubError(
            f"{repo_id!r} is no name of a repository: it must read USER/REPO, of letters, digits, '-', '_' and '.'"
        )


def check_repo(repo_id: str, *, token: str | None = None, api: Any = None) -> str:
    """Ask before any work whether `repo_id` can be pushed to; the name of the account that will push.

    Makes nothing on the Hub. HubError when the name is wrong, there is no token or no valid one, it may only read, the
    namespace is somebody else's, or the Hub cannot be reached.
    """
    check_name(repo_id)
    login = "set HF_TOKEN or run `hf auth login` with a token that may write"
    try:
        who = (api or HfApi(token=token)).whoami(token=token)
    except LocalTokenNotFoundError as error:
        raise HubError(f"there is no Hugging Face token: {login}") from error
    except HfHubHTTPError as error:
        status = _get_status(error)
        if status in (401, 403):
            raise HubError(f"the Hugging Face token is not valid (HTTP {status}): {login}") from error
        raise HubError(
            f"the Hugging Face Hub answers with an error ({_say(error)}): try later, or push later"
        ) from error
    except FAILURES as error:
        raise HubError(
            f"the Hugging Face Hub cannot be reached ({_say(error)}): train without pushing, and push later"
        ) from error
    access = who.get("auth", {}).get("accessToken", {})
    if access.get("role") == "read":
        raise HubError(f"the Hugging Face token may only read: {login}")
    owner, user = repo_id.split("/")[0], str(who.get("name", ""))
    owners = [user, *(str(one.get("name", "")) for one in who.get("orgs", []))]
    if owner.lower() not in map(str.lower, owners):
        raise HubError(f"the account {user} cannot push to {owner!r}; it can push to {', '.join(owners)}")
    return user


def write_card(
    released: Released, repo_id: str, metrics: dict[str, Any] | None = None, pictures: tuple[str, ...] = ()
) -> str:
    """The model card: a YAML header, what it is, its config and command, its figures, how to load it.

    `metrics` is what `gan.evaluate --json` wrote of these weights; `pictures` are names beside the card.
    """
    config, meta = released.config, released.meta
    trained = meta.get("trained") or {}
    names = [str(name) for name in meta.get("class_names") or range(config.num_classes)]
    tags = ["gan", "image-generation", "pytorch", config.dataset]
    if not config.unconditional:
        tags.insert(1, "conditional-gan")
    kind = "unconditional" if config.unconditional else "conditional"
    shown = "".join(f"![{Path(name).stem}]({name})\n\n" for name in pictures)
    rows = "\n".join(f"| {name} | `{value}` |" for name, value in config.to_dict().items())
    classes = "" if config.unconditional else f" Its classes: {', '.join(names)}."
    figures = "These weights have not been measured; `python -m gan.evaluate FILE --data ROOT` does.\n"
    if metrics:
        figures = (
            "By `python -m gan.evaluate`; the number in a name is the count of pictures, the right column what as many "
            "real training digits get.\n\n| figure | these weights | real |\n|---|---|---|\n"
        )
        for name, one in metrics["figures"].items():
            made, real = (
                _show(one[side], one.get("unit"), one.get(ends))
                for side, ends in (("value", "range"), ("real", "real_range"))
            )
            figures += f"| `{name}` | {made} | {real} |\n"
    return f"""---
license: apache-2.0
pipeline_tag: unconditional-image-generation
tags: [{", ".join(tags)}]
datasets: [{config.dataset if config.dataset in ("mnist", "fashion-mnist") else ""}]
---

# {repo_id.split("/")[1]}

{shown}A {kind} GAN of {config.dataset}, 28 x 28 grey levels: the averaged generator (`{config.generator}`) and the
discriminator (`{config.discriminator}`) it learned against, made with Digit Forge.{classes}

- file: `{WEIGHTS}`, safetensors; its header holds the config and the SHA-256 of the tensors, `{released.sha256}`
- trained on {trained.get("images", 0):,} images in {trained.get("steps", 0):,} steps, \
{trained.get("seconds", 0) / 60:.1f} minutes on {trained.get("device", "an unknown device")}, \
torch {trained.get("torch", "of an unknown version")}

## Load it

```python
import gan  # Digit Forge's package

images = gan.load("{repo_id}").sample([0], seed=7)  # float32 (1, 1, 28, 28) in [-1, 1]
```

## Figures

{figures}
## How it was made

```sh
{trained.get("command") or "python train.py"}
```

| setting | value |
|---|---|
{rows}
"""


def push(out: Path, repo_id: str, *, token: str | None = None, api: Any = None) -> str:
    """Upload the run in `out` to `repo_id` in one commit, made when it is not there; the URL, which is also printed.

    HubError when there are no weights, metrics.json is damaged or of other weights, or the upload fails; then the
    message says that the weights are safe, and the command that pushes later.
    """
    check_name(repo_id)
    weights = out / WEIGHTS
    try:
        released = read_released(weights)
    except CheckpointError as error:
        raise HubError(f"there is nothing to push in {out}: {strip_stop(str(error))}") from error
    metrics = _read_metrics(out / METRICS, released)
    pictures = tuple(name for name in PICTURES if (out / name).is_file())
    card = write_card(released, repo_id, metrics, pictures)
    names = [WEIGHTS, *([METRICS] if metrics else []), *pictures]
    sizes = {name: (out / name).stat().st_size for name in names} | {"README.md": len(card.encode())}
    print(f"Pushing {out} to {repo_id}: {', '.join(f'{name} ({_size(n)})' for name, n in sizes.items())}")
    operations = [CommitOperationAdd(name, str(out / name)) for name in names]
    operations.append(CommitOperationAdd("README.md", card.encode()))
    hub = api or HfApi(token=token)
    try:
        hub.create_repo(repo_id, token=token, repo_type="model", exist_ok=True)
        hub.create_commit(repo_id, operations, commit_message=f"Add {WEIGHTS} {released.sha256[:12]}", token=token)
    except FAILURES as error:
        later = shlex.join(["python", "-m", "gan.hub", str(out), repo_id])
        raise HubError(
            f"the push to {repo_id} failed ({_say(error)}), but the weights are safe at {weights}; push them later "
            f"with: {later}"
        ) from error
    url = f"https://huggingface.co/{repo_id}"
    print(f"Pushed: {url}")
    return url


def _read_metrics(path: Path, released: Released) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        measured, figures = str(found["subject"]["sha256"]), found["figures"]
        for one in figures.values():
            for value in (one["value"], one["real"], *(one.get("range") or ()), *(one.get("real_range") or ())):
                float(value or 0)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise HubError(f"{path} is not what gan.evaluate --json writes of a checkpoint; mend or remove it") from error
    if measured != released.sha256:
        raise HubError(
            f"{path} was measured on other weights ({measured[:12]}, not {released.sha256[:12]}); "
            "measure again or remove it"
        )
    return dict(found)


def _show(value: float | None, unit: str | None, ends: list[float] | None = None) -> str:
    """A figure as the card prints it: shares in %, whole numbers with commas; `ends`, of several seeds, in brackets."""
    if value is None:
        return "–"
    tail = f" ({' to '.join(_show(end, unit) for end in ends)})" if ends else ""
    if unit == "%":
        return f"{value:.2%}{tail}"
    text = f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{text}{f' {unit}' if unit else ''}{tail}"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


def _get_status(error: HfHubHTTPError) -> int:
    return int(getattr(getattr(error, "response", None), "status_code", 0) or 0)


def _say(error: Exception) -> str:
    """The first line of an error, without its full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(" .:") if lines else type(error).__name__
