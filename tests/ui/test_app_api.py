"""The demo through its API: by gradio_client and by plain HTTP, as programs call it."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio_client import Client
from PIL import Image

import gan
from gan.data import to_uint8
from gan.drawing.films import FILMS
from gan.recipes.read import read_recipe
from tests.served import ROOT, free_port, wait_until_up

NAMES = ["/edit", "/generate", "/interpolate", "/interpolate_gif", "/invert", "/models", "/replay", "/score"]


EXAMPLES = ("generate", "interpolate", "edit", "invert", "score")  # that the README shows


@pytest.fixture(scope="module")
def address(demo: str) -> str:
    return demo


@pytest.fixture(scope="module")
def client(address: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(address, verbose=False, download_files=str(tmp_path_factory.mktemp("files")))


def post(url: str, body: bytes) -> tuple[int, str]:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def component_server(address: str, data: object, panel: str = "generate-picture") -> tuple[int, str]:
    """What the page's own script posts, for the Generate tab or that of another panel."""
    with urllib.request.urlopen(f"{address}/config", timeout=30) as answer:
        components = json.load(answer)["components"]
    picture = next(one["id"] for one in components if one["props"].get("elem_id") == panel)
    body = {"session_hash": "test", "component_id": picture, "fn_name": "answer", "data": data}
    return post(f"{address}/gradio_api/component_server", json.dumps(body).encode())


def test_endpoints_are_named_typed_and_described(client):
    info: dict[str, Any] = client.view_api(return_format="dict")
    assert sorted(info["named_endpoints"]) == NAMES
    assert not info["unnamed_endpoints"]
    for endpoint in info["named_endpoints"].values():
        assert len(endpoint["description"]) > 40
        for parameter in endpoint["parameters"]:
            assert parameter["parameter_has_default"]
            kinds = next((parameter["type"][of] for of in ("oneOf", "anyOf") if of in parameter["type"]), None)
            assert {kind["type"] for kind in kinds or [parameter["type"]]} <= {
                "string",
                "integer",
                "number",
                "null",
                "array",
            }


def test_every_event_has_a_name_or_stays_in_the_page(address):
    with urllib.request.urlopen(f"{address}/config", timeout=30) as answer:
        events = json.load(answer)["dependencies"]
    assert len(events) > 10
    for event in events:
        own = ("/refresh_models", "/refresh_after_training")  # the page's, for its model chooser
        assert not event["backend_fn"] or f"/{event['api_name']}" in (*NAMES, *own)


def test_generate_draws_the_same_sheet_for_the_same_recipe(client):
    picture, recipe = client.predict("2026", rows=3, seed=7, truncation=0.8, api_name="/generate")
    assert recipe["digits"] == [2, 0, 2, 6] * 3
    assert recipe["milliseconds"] > 0
    with Image.open(picture) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (920, 1220)
    assert pixels.max() > 200
    told = read_recipe(picture)
    assert told == {name: value for name, value in recipe.items() if name != "milliseconds"}
    again, _ = client.predict("2026", rows=3, seed=7, truncation=0.8, api_name="/generate")
    assert Path(again).read_bytes() == Path(picture).read_bytes()
    other, _ = client.predict("2026", rows=3, seed=8, truncation=0.8, api_name="/generate")
    assert Path(other).read_bytes() != Path(picture).read_bytes()


def test_interpolate_draws_a_strip_and_a_gif(client):
    ask = {"start_digit": 1, "start_seed": 4, "end_digit": 7, "end_seed": 5, "method": "lerp", "frames": 21}
    strip, recipe = client.predict(**ask, api_name="/interpolate")
    gif, same = client.predict(**ask, api_name="/interpolate_gif")
    assert recipe == same == read_recipe(strip) == read_recipe(gif)
    assert (recipe["start"], recipe["end"]) == ({"digit": 1, "seed": 4}, {"digit": 7, "seed": 5})
    with Image.open(strip) as picture:
        assert picture.size == (11 * 30 * 8 + 16, 30 * 8 + 16)
    with Image.open(gif) as film:
        assert film.format == "GIF"
        assert film.size == (224, 224)


