/* The Interpolate tab: ends (digit, seed) that come and go, and the frames along them. All frames come at once, and the
   slider scrubs through them in the page alone. */
(() => {
  const forge = window.DigitForge;
  const TAB = "interpolate";
  const GAP = 1;
  const HANDS = 6; // seeds of "same digit, new hands"
  const FILES = { "frames.gif": "gif", "frames.webp": "webp", "frames.mp4": "mp4", "strip.png": "strip-png" };

  const TABLE = (first) => [
    { name: "model", value: first.model },
    { name: "ends", value: first.ends },
    { name: "method", kind: "choice", value: first.method },
    { name: "travels", kind: "choice", value: first.travels },
    { name: "loop", kind: "choice", value: first.loop },
    { name: "psi", kind: "range", value: first.psi },
  ];

  forge.mountInterpolate = (element, source, first) => {
    const find = (name) => element.querySelector(`#interpolate-${name}`);
    const [figure, picture, start, end, strip, copy] = ["figure", "picture", "start", "end", "strip", "copy"].map(find);
    const stages = [...figure.querySelectorAll(".df-stage")];
    const note = figure.querySelector(".df-note");
    const files = Object.entries(FILES).map(([want, name]) => [want, find(name)]);
    let shown = null; // the last frames: their answer and request
    forge.translate(element);

    const fail = (problem) => forge.say(TAB, figure, problem);
    const state = forge.makeState(TAB, element, TABLE(first), () => draw());
    const player = forge.makePlayer(element, find);
    const ends = forge.makeEnds(element, first.most, (text) => {
      state.set({ ends: text });
      draw();
    });

    let classes = []; // names of the model's classes
    const nameEnd = (which, { digit, seed }) => {
      if (!classes.length) return forge.word(`interpolate.${which}.any`, { seed });
      return forge.word(`interpolate.${which}`, { digit: classes[digit], seed });
    };

    const refit = () => {
      forge.fit(stages[0], picture, picture.width, picture.height);
      forge.fit(stages[1], strip, strip.width, strip.height);
      player.refit();
    };

    const show = (answer, request) => {
      shown = { answer, request };
      player.show(answer, request.loop);
      forge.paintFrame(start, answer.pixels, 0);
      forge.paintFrame(end, answer.pixels, answer.count - 1);
      forge.paintStrip(strip, answer.pixels, answer.strip, GAP);
      const alt = forge.reword(answer.alt);
      picture.setAttribute("aria-label", forge.word("interpolate.alt", { alt }));
      start.setAttribute("aria-label", nameEnd("start", answer.ends[0]));
      end.setAttribute("aria-label", nameEnd("end", answer.ends[answer.ends.length - 1]));
      strip.setAttribute("aria-label", forge.word("interpolate.stripAlt", { count: answer.strip.length, alt }));
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      note.textContent = forge.word("interpolate.note", {
        count: answer.count,
        ms: answer.milliseconds,
        model: answer.recipe.model,
        where: forge.tellWhere(answer),
      });
      for (const button of [copy, ...files.map(([, one]) => one)]) button.disabled = false;
      figure.classList.remove("df-empty");
      refit();
      player.scrub();
      forge.say(TAB, figure, null);
    };

    /* Where the page draws by itself, the frame that is looked at comes before all; no server is asked for it, and what
       is wrong the way's own answer says. */
    const peek = (request) => {
      const own = forge.local[TAB]?.frame;
      own?.({ ...request, t: player.share() }).then(({ pixels }) => player.peek(pixels), () => {});
    };
    const ask = forge.latest(
      (request) => {
        peek(request);
        return source.ask(TAB, "frames", request);
      },
      show,
      fail,
    );
    const draw = () => ask({ ...state.values });

    const learn = forge.latest(
      (model) => forge.askClasses(source, TAB, model),
      (found, model) => {
        classes = found;
        state.set({ model, ends: ends.setClasses(found) });
        const last = found[Math.min(found.length, first.most) - 1];
        find("zero").hidden = found.length < 2;
        find("zero").textContent = forge.word("interpolate.zero", { first: found[0], last });
        find("travels").hidden = !found.length;
        find("same").textContent = forge.word(found.length ? "interpolate.same" : "interpolate.hands");
        draw();
      },
      (problem, model) => {
        state.set({ model });
        fail(problem);
      },
    );
    find("zero").addEventListener("click", () => {
      const [, seed] = ends.first();
      state.set({ travels: "both", loop: "back" });
      ends.replace(classes.slice(0, first.most).map((_, digit) => [String(digit), seed]));
    });
    find("same").addEventListener("click", () => {
      const [digit, seed] = ends.first();
      state.set({ travels: "both", loop: "round" });
      ends.replace(Array.from({ length: HANDS }, (_, i) => [digit, i ? String(forge.drawSeed()) : seed]));
    });

    for (const [want, button] of files) forge.keep(button, () => source.ask(TAB, want, shown.request), fail);
    copy.addEventListener("click", () =>
      forge.copyLink(copy, TAB, state.toLink(shown.request), shown.answer.recipe.weights),
    );
    for (const stage of stages) new ResizeObserver(refit).observe(stage);

    ends.read(first.ends);
    forge
      .openLink(TAB, source, (controls) => {
        state.set(controls);
        ends.read(state.values.ends);
      })
      .then(() => forge.mount(TAB, first.model, learn));
  };
})();
