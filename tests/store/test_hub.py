import json
from types import SimpleNamespace

import httpx2
import pytest
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError, OfflineModeIsEnabled

from gan.hub import main
from gan.store import hub
from gan.store.hub import HubError, check_name, check_repo, push
from gan.store.released import read_released
from tests.tiny_checkpoint import write_tiny

ME = {"name": "ann", "orgs": [{"name": "lab"}], "auth": {"accessToken": {"role": "write"}}}


def answer(status):
    response = httpx2.Response(status, request=httpx2.Request("GET", "https://huggingface.co"))
    return HfHubHTTPError(f"{status} refused.", response=response)


class FakeApi:
    """Remembers what it was asked; raises `error` where one is given."""

    def __init__(self, who=ME, error=None):
        self.who, self.error, self.made, self.commits = who, error, [], []

    def whoami(self, token=None):
        if self.error:
            raise self.error
        return self.who

    def create_repo(self, repo_id, **options):
        self.made.append((repo_id, options))

    def create_commit(self, repo_id, operations, **options):
        if self.error:
            raise self.error
        self.commits.append((repo_id, {one.path_in_repo: one for one in operations}, options))


@pytest.fixture
def out(tmp_path):
    write_tiny(tmp_path / "model.safetensors")
    return tmp_path


def write_metrics(out, sha256=None):
    sha256 = sha256 or read_released(out / "model.safetensors").sha256
    figures = {
        "class_accuracy_10k": {"value": 0.9985, "real": 0.9991, "unit": "%"},
        "cas_60k": {
            "value": 0.98589,
            "real": 0.99544,
            "unit": "%",
            "range": [0.9857, 0.9861],
            "real_range": [0.9948, 0.9961],
        },
        "style_slant_1k": {"value": 0.974, "real": None, "unit": ""},
    }
    (out / "metrics.json").write_text(json.dumps({"subject": {"sha256": sha256}, "figures": figures}))


@pytest.mark.parametrize(
    "name", ["", "mine", "/mine", "ann/", "a/b/c", "ann/my digits", "ann/-x", "ann/a--b", "ann/x.git"]
)
def test_wrong_name_is_refused(name):
    with pytest.raises(HubError, match="must read USER/REPO"):
        check_name(name)


def test_good_name_and_account_pass():
    check_name("ann/my-digits_1.0")
    assert check_repo("ann/digits", api=FakeApi()) == "ann"
    assert check_repo("lab/digits", api=FakeApi()) == "ann"


@pytest.mark.parametrize(
    ("api", "said"),
    [
        (FakeApi(error=LocalTokenNotFoundError("no token")), "there is no Hugging Face token"),
        (FakeApi(error=answer(401)), "token is not valid"),
        (FakeApi(error=answer(503)), "answers with an error"),
        (FakeApi(error=httpx2.ConnectError("no route to host")), "cannot be reached (no route to host)"),
        (FakeApi(error=OfflineModeIsEnabled("offline")), "cannot be reached"),
        (FakeApi(who={**ME, "auth": {"accessToken": {"role": "read"}}}), "may only read"),
        (FakeApi(who={**ME, "name": "bob", "orgs": []}), "account bob cannot push to 'ann'"),
    ],
)
def test_unusable_account_is_one_sentence_and_nothing_is_made(api, said):
    with pytest.raises(HubError) as caught:
        check_repo("ann/digits", api=api)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert api.made == []


def test_push_is_one_commit_of_what_there_is(out, capsys):
    write_metrics(out)
    (out / "film.gif").write_bytes(b"GIF89a")
    (out / "state.pt").write_bytes(b"not for the Hub")
    api = FakeApi()
    assert push(out, "ann/digits", api=api) == "https://huggingface.co/ann/digits"
    assert api.made[0][1]["exist_ok"]
    ((repo, files, _),) = api.commits
    assert repo == "ann/digits"
    assert set(files) == {"model.safetensors", "metrics.json", "film.gif", "README.md"}
    card = files["README.md"].path_or_fileobj.decode()
    assert card.startswith("---\nlicense: apache-2.0\n")
    assert "| `class_accuracy_10k` | 99.85% | 99.91% |" in card
    assert "| `cas_60k` | 98.59% (98.57% to 98.61%) | 99.54% (99.48% to 99.61%) |" in card
    assert "| `style_slant_1k` | 0.974 | – |" in card
    assert 'gan.load("ann/digits")' in card
    assert "(film.gif)" in card
    assert "summary.png" not in card
    assert read_released(out / "model.safetensors").sha256 in card
    said = capsys.readouterr().out
    assert all(name in said for name in (*files, "kB", "https://huggingface.co/ann/digits"))


def test_card_of_unmeasured_weights_says_so(out):
    api = FakeApi()
    push(out, "ann/digits", api=api)
    assert "have not been measured" in api.commits[0][1]["README.md"].path_or_fileobj.decode()


@pytest.mark.parametrize("error", [answer(500), httpx2.ConnectError("no route"), OSError("broken pipe")])
def test_failed_push_says_where_the_weights_are_and_how_to_push_later(out, error):
    with pytest.raises(HubError) as caught:
        push(out, "ann/digits", api=FakeApi(error=error))
    assert f"the weights are safe at {out / 'model.safetensors'}" in str(caught.value)
    assert f"python -m gan.hub {out} ann/digits" in str(caught.value)


def test_metrics_of_other_weights_or_damaged_ones_are_not_pushed(out):
    api = FakeApi()
    write_metrics(out, "0" * 64)
    with pytest.raises(HubError, match="measured on other weights"):
        push(out, "ann/digits", api=api)
    (out / "metrics.json").write_text("{")
    with pytest.raises(HubError, match="is not what gan.evaluate"):
        push(out, "ann/digits", api=api)
    assert api.made == []


def test_command_pushes_and_refuses(out, capsys, monkeypatch):
    api = FakeApi()
    monkeypatch.setattr(hub, "HfApi", lambda token=None: SimpleNamespace(**{n: getattr(api, n) for n in dir(api)}))
    assert main([str(out), "ann/digits"]) == 0
    assert len(api.commits) == 1
    assert main([str(out / "nowhere"), "ann/digits"]) == 2
    assert "there is nothing to push" in capsys.readouterr().err
