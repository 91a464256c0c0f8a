"""The engine's gradients, made by hand, are PyTorch's: of a refinement's loss in every model, and layer by layer."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

import gan
from gan.data import to_float, to_uint8
from gan.handwriting.encoder import EncoderError, load_encoder
from gan.handwriting.invert import BETAS, Inverter
from gan.judges.classifier import load_classifier
from tests.tiny_checkpoint import write_tiny

COUNT = 20
# What float32 sums in another order may differ by, of most hands and the median, as a share of the gradient's length;
# where it nearly vanishes it is a difference of larger ones, whose rounding stays (PyTorch's own, beside float64, too)
CLOSE, USUAL = 1e-4, 2e-5
SMALL = 0.02
# Of a hand or two in COUNT a ReLU's sum is 0 but for rounding: it is on one side here and on the other there
KINK = 1e-2

DIFFERENTIATE = """
  const m = await t.open(a.folder), { refiner } = await t.invert(m), { zDim, wDim } = m.generator;
  const [images, states] = [await t.read("images"), await t.read("states")], size = 2 * zDim + wDim;
  const cut = (i) => images.subarray(784 * i, 784 * i + 784);
  const stand = (i) => {
    const own = states.subarray(i * size, (i + 1) * size);
    return { z: own.slice(0, zDim), u: own.slice(zDim, zDim + wDim), start: own.slice(zDim + wDim) };
  };
