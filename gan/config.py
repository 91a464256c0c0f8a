"""What a run is: one frozen dataclass, whose fields are also the command line, and the PRESETS table.

Stdlib only, so that reading a config costs nothing. Every field carries its help text and unit once, here; `free`
ones may differ when a run is resumed, as no weight depends on them, and `extendable` ones when it is extended: its
length and its objective, but neither the networks nor the data.

    python -c "from gan.config import PRESETS; print(PRESETS['digits'])"
"""

import types
from dataclasses import MISSING, Field, asdict, dataclass, field, fields, replace
from typing import Any, get_args, get_type_hints

from gan.errors import Listing, Refusal, say

DATASETS = ("mnist", "fashion-mnist", "kmnist", "qmnist", "emnist-digits", "folder")
LOSSES = ("bce", "minimax", "hinge", "lsgan", "wgan-gp", "relativistic")


class ConfigError(Refusal):
    """A setting is unknown, of the wrong type or out of its range; the message is one sentence for a person."""


def _setting(default: Any, help: str, **meta: Any) -> Any:
    return field(default=default, metadata={"help": help, **meta})


@dataclass(frozen=True, kw_only=True)
class Config:
    """One training run. `validate()` checks ranges; `to_dict`/`from_dict` carry it through a checkpoint's header."""

    preset: str = _setting("digits", "the row of the PRESETS table this run started from", cli=False)

    # Data
    dataset: str = _setting("mnist", "the data, a name in gan.data", choices=DATASETS)
    invert: str = _setting(
        "auto",
        "ink and paper exchanged: yes, no, or auto for pictures with bright borders",
        choices=("auto", "yes", "no"),
    )
    unconditional: bool = _setting(False, "learn P(x) instead of P(x|y): G and D are told no class")

    # Networks
    generator: str = _setting("style", "architecture of G, a name in gan.models")
    discriminator: str = _setting("projection", "architecture of D, a name in gan.models")
    num_classes: int = _setting(10, "classes y, from the data; 1 when unconditional", cli=False, low=1, high=1000)
    noise: str = _setting("normal", "distribution of z: N(0, 1), or uniform in [-1, 1]", choices=("normal", "uniform"))
    z_dim: int = _setting(64, "length of the noise vector z", low=1, high=4096)
    w_dim: int = _setting(128, "length of the style vector w", low=1, high=4096)
    g_width: int = _setting(96, "channels of G at 7 x 7", low=3, high=4096)
    d_width: int = _setting(48, "channels of D at 14 x 14", low=1, high=4096)

    # Objective
    loss: str = _setting("relativistic", "the adversarial loss, a name in gan.losses", choices=LOSSES, extendable=True)
    d_steps: int = _setting(1, "steps of D for each step of G", low=1, high=100, extendable=True)
    gp_weight: float = _setting(
        10.0, "weight of the gradient penalty of --loss wgan-gp", low=0.0, high=1e6, extendable=True
    )
    penalty: str = _setting(
        "r1r2",
        "where gamma's penalty is taken: r1 on real images, r2 on fakes",
        choices=("r1", "r2", "r1r2"),
        extendable=True,
    )
    gamma: float = _setting(
        5.0, "weight of the penalties R1 and R2 (gamma / 2 each); 0 takes none", low=0.0, high=1e6, extendable=True
    )
    gamma_end: float | None = _setting(
        None, "gamma at the end of the run, reached geometrically; else it stays", low=1e-6, high=1e6, extendable=True
    )
    drift: float = _setting(
        1e-3, "weight of E[D(x)^2], which keeps D's logits from wandering", low=0.0, high=1e3, extendable=True
    )
    penalty_every: int = _setting(
        4, "steps between penalties; each is scaled by as many (lazy regularization)", low=1, extendable=True
    )
    mismatch: float = _setting(
        0.0,
        "weight of D's loss on real images under a wrong class (keeps G to the class asked for)",
        low=0.0,
        high=1e6,
        extendable=True,
    )
    style_weight: float = _setting(
        0.0,
        "weight of 1 - correlation of slant and stroke between two classes drawn from one z",
        low=0.0,
        high=1e6,
        extendable=True,
    )
    augment: float = _setting(
        0.0,
        "probability that D sees an image moved by up to 2 px, real and fake alike",
        low=0.0,
        high=1.0,
        extendable=True,
    )

    # Optimization
    batch: int = _setting(128, "real images (and as many fakes) a step", low=2, high=60_000)
    optimizer: str = _setting("adam", "adam, or sgd with momentum beta1", choices=("adam", "sgd"))
    lr: float = _setting(4e-4, "learning rate of both networks", low=0.0, high=1.0, extendable=True)
    beta1: float = _setting(0.0, "Adam's first moment decay; SGD's momentum", low=0.0, high=0.9999)
    beta2: float = _setting(0.99, "Adam's second moment decay", low=0.0, high=0.99999)
    decay_from: float = _setting(
        0.5,
        "share of the run after which the learning rate falls, linearly, to zero",
        low=0.0,
        high=1.0,
        extendable=True,
    )
    ema: float = _setting(
        0.999, "decay of the averaged generator's weights, a step", low=0.0, high=0.999999, extendable=True
    )
    precision: str = _setting(
        "fp32", "arithmetic of the layers: fp32, or autocast to bf16", choices=("fp32", "bf16"), extendable=True
    )

    # Budget
    images: int | None = _setting(None, "length of the run in real images shown to D", low=1, extendable=True)
    minutes: float | None = _setting(
        None, "length of the run in minutes of training", low=0.0, high=100_000.0, extendable=True
    )
    seed: int = _setting(0, "seed of weights, data order, noise and augmentation", low=0, high=2**32 - 1)

    # What is written, and when
    sheet_every: int = _setting(
        200_000, "images between sample sheets (fixed noise, one column a class)", low=1, free=True
    )
    save_minutes: float = _setting(2.0, "minutes between saves of the training state", low=0.0, high=1e4, free=True)
    history_mb: float = _setting(
        12.0, "megabytes for the snapshots of G that tell how it learned (log-spaced moments)", low=0.0, high=1e4
    )

    # Watching
    watch_every: int = _setting(50_000, "images between looks at each class's accuracy and diversity", low=1, free=True)
    on_collapse: str = _setting(
        "warn", "what an alarm does: warn, or stop the run", choices=("warn", "stop"), free=True
    )

    def validate(self) -> "Config":
        """Return self, or raise ConfigError with the first setting that is out of its range."""
        for item in fields(self):
            value, low, high = getattr(self, item.name), item.metadata.get("low"), item.metadata.get("high")
            choices = item.metadata.get("choices")
            if choices and value not in choices:
                raise ConfigError(
                    say("{what} is {value}; it can be {list}", what=item.name, value=repr(value), list=Listing(choices))
                )
            if value is None or isinstance(value, str | bool):
                continue
            if value != value or (low is not None and value < low) or (high is not None and value > high):
                if high is None:
                    raise ConfigError(
                        say("{what} is {value}; it must be at least {low}", what=item.name, value=value, low=low)
                    )
                raise ConfigError(
                    say(
                        "{what} is {value}; it must be from {low} to {high}",
                        what=item.name,
                        value=value,
                        low=low,
                        high=high,
                    )
                )
        if self.minutes is not None and self.minutes <= 0:
            raise ConfigError(say("minutes is 0; a run needs more than no time"))
        if self.gamma_end is not None and self.gamma == 0:
            raise ConfigError(say("gamma is 0 and gamma_end is not; a gamma that changes must start above 0"))
        if (self.images is None) == (self.minutes is None):
            raise ConfigError(say("the length of the run must be given once: as images or as minutes"))
        if (self.style_weight or self.mismatch) and self.batch % 2:
            raise ConfigError(
                say(
                    "batch is {batch}; it must be even where style_weight or mismatch pairs neighbours",
                    batch=self.batch,
                )
            )
        if self.unconditional and (self.style_weight or self.mismatch):
            raise ConfigError(say("style_weight and mismatch compare classes; with unconditional both must be 0"))
        return self

    def to_dict(self) -> dict[str, Any]:
        """The config as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Config":
        """Build a config from `to_dict`'s output; ConfigError on an unknown name or a wrong type."""
        hints = get_type_hints(cls)
        known = {}
        for name, value in values.items():
            if name not in hints:
                raise ConfigError(
                    say("unknown setting {name}; there are {list}", name=repr(name), list=Listing(list(hints)))
                )
            known[name] = _checked(name, value, hints[name])
        return cls(**known)


