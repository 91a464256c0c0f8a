import json
import subprocess
import sys

import pytest

from gan.config import PRESETS, Config, ConfigError, get_preset, override, settings


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_valid_and_knows_its_name(name: str):
    assert get_preset(name).validate().preset == name


def test_a_config_survives_json():
    for config in PRESETS.values():
        assert Config.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_an_unknown_preset_lists_those_there_are():
    with pytest.raises(ConfigError) as caught:
        get_preset("nonesuch")
    assert str(caught.value) == f"unknown preset 'nonesuch': there are {', '.join(PRESETS)}"
    assert set(PRESETS) == {"digits", "digits-tiny", "tutorial-mlp", "tutorial-conv-d", "dcgan"}


def test_the_tiny_preset_is_smaller_and_shorter_than_the_default():
    tiny, whole = get_preset("digits-tiny"), get_preset("digits")
    assert (tiny.generator, tiny.discriminator, tiny.loss) == (whole.generator, whole.discriminator, whole.loss)
    for name in ("z_dim", "w_dim", "g_width", "d_width", "images"):
        assert getattr(tiny, name) < getattr(whole, name), name


@pytest.mark.parametrize(
    ("name", "g", "d", "z_dim"),
    [
        ("tutorial-mlp", "mlp-batchnorm", "mlp", 64),
        ("tutorial-conv-d", "mlp", "strided", 100),
        ("dcgan", "dcgan", "dcgan", 100),
    ],
)
def test_a_lesson_is_its_networks_bce_and_adam_and_nothing_else(name: str, g: str, d: str, z_dim: int):
    lesson = get_preset(name)
    assert (lesson.generator, lesson.discriminator, lesson.z_dim) == (g, d, z_dim)
    assert (lesson.loss, lesson.optimizer, lesson.lr, lesson.beta1, lesson.beta2) == ("bce", "adam", 2e-4, 0.5, 0.999)
    assert lesson.d_steps == 1
    assert not any((lesson.gamma, lesson.drift, lesson.mismatch, lesson.style_weight, lesson.augment, lesson.ema))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch": 1}, "batch is 1; it must be from 2 to 60000"),
        ({"lr": float("nan")}, "lr is nan"),
        ({"ema": 1.0}, "ema is 1.0; it must be from 0.0 to 0.999999"),
        ({"precision": "fp8"}, "precision is 'fp8'; it can be fp32, bf16"),
        ({"seed": -1}, "seed is -1"),
        ({"minutes": 0.0}, "minutes is 0"),
        ({"images": 0, "minutes": None}, "images is 0"),
        ({"images": 5}, "given once"),
        ({"minutes": None}, "given once"),
        ({"gamma": 0.0, "gamma_end": 1.0}, "gamma is 0 and gamma_end is not"),
        ({"style_weight": 1.0, "batch": 33}, "batch is 33; it must be even"),
    ],
)
def test_a_setting_out_of_range_is_named_with_its_range(changes: dict[str, object], words: str):
    with pytest.raises(ConfigError, match=words.replace("(", r"\(")):
        Config.from_dict({"minutes": 1.0, **changes}).validate()


@pytest.mark.parametrize("values", [{"surprise": 1}, {"batch": "many"}, {"batch": 1.5}, {"batch": True}, {"preset": 3}])
def test_a_header_with_other_names_or_types_is_refused(values: dict[str, object]):
    with pytest.raises(ConfigError, match=next(iter(values))):
        Config.from_dict(values)


def test_giving_one_budget_drops_the_presets_other():
    assert override(get_preset("digits"), images=1000).minutes is None
    assert override(get_preset("digits"), minutes=2.0).images is None
    assert override(Config(images=5), lr=0.1).images == 5


def test_every_setting_has_a_help_text_and_a_type():
    for item, kind in settings():
        assert len(item.metadata["help"]) > 10, item.name
        assert kind in (int, float, str, bool), item.name
        assert kind is not bool or item.default is False, item.name  # --name switches it on, and nothing off


def test_reading_a_config_imports_nothing_heavy():
    code = "import sys, gan.config; print(sorted({'torch', 'numpy', 'gradio'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
