"""A run goes on: with the settings it has, or extended to another length or objective; what cannot be is refused."""

from dataclasses import fields, replace
from typing import Any

from gan.config import Config, ConfigError, list_marked, override
from gan.training.plan import get_fraction, resolve_config


def resolve_resumed(state: dict[str, Any], preset: str | None, given: dict[str, Any], *, extend: bool) -> Config:
    """The config of the run that is resumed; ConfigError shows where the options given differ from it.

    Settings that no weight depends on (how often to save, to show, to watch) may differ: the new ones are taken. With
    `extend` so may those that are extendable: gamma and the learning rate go on from the place on their new curves
    that the images shown so far have in the new length.
    """
    then, asked, extendable = Config.from_dict(state["config"]), given, list_marked("extendable")
    if preset is not None:  # the same command again: all of it must be the same run
        now = replace(resolve_config(preset, given), num_classes=then.num_classes)
        if "precision" not in given:  # it was fitted to the processor on which the run began
            now = replace(now, precision=then.precision)
        asked = {item.name: getattr(now, item.name) for item in fields(Config)}
    free = {*list_marked("free"), *(extendable if extend else ())}
    names = [name for name, value in asked.items() if name not in free and getattr(then, name) != value]
    if names:
        differ = "; ".join(f"{name} was {getattr(then, name)!r}, now {asked[name]!r}" for name in names)
        leave = "leave these options out to continue it"
        if extend:
            leave = f"--extend can change only {', '.join(extendable)}; {leave}"
        elif all(name in extendable for name in names):
            leave += ", add --extend to go on with them from where it is"
        raise ConfigError(f"this is not the run in --out: {differ}; {leave}, or name another --out")
    now = override(then, **{name: value for name, value in given.items() if name in free}).validate()
    if extend:
        check_extension(now, given, state)
    return now


def check_extension(config: Config, given: dict[str, Any], state: dict[str, Any]) -> None:
    """Refuse an extension to `config` that names nothing to change, or that the run in `state` is beyond already.

    One that has been made before is none of these: the same command goes on with it.
    """
    if not any(name in list_marked("extendable") for name in given):
        raise ConfigError("--extend changes nothing; give it another length (--images or --minutes) or objective")
    images, seconds = int(state.get("images", 0)), float(state.get("seconds", 0))
    if get_fraction(config, images=images, seconds=seconds) < 1:
        return
    if config.images is not None:
        done, length, flag = f"{images:,} images", f"{config.images:,} images", "--images"
    else:
        done, length, flag = f"{seconds / 60:.4g} minutes", f"{config.minutes:g} minutes", "--minutes"
    raise ConfigError(
        f"--extend leaves nothing to do: the run has had {done} and its length would be {length}; give it more "
        f"{flag}, or leave --extend out"
    )


def list_changes(then: Config, now: Config) -> list[str]:
    """What an extension changes, as `name old -> new`."""
    pairs = [(name, getattr(then, name), getattr(now, name)) for name in list_marked("extendable")]
    return [f"{name} {_say(old)} -> {_say(new)}" for name, old, new in pairs if old != new]


def _say(value: Any) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
