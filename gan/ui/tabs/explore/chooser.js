/* Which of a model's classes are shown, where there are more than a row of ten: up to MOST at once.

     const chooser = DigitForge.makeChooser(box, state, changed)    state.values.classes has them as text, "" for all
     chooser.setClasses(names)
     chooser.labels()       those that are shown, as numbers
     chooser.request()      the same as a request has it: null for all of a few */
(() => {
  const forge = window.DigitForge;
  const MOST = 64;

  forge.makeChooser = (box, state, changed) => {
    let names = [];
    const all = () => [...names.keys()].slice(0, MOST);
    const labels = () => {
      const read = forge.readClasses(state.values.classes, names).filter((label) => label >= 0 && label < names.length);
      return read.length && names.length > forge.FEW_CLASSES ? read.slice(0, MOST) : all();
    };
    const keys = forge.makeKeys(box, (pressed) => {
      const kept = pressed.slice(0, MOST);
      state.set({ classes: forge.same(kept, all()) ? "" : forge.writeClasses(kept, names) });
      keys.press(labels());
      changed();
    });
    return {
      labels,
      request: () => (names.length > forge.FEW_CLASSES ? labels() : null),
      setClasses(found) {
        names = found;
        box.hidden = names.length <= forge.FEW_CLASSES;
        if (box.hidden) return;
        keys.build(names);
        keys.press(labels());
      },
    };
  };
})();