def test_models_lists_the_shipped_one(client):
    models = client.predict(api_name="/models")
    assert "digits" in models
    assert models["digits"]["sha256"] == client.predict("1", rows=1, api_name="/generate")[1]["weights"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (["20x6", 2, 7, 1.0, "digits"], "'x' is not a digit"),
        (["", 2, 7, 1.0, "digits"], "No digit was given"),
        (["2026", 0, 7, 1.0, "digits"], "The number of rows is 0"),
        (["2026", 21, 7, 1.0, "digits"], "from 1 to 20"),
        (["0" * 64, 20, 7, 1.0, "digits"], "up to 6 rows"),
        (["2026", 2, "seven", 1.0, "digits"], "The seed is 'seven'"),
        (["2026", 2, float("nan"), 1.0, "digits"], "The seed is nan"),
        (["2026", 2, 7, 9, "digits"], "psi is 9"),
        (["2026", 2, 7, None, "digits"], "psi is empty"),
        (["2026", 2, 7, 1.0, "nobody"], "those there are: digits"),
        (["2026", 2, 7, 1.0, "../app.py"], "those there are: digits"),
        ([{"a": [1]}, [2], {}, [], 7], "There is no model"),
    ],
)
def test_bad_argument_is_a_sentence_without_a_stack(address, data, said):
    status, text = post(f"{address}/gradio_api/run/generate", json.dumps({"data": data}).encode())
    assert status == 500
    assert said in json.loads(text)["error"]
    assert "Traceback" not in text
    status, _ = post(f"{address}/gradio_api/run/generate", b'{"data": ["7", 1, 0, 1.0, "digits"]}')
    assert status == 200


@pytest.mark.parametrize(
    ("name", "data", "digits"),
    [
        ("generate", [], list(range(10)) * 8),
        ("generate", ["1", 1], [1]),
        ("generate", [["3", 5], 1], [3, 5]),
        ("generate", [[7], 1, 4], [7]),
        ("edit", ["２０年２月６日"], [2, 0, 2, 6]),
        ("edit", [], list(range(10))),
    ],
)
def test_every_argument_that_does_not_come_has_its_default(address, name, data, digits):
    status, text = post(f"{address}/gradio_api/run/{name}", json.dumps({"data": data}).encode())
    assert status == 200
    assert json.loads(text)["data"][1]["digits"] == digits


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("generate", ["2026", "x"], "The number of rows is 'x'"),
        ("generate", ["2026", 2, 7, "x"], "Truncation psi is 'x'"),
        ("interpolate", ["x"], "start_digit: 'x' is not a digit"),
        ("interpolate", [3, 1, 12], "end_digit: The end has 2 digits"),
        ("interpolate", [3, -1], "start_seed: The seed is -1"),
        ("interpolate", [3, 1, 8, 2, "x"], "The method is 'x'"),
        ("interpolate", [3, 1, 8, 2, "slerp", 1, 1], "frames"),
        ("edit", ["7", 1, 1e9], "slant"),
        ("edit", ["7", 1, None, None, None, None, "x"], "plane"),
        ("edit", ["7", 1, None, None, None, None, "pca", 1, 99], "X is 99"),
        ("score", ["", "7"], "picture"),
        ("replay", ["{"], "recipe"),
        ("replay", ['{"model": "digits", "digits": [1]}', "x"], "kind"),
        ("replay", ['{"model": "digits", "digits": [1]}', "png", 99], "scale"),
    ],
)
def test_what_is_wrong_is_named_by_its_argument(address, name, data, said):
    status, text = post(f"{address}/gradio_api/run/{name}", json.dumps({"data": data}).encode())
    assert status == 500
    assert said in json.loads(text)["error"]


def test_nothing_to_write_is_no_fault_of_the_picture(address, client):
    seven, _ = client.predict("7", rows=1, seed=7, api_name="/generate")
    picture = base64.b64encode(Path(seven).read_bytes()).decode()
    for write in ("", "12a"):
        status, text = post(f"{address}/gradio_api/run/invert", json.dumps({"data": [picture, "7", write]}).encode())
        assert status == 500
        assert json.loads(text)["error"].startswith("write: ")


