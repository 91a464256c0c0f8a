/* The About tab: five pictures that the chosen model draws on the spot, its card, and the endpoints the server has. */
(() => {
  const forge = window.DigitForge;
  const TAB = "about";

  const TABLE = (first) => [
    { name: "model", value: first.model },
    { name: "digit", kind: "choice", value: first.digit },
    { name: "seed", value: first.seed },
  ];

  forge.mountAbout = (element, source, first) => {
    const find = (name) => element.querySelector(`#about-${name}`);
    const [figure, select, note] = [find("lesson"), find("digit-input"), find("lesson").querySelector(".df-note")];
    const lesson = forge.makeLesson(element);
    let shown = null; // the last lesson
    let classes = "";
    forge.translate(element);

    const state = forge.makeState(TAB, element, TABLE(first), () => draw());
    for (const [name, text] of Object.entries(forge.linked(TAB) || {})) if (text) state.take({ [name]: text });

    const list = (names) => {
      find("digit").hidden = !names.length;
      if (classes === names.join()) return;
      classes = names.join();
      select.replaceChildren(...names.map((name, place) => new Option(name, place)));
    };

    const complete = async (answer, request) => {
      try {
        const { step, milliseconds } = await source.ask(TAB, "learn", request);
        if (answer !== shown) return;
        answer.steps.learn = step;
        answer.milliseconds += milliseconds;
        show({ ...answer, later: false }, request);
      } catch (problem) {
        if (answer === shown) forge.say(TAB, figure, problem);
      }
    };

    const show = (answer, request) => {
      shown = answer;
      if (answer.later) lesson.whenSeen(() => complete(answer, request));
      list(answer.classes);
      select.value = String(answer.recipe.digit);
      lesson.show(answer);
      note.textContent = forge.word("about.note", {
        count: lesson.count(answer),
        ms: answer.milliseconds,
        model: answer.recipe.model,
      });
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      figure.classList.remove("df-empty");
      forge.say(TAB, figure, null);
      forge.stamp(figure);
    };

    const ask = forge.latest(
      (request) => source.ask(TAB, "lesson", request),
      show,
      (problem) => forge.say(TAB, figure, problem),
    );
    const draw = () => ask({ ...state.values, ...(forge.alone ? { later: true } : {}) });
    const askCard = forge.latest(
      (request) => source.ask(TAB, "card", request),
      forge.makeCard(element, find),
      () => {}, // the lesson's own line says it already
    );

    find("others").addEventListener("click", () => {
      state.set({ seed: forge.drawSeed() });
      draw();
    });
    find("link").addEventListener("click", (event) =>
      forge.copyLink(event.currentTarget, TAB, state.toLink(), shown?.recipe.weights),
    );
    new ResizeObserver(() => shown && lesson.refit()).observe(figure);

    forge.fillPrograms(find, first.commands);
    const learn = forge.latest(
      (model) => forge.askClasses(source, TAB, model),
      (names, model) => {
        list(names);
        state.set({ model });
        if (Number(state.values.digit) >= names.length) state.set({ digit: String(state.values.digit % (names.length || 1)) });
        draw();
        askCard({ model });
      },
      (problem) => forge.say(TAB, figure, problem),
    );
    forge.mount(TAB, first.model, learn);
  };
})();
