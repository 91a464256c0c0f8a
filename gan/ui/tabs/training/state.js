/* The state of the tab: its controls, and what its requests and its links carry.

     DigitForge.training.makeControls(element, first, changed) -> state    see controls.js */
(() => {
  const forge = window.DigitForge;
  const TAB = "training";
  const LINKED = ["seed", "part", "moment"]; // what a link says; a run of one's own has none
  forge.training = forge.training || {};

  forge.training.makeControls = (element, first, changed) => {
    const fill = (id, names) => {
      const list = element.querySelector(id);
      for (const name of names) list.add(new Option(name, name));
    };
    fill("#training-preset-input", Object.keys(first.presets));
    fill("#training-loss-input", first.losses);
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
})();
