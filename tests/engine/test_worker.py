"""The engine as a page has it: a Worker that answers, fails in words, and gives its memory back."""

import json
import shutil

import pytest
import torch

import gan
from gan.data import to_uint8

START = "const { start } = await import('/engine/engine.js'), at = (f) => new URL(f, location.href);"
OPEN = START + " const engine = await start({ folder: at(a.folder) });"
REFUSED = (
    "(promise) => promise.then(() => 'no error', ({ name, reason, file, detail }) => [name, reason, file, detail])"
)


def test_worker_draws_what_python_draws(ask, write, keep):
    keep("drawn", to_uint8(gan.load("digits").sample("2026", seed=7, truncation=0.8)))
    body = (
        OPEN
        + """
      const { pixels, ms } = await engine.ask("draw", { labels: [2, 0, 2, 6], seed: 7, psi: 0.8 });
      const { name, class_names: names } = engine.manifest;
      engine.stop();
      return { ...(await t.compareBytes(pixels, "drawn")), ms, name, classes: names.length };
    """
    )
    found = ask(body, {"folder": write("digits")})
    assert found["worst"] <= 1
    assert found["ms"] > 0
    assert (found["name"], found["classes"]) == ("digits", 10)


def test_every_want_is_answered(ask, write):
    body = (
        OPEN
        + """
      const [labels, seed] = [[3, 1, 3], 7], told = {};
      const count = (answer) => Object.entries(answer).map(([key, value]) => [key, value?.length ?? value]);
      const keep = (name, answer) => (told[name] = Object.fromEntries(count(answer)));
      const { pixels } = await engine.ask("draw", { labels, seed });
      keep("walk", await engine.ask("walk", { ends: [{ digit: 1, seed: 2 }, { digit: 4, seed: 5 }], ts: [0, 0.5, 1] }));
      keep("edit", await engine.ask("edit", { labels, seed, edits: { slant: 12 }, quick: true }));
      keep("map", await engine.ask("map", { label: 3, seed, plane: "sefa", pair: 2 }));
      keep("judge", await engine.ask("judge", { pixels, labels }));
      keep("read", await engine.ask("read", { pixels }));
      const one = { pixels: pixels.slice(0, 784), label: 3 }, first = await engine.ask("look", one);
      keep("look", first);
      const second = await engine.ask("refine", { ...one, state: first.state, steps: 3 });
      keep("refine", second);
      keep("drawHand", await engine.ask("drawHand", { hand: first.hand, labels: [4, 2] }));
      const history = await engine.ask("moment");
      keep("history", history);
      keep("moment", await engine.ask("moment", { index: 0, labels, seed }));
      engine.stop();
      return { told, step: second.state.step, better: second.error - first.error, same: first.ten.length };
    """
    )
    found = ask(body, {"folder": write("digits")})
    told, digits = found["told"], 3 * 784
    assert told["walk"]["pixels"] == told["moment"]["pixels"] == told["edit"]["pixels"] == digits
    assert (told["edit"]["measured"], told["edit"]["asked"]) == (12, 12)
    assert told["map"]["pixels"] == 25 * 784
    assert told["judge"]["shares"] == 3
    assert told["read"]["shares"] == 30
    assert told["look"]["redrawn"] == 784
    assert told["refine"]["ten"] == 7840
    assert told["drawHand"]["pixels"] == 2 * 784
    assert told["history"]["moments"] > 3
    assert found["step"] == 3
    assert found["better"] < 0.02


