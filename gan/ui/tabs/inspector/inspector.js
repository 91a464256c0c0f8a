/* The Forger and inspector tab: D's view of real and forged digits (view.js, with cards.js, plot.js and download.js),
   and the game of telling them apart (game.js, with choices.js and score.js). Both go by the same controls, which are
   in state.js. */
(() => {
  const forge = window.DigitForge;
  const TAB = "inspector";
  const PARTS = ["view", "game"];

  forge.mountInspector = (element, source, first) => {
    forge.translate(element);
    const find = (name) => element.querySelector(`#inspector-${name}`);
    const { state, setClasses } = forge.inspector.makeControls(element, first, (name) => {
      if (name === "order") view.arrange();
      else if (state.values.part === "view") refresh();
    });
    const { values } = state;
    const drawSeed = () => state.set({ seed: forge.drawSeed() });

    const view = forge.inspector.makeView(element, source, {
      getSettings: () => values,
      shown(answer) {
        setClasses(answer.classes);
        missing.show(answer.missing);
      },
    });
    const missing = forge.inspector.makeMissing(element, source, () => values.model, () => {
      game.forget();
      refresh();
    });
    const game = forge.inspector.makeGame(element, source, () => {
      drawSeed();
      game.start(request());
    });

    /* What the source is asked: the state, without what the page alone decides. */
    const request = () => {
      const { model, digit, count, seed, psi } = values;
      return { model, digit, count, seed, psi };
    };

    /* Something changed: show it in the part that is open; the other one follows when it is opened. */
    let seen = null; // the last request for a view
    const look = () => {
      seen = request();
      view.look(seen);
    };
    const refresh = () => {
      look();
      if (values.part === "game") game.start(request());
    };

    const showPart = () => {
      for (const part of PARTS) {
        find(`part-${part}`).setAttribute("aria-pressed", String(values.part === part));
        find(part === "view" ? "figure" : "game").hidden = values.part !== part;
      }
      element.querySelector(".di-tab").classList.toggle("di-playing", values.part === "game");
    };
    const open = (part) => {
      state.set({ part });
      showPart();
      if (!forge.same(seen, request())) look();
      if (part === "game" && !forge.same(game.getAsked(), request())) game.start(request());
      if (part === "view") view.refit();
    };
    for (const part of PARTS) find(`part-${part}`).addEventListener("click", () => open(part));

    // A dragged slider would begin a game at every step
    const play = () => values.part === "game" && refresh();
    element.querySelector(".di-controls").addEventListener("change", play);
    find("randomize").addEventListener("click", play);
    find("shuffle").addEventListener("click", () => {
      drawSeed();
      refresh();
    });

    const copyLink = ({ target }) => {
      const asked = values.part === "game" && game.getAsked();
      const link = asked ? { ...asked, part: "game" } : values;
      forge.copyLink(target, TAB, state.toLink(link), view.getShown()?.recipe.weights);
    };
    for (const name of ["link", "game-link"]) find(name).addEventListener("click", copyLink);

    showPart();
    const learn = forge.latest(
      (model) => forge.askClasses(source, TAB, model),
      (classes, model) => {
        state.set({ model });
        setClasses(classes);
        refresh();
      },
      (problem, model) => {
        state.set({ model });
        refresh(); // which says it at its place
      },
    );
    forge.mount(TAB, first.model, learn);
  };
})();
