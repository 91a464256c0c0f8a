/* The Explore tab: one hand, moved by a pad and by sliders in units. Each move is one request for all digits; while one
   is on its way only the last of the moves made meanwhile waits. A dragged slider is answered by one drawing, and once
   it rests by pictures as exact as they become (data-settled). The number written below is put together from the
   digits that are there. */
(() => {
  const forge = window.DigitForge;
  const SIDE = 28;
  const REST_MILLISECONDS = 140; // without a move: at rest
  const MAP_DIGIT = 3;
  const LONGEST = 16; // of a number written
  const MARKS = " .-/:";

  forge.mountExplore = (element, source, first) => {
    const tab = "explore";
    const { names, units, reach } = first;
    const find = (id) => element.querySelector(`#explore-${id}`);
    const input = (id) => find(`${id}-input`);
    const figure = find("figure");
    const digits = find("digits");
    const note = figure.querySelector(".df-note");
    const pad = find("pad");
    const map = find("map");
    const dot = pad.querySelector(".dx-dot");
    const written = find("written");
    const writing = element.querySelector(".dx-written");
    const table = element.querySelector(".dx-all table");
    const all = element.querySelector(".dx-all");
    const unitOf = Object.fromEntries(names.map((name, i) => [name, units[i] === "°" ? "°" : ` ${units[i]}`]));
    const places = Object.fromEntries(names.map((name, i) => [name, units[i] === "°" ? 1 : 2]));
    const edge = reach * 1.25; // the map's outer pictures have their middles at the plane's ends
    const linked = forge.linked(tab);
    forge.translate(element);

    /* ---- the state: all that a link carries */
    const start = { seed: first.seed, psi: first.psi, plane: first.plane, pair: first.pair, x: 0, y: 0, text: "" };
    const state = { ...start, model: first.model };
    for (const name of names) state[name] = null;
    const numeric = new Set(["seed", "psi", "pair", "x", "y", ...names]);
    const take = (values) => {
      for (const name of Object.keys(state)) {
        if (!(name in values)) continue;
        const number = Number(values[name]);
        // What is no number goes to the server as it is, which says so
        state[name] = numeric.has(name) && values[name] !== "" && Number.isFinite(number) ? number : values[name];
      }
    };
    if (linked) take(linked);

    let weights = linked && linked.weights; // that the link was made with: others draw another picture
    let hand = null; // what the server knows of the model
    let active = names[0]; // the measure that stands under each digit
    let shown = null; // the last answer
    let rest = null;
    let cells = [];

    const isAsked = () => names.some((name) => state[name] !== null);
    const toRequest = () => {
      const { text, ...request } = state;
      if (!hand || !hand.ranges) for (const name of names) request[name] = null;
      return request;
    };

    /* ---- drawing */
    const build = (classes) => {
      digits.replaceChildren();
      cells = classes.map((name) => {
        const cell = document.createElement("div");
        const canvas = document.createElement("canvas");
        const found = document.createElement("span");
        const asked = document.createElement("span");
        cell.className = "dx-cell";
        canvas.width = canvas.height = SIDE;
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", name);
        found.className = "dx-found";
        asked.className = "dx-asked";
        for (const line of [found, asked]) line.setAttribute("aria-hidden", "true"); // the canvas says it
        cell.append(canvas, found, asked);
        digits.append(cell);
        return { canvas, context: canvas.getContext("2d"), found, asked, name };
      });
      digits.classList.toggle("dx-one", cells.length === 1);
      refit();
    };

    const refit = () => {
      if (!cells.length || !digits.clientWidth) return;
      const density = window.devicePixelRatio || 1;
      const columns = getComputedStyle(digits).gridTemplateColumns.split(" ").length;
      const style = getComputedStyle(digits);
      const room =
        (digits.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)) / columns - 4;
      const times = Math.max(1, Math.min(Math.floor((density * room) / SIDE), Math.floor((density * 160) / SIDE)));
      digits.style.setProperty("--dx-side", `${(times * SIDE) / density}px`);
    };

    const refitPad = () => {
      const density = window.devicePixelRatio || 1;
      const room = Math.min(430, pad.parentElement.clientWidth - 2);
      if (room > 0) pad.style.width = `${(Math.max(1, Math.floor((density * room) / map.width)) * map.width) / density}px`;
    };

    const put = (context, pixels, index, left) => {
      const image = context.createImageData(SIDE, SIDE);
      const words = new Uint32Array(image.data.buffer);
      const from = index * SIDE * SIDE;
      for (let i = 0; i < words.length; i++) words[i] = 0xff000000 | (pixels[from + i] * 0x010101);
      context.putImageData(image, left, 0);
    };

    const show = (name, value) => (value === null ? "" : value.toFixed(places[name]));

    /* Text that stays costs no layout */
    const setText = (element, text) => {
      if (element.textContent !== text) element.textContent = text;
    };

    const caption = () => {
      cells.forEach((cell, i) => {
        const { asked, measured } = shown.measures[i][active];
        setText(cell.found, `${show(active, measured)}${unitOf[active]}`);
        setText(cell.asked, asked === null ? "" : forge.word("explore.askedShort", { asked: show(active, asked) }));
      });
    };

    const means = () =>
      Object.fromEntries(
        names.map((name) => [name, shown.measures.reduce((sum, one) => sum + one[name].measured, 0) / shown.measures.length]),
      );

    const label = () => {
      const found = means();
      for (const name of names) {
        const range = input(name);
        const values = { unit: unitOf[name], found: show(name, found[name]), asked: show(name, state[name]) };
        if (state[name] === null) range.value = found[name];
        const text = forge.word(state[name] === null ? "explore.follows" : "explore.asked", values);
        setText(find(`${name}-shown`), text);
        range.setAttribute("aria-valuetext", text);
      }
      caption();
    };

    /* What changes for readers and in the table, once the hand rests */
    const tell = () => {
      cells.forEach((cell, i) => {
        const measures = names.map((name) => {
          const { asked, measured } = shown.measures[i][name];
          const values = { unit: unitOf[name], found: show(name, measured), asked: show(name, asked) };
          const what = forge.word(`explore.${name}`);
          return `${what} ${asked === null ? `${values.found}${values.unit}` : forge.word("explore.asked", values)}`;
        });
        cell.canvas.setAttribute("aria-label", forge.word("explore.cell", { name: cell.name, measures: measures.join(", ") }));
      });
      note.textContent = forge.word("explore.note", {
        count: shown.count,
        ms: Math.round(shown.milliseconds),
        model: shown.recipe.model,
      });
      if (all.open) fill();
    };

    const fill = () => {
      if (!shown) return;
      const row = (kind, values) => {
        const line = document.createElement("tr");
        values.forEach((value, i) => {
          const cell = document.createElement(kind === "th" || i === 0 ? "th" : "td");
          cell.scope = kind === "th" ? "col" : i === 0 ? "row" : "";
          if (!cell.scope) cell.removeAttribute("scope");
          cell.textContent = value;
          line.append(cell);
        });
        return line;
      };
      const head = document.createElement("thead");
      const body = document.createElement("tbody");
      head.append(row("th", [forge.word("explore.digit"), ...names.map((name) => `${forge.word(`explore.${name}`)},${unitOf[name] === "°" ? " °" : unitOf[name]}`)]));
      cells.forEach((cell, i) => {
        const values = names.map((name) => {
          const { asked, measured } = shown.measures[i][name];
          return asked === null ? show(name, measured) : `${show(name, measured)} (${show(name, asked)})`;
        });
        body.append(row("td", [cell.name, ...values]));
      });
      table.replaceChildren(head, body);
    };

    const draw = (answer, request) => {
      shown = answer;
      for (let i = 0; i < cells.length; i++) put(cells[i].context, answer.pixels, i, 0);
      label();
      write();
      const settled = !request.quick || !names.some((name) => request[name] !== null);
      figure.dataset.settled = settled;
      if (settled) {
        figure.dataset.recipe = JSON.stringify(answer.recipe);
        tell();
      }
      if (figure.classList.contains("df-empty")) {
        figure.classList.remove("df-empty");
        find("png").disabled = false;
      }
      if (figure.classList.contains("df-stale") || complained) {
        complained = false;
        forge.say(tab, figure, null);
      }
      forge.stamp(digits);
    };

    let complained = false;
    const fail = (problem) => {
      complained = true;
      forge.say(tab, figure, problem);
    };

    /* Every answer is shown, also while the next move waits: a hand that never rests sees where it is */
    const ask = forge.latest(
      async (request) => draw(await source.ask(tab, "edit", request), request),
      () => {},
      fail,
    );

    const settle = () => {
      clearTimeout(rest);
      rest = null;
      ask({ ...toRequest(), quick: false });
    };

    const move = () => {
      clearTimeout(rest);
      if (!hand) {
        askHand({ model: state.model }); // which draws, once it is known
        return;
      }
      const quick = isAsked();
      ask({ ...toRequest(), quick });
      rest = quick ? setTimeout(settle, REST_MILLISECONDS) : null;
    };

    /* ---- the pad's map: the plane itself, as one of the digits */
    let mapped = "";
    let mapping = null;
    const askMap = forge.latest(
      (request) => source.ask(tab, "map", request),
      (answer) => {
        const context = map.getContext("2d");
        const count = Math.round(Math.sqrt(answer.count));
        map.width = map.height = count * SIDE;
        for (let i = 0; i < answer.count; i++) {
          const image = context.createImageData(SIDE, SIDE);
          const words = new Uint32Array(image.data.buffer);
          for (let k = 0; k < words.length; k++) words[k] = 0xff000000 | (answer.pixels[i * SIDE * SIDE + k] * 0x010101);
          context.putImageData(image, (i % count) * SIDE, Math.floor(i / count) * SIDE);
        }
        forge.stamp(map);
      },
      () => (mapped = ""), // the digits' own request says what is wrong
    );
    const remap = () => {
      const { model, seed, psi, plane, pair } = state;
      const wanted = JSON.stringify([model, seed, psi, plane, pair]);
      clearTimeout(mapping);
      if (wanted === mapped || !hand) return;
      mapping = setTimeout(() => {
        mapped = wanted;
        askMap({ model, seed, psi, plane, pair, digit: [Math.min(MAP_DIGIT, hand.classes.length - 1)] });
      }, REST_MILLISECONDS);
    };

    /* ---- controls that follow the state */
    const place = () => {
      const [x, y] = [state.x, state.y].map((value) => (Number.isFinite(value) ? value : 0));
      dot.style.left = `${50 + (50 * x) / edge}%`;
      dot.style.top = `${50 - (50 * y) / edge}%`;
      for (const name of ["x", "y"]) {
        input(name).value = state[name];
        setText(find(`${name}-shown`), Number(state[name]).toFixed(2));
      }
    };

    const follow = () => {
      place();
      input("seed").value = state.seed;
      input("psi").value = state.psi;
      find("psi-shown").textContent = Number(state.psi).toFixed(2);
      input("plane").value = state.plane;
      input("pair").value = state.pair;
      if (input("number").value !== state.text) input("number").value = state.text;
      find("plane-note").textContent = (hand && forge.reword(hand.notes[state.plane])) || "";
      for (const name of names) {
        const free = state[name] === null;
        find(name).classList.toggle("dx-free", free);
        find(`${name}-free`).disabled = free;
        if (!free) input(name).value = state[name];
      }
    };

    const change = (values) => {
      Object.assign(state, values);
      follow();
      move();
      remap();
    };

    for (const name of names) {
      const button = find(`${name}-free`);
      button.textContent = forge.word("explore.free");
      button.setAttribute("aria-label", forge.word("explore.freeLabel", { name: forge.word(`explore.${name}`) }));
      input(name).addEventListener("input", () => {
        if (active !== name || state[name] === null) {
          active = name;
          mark();
          find(name).classList.remove("dx-free");
          button.disabled = false;
        }
        state[name] = Number(input(name).value);
        move();
      });
      input(name).addEventListener("focus", () => {
        active = name;
        mark();
        if (shown) caption();
      });
      button.addEventListener("click", () => {
        input(name).focus();
        change({ [name]: null });
      });
    }
    const mark = () => {
      for (const name of names) find(name).classList.toggle("dx-active", name === active);
    };

    for (const name of ["x", "y"]) {
      input(name).addEventListener("input", () => {
        state[name] = Number(input(name).value);
        place();
        move();
      });
    }
    input("psi").addEventListener("input", () => change({ psi: Number(input("psi").value) }));
    input("seed").addEventListener("input", () => {
      const text = input("seed").value.trim();
      state.seed = text === "" ? null : Number(text); // the box keeps what is being typed
      move();
      remap();
    });
    input("plane").addEventListener("change", () => change({ plane: input("plane").value }));
    input("pair").addEventListener("change", () => change({ pair: Number(input("pair").value) }));
    find("randomize").addEventListener("click", () =>
      change({ seed: crypto.getRandomValues(new Uint32Array(1))[0] }),
    );
    find("reset").addEventListener("click", () =>
      change({ ...start, seed: state.seed, text: state.text, ...Object.fromEntries(names.map((name) => [name, null])) }),
    );

    /* ---- the pad by hand and by key */
    const clamp = (value) => Math.max(-reach, Math.min(reach, Math.round(value * 100) / 100));
    const point = (event) => {
      const box = pad.getBoundingClientRect();
      state.x = clamp((((event.clientX - box.left - pad.clientLeft) / pad.clientWidth) * 2 - 1) * edge);
      state.y = clamp((1 - ((event.clientY - box.top - pad.clientTop) / pad.clientHeight) * 2) * edge);
      place();
      move();
    };
    pad.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      pad.setPointerCapture(event.pointerId);
      pad.focus({ preventScroll: true });
      event.preventDefault();
      point(event);
    });
    pad.addEventListener("pointermove", (event) => pad.hasPointerCapture(event.pointerId) && point(event));
    pad.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 0.5 : 0.1;
      const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      if (event.key === "Home") Object.assign(state, { x: 0, y: 0 });
      else if (ways[event.key]) {
        state.x = clamp(Number(state.x) + step * ways[event.key][0]);
        state.y = clamp(Number(state.y) + step * ways[event.key][1]);
      } else return;
      event.preventDefault();
      place();
      move();
    });

    /* ---- a number in this hand */
    const labelsOf = (text) => [...text].filter((mark) => !MARKS.includes(mark)).map(Number);
    const write = () => {
      const text = state.text.trim();
      const box = find("number");
      const old = box.querySelector(".df-problem");
      const bad = [...text].find((mark) => !MARKS.includes(mark) && !(/[0-9]/.test(mark) && Number(mark) < cells.length));
      let problem = "";
      if (text.length > LONGEST) problem = forge.word("explore.tooLong", { count: text.length, most: LONGEST });
      else if (bad) problem = forge.word("explore.badMark", { mark: `“${bad}”` });
      if (problem !== (old ? old.textContent : "")) {
        if (old) old.remove();
        input("number").toggleAttribute("aria-invalid", Boolean(problem));
        if (problem) {
          const line = document.createElement("p");
          line.className = "df-problem";
          line.setAttribute("role", "alert");
          line.textContent = problem;
          box.append(line);
        }
      }
      const empty = Boolean(problem) || !labelsOf(text).length;
      if (writing.hidden !== empty) writing.hidden = empty;
      if (empty || !shown) return;
      const widths = [...text].map((mark) => (MARKS.includes(mark) ? 10 : SIDE - 4));
      const width = widths.reduce((sum, one) => sum + one, 4);
      if (written.width !== width) {
        written.width = width;
        forge.fit(writing, written, width, SIDE);
      }
      const context = written.getContext("2d");
      context.globalCompositeOperation = "source-over";
      context.fillStyle = "#000";
      context.fillRect(0, 0, width, SIDE);
      context.globalCompositeOperation = "lighten"; // neighbours overlap by their empty margins
      context.fillStyle = "#fff";
      let left = 0;
      [...text].forEach((mark, i) => {
        const middle = left + 5;
        if (mark === ".") context.fillRect(middle, 21, 3, 3);
        else if (mark === "-") context.fillRect(left + 2, 14, 8, 2);
        else if (mark === ":") [[10], [19]].forEach(([top]) => context.fillRect(middle, top, 3, 3));
        else if (mark === "/") for (let k = 0; k < 18; k++) context.fillRect(left + 9 - Math.floor(k / 2.2), 5 + k, 2, 1);
        else if (mark !== " ") context.drawImage(cells[Number(mark)].canvas, left, 0);
        left += widths[i];
      });
      written.setAttribute("aria-label", forge.word("explore.writtenAlt", { text }));
      forge.stamp(written);
    };
    input("number").addEventListener("input", () => {
      state.text = input("number").value;
      write();
    });

    /* ---- files and links */
    find("copy").addEventListener("click", (event) => {
      const kept = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== null && value !== ""));
      if (shown) kept.weights = shown.recipe.weights.slice(0, 12);
      forge.copyLink(event.currentTarget, tab, kept);
    });
    find("png").addEventListener("click", async () => {
      const button = find("png");
      button.disabled = true;
      const digitsWritten = writing.hidden ? null : labelsOf(state.text);
      try {
        forge.save(await source.ask(tab, "explore.png", { ...toRequest(), digits: digitsWritten }));
      } catch (problem) {
        fail(problem);
      }
      button.disabled = false;
    });
    all.addEventListener("toggle", fill);

    /* ---- the model: what it can do comes first, then its digits */
    let again = null;
    const meet = (answer) => {
      clearTimeout(again);
      if (state.model !== answer.model) return;
      const measured = hand && hand.model === answer.model && hand.ranges;
      const known = hand && hand.model === answer.model;
      hand = answer;
      find("state").textContent = forge.reword(answer.sentence);
      for (const name of names) {
        const range = input(name);
        range.disabled = !answer.ranges;
        if (!answer.ranges) continue;
        const [low, high] = answer.ranges[name];
        range.min = low.toFixed(2);
        range.max = high.toFixed(2);
        range.step = places[name] === 1 ? 0.1 : 0.01;
        find(name).querySelector(".dx-low").textContent = `${show(name, low)}${unitOf[name]}`;
        find(name).querySelector(".dx-high").textContent = `${show(name, high)}${unitOf[name]}`;
      }
      if (!answer.ranges) again = setTimeout(() => askHand({ model: state.model }), 3000);
      if (known && Boolean(measured) === Boolean(answer.ranges)) return;
      if (cells.length !== answer.classes.length || cells.some((cell, i) => cell.name !== answer.classes[i])) {
        build(answer.classes);
      }
      follow();
      settle();
      remap();
    };
    const askHand = forge.latest((request) => source.ask(tab, "hand", request), meet, (problem) => {
      weights = null; // the next move draws with the weights that are here
      fail(problem);
    });

    let met = false;
    const run = (request) => {
      if (met || !linked || !linked.model) state.model = request.model ?? state.model;
      if (met) weights = null;
      met = true;
      hand = null;
      mapped = "";
      askHand({ model: state.model, weights });
    };

    new ResizeObserver(() => {
      refit();
      refitPad();
      if (!writing.hidden) forge.fit(writing, written, written.width, SIDE);
    }).observe(digits);
    mark();
    follow();
    forge.mount(tab, first, run);
  };
})();