def test_replay_draws_a_sheet_again_from_its_recipe_alone(client):
    picture, recipe = client.predict("20.11.", rows=2, seed=7, api_name="/generate")
    assert recipe["digits"] == [2, 0, 1, 1] * 2
    again, same = client.predict(json.dumps(recipe), scale=10, api_name="/replay")
    assert same == recipe
    with Image.open(picture) as one, Image.open(again) as two:
        assert np.array_equal(np.asarray(one), np.asarray(two))
    archive, _ = client.predict(json.dumps(recipe), kind="zip", api_name="/replay")
    assert len(zipfile.ZipFile(archive).namelist()) == 9


@pytest.mark.parametrize("kind", list(FILMS))
def test_replay_draws_many_ends_as_every_kind_of_film(client, kind):
    ends = [{"digit": 3, "seed": 4}, {"digit": 8, "seed": 7}, {"digit": 1, "seed": 2}]
    recipe = {"ends": ends, "travels": "noise", "loop": "round", "truncation": 0.5}
    film, _ = client.predict(json.dumps(recipe), kind=kind, api_name="/replay")
    assert read_recipe(film) == recipe
    assert gan.replay(recipe).shape == (61, 1, 28, 28)


def test_score_judges_a_picture_and_a_recipe(client, tmp_path):
    _, recipe = client.predict("7", rows=2, seed=7, truncation=0.7, api_name="/generate")
    pixels = to_uint8(gan.replay(recipe))[:, 0].numpy()
    told = client.predict(recipe=json.dumps(recipe), api_name="/score")
    assert told["digits"] == told["read"] == ["7", "7"]
    assert all(0 < share < 1 for share in told["real"])
    assert min(told["confidence"]) > 0.5
    Image.fromarray(pixels[0]).save(tmp_path / "seven.png")
    picture = base64.b64encode((tmp_path / "seven.png").read_bytes()).decode()
    for digit in ("7", ""):
        alone = client.predict(picture, digit=digit, api_name="/score")
        assert alone["read"] == ["7"]
        assert alone["real"] == pytest.approx(told["real"][:1], abs=0.01)
    large = Image.fromarray(255 - pixels[0]).resize((280, 280))  # ink on paper, as a drawing
    large.save(tmp_path / "large.png")
    picture = base64.b64encode((tmp_path / "large.png").read_bytes()).decode()
    assert client.predict(picture, api_name="/score")["read"] == ["7"]


def test_found_hand_is_replayed_and_judged_from_its_recipe_alone(client, tmp_path):
    seven, _ = client.predict("7", rows=1, seed=7, api_name="/generate")
    picture = base64.b64encode(Path(seven).read_bytes()).decode()
    ten, line, found = client.predict(picture, write="20.11.2026", api_name="/invert")
    again, same = client.predict(json.dumps(found), api_name="/replay")
    assert same == found
    recipe = read_recipe(ten)
    assert recipe is not None
    assert recipe["hand"] == found["hand"]
    digits, _ = client.predict(json.dumps(recipe), api_name="/replay")
    for first, second in ((line, again), (ten, digits)):
        with Image.open(first) as one, Image.open(second) as two:
            assert np.array_equal(np.asarray(one), np.asarray(two))
    told = client.predict(recipe=json.dumps(found), api_name="/score")
    assert told["digits"] == list("20112026")
    assert sum(a == b for a, b in zip(told["digits"], told["read"], strict=True)) >= 6


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (["", "", "", "digits"], "No picture came"),
        (["!!", "", "", "digits"], "not base64 text"),
        (["AAAA", "7", "", "digits"], "."),
        (["", "", "{", "digits"], "The recipe is not JSON"),
        (["", "", '{"digits": [1], "seed": NaN}', "digits"], "The recipe is not JSON"),
        (["", "", '{"digits": [11]}', "digits"], "11 is not a digit"),
        (["", "", '{"digits": [1], "weights": "000000000000"}', "digits"], "other weights"),
        (["AAAA", "", "{}", "digits"], "not both"),
        (["", "", '{"ends": [{"digit": 1, "seed": 1}, {"digit": 2, "seed": 1}]}', "digits"], "no classes"),
        (["", "", '{"digits": "%s"}' % ("1" * 401), "digits"], "up to 400"),
        (["", "", '{"digits": [1], "model": "nobody"}', "digits"], "those there are: digits"),
    ],
)
def test_bad_question_about_a_picture_is_a_sentence(address, data, said):
    status, text = post(f"{address}/gradio_api/run/score", json.dumps({"data": data}).encode())
    assert status == 500
    assert said in json.loads(text)["error"]
    assert "Traceback" not in text
    assert "Something went wrong" not in text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (["", "png", 8], "The recipe is not JSON"),
        (['{"digits": [1]}', "gif", 8], "it can be png, zip"),
        (['{"digits": [1]}', "png", 11], "from 1 to 10"),
        (['{"digits": [1], "weights": "000000000000"}', "png", 8], "other weights"),
        (['{"digits": "%s"}' % ("1" * 401), "png", 8], "up to 400"),
        (['{"digits": [1], "truncation": 1e999}', "png", 8], "psi is inf"),
    ],
)
def test_recipe_that_cannot_be_replayed_is_a_sentence(address, data, said):
    status, text = post(f"{address}/gradio_api/run/replay", json.dumps({"data": data}).encode())
    assert status == 500
    assert said in json.loads(text)["error"]