def _checked(name: str, value: Any, hint: Any) -> Any:
    kinds = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        names = Listing([kind.__name__ for kind in kinds], "or")
        raise ConfigError(
            say("setting {name} is {value}; it must be {list}", name=repr(name), value=repr(value), list=names)
        )
    return value


def list_marked(mark: str) -> tuple[str, ...]:
    """The names of the fields that are marked so: "free" or "extendable"."""
    return tuple(item.name for item in fields(Config) if item.metadata.get(mark))


def settings() -> list[tuple[Field[Any], type]]:
    """The fields that the command line offers, each with the type of its value (None left out of unions)."""
    hints = get_type_hints(Config)
    found = []
    for item in fields(Config):
        if item.metadata.get("cli", True) and item.default is not MISSING:
            kinds = [kind for kind in get_args(hints[item.name]) if kind is not types.NoneType]
            found.append((item, kinds[0] if kinds else hints[item.name]))
    return found


# What the lessons share: BCE, Adam at 2e-4, no penalty, no average, for as long as one waits for a first result
_LESSON = Config(
    minutes=10.0,
    loss="bce",
    precision="bf16",
    gamma=0.0,
    drift=0.0,
    lr=2e-4,
    beta1=0.5,
    beta2=0.999,
    decay_from=1.0,
    ema=0.0,
)

