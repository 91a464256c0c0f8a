/* The Generate tab's picture: asks the source for a sheet at each change and shows it. What belongs to one visitor (the
   locked rows, whether verdicts are shown) is kept here and goes along with each request. */
(() => {
  const forge = window.DigitForge;
  const SIDE = 28;
  const CELL = SIDE + 2; // with the gap to the next
  const LOCKS = 36; // width of the column of locks, in CSS pixels
  const TEST_SHARE = 7; // as gan/render.py has it: every seventh digit of a dataset is for testing

  const percent = (share) => {
    const whole = Math.round(share * 100);
    if (whole === 100 && share < 1) return ">99 %";
    return whole === 0 && share > 0 ? "<1 %" : `${whole} %`;
  };

  const LOCK =
    '<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><rect x="3" y="7" width="10" height="7" rx="1.5"/>' +
    '<path d="M5 7V5a3 3 0 0 1 6 0v2" fill="none" stroke-width="1.6"/></svg>';

  forge.mountGenerate = (element, source, first, trigger) => {
    const tab = "generate";
    const find = (name) => element.querySelector(`#generate-${name}`);
    const figure = element.querySelector("figure");
    const stage = figure.querySelector(".df-stage");
    const picture = find("sheet");
    const note = figure.querySelector(".df-note");
    const [locksBox, verdicts, judge, copy] = ["locks", "verdicts", "judge", "copy"].map(find);
    const [spread, unlock, scale, png, zip] = ["spread", "unlock", "scale", "png", "zip"].map(find);
    const explain = figure.querySelector(".dg-explain");
    const locks = new Map(); // row -> [seed, style]
    let lastLocked = null;
    let current = first; // what the controls say
    let shown = null;
    let judging = false;
    forge.translate(element);

    const fail = (problem) => forge.say(tab, figure, problem);

    /* ---- locks */
    const writeLocks = () =>
      [...locks].sort(([a], [b]) => a - b).map(([row, [seed, style]]) => `${row}:${seed}.${style}`).join(",");
    const readLocks = (text) => {
      locks.clear();
      for (const part of (text || "").split(",").filter(Boolean)) {
        const [row, seed, style] = part.split(/[:.]/).map(Number);
        locks.set(row, [seed, style]);
        lastLocked = row;
      }
    };
    const styleOf = (row, request) => locks.get(row) || [Number(request.seed), row];

    const showLocks = () => {
      const rows = shown ? shown.answer.rows : 0;
      while (locksBox.children.length > rows) locksBox.lastChild.remove();
      for (let row = 0; row < rows; row++) {
        let button = locksBox.children[row];
        if (!button) {
          button = document.createElement("button");
          button.type = "button";
          button.className = "dg-lock";
          button.innerHTML = LOCK;
          button.setAttribute("aria-label", forge.word("generate.lock", { row: row + 1 }));
          button.title = forge.word("generate.lock", { row: row + 1 });
          button.addEventListener("click", () => toggle(row));
          locksBox.append(button);
        }
        button.setAttribute("aria-pressed", String(locks.has(row)));
      }
      spread.disabled = !locks.size;
      unlock.disabled = !locks.size;
    };

    const toggle = (row) => {
      if (locks.has(row)) locks.delete(row);
      else locks.set(row, styleOf(row, shown.request));
      lastLocked = locks.has(row) ? row : ([...locks.keys()].pop() ?? null);
      showLocks();
      draw();
    };

    spread.addEventListener("click", () => {
      const style = locks.get(lastLocked) || [...locks.values()][0];
      for (let row = 0; row < shown.answer.rows; row++) locks.set(row, style);
      showLocks();
      draw();
    });

    unlock.addEventListener("click", () => {
      locks.clear();
      lastLocked = null;
      showLocks();
      draw();
    });

    /* ---- the sheet */
    const refit = () => {
      if (!shown) return;
      const least = Math.max(0.5, 24 / CELL); // a row is as high as a lock that can be hit
      const size = forge.fit(stage, picture, picture.naturalWidth, picture.naturalHeight, { spare: LOCKS, least });
      if (!size) return;
      const high = judging ? null : size * CELL;
      locksBox.style.paddingTop = judging ? "0" : `${size}px`;
      locksBox.style.gridAutoRows = high ? `${high}px` : "calc(56px + 2.6em + 12px)";
    };

    const show = async (answer, request) => {
      answer.url = forge.pngUrl(answer.png);
      picture.src = answer.url;
      await picture.decode();
      shown = { answer, request };
      picture.alt = forge.reword(answer.alt);
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      note.textContent = forge.word("generate.note", {
        count: answer.count,
        digits: forge.word(answer.count === 1 ? "generate.noun1" : "generate.noun2"),
        ms: answer.milliseconds,
        model: answer.recipe.model,
      });
      for (const button of [png, zip, judge, copy]) button.disabled = false;
      figure.classList.remove("df-empty");
      showLocks();
      refit();
      forge.say(tab, figure, null);
      forge.stamp(picture);
      if (judging) askVerdicts(request);
    };

    /* ---- verdicts */
    const showVerdicts = (answer, request) => {
      if (!judging || !shown || request !== shown.request) return;
      const { columns, labels, url } = shown.answer;
      verdicts.style.setProperty("--sheet", `url(${url})`);
      verdicts.style.setProperty("--wide", `${picture.naturalWidth * 2}px`);
      verdicts.style.gridTemplateColumns = `repeat(${columns}, 60px)`;
      verdicts.replaceChildren();
      const total = shown.answer.count;
      for (let i = 0; i < total; i++) {
        const [row, column] = [Math.floor(i / columns), i % columns];
        const item = document.createElement("div");
        const digit = document.createElement("span");
        const said = [];
        item.setAttribute("role", "listitem");
        digit.className = "dg-digit";
        digit.style.backgroundPosition = `-${2 * (column * CELL + 2)}px -${2 * (row * CELL + 2)}px`;
        item.append(digit);
        const add = (values, wrong) => {
          const line = document.createElement("span");
          line.className = wrong ? "dg-line dg-wrong" : "dg-line";
          line.textContent = values;
          line.setAttribute("aria-hidden", "true");
          item.append(line);
        };
        if (answer.real) {
          const share = percent(answer.real[i]);
          add(forge.word("generate.real", { share }), false);
          said.push(forge.word("generate.cellReal", { share }));
        }
        if (answer.read) {
          const [label, sure] = answer.read[i];
          const share = percent(sure);
          add(`→ ${label} ${share}`, label !== labels[column] && labels.length > 1);
          said.push(forge.word("generate.cellRead", { label, share }));
        }
        const whole = forge.word("generate.cell", { label: labels[column], row: row + 1, said: said.join(", ") });
        item.title = whole;
        const spoken = document.createElement("span");
        spoken.className = "dg-spoken";
        spoken.textContent = whole;
        item.append(spoken);
        verdicts.append(item);
      }
      explain.textContent = forge.join([answer.explain, answer.reader].map(forge.reword));
      explain.hidden = false;
      verdicts.hidden = false;
      picture.classList.add("dg-away");
      refit();
    };
    const askVerdicts = forge.latest((request) => source.ask(tab, "judge", request), showVerdicts, fail);

    judge.addEventListener("click", () => {
      judging = !judging;
      judge.setAttribute("aria-pressed", String(judging));
      judge.textContent = forge.word(judging ? "generate.unjudge" : "generate.judge");
      if (judging) askVerdicts(shown.request);
      else {
        verdicts.hidden = true;
        verdicts.replaceChildren();
        explain.hidden = true;
        picture.classList.remove("dg-away");
        refit();
      }
    });

    /* ---- asking */
    const ask = forge.latest((request) => source.ask(tab, "sheet", request), show, fail);
    const draw = () => ask({ ...current, locks: writeLocks() });

    find("draw").addEventListener("click", draw);

    /* ---- files */
    const keep = async (button, kind, more = {}) => {
      button.disabled = true;
      try {
        forge.save(await source.ask(tab, kind, { ...shown.request, ...more }));
      } catch (problem) {
        fail(problem);
      }
      button.disabled = false;
    };
    png.addEventListener("click", () => keep(png, "sheet.png", { scale: Number(scale.value) }));
    zip.addEventListener("click", () => keep(zip, "sheet.zip"));

    copy.addEventListener("click", () => {
      const { model, digits, rows, seed, psi, hands, locks: kept } = shown.request;
      const state = { model, weights: shown.answer.recipe.weights.slice(0, 12), digits, rows, seed, psi, hands };
      if (kept) state.locks = kept;
      forge.copyLink(copy, tab, state);
    });

    /* ---- a dataset, slice by slice */
    const [make, cancel, progress, made] = ["make", "cancel", "progress", "made"].map(find);
    const countInput = find("count").querySelector("input");
    let cancelled = false;

    const pack = async (kind, pixels, labels) => {
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

    make.addEventListener("click", async () => {
      const { model, digits, seed, psi } = current;
      const count = countInput.value === "" ? null : Number(countInput.value);
      const kind = find("kind").value;
      make.disabled = true;
      cancel.disabled = false;
      cancelled = false;
      const labels = [];
      let pixels = null;
      let name = "";
      const tell = (key, values = {}) => (made.textContent = forge.word(key, values));
      try {
        do {
          const slice = await source.ask(tab, "slice", { model, digits, seed, psi, count, at: labels.length });
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
        } else {
          tell("generate.packing");
          forge.save({ blob: await pack(kind, pixels, labels), name: kind === "npz" ? `${name}.npz` : `${name}-idx.zip` });
          tell("generate.done", { count });
        }
        forge.say(tab, figure, null);
      } catch (problem) {
        made.textContent = "";
        progress.value = 0;
        fail(problem);
        figure.classList.remove("df-stale"); // the sheet shown is what was asked for
      }
      make.disabled = false;
      cancel.disabled = true;
    });
    cancel.addEventListener("click", () => (cancelled = true));

    new ResizeObserver(refit).observe(stage);

    let opening = Boolean(forge.linked(tab));
    const run = (request) => {
      current = request;
      if (!opening) draw();
    };
    forge.mount(tab, first, run);
    if (opening) {
      forge
        .openLink(tab, source, (controls) => {
          const { locks: kept, ...values } = controls;
          const { locks: none, ...own } = first;
          readLocks(kept);
          current = { ...own, ...values };
          forge.settle(tab, current, trigger);
        })
        .then(() => {
          opening = false;
          draw();
        });
    }
  };
})();
