/* The Training tab: the time machine over the run that made the model (machine.js, with scrubber.js, moments.js and
   curves.js), and a run of one's own (run.js, with buttons.js, status.js, numbers.js, balance.js and sheet.js). */
(() => {
  const forge = window.DigitForge;
  const TAB = "training";
  const LINKED = ["seed", "part", "moment"]; // what a link says; a run of one's own has none
  const FORM = ["preset", "loss", "lr", "batch", "minutes", "unconditional"];
  const PARTS = { machine: "machine-part", train: "training-part" };

  const makeControls = (element, first, changed) => {
    const presets = element.querySelector("#training-preset-input");
    for (const name of Object.keys(first.presets)) presets.add(new Option(name, name));
    const { loss, lr, batch } = first.presets[first.preset];
    const state = forge.makeState(
      TAB,
      element,
      [
        { name: "model", value: first.model },
        { name: "part", value: first.part },
        { name: "seed", value: first.seed, kind: "seed", id: "machine-seed" },
        { name: "moment", value: null, number: true }, // the images that D had seen; null for the run's end
        { name: "preset", value: first.preset, kind: "choice", link: false },
        { name: "loss", value: loss, kind: "choice", link: false },
        { name: "lr", value: lr, kind: "number", link: false },
        { name: "batch", value: batch, kind: "choice", number: true, link: false },
        { name: "minutes", value: first.minutes, kind: "number", link: false },
        { name: "unconditional", value: false, kind: "check", link: false },
      ],
      changed,
    );
    const linked = Object.entries(forge.linked(TAB) || {}).filter(([name]) => LINKED.includes(name));
    state.take(Object.fromEntries(linked));
    if (state.values.part !== "train") state.set({ part: first.part });
    return state;
  };

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
    const state = makeControls(element, first, (name) => {
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
