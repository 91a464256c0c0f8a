/* The Generate tab: asks the source for a sheet at each change and shows it. What belongs to one visitor (the locked
   rows, whether verdicts are shown) is kept in the page and goes along with each request. */
(() => {
  const forge = window.DigitForge;
  const TAB = "generate";
  const CELL = 30; // a digit of the sheet, with the gap to the next
  const [COLUMNS, DIGITS] = [64, 400]; // of a sheet at most
  const LOCKS = 36; // width of the column of locks, in CSS pixels

  const TABLE = (first, most) => [
    { name: "model", value: first.model },
    { name: "digits", kind: "digits", value: first.digits, most },
    { name: "rows", kind: "range", value: first.rows },
    { name: "seed", kind: "seed", value: first.seed },
    { name: "psi", kind: "range", value: first.psi },
    { name: "hands", kind: "choice", value: first.hands },
    { name: "locks", value: "" },
  ];

  forge.mountGenerate = (element, source, first) => {
    const find = (name) => element.querySelector(`#generate-${name}`);
    const [figure, picture, locksBox, judge, copy] = ["figure", "sheet", "locks", "judge", "copy"].map(find);
    const [scale, png, zip] = ["scale", "png", "zip"].map(find);
    const stage = figure.querySelector(".df-stage");
    const note = figure.querySelector(".df-note");
    let shown = null; // the last sheet: its answer and request
    forge.translate(element);

    const ask = (want, request) => source.ask(TAB, want, request);
    const fail = (problem) => forge.say(TAB, figure, problem);
    const state = forge.makeState(TAB, element, TABLE(first, () => most()), () => draw());
    const most = () => Math.min(COLUMNS, Math.floor(DIGITS / Math.max(1, state.values.rows || 1)));
    const locks = forge.makeLocks(find, () => shown.request.seed, () => draw());

    const refit = () => {
      if (!shown) return;
      const least = Math.max(0.5, 24 / CELL); // a row is as high as a lock that can be hit
      const size = forge.fit(stage, picture, picture.naturalWidth, picture.naturalHeight, { spare: LOCKS, least });
      if (!size) return;
      locksBox.style.paddingTop = verdicts.isOn() ? "0" : `${size}px`;
      locksBox.style.gridAutoRows = verdicts.isOn() ? "calc(56px + 2.6em + 12px)" : `${size * CELL}px`;
    };
    const verdicts = forge.makeVerdicts(find, { ask: (request) => ask("judge", request), refit, fail });

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
        where: forge.tellWhere(answer),
      });
      for (const button of [png, zip, judge, copy]) button.disabled = false;
      figure.classList.remove("df-empty");
      locks.show(answer.rows);
      refit();
      forge.say(TAB, figure, null);
      forge.stamp(picture);
      verdicts.follow(shown);
    };
    const request = forge.latest((values) => ask("sheet", values), show, fail);
    const draw = () => request({ ...state.values, locks: locks.write() });

    const learn = forge.latest(
      (model) => forge.askClasses(source, TAB, model),
      (classes, model) => {
        state.set({ model });
        state.setClasses("digits", classes);
        const isMany = classes.length > forge.FEW_CLASSES;
        find("toggles").querySelector("legend").textContent = forge.word(isMany ? "generate.classes" : "generate.digits");
        for (const [part, key] of [[".df-label", "typed"], [".df-info", "typedInfo"]]) {
          find("digits").querySelector(part).textContent = forge.word(`generate.${key}${isMany ? ".many" : ""}`);
        }
        draw();
      },
      (problem, model) => {
        state.set({ model });
        fail(problem);
      },
    );

    const keep = (button, want, more) =>
      forge.keep(button, () => ask(want, { ...shown.request, ...more() }), fail);
    keep(png, "sheet.png", () => ({ scale: Number(scale.value) }));
    keep(zip, "sheet.zip", () => ({}));

    find("draw").addEventListener("click", draw);
    copy.addEventListener("click", () =>
      forge.copyLink(copy, TAB, state.toLink(shown.request), shown.answer.recipe.weights),
    );
    forge.mountDataset(find, ask, () => state.values, (problem) => {
      fail(problem);
      figure.classList.remove("df-stale"); // the sheet shown is what was asked for
    });
    new ResizeObserver(refit).observe(stage);

    forge
      .openLink(TAB, source, ({ locks: kept, ...controls }) => {
        locks.read(kept);
        state.set(controls);
      })
      .then(() => forge.mount(TAB, first.model, learn));
  };
})();
