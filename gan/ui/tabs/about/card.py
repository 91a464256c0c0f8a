"""A model's card on the About tab: what is known of it, read and never written by hand. No Gradio here.

It holds what index.json has of these very weights (`gan.evaluate` measured it), and what the checkpoint's own header
says of how it was made.

    from gan.ui.service import Service
    from gan.ui.tabs.about.card import read_card
    read_card(Service(), "digits").figures
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from gan.errors import Sentence, say
from gan.store import released as checkpoint
from gan.store.index import read_index
from gan.ui.captions import describe_result
from gan.ui.service import Service

# What is known of each figure that `gan.evaluate` measures, in the order in which people read them: its unit, and
# which way is better ("up", "down", "one": best at 1, "": a plain fact). Names end in the count of samples.
FIGURES: dict[str, tuple[str, str]] = {
    "class_accuracy": ("%", "up"),
    "cas": ("%", "up"),
    "fid": ("", "down"),
    "kid": ("", "down"),
    "inception_score": ("", "up"),
    "precision": ("%", "up"),
    "recall": ("%", "up"),
    "density": ("", "one"),
    "coverage": ("%", "up"),
    "nearest_ratio": ("", "one"),
    "suspiciously_close": ("%", "down"),
    "style_slant": ("", "up"),
    "style_thickness": ("", "up"),
    "parameters": ("", ""),
    "multiply_adds": ("", ""),
    "ms_1": ("ms", ""),
    "ms_10": ("ms", ""),
}


@dataclass(frozen=True)
class Card:
    """What is known of a model.

    Attributes:
        facts: plain values: sha256, dataset, images, seconds, command, ...; those that are unknown are left out.
        figures: rows of {"name", "stem", "count", "value", "real", "better"}, values as text; none if not evaluated.
        problem: why there are no figures, or "".
        truncation: what `benchmarks.truncation` measured of these weights: sha256, count, columns of numbers over psi;
            None of others.
    """

    facts: dict[str, Any]
    figures: list[dict[str, str]]
    problem: str
    truncation: dict[str, Any] | None


def format_figure(value: float | None, unit: str) -> str:
    """A measured value as people read it: 0.9985 in "%" -> 99.85 %; 508068 -> 508,068; None -> –."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{100 * value:.2f} %"
    if value == int(value) and abs(value) >= 1000:
        return f"{int(value):,}"
    text = f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"
    return f"{text} {unit}" if unit else text


def split_name(name: str) -> tuple[str, str]:
    """A figure's stem and its count of samples: fid_60k -> ("fid", "60k"); "ms_1" stays whole -> ("ms_1", "")."""
    stem, _, count = name.rpartition("_")
    return (stem, count) if name not in FIGURES and stem and re.fullmatch(r"\d+k?", count) else (name, "")


def list_figures(metrics: dict[str, dict[str, float | None]]) -> list[dict[str, str]]:
    """The rows of the card's table, in the order of FIGURES; what FIGURES does not know comes last, as it is."""
    order = {stem: place for place, stem in enumerate(FIGURES)}
    rows = []
    for name in sorted(metrics, key=lambda name: (order.get(split_name(name)[0], len(order)), name)):
        stem, count = split_name(name)
        unit, better = FIGURES.get(stem, ("", ""))
        value, real = (format_figure(metrics[name].get(key), unit) for key in ("value", "real"))
        rows.append({"name": name, "stem": stem, "count": count, "value": value, "real": real, "better": better})
    return rows


def read_card(service: Service, model: object) -> Card:
    """The card of a model; FieldError when there is none of that name."""
    generator = service.get(model)
    row = read_index().get(generator.name, {})
    ours = row.get("sha256") == generator.sha256
    metrics = row.get("metrics") or {} if ours else {}
    problem = "" if metrics else _explain_missing(generator.name, other=bool(row) and not ours)
    config = generator.config
    trained = generator.meta.get("trained") or {}
    facts = {
        "name": generator.name,
        "about": _read_about(row.get("about", ""), trained) if ours else "",
        "sha256": generator.sha256,
        "bytes": row.get("bytes") if ours else None,
        "dataset": config.dataset,
        "classes": generator.num_classes if generator.conditional else 0,
        "z_dim": generator.z_dim,
        "w_dim": generator.w_dim,
        "generator": config.generator,
        "discriminator": config.discriminator if generator.has_discriminator else None,
        "loss": config.loss,
        **{key: trained.get(key) for key in ("images", "seconds", "device", "threads", "torch", "command")},
    }
    known = {key: value for key, value in facts.items() if value not in (None, "")}
    return Card(known, list_figures(metrics), problem, read_truncation(generator.name, generator.sha256))


def read_truncation(name: str, sha256: str) -> dict[str, Any] | None:
    """The measures over psi of the weights of that name and hash, or None where there are none."""
    try:
        found = json.loads(checkpoint.find_file(f"{name}.truncation.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("sha256") == sha256 else None


def _explain_missing(model: str, *, other: bool) -> Sentence:
    """Why there are no figures: none were measured, or those that were are of other weights."""
    if other:
        return say(
            "This model has other weights than checkpoints/index.json tells of; python -m gan.evaluate {model} "
            "--data ROOT --json FILE measures it, and python -m gan.checkpoint add puts the figures here.",
            model=model,
        )
    return say(
        "This model was not evaluated yet; python -m gan.evaluate {model} --data ROOT --json FILE measures it, and "
        "python -m gan.checkpoint add puts the figures here.",
        model=model,
    )


def _read_about(text: str, trained: dict[str, Any]) -> str:
    """What index.json says of a model, as a sentence that other languages may know."""
    preset = re.search(r"--preset (\S+)", str(trained.get("command", "")))
    if preset and isinstance(trained.get("images"), int) and isinstance(trained.get("seconds"), int | float):
        made = describe_result(preset[1], trained["images"], trained["seconds"])
        if made == text:
            return made
    return Sentence(text, text)