@pytest.fixture
def broken(site, write, request):
    """A model's folder in which something is wrong -> its address."""
    write("digits-tiny")
    harm = request.param
    folder = site / f"with {harm}"
    shutil.copytree(site / "half" / "digits-tiny", folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    file = folder / manifest["parts"]["generator"]["file"]
    data = bytearray(file.read_bytes())
    if harm == "no manifest":
        (folder / "manifest.json").unlink()
    elif harm == "no weights":
        file.unlink()
    elif harm == "cut off":
        file.write_bytes(data[:5000])
    elif harm == "one bit":
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    elif harm == "half a manifest":
        (folder / "manifest.json").write_text((folder / "manifest.json").read_text()[:300])
    elif harm == "newer":
        (folder / "manifest.json").write_text(json.dumps(manifest | {"format": "digit-forge-page/2"}))
    elif harm == "no format":
        (folder / "manifest.json").write_text("[]")
    else:
        manifest["parts"]["generator"]["network"] = "diffusion"
        (folder / "manifest.json").write_text(json.dumps(manifest))
    return f"/{folder.name}/"


HARMS = {
    "no manifest": "missing",
    "no weights": "missing",
    "cut off": "cut",
    "one bit": "changed",
    "half a manifest": "damaged",
    "newer": "version",
    "no format": "version",
    "an architecture of the server's": "server",
}


@pytest.mark.parametrize(("broken", "reason"), HARMS.items(), indirect=["broken"])
def test_what_is_wrong_with_a_file_is_a_reason(ask, broken, reason):
    body = START + f"return ({REFUSED})(start({{ folder: at(a) }}));"
    name, found, file, detail = ask(body, broken)
    assert (name, found) == ("EngineError", reason), detail
    assert file


def test_network_lost_midway_is_a_reason_and_asking_again_helps(ask, page, write):
    """A part that could not be loaded is loaded when it is asked for again."""
    address = write("digits-tiny")
    body = (
        OPEN
        + f"""
      const {{ pixels }} = await engine.ask("draw", {{ labels: [3] }});
      const first = await ({REFUSED})(engine.ask("read", {{ pixels }}));
      await window.mend();
      const {{ shares }} = await engine.ask("read", {{ pixels }});
      engine.stop();
      return [first, shares.length];
    """
    )
    page.context.route("**/reader.*.safetensors", lambda route: route.abort())
    page.expose_function("mend", lambda: page.context.unroute("**/reader.*.safetensors"))
    first, count = ask(body, {"folder": address})
    assert first[:2] == ["EngineError", "network"]
    assert count == 10


def test_parts_and_wants_that_are_not_there_are_reasons(ask, write):
    body = (
        OPEN
        + f"""
      const refused = {REFUSED}, pixels = new Uint8Array(784);
      const found = [];
      for (const [want, request] of [
        ["edit", {{ labels: [1] }}], ["moment", {{}}], ["fly", {{}}], ["constructor", {{}}],
        ["drawHand", {{ hand: "no" }}],
      ]) found.push((await refused(engine.ask(want, request)))[1]);
      const {{ pixels: still }} = await engine.ask("draw", {{ labels: [1] }});
      engine.stop();
      return [found, still.length];
    """
    )
    found, still = ask(body, {"folder": write("digits-tiny")})
    assert found == ["absent", "absent", "want", "want", "hand"]
    assert still == 784


STATES = {
    "of another model": "({ ...state, z: state.z.slice(1) })",
    "cut off": "({ z: state.z, u: state.u, step: 3 })",
    "no numbers": "({ ...state, u: state.u.map(() => NaN) })",
    "plain lists": "({ ...state, z: [...state.z] })",
    "a step too far": "({ ...state, step: 61 })",
    "half a step": "({ ...state, step: 0.5 })",
    "a negative square": "({ ...state, square: state.square.map(() => -1) })",
    "nothing": "null",
}


def test_what_is_no_refinement_is_a_reason_and_drawing_goes_on(ask, write):
    made = ", ".join(STATES.values())
    body = (
        OPEN
        + f"""
      const {{ pixels }} = await engine.ask("draw", {{ labels: [3], seed: 1 }});
      const {{ state }} = await engine.ask("look", {{ pixels, label: 3 }});
      const found = [];
      for (const harmed of [{made}])
        found.push((await ({REFUSED})(engine.ask("refine", {{ pixels, label: 3, state: harmed }})))[1]);
      const again = await engine.ask("draw", {{ labels: [3], seed: 1 }});
      engine.stop();
      return [found, again.pixels.every((value, i) => value === pixels[i])];
    """
    )
    assert ask(body, {"folder": write("digits-tiny")}) == [["state"] * len(STATES), True]


@pytest.mark.parametrize("name", ["digits", "digits-tiny", "tutorial-mlp", "dcgan"])
def test_slices_of_any_size_end_at_the_same_refinement(ask, write, name):
    """Every architecture is refined, each slice's answer as a page shows it; the end does not depend on the slices."""
    body = (
        OPEN
        + """
      const { pixels } = await engine.ask("draw", { labels: [5], seed: 8 }), one = { pixels, label: 5 };
      const first = await engine.ask("look", one), ends = [];
      for (const sizes of [[undefined], [7, 1, 20], [60]]) {
        let answer = first;
        for (let i = 0; answer.state.step < 60; i++)
          answer = await engine.ask("refine", { ...one, state: answer.state, steps: sizes[i % sizes.length] });
        ends.push(answer);
      }
      engine.stop();
      const told = ({ state, hand, error }) => [state.step, hand, error];
      return [first.error, ...ends.map(told)];
    """
    )
    error, one, two, three = ask(body, {"folder": write(name)})
    assert one == two == three
    assert one[0] == 60
    assert one[2] < error


def test_worker_that_ends_is_a_reason_and_another_may_start(ask, write):
    body = (
        OPEN
        + f"""
      const refused = {REFUSED};
      const waiting = refused(engine.ask("draw", {{ labels: [1] }}));
      engine.worker.onerror({{ message: "made to end" }});
      const found = [await waiting, await refused(engine.ask("draw", {{ labels: [1] }}))].map(([, reason]) => reason);
      const next = await start({{ folder: engine.folder }});
      const {{ pixels }} = await next.ask("draw", {{ labels: [1] }});
      next.stop();
      found.push((await refused(next.ask("draw", {{ labels: [1] }})))[1]);
      return [found, pixels.length];
    """
    )
    found, count = ask(body, {"folder": write("digits-tiny")})
    assert found == ["died", "died", "stopped"]
    assert count == 784


@pytest.mark.parametrize(
    ("worker", "reason"),
    [
        ("self.onmessage = () => {};", "slow"),
        ("throw new Error('no');", "workers"),
        ("import '/nowhere.js';", "workers"),
    ],
)
def test_worker_that_does_not_start_is_given_up(ask, write, worker, reason):
    body = (
        START
        + f"""
      const worker = URL.createObjectURL(new Blob([a.worker], {{ type: "text/javascript" }}));
      return ({REFUSED})(start({{ folder: at(a.folder), worker, patience: 500 }}));
    """
    )
    assert ask(body, {"folder": write("digits-tiny"), "worker": worker})[:2] == ["EngineError", reason]


def test_browser_without_vectors_is_told_apart(ask):
    body = (
        START
        + f"""
      const validate = WebAssembly.validate;
      WebAssembly.validate = () => false;
      const found = await ({REFUSED})(start({{ folder: at("/nowhere/") }}));
      WebAssembly.validate = validate;
      return found[1];
    """
    )
    assert ask(body) == "simd"


def test_memory_of_the_kernel_stays_as_it_is(ask, write):
    """Scratch is given back: sheets of every size, moves and verdicts end where the first round ended."""
    body = """
      const m = await t.open(a), { Planes } = await t.load("planes"), { edit } = await t.load("edits");
      const { Judge } = await t.load("judge");
      const planes = new Planes(m.heap, m.manifest.parts.planes, await m.take("planes"));
      const judge = new Judge(m.heap, m.manifest, "projection", await m.take("discriminator"), m.generator);
      const work = (i) => {
        const labels = t.digits(1 + (i % 20));
        const z = m.generator.drawZ(i, labels), images = m.generator.draw(z, labels);
        judge.judge(images, labels);
        edit(m.generator, planes, z.slice(0, 640), labels.slice(0, 10), { slant: i % 20, x: 1 }, { steps: [1] });
      };
      t.range(20).forEach(work);
      const before = [m.heap.end, m.heap.f.length];
      t.range(100).forEach(work);
      return [before, [m.heap.end, m.heap.f.length]];
    """
    before, after = ask(body, write("digits"))
    assert before == after


def test_digits_do_not_change_with_their_neighbours(ask, write):
    """A picture is a function of its own z, label and psi: alone, in a sheet, and behind other work."""
    body = (
        OPEN
        + """
      const { pixels } = await engine.ask("draw", { labels: t.digits(37), seed: 5 });
      const worst = [];
      for (const i of [0, 15, 16, 36]) {
        const alone = await engine.ask("draw", { labels: [i % 10], seed: 5, indices: [i] });
        worst.push(Math.max(...alone.pixels.map((value, k) => Math.abs(value - pixels[i * 784 + k]))));
      }
      engine.stop();
      return worst;
    """
    )
    assert ask(body, {"folder": write("digits")}) == [0, 0, 0, 0]


def test_sha256_is_that_of_everybody(ask):
    import hashlib

    sizes = [0, 1, 55, 56, 63, 64, 65, 127, 1000, 70_000]
    body = """
      const { sha256 } = await t.load("sha256");
      return a.map((size) => sha256(Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) & 255)));
    """
    wanted = [hashlib.sha256(bytes((i * 7 + size) & 255 for i in range(size))).hexdigest() for size in sizes]
    assert ask(body, sizes) == wanted


def test_halves_are_read_as_they_are(ask):
    halves = torch.arange(65_536, dtype=torch.int32).to(torch.int16).view(torch.float16)
    body = """
      const { widenHalves } = await t.load("half");
      const all = widenHalves(Uint16Array.from({ length: 65536 }, (_, i) => i));
      return Array.from(all, (value) => (Number.isFinite(value) ? value : null));
    """
    found = ask(body)
    wanted = halves.float()
    finite = wanted.isfinite()
    assert [one is not None for one in found] == finite.tolist()
    assert [one for one in found if one is not None] == wanted[finite].tolist()