PRESETS: dict[str, Config] = {
    # 50 passes over MNIST's training digits: an hour and a half on one CPU core with bf16 arithmetic
    "digits": Config(
        preset="digits",
        images=3_000_000,
        gamma=4.0,
        gamma_end=0.3,
        lr=3e-4,
        decay_from=0.3,
        mismatch=0.03,
        style_weight=0.04,
        ema=0.9995,
        precision="bf16",
    ),
    # The narrowest that is safely read right in 98.5 %: for browsers, and for trying things in minutes
    "digits-tiny": Config(
        preset="digits-tiny",
        z_dim=32,
        w_dim=48,
        g_width=15,
        d_width=24,
        images=500_000,
        gamma=3.0,
        gamma_end=0.3,
        lr=5e-4,
        decay_from=0.3,
        mismatch=0.08,
        style_weight=0.05,
        ema=0.999,
        precision="bf16",
    ),
    # The lessons' networks, each with its lesson's objective and nothing else
    "tutorial-mlp": replace(_LESSON, preset="tutorial-mlp", generator="mlp-batchnorm", discriminator="mlp", z_dim=64),
    "tutorial-conv-d": replace(_LESSON, preset="tutorial-conv-d", generator="mlp", discriminator="strided", z_dim=100),
    "dcgan": replace(_LESSON, preset="dcgan", generator="dcgan", discriminator="dcgan", z_dim=100),
}


def get_preset(name: str) -> Config:
    """The preset of that name; ConfigError lists those there are."""
    if name not in PRESETS:
        raise ConfigError(say("unknown preset {name}: there are {list}", name=repr(name), list=Listing(list(PRESETS))))
    return PRESETS[name]


def override(config: Config, **changes: Any) -> Config:
    """`config` with some fields replaced; giving images drops minutes, and the other way round."""
    if changes.get("images") is not None and changes.get("minutes") is None:
        changes["minutes"] = None
    elif changes.get("minutes") is not None and changes.get("images") is None:
        changes["images"] = None
    return replace(config, **changes)