@pytest.mark.parametrize(
    "body",
    [
        {"want": "link", "link": {"weights": "000000000000"}},
        {"want": "link", "link": [1]},
        {"want": "slice", "model": "digits", "digits": "1", "count": 10**9, "seed": 1, "psi": 1, "at": 0},
        {"want": "sheet.png", "model": "digits", "digits": "1", "rows": 1, "seed": 1, "psi": 1, "scale": 11},
        {"want": "judge", "model": "digits", "digits": "x", "rows": 1, "seed": 1, "psi": 1},
        {"want": "sheet", "model": "digits", "digits": "1", "rows": 1, "seed": 1, "psi": 1, "locks": {"a": 1}},
    ],
)
def test_pages_own_function_refuses_in_a_sentence(address, body):
    status, text = component_server(address, body)
    assert status == 200
    answer = json.loads(text)
    assert answer["problem"]["text"].endswith(".")
    assert "Something went wrong" not in answer["problem"]["text"]


@pytest.mark.parametrize("body", [b"", b"{", b'{"data": 7}', b"[]"])
def test_broken_request_is_refused_without_a_stack(address, body):
    status, text = post(f"{address}/gradio_api/run/generate", body)
    assert status in (422, 500)
    assert "Traceback" not in text
    assert ".py" not in text


@pytest.mark.parametrize("data", [None, 7, "x", [], {"want": "sheet"}, {"want": 1, "digits": {}}, {"model": "digits"}])
def test_pages_own_function_checks_its_arguments_too(address, data):
    status, text = component_server(address, data)
    assert status == 200
    answer = json.loads(text)
    assert answer["problem"]["text"].endswith(".")
    assert set(answer) == {"problem", "field"}


README = (ROOT / "README.md").read_text(encoding="utf-8").partition("## From another program")[2].partition("\n## ")[0]
SERVED = "http://127.0.0.1:7860"