"""


def find_inverter(generator):
    try:
        encoder = load_encoder(generator)
    except EncoderError:
        encoder = None
    return Inverter(generator, load_classifier(), encoder)


def differentiate(inverter, images, labels, found):
    """PyTorch's gradient of the loss where `found` stands: a step's first moment, begun at none, is a share of it."""
    fresh = replace(found, mean=torch.zeros_like(found.mean), square=torch.zeros_like(found.square))
    return inverter.refine(images, labels, fresh, steps=1).mean / (1 - BETAS[0])


def compare(ask, keep, address, inverter, steps):
    """The engine's gradients beside PyTorch's, both of COUNT hands after so many steps -> relative errors."""
    generator = inverter.generator
    labels = torch.arange(COUNT) % generator.num_classes
    images = to_float(to_uint8(generator.sample(labels, seed=6)))
    found = inverter.start(images, labels)
    if steps:
        found = inverter.refine(images, labels, found, steps)
    else:  # anywhere: another picture's hand, and an offset
        shift = torch.randn(found.u.shape, generator=torch.Generator().manual_seed(steps))
        found = replace(found, z=found.z.flip(0), u=found.u + 0.3 * shift)
    wanted = differentiate(inverter, images, labels, found)
    keep("images", images)
    keep("states", torch.cat([found.z, found.u, found.start], 1))
    body = (
        DIFFERENTIATE
        + """
      const one = (i) => Array.from(refiner.differentiate(stand(i), refiner.look(cut(i), a.labels[i])).gradient);
      return t.range(a.labels.length).map(one);
    """
    )
    made = torch.tensor(ask(body, {"folder": address, "labels": labels.tolist()}))
    return (made - wanted).norm(dim=1) / wanted.norm(dim=1).clamp_min(SMALL)


@pytest.mark.parametrize(
    ("name", "steps"),
    [(name, steps) for name in ("digits", "digits-tiny") for steps in (0, 1, 20, 59)]
    + [(name, steps) for name in ("tutorial-mlp", "tutorial-conv-d", "dcgan") for steps in (0, 10)],
)
def test_gradient_is_that_of_autograd(ask, write, keep, name, steps):
    errors = compare(ask, keep, write(name, full=True), find_inverter(gan.load(name)), steps)
    assert errors.max() <= KINK
    assert errors.quantile(0.85) <= CLOSE
    assert errors.median() <= USUAL


@pytest.mark.parametrize(
    "settings",
    [{}, {"noise": "uniform"}, {"noise": "uniform", "class_names": ("no", "yes", "?")}, {"generator": "mlp"}],
    ids=str,
)
def test_gradient_of_an_untrained_model_is_that_of_autograd(ask, write, keep, tmp_path, settings):
    path = write_tiny(tmp_path / "tiny.safetensors", **settings)
    errors = compare(ask, keep, write(str(path), full=True), find_inverter(gan.load(str(path))), 0)
    assert errors.max() <= KINK
    assert errors.quantile(0.85) <= CLOSE


def test_gradient_is_the_slope_of_the_loss(ask, write, keep):
    """Finite differences along the gradient and along half of the single numbers, in the engine alone."""
    generator = gan.load("digits")
    inverter, labels = find_inverter(generator), torch.tensor([4])
    images = to_float(to_uint8(generator.sample([4], seed=2)))
    found = inverter.start(images, labels)
    keep("images", images)
    keep("states", torch.cat([found.z, found.u + 0.2, found.start], 1))
    body = (
        DIFFERENTIATE
        + """
      const s = stand(0), target = refiner.look(cut(0), 4), { gradient } = refiner.differentiate(s, target);
      const length = Math.hypot(...gradient), both = Float32Array.of(...s.z, ...s.u);
      const at = (way, far) => {
        const moved = both.map((value, i) => value + far * way[i]);
        return refiner.differentiate({ ...s, z: moved.slice(0, zDim), u: moved.slice(zDim) }, target).loss;
      };
      const slope = (way, far) => (at(way, far) - at(way, -far)) / (2 * far);
      const along = slope(gradient.map((value) => value / length), a.far);
      const single = t.range(96).map((k) => slope(both.map((_, i) => Number(i === 2 * k)), a.far) - gradient[2 * k]);
      return [along / length, Math.max(...single.map(Math.abs)) / length];
    """
    )
    along, single = ask(body, {"folder": write("digits", full=True), "far": 5e-4})
    assert abs(along - 1) <= 0.01
    assert single <= 0.01


def test_memory_stays_as_it_is_over_a_hundred_refinements(ask, write, keep):
    generator = gan.load("digits-tiny")
    keep("images", to_float(to_uint8(generator.sample(list(range(10)), seed=4))))
    body = """
      const m = await t.open(a), { inverter, refiner } = await t.invert(m), images = await t.read("images");
      const work = (i) => {
        const image = images.subarray(784 * (i % 10), 784 * (i % 10) + 784);
        inverter.redraw(refiner.refine(image, i % 10, inverter.start(image, i % 10), 6), i % 10);
      };
      t.range(10).forEach(work);
      const before = [m.heap.end, m.heap.f.length];
      t.range(100).forEach(work);
      return [before, [m.heap.end, m.heap.f.length]];
    """
    before, after = ask(body, write("digits-tiny"))
    assert before == after


LAYERS = """
  const { Heap } = await t.load("heap"), layers = await t.load("layers"), back = await t.load("backward");
  const weights = await t.load("weights"), pool = await t.load("pool"), heap = await Heap.make();
  const take = async (name, n, width) => heap.put(await t.read(name), n, width);
