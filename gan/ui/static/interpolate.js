/* The Interpolate tab's picture: all frames come at once, and the slider scrubs through them in the page alone. */
(() => {
  const forge = window.DigitForge;
  const GAP = 1;
  const PLAY_MILLISECONDS = 40; // as the GIF's frames

  forge.mountInterpolate = (element, source, first) => {
    const tab = "interpolate";
    const find = (name) => element.querySelector(`#interpolate-${name}`);
    const figure = element.querySelector("figure");
    const stages = [...figure.querySelectorAll(".df-stage")];
    const [picture, start, end, strip] = ["picture", "start", "end", "strip"].map(find);
    const [slider, readout, mark, play] = ["slider", "t", "mark", "play"].map(find);
    const files = { "frames.gif": find("gif"), "strip.png": find("strip-png") };
    const note = figure.querySelector(".df-note");
    let shown = null;
    let timer = null;

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
      picture.setAttribute("aria-label", `A digit on the way ${answer.alt}; the slider moves it`);
      start.setAttribute("aria-label", `Start: digit ${answer.recipe.start.digit}, seed ${answer.recipe.start.seed}`);
      end.setAttribute("aria-label", `End: digit ${answer.recipe.end.digit}, seed ${answer.recipe.end.seed}`);
      strip.setAttribute("aria-label", `Strip of ${answer.strip.length} frames ${answer.alt}`);
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      note.textContent = answer.note;
      for (const button of [play, ...Object.values(files)]) button.disabled = false;
      figure.classList.remove("df-empty");
      refit();
      scrub();
      forge.say(tab, figure, null);
    };

    const stop = () => {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
      play.setAttribute("aria-pressed", "false");
    };

    play.addEventListener("click", () => {
      if (timer) {
        stop();
        return;
      }
      let step = Number(slider.value) === Number(slider.max) ? -1 : 1;
      play.textContent = "Pause";
      play.setAttribute("aria-pressed", "true");
      timer = setInterval(() => {
        const next = Number(slider.value) + step;
        if (next <= 0 || next >= Number(slider.max)) step = -step;
        slider.value = next;
        scrub();
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

    for (const [kind, button] of Object.entries(files)) {
      button.addEventListener("click", async () => {
        button.disabled = true;
        try {
          forge.save(await source.file(kind, shown.request));
        } catch (problem) {
          fail(problem);
        }
        button.disabled = false;
      });
    }

    for (const stage of stages) new ResizeObserver(refit).observe(stage);
    forge.mount(tab, first, forge.latest((request) => source.frames(request), show, fail));
  };
})();