def read_example(language: str, address: str) -> str:
    """The README's block of that language, with the tests' own server for the reader's."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert SERVED in block
    return block.replace(SERVED, address)


def test_readme_shows_every_endpoint_that_draws_or_judges_in_both_ways():
    for language, form in (("python", 'api_name="/{}"'), ("sh", "post {} '")):
        (block,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
        missing = [name for name in EXAMPLES if form.format(name) not in block]
        assert missing == []


def test_readmes_python_example_runs_and_gives_what_it_says(address):
    names: dict[str, Any] = {}
    exec(read_example("python", address), names)  # noqa: S102 (our own README)
    assert names["recipe"]["digits"] == [2, 0, 2, 6] * 4
    with Image.open(names["sheet"]) as one, Image.open(names["again"]) as two:
        assert np.array_equal(np.asarray(one), np.asarray(two))
    assert names["way"] == read_recipe(names["strip"])
    assert abs(names["edited"]["measures"][0]["slant"]["measured"] - 20) < 10
    assert names["hand"]["text"] == "20.11.2026"
    told = [(read_recipe(names[name]) or {}).get("hand") for name in ("line", "ten")]
    assert told == [names["hand"]["hand"]] * 2
    assert names["verdict"]["read"] == ["7"]
    assert {"real", "read", "confidence"} <= set(names["verdict"])


def test_readmes_curl_examples_run_and_answer_as_they_say(address, tmp_path):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    script = f"set -eu\n{read_example('sh', address)}"
    run = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    starts = [found.start() for found in re.finditer(r'\{"data":', run.stdout)]
    answers = [json.JSONDecoder().raw_decode(run.stdout, at)[0]["data"] for at in starts]
    assert len(answers) == len(EXAMPLES)
    for answer in answers[:4]:
        with urllib.request.urlopen(answer[0]["url"], timeout=30) as file:
            assert file.read(4) == b"\x89PNG"
    assert answers[0][1]["digits"] == [2, 0, 2, 6] * 4
    assert answers[1][1]["frames"] == 61
    assert len(answers[2][1]["measures"]) == 4
    assert answers[3][2]["text"] == "20.11.2026"
    assert answers[4][0]["read"] == ["7"]


def test_nothing_else_is_on_offer(address):
    status, _ = post(f"{address}/gradio_api/upload", b"x" * 10)
    assert status >= 400
    for path in ("/monitoring/summary", "/gradio_api/file=/etc/passwd", "/gradio_api/file=gan/config.py"):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(f"{address}{path}", timeout=30)
        assert error.value.code in (403, 404)
        error.value.close()


def test_ctrl_c_ends_the_app_cleanly_in_the_midst_of_its_work():
    port = free_port()
    app = [sys.executable, "app.py", "--port", str(port)]
    # Tests that run in the background come with Ctrl-C ignored, which a child would inherit
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        process = subprocess.Popen(app, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    finally:
        signal.signal(signal.SIGINT, before)
    wait_until_up(process, f"http://127.0.0.1:{port}")
    # Its handwriting is not known, and so a thread goes on measuring it after this answer
    _, told = component_server(f"http://127.0.0.1:{port}", {"want": "hand", "model": "dcgan"}, "explore-panel")
    assert json.loads(told)["ranges"] is None
    process.send_signal(signal.SIGINT)
    try:
        said = process.communicate(timeout=60)[0].decode()
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert "terminate" not in said
    assert "Traceback" not in said


def run_app(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "app.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_port_in_use_is_a_sentence(address):
    port = address.rpartition(":")[2]
    run = run_app("--port", port)
    assert run.returncode == 1
    assert run.stderr.startswith(f"app.py: 127.0.0.1 port {port} cannot be listened on")
    assert len(run.stderr.splitlines()) == 1


def test_importing_the_app_reads_no_weights_and_impossible_ports_are_refused():
    code = """
import app
assert not app.service._loaded
assert app.demo.local_url is None
for port in ("0", "70000", "seven"):
    try:
        app.main(["--port", port])
    except SystemExit as stop:
        print("refused", stop.code)
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.stdout.split() == ["refused", "2"] * 3, run.stderr
    assert "Traceback" not in run.stderr


def test_host_that_is_not_of_this_machine_is_a_sentence():
    run = run_app("--host", "192.0.2.1", "--port", str(free_port()))
    assert run.returncode == 1
    assert "cannot be listened on" in run.stderr
    assert "Traceback" not in run.stderr


ON_ZERO_GPU = """
import os, sys, types
import app
from gan.ui import page
page.serve = lambda *_, host, port, mcp: print(f"served at {host}:{port}")
app.main(["--port", "7001"])
stub = types.ModuleType("spaces")
stub.GPU = lambda function: print("registered")
sys.modules["spaces"] = stub
os.environ.update(SPACES_ZERO_GPU="true", SYSTEM="spaces")
app.main([])
"""


def test_zero_gpu_finds_a_function_and_nothing_else_needs_its_package():
    env = {key: value for key, value in os.environ.items() if key not in ("HOST", "PORT", "SYSTEM", "SPACES_ZERO_GPU")}
    run = subprocess.run([sys.executable, "-c", ON_ZERO_GPU], cwd=ROOT, env=env, capture_output=True, text=True)
    assert run.stdout.splitlines() == ["served at 127.0.0.1:7001", "registered", "served at 0.0.0.0:7860"], run.stderr
