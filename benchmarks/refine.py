"""A refinement of "Your hand" in the page's engine: how long it takes, and how near its gradients are to PyTorch's.

In a real Chromium, in the engine's own Worker, on one thread. Pictures are the model's own; the gradient is compared
where the encoder's answer stands and after 20 steps, its error a share of the gradient's length.

python -m benchmarks.refine [NAME] [--runs 10] [--seed 0]
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from playwright.sync_api import Page

import gan
from benchmarks.machine import describe_machine, take_percentiles
from benchmarks.page_memory import open_page
from gan.data import to_float, to_uint8
from gan.handwriting.encoder import EncoderError, load_encoder
from gan.handwriting.invert import BETAS, Found, Inverter
from gan.judges.classifier import load_classifier
from gan.ui.engine.parts import write_model

COUNT = 20  # hands whose gradients are compared
FAR = 20  # steps before the second look

DIFFERENTIATE = """
async ({ images, states, labels }) => {
  const load = (name) => import(`/engine/${name}.js`), at = new URL("/model/", location.href);
  const [{ Heap }, { Generator }, { Reader }, { Refiner }, files] =
    await Promise.all(["heap", "generator", "reader", "refine", "files"].map(load));
  const manifest = await files.loadManifest(at), heap = await Heap.make();
  const [g, hand, weights] =
    await Promise.all(["generator", "hand", "reader"].map((part) => files.loadTensors(at, manifest.parts[part])));
  const generator = new Generator(heap, manifest, manifest.parts.generator.network, g);
  const refiner = new Refiner(generator, new Reader(heap, weights), hand.spread.data);
  return labels.map((label, i) => {
    const [z, u, start] = states[i].map((one) => Float32Array.from(one));
    const target = refiner.look(Float32Array.from(images[i]), label);
    return Array.from(refiner.differentiate({ z, u, start }, target).gradient);
  });
}
"""
TIME = """
async ([runs, seed]) => {
  const { start } = await import("/engine/engine.js");
  const engine = await start({ folder: new URL("/model/", location.href) });
  const many = engine.manifest.class_names.length, labels = Array.from({ length: 10 }, (_, i) => i % many);
  const { pixels } = await engine.ask("draw", { labels, seed }), took = { step: [], whole: [], ten: [] };
  for (let run = 0; run <= runs; run++) {
    const one = { pixels: pixels.slice((run % 10) * 784, ((run % 10) + 1) * 784), label: labels[run % 10] };
    let { state } = await engine.ask("look", one), inside = 0;
    const begun = performance.now();
    while (state.step < 60) {
      const answer = await engine.ask("refine", { ...one, state });
      ({ state } = answer);
      inside += answer.ms;
    }
    const whole = performance.now() - begun, { ms: ten } = await engine.ask("draw", { labels, seed: run });
    if (run === 0) continue; // it compiles, and lays out weights
    took.step.push(inside / 60);
    took.whole.push(whole / 1000);
    took.ten.push(ten);
  }
  engine.stop();
  return took;
}
"""


def find_gradients(inverter: Inverter, images: torch.Tensor, labels: torch.Tensor, found: Found) -> torch.Tensor:
    """PyTorch's gradients by (z, u) where `found` stands: a step's first moment, begun at none, is a share of them."""
    empty = torch.zeros_like(found.mean)
    step = inverter.refine(images, labels, replace(found, mean=empty, square=empty, step=0), steps=1)
    return step.mean / (1 - BETAS[0])


def compare(page: Page, inverter: Inverter, seed: int) -> dict[int, torch.Tensor]:
    """Relative errors of the page's gradients of COUNT hands, by how many steps had been taken."""
    generator = inverter.generator
    labels = torch.arange(COUNT) % generator.num_classes
    images = to_float(to_uint8(generator.sample(labels, seed=seed)))
    found, errors = inverter.start(images, labels), {}
    for steps in (0, FAR):
        found = inverter.refine(images, labels, found, steps)
        states = [[row.tolist() for row in rows] for rows in zip(found.z, found.u, found.start, strict=True)]
        asked: dict[str, Any] = {"images": images.flatten(1).tolist(), "states": states, "labels": labels.tolist()}
        made = torch.tensor(page.evaluate(DIFFERENTIATE, asked))
        wanted = find_gradients(inverter, images, labels, found)
        errors[steps] = (made - wanted).norm(dim=1) / wanted.norm(dim=1)
    return errors


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default="digits")
    parser.add_argument("--runs", type=int, default=10, help="whole refinements")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    generator = gan.load(options.name)
    try:
        encoder = load_encoder(generator)
    except EncoderError:
        encoder = None
    with tempfile.TemporaryDirectory() as made:
        write_model(options.name, Path(made) / "model", full=True, tell=lambda _: None)
        with open_page(Path(made)) as page:
            errors = compare(page, Inverter(generator, load_classifier(), encoder), options.seed)
            took = page.evaluate(TIME, [options.runs, options.seed])
    print(f"{options.name}, seed {options.seed}, {options.runs} refinements, {describe_machine()}")
    print("\n| | p50 | p95 |\n|---|---|---|")
    for name, key in (("ten digits, ms", "ten"), ("a step, ms", "step"), ("60 steps as a page takes them, s", "whole")):
        p50, p95 = take_percentiles(took[key])
        print(f"| {name} | {p50:.2f} | {p95:.2f} |")
    print(f"\n| error of the gradient, {COUNT} hands | median | largest |\n|---|---|---|")
    for steps, error in errors.items():
        print(f"| after {steps} steps | {float(error.median()):.1e} | {float(error.max()):.1e} |")


if __name__ == "__main__":
    main()
