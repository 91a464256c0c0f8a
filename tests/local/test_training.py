"""The Training tab answers in the page as it does in Python: the time machine whole, a run by a refusal."""

import pytest

from gan.ui.service import Service
from gan.ui.tabs.training.tab import Training
from tests.local.requests import NAMES, NUMBERS, WEIGHTS, vary


@pytest.fixture(scope="module")
def training(service: Service) -> Training:
    return Training(service)


def test_time_machine(check, training: Training, service: Service):
    first = {"want": "history", "model": "digits", "seed": 1}
    own = service.get("digits").sha256
    answers = check(
        training,
        [
            first,
            first | {"seed": "4294967295", "weights": own[:12]},
            {"want": "history"},
            {"want": "history", "seed": 1},
        ]
        + [first | {"model": model} for model in ("ten", "free", "three", "letters", "words")]
        + vary(first, model=[*NAMES], weights=[one for one in WEIGHTS if one is not None])
        + [first | {"seed": seed, "model": "ten"} for seed in NUMBERS]
        + [{"want": "classes", "model": model} for model in ("digits", "free", "none")],
    )
    assert len(answers[0]["moments"]) > 3
    assert answers[0]["recipe"]["seed"] == 1
    assert all("none" in one for one in answers[4:9])
    assert answers[4]["none"]["text"].endswith("There is one of: digits.")


def test_run_is_refused_in_one_sentence_with_the_command(ask):
    status, *refused = ask(
        "training", [{"want": want, "owner": "x" * 16} for want in ("status", "start", "steer", "keep", "file")]
    )
    assert (status["state"], status["allowed"], status["mine"]) == ("idle", False, True)
    assert "run" not in status
    for command in ("make demo", "python train.py --preset tutorial-mlp --data data --out runs/mine"):
        assert command in status["why"]["text"]
    for one in refused:
        assert one == {"problem": one["problem"], "field": ""}
        assert one["problem"]["template"] == status["why"]["template"]
        assert one["problem"]["text"].startswith("A run is trained by Python")