"""


@pytest.mark.parametrize(("rows", "inputs", "outputs"), [(1, 1, 1), (5, 3, 10), (32, 100, 37), (7, 64, 64)])
def test_linear_layer_is_differentiated_by_inputs_and_weights(ask, keep, rows, inputs, outputs):
    made = torch.Generator().manual_seed(rows)
    x, weight, bias = (torch.randn(*shape, generator=made) for shape in ((rows, inputs), (inputs, outputs), (outputs,)))
    wanted = [value.requires_grad_() for value in (x, weight, bias)]
    out = F.leaky_relu(x @ weight + bias, 0.2) * 2**0.5
    d = torch.randn(out.shape, generator=made)
    by = torch.autograd.grad(out, wanted, d)
    for name, numbers in zip(("x", "weight", "bias", "d", "by-x", "by-weight", "by-bias"), (*wanted, d, *by)):  # noqa: B905
        keep(name, numbers.detach())
    body = (
        LAYERS
        + """
      const [rows, inputs, outputs] = a, weight = { shape: [inputs, outputs], data: await t.read("weight") };
      const x = await take("x", rows, inputs), d = await take("d", rows, outputs);
      const layer = layers.pack(heap, weight, { data: await t.read("bias") });
      const out = layers.finish(heap, layer, layers.project(heap, layer, x), layers.LEAK, layers.GAIN);
      back.pullFinish(heap, d, out, layers.LEAK, layers.GAIN);
      const byX = heap.copy(back.pullProject(heap, back.packBack(heap, weight), d));
      const end = heap.end, [byWeight, byBias] = [weights.weighProject(heap, x, d), weights.weighBias(heap, d)];
      const worst = [await t.differ(byX, "by-x"), await t.differ(byWeight, "by-weight")];
      return [...worst, await t.differ(byBias, "by-bias"), heap.end - end];
    """
    )
    found = ask(body, [rows, inputs, outputs])
    assert max(found[:3]) <= 1e-4
    assert found[3] == 0


@pytest.mark.parametrize(
    ("pictures", "side", "inputs", "outputs", "size"),
    [(1, 7, 1, 1, 3), (2, 14, 4, 9, 3), (3, 7, 20, 8, 3), (2, 5, 3, 16, 5), (2, 14, 12, 5, 1), (1, 28, 1, 8, 3)],
)
def test_convolution_is_differentiated_by_inputs_and_weights(ask, keep, pictures, side, inputs, outputs, size):
    made = torch.Generator().manual_seed(side)
    x = torch.randn(pictures, inputs, side, side, generator=made).requires_grad_()
    weight = torch.randn(outputs, inputs, size, size, generator=made).requires_grad_()
    out = F.conv2d(x, weight, padding=size // 2)
    d = torch.randn(out.shape, generator=made)
    by_x, by_weight = torch.autograd.grad(out, [x, weight], d)
    last = {"x": x, "d": d, "by-x": by_x}
    for name, numbers in last.items():
        keep(name, numbers.detach().permute(0, 2, 3, 1))
    for name, numbers in {"weight": weight, "by-weight": by_weight}.items():
        keep(name, numbers.detach().permute(2, 3, 1, 0))
    body = (
        LAYERS
        + """
      const [pictures, side, inputs, outputs, size] = a, n = pictures * side * side;
      const weight = { shape: [size, size, inputs, outputs], data: await t.read("weight") };
      const x = await take("x", n, inputs), d = await take("d", n, outputs);
      const byX = heap.copy(back.pullConvolve(heap, back.packBack(heap, weight), d, side));
      const end = heap.end, byWeight = weights.weighConvolve(heap, x, d, side, size);
      return [await t.differ(byX, "by-x"), await t.differ(byWeight, "by-weight"), heap.end - end];
    """
    )
    found = ask(body, [pictures, side, inputs, outputs, size])
    assert max(found[:2]) <= 5e-4
    assert found[2] == 0


@pytest.mark.parametrize(("kind", "reduce"), [("Most", F.max_pool2d), ("Mean", F.avg_pool2d)])
@pytest.mark.parametrize(("pictures", "side", "channels"), [(1, 1, 1), (2, 7, 3), (1, 14, 20)])
def test_pools_are_differentiated_as_torch_has_them(ask, keep, kind, reduce, pictures, side, channels):
    """Whole numbers, so that many cells have two pixels of one value."""
    made = torch.Generator().manual_seed(side)
    x = torch.randint(0, 3, (pictures, channels, side, side), generator=made).float().requires_grad_()
    out = reduce(x, 2, ceil_mode=True)
    d = torch.randn(out.shape, generator=made)
    (by_x,) = torch.autograd.grad(out, x, d)
    for name, numbers in {"x": x, "d": d, "out": out, "by-x": by_x}.items():
        keep(name, numbers.detach().permute(0, 2, 3, 1))
    body = (
        LAYERS
        + """
      const [pictures, side, channels, kind] = a, half = Math.ceil(side / 2);
      const x = await take("x", pictures * side ** 2, channels), d = await take("d", pictures * half ** 2, channels);
      const out = pool[`pool${kind}`](heap, x, side);
      const by = kind === "Most" ? pool.pullMost(heap, d, x, out, side) : pool.pullMean(heap, d, x, side);
      return [await t.differ(heap.copy(out), "out"), await t.differ(heap.copy(by), "by-x")];
    """
    )
    assert max(ask(body, [pictures, side, channels, kind])) <= 1e-6
