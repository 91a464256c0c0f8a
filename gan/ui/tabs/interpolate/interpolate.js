/* The Interpolate tab: ends (digit, seed) that come and go, and the frames along them. All frames come at once, and the
   slider scrubs through them in the page alone. */
(() => {
  const forge = window.DigitForge;
  const GAP = 1;
  const PLAY_MILLISECONDS = 40; // as the films' frames
  const HANDS = 6; // seeds of "same digit, new hands"

  const draw32 = () => crypto.getRandomValues(new Uint32Array(1))[0];

  forge.mountInterpolate = (element, source, first, trigger) => {
    const tab = "interpolate";
    const find = (name) => element.querySelector(`#interpolate-${name}`);
    const figure = element.querySelector("figure");
    const stages = [...figure.querySelectorAll(".df-stage")];
    const [picture, start, end, strip] = ["picture", "start", "end", "strip"].map(find);
    const [slider, readout, mark, play, copy] = ["slider", "t", "mark", "play", "copy"].map(find);
    const files = {
      "frames.gif": find("gif"),
      "frames.webp": find("webp"),
      "frames.mp4": find("mp4"),
      "strip.png": find("strip-png"),
    };
    const [list, add, psi] = [element.querySelector(".dw-ends"), find("add"), find("psi-input")];
    const note = figure.querySelector(".df-note");
    let shown = null;
    let timer = null;
    forge.translate(element);

    /* ---- the state: all that a link carries */
    const state = { ...first };
    const readEnds = (text) => text.split(",").map((part) => part.split("."));
    let ends = readEnds(first.ends); // [digit, seed], as typed
    const toRequest = () => ({
      model: state.model,
      ends: ends.map(([digit, seed]) => `${digit}.${seed}`).join(","),
      method: state.method,
      travels: state.travels,
      loop: state.loop,
      psi: state.psi,
    });

    const refit = () => {
      forge.fit(stages[0], picture, picture.width, picture.height);
      forge.fit(stages[1], strip, strip.width, strip.height);
      moveMark();
    };
    const fail = (problem) => forge.say(tab, figure, problem);

    const moveMark = () => {
      const share = slider.max > 0 ? slider.value / slider.max : 0;
      const cell = strip.offsetWidth * (28 / (strip.width || 28));
      mark.style.width = `${cell}px`;
      mark.style.transform = `translateX(${strip.offsetLeft + share * (strip.offsetWidth - cell)}px)`;
    };

    const scrub = () => {
      if (!shown) return;
      const index = Number(slider.value);
      const t = (index / (shown.answer.count - 1)).toFixed(2);
      forge.paintFrame(picture, shown.answer.pixels, index);
      readout.textContent = t;
      slider.setAttribute("aria-valuetext", `t = ${t}`);
      moveMark();
    };

    const show = (answer, request) => {
      const share = shown ? slider.value / slider.max : 0.5;
      shown = { answer, request };
      slider.max = answer.count - 1;
      slider.value = Math.round(share * slider.max);
      slider.disabled = false;
      forge.paintFrame(start, answer.pixels, 0);
      forge.paintFrame(end, answer.pixels, answer.count - 1);
      forge.paintStrip(strip, answer.pixels, answer.strip, GAP);
      const alt = forge.reword(answer.alt);
      picture.setAttribute("aria-label", forge.word("interpolate.alt", { alt }));
      start.setAttribute("aria-label", forge.word("interpolate.start", answer.ends[0]));
      end.setAttribute("aria-label", forge.word("interpolate.end", answer.ends[answer.ends.length - 1]));
      strip.setAttribute("aria-label", forge.word("interpolate.stripAlt", { count: answer.strip.length, alt }));
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      note.textContent = forge.word("interpolate.note", {
        count: answer.count,
        ms: answer.milliseconds,
        model: answer.recipe.model,
      });
      for (const button of [play, copy, ...Object.values(files)]) button.disabled = false;
      figure.classList.remove("df-empty");
      refit();
      scrub();
      forge.say(tab, figure, null);
    };

    const ask = forge.latest((request) => source.ask(tab, "frames", request), show, fail);
    const draw = () => ask(toRequest());

    /* ---- the ends */
    const makeEnd = () => {
      const item = document.createElement("li");
      const digit = document.createElement("select");
      const seed = document.createElement("input");
      const reroll = document.createElement("button");
      const remove = document.createElement("button");
      for (let i = 0; i < 10; i++) digit.append(new Option(i, i));
      seed.type = "text";
      seed.inputMode = "numeric";
      seed.autocomplete = "off";
      seed.maxLength = 20;
      for (const button of [reroll, remove]) {
        button.type = "button";
        button.className = "df-button dg-small";
      }
      reroll.textContent = forge.word("interpolate.randomize");
      remove.textContent = "×";
      remove.classList.add("dw-remove");
      const place = () => [...list.children].indexOf(item);
      digit.addEventListener("change", () => {
        ends[place()][0] = digit.value;
        draw();
      });
      seed.addEventListener("input", () => {
        ends[place()][1] = seed.value.trim();
        draw();
      });
      reroll.addEventListener("click", () => {
        ends[place()][1] = String(draw32());
        showEnds();
        draw();
      });
      remove.addEventListener("click", () => {
        const here = place();
        ends.splice(here, 1);
        showEnds();
        list.children[Math.min(here, ends.length - 1)].querySelector("select").focus();
        draw();
      });
      item.append(digit, seed, reroll, remove);
      return item;
    };

    const showEnds = () => {
      while (list.children.length > ends.length) list.lastChild.remove();
      while (list.children.length < ends.length) list.append(makeEnd());
      ends.forEach(([digit, seed], i) => {
        const item = list.children[i];
        const [choice, number, reroll, remove] = item.children;
        const place = i + 1;
        choice.value = digit;
        if (number.value.trim() !== seed) number.value = seed;
        choice.id = `interpolate-digit-${i}`;
        number.id = `interpolate-seed-${i}`;
        reroll.id = `interpolate-randomize-${i}`;
        choice.setAttribute("aria-label", forge.word("interpolate.digit", { place }));
        number.setAttribute("aria-label", forge.word("interpolate.seed", { place }));
        reroll.setAttribute("aria-label", forge.word("interpolate.randomizeEnd", { place }));
        remove.setAttribute("aria-label", forge.word("interpolate.remove", { place }));
        remove.disabled = ends.length <= 2;
      });
      add.disabled = ends.length >= first.most;
    };

    const setState = (values) => {
      Object.assign(state, values);
      for (const name of ["travels", "method", "loop"]) {
        const mark = element.querySelector(`input[name="interpolate-${name}"][value="${state[name]}"]`);
        if (mark) mark.checked = true;
      }
      psi.value = state.psi;
      find("psi-shown").textContent = Number(state.psi).toFixed(2);
    };

    add.addEventListener("click", () => {
      ends.push([String((Number(ends[ends.length - 1][0]) + 1) % 10), String(draw32())]);
      showEnds();
      list.lastChild.querySelector("select").focus();
      draw();
    });

    find("zero").addEventListener("click", () => {
      const seed = ends[0][1];
      ends = Array.from({ length: 10 }, (_, digit) => [String(digit), seed]);
      setState({ travels: "both", loop: "back" });
      showEnds();
      draw();
    });

    find("same").addEventListener("click", () => {
      const [digit, seed] = ends[0];
      ends = Array.from({ length: HANDS }, (_, i) => [digit, i ? String(draw32()) : seed]);
      setState({ travels: "both", loop: "round" });
      showEnds();
      draw();
    });

    for (const name of ["travels", "method", "loop"]) {
      find(name).addEventListener("change", (event) => {
        state[name] = event.target.value;
        draw();
      });
    }
    psi.addEventListener("input", () => {
      setState({ psi: Number(psi.value) });
      draw();
    });

    /* ---- playing */
    const stop = () => {
      clearInterval(timer);
      timer = null;
      play.textContent = forge.word("interpolate.play");
      play.setAttribute("aria-pressed", "false");
    };

    play.addEventListener("click", () => {
      if (timer) {
        stop();
        return;
      }
      let step = Number(slider.value) === Number(slider.max) ? -1 : 1;
      play.textContent = forge.word("interpolate.pause");
      play.setAttribute("aria-pressed", "true");
      timer = setInterval(() => {
        if (!element.isConnected) return stop();
        const last = Number(slider.max);
        if (shown.request.loop === "round") {
          slider.value = (Number(slider.value) + 1) % last; // the last frame is the first again
        } else {
          const next = Number(slider.value) + step;
          if (next <= 0 || next >= last) step = -step;
          slider.value = next;
        }
        return scrub();
      }, PLAY_MILLISECONDS);
    });

    slider.addEventListener("input", scrub);
    slider.addEventListener("pointerdown", () => timer && stop());

    strip.addEventListener("click", (event) => {
      if (!shown) return;
      if (timer) stop();
      const place = Math.floor((event.offsetX / strip.offsetWidth) * shown.answer.strip.length);
      slider.value = shown.answer.strip[Math.min(place, shown.answer.strip.length - 1)];
      scrub();
    });

    /* ---- files and links */
    for (const [kind, button] of Object.entries(files)) {
      button.addEventListener("click", async () => {
        button.disabled = true;
        try {
          forge.save(await source.ask(tab, kind, shown.request));
        } catch (problem) {
          fail(problem);
        }
        button.disabled = false;
      });
    }

    copy.addEventListener("click", () => {
      const { model, ends: along, method, travels, loop, psi: share } = shown.request;
      const weights = shown.answer.recipe.weights.slice(0, 12);
      forge.copyLink(copy, tab, { model, weights, ends: along, method, travels, loop, psi: share });
    });

    for (const stage of stages) new ResizeObserver(refit).observe(stage);

    setState({});
    showEnds();
    forge
      .openLink(tab, source, ({ ends: along, ...controls }) => {
        if (along) ends = readEnds(along);
        setState(controls);
        showEnds();
      })
      .then(() => forge.mount(tab, first, ({ model }) => {
        state.model = model;
        draw();
      }));
  };
})();
