/* The Training tab: the time machine over the run that made the model (machine.js, with scrubber.js and moments.js),
   and a run of one's own (run.js, with buttons.js and follower.js, which has status.js, numbers.js, balance.js and
   sheet.js). Both have curves.js, and their controls are in state.js. */
(() => {
  const forge = window.DigitForge;
  const TAB = "training";
  const FORM = ["preset", "loss", "lr", "batch", "minutes", "unconditional"];
  const PARTS = { machine: "machine-part", train: "training-part" };

  /* A preset gives loss, learning rate and batch their values. */
  const followPreset = (element, state, presets) => {
    const { loss, lr, batch, ...networks } = presets[state.values.preset];
    state.set({ loss, lr, batch });
    const info = element.querySelector("#training-preset small");
    info.textContent = forge.word("training.preset.info", networks);
  };

  /* Whether the tab is on the screen; appear() is called when it comes there. */
  const watch = (element, appear) => {
    let onScreen = false;
    new IntersectionObserver((entries) => {
      onScreen = entries.at(-1).isIntersecting;
      if (onScreen) appear();
    }).observe(element);
    document.addEventListener("visibilitychange", appear);
    return () => onScreen && !document.hidden;
  };

  forge.mountTraining = (element, source, first, trigger) => {
    forge.translate(element);
    const find = (name) => element.querySelector(`#${name}`);
    const state = forge.training.makeControls(element, first, (name) => {
      if (name === "seed") machine.ask();
      if (name === "preset") followPreset(element, state, first.presets);
    });
    const { values } = state;
    followPreset(element, state, first.presets);

    const appear = () => {
      machine.appear();
      run.appear();
    };
    const isSeen = watch(element, appear);
    const machine = forge.training.makeMachine(find, source, state, () => isSeen() && values.part === "machine");
    const run = forge.training.makeRun(find, source, {
      collect: () => Object.fromEntries(FORM.map((name) => [name, values[name]])),
      isSeen: () => isSeen() && values.part === "train",
      refresh: () => trigger("submit"),
    });

    const showPart = (part) => {
      state.set({ part });
      for (const [name, id] of Object.entries(PARTS)) {
        find(id).hidden = name !== part;
        find(`training-to-${name}`).setAttribute("aria-pressed", String(name === part));
      }
      appear();
    };
    for (const name of Object.keys(PARTS)) find(`training-to-${name}`).addEventListener("click", () => showPart(name));
    showPart(values.part);

    forge.mount(TAB, first.model, (model) => {
      state.set({ model });
      machine.ask();
    });
  };
})();
