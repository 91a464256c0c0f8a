/* A dataset as large as one likes, drawn slice by slice so that others are not kept waiting, and packed here. */
(() => {
  const forge = window.DigitForge;
  const SIDE = 28;
  const TEST_SHARE = 7; // as gan/drawing/datasets.py has it: every seventh digit of a dataset is for testing

  /* pixels uint8 (N, 28, 28) and labels (N) as one file: npz, or MNIST's four files in a ZIP. */
  const pack = (kind, pixels, labels) => {
    const count = labels.length;
    const images = (from, to) => [forge.makeIdx([to - from, SIDE, SIDE]), pixels.subarray(from * 784, to * 784)];
    const classes = (from, to) => [forge.makeIdx([to - from]), Uint8Array.from(labels.slice(from, to))];
    if (kind === "npz") {
      const wide = new BigInt64Array(labels.map(BigInt));
      return forge.makeZip([
        { name: "images.npy", parts: [forge.makeNpy("|u1", [count, SIDE, SIDE]), pixels] },
        { name: "labels.npy", parts: [forge.makeNpy("<i8", [count]), new Uint8Array(wide.buffer)] },
      ]);
    }
    const cut = count - Math.floor(count / TEST_SHARE);
    const folder = "MNIST/raw/";
    return forge.makeZip([
      { name: `${folder}train-images-idx3-ubyte`, parts: images(0, cut) },
      { name: `${folder}train-labels-idx1-ubyte`, parts: classes(0, cut) },
      { name: `${folder}t10k-images-idx3-ubyte`, parts: images(cut, count) },
      { name: `${folder}t10k-labels-idx1-ubyte`, parts: classes(cut, count) },
    ]);
  };

  /* The form below the sheet. values(): what the controls say; report(problem): says a Problem, or takes it away. */
  forge.mountDataset = (find, ask, values, report) => {
    const [make, cancel, progress, made] = ["make", "cancel", "progress", "made"].map(find);
    const countInput = find("count").querySelector("input");
    let cancelled = false;
    const tell = (key, words = {}) => (made.textContent = forge.word(key, words));

    const draw = async () => {
      const { model, digits, seed, psi } = values();
      const count = countInput.value === "" ? null : Number(countInput.value);
      const kind = find("kind").value;
      const labels = [];
      let pixels = null;
      let name = "";
      do {
        const slice = await ask("slice", { model, digits, seed, psi, count, at: labels.length });
        pixels = pixels || new Uint8Array(count * SIDE * SIDE);
        pixels.set(slice.pixels, labels.length * SIDE * SIDE);
        labels.push(...slice.labels);
        name = slice.name;
        progress.value = labels.length / count;
        tell("generate.made", { made: labels.length, count });
      } while (!cancelled && labels.length < count);
      if (cancelled) {
        tell("generate.cancelled", { made: labels.length });
        progress.value = 0;
        return;
      }
      tell("generate.packing");
      forge.save({ blob: await pack(kind, pixels, labels), name: kind === "npz" ? `${name}.npz` : `${name}-idx.zip` });
      tell("generate.done", { count });
    };

    make.addEventListener("click", async () => {
      make.disabled = true;
      cancel.disabled = false;
      cancelled = false;
      try {
        await draw();
        report(null);
      } catch (problem) {
        made.textContent = "";
        progress.value = 0;
        report(problem);
      }
      make.disabled = false;
      cancel.disabled = true;
    });
    cancel.addEventListener("click", () => (cancelled = true));
  };
})();
