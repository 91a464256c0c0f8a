/* The state of the tab: its controls, and what its requests and its links carry.

     const {state, setClasses} = DigitForge.inspector.makeControls(element, first, changed)    see controls.js
     setClasses(names)    the classes that the model knows, none of a model without; "any" for a class that it has not */
(() => {
  const forge = window.DigitForge;
  const TAB = "inspector";
  const CLASSES = [..."0123456789"]; // until the source says what there is
  const ORDERS = ["sides", "mixed", "sorted"];
  forge.inspector = forge.inspector || {};

  const fillDigits = (select, classes, chosen) => {
    const { make } = forge.inspector;
    const names = classes.join(" ");
    if (select.dataset.names !== names) {
      select.dataset.names = names;
      const any = forge.word(classes.length ? "inspector.any" : "inspector.any.alone");
      select.replaceChildren(make("option", { value: "any" }, any));
      classes.forEach((name, value) => select.append(make("option", { value }, name)));
    }
    select.value = classes.length ? String(chosen) : "any";
  };

  forge.inspector.makeControls = (element, first, changed) => {
    const select = element.querySelector("#inspector-digit-input");
    const state = forge.makeState(
      TAB,
      element,
      [
        { name: "model", value: first.model },
        { name: "digit", value: first.digit, kind: "choice" },
        { name: "count", value: first.count, kind: "range" },
        { name: "seed", value: first.seed, kind: "seed" },
        { name: "psi", value: first.psi, kind: "range" },
        { name: "order", value: first.order, kind: "choice" },
        { name: "part", value: first.part },
      ],
      changed,
    );
    state.take(forge.linked(TAB) || {});
    const { order, part } = state.values;
    state.set({ order: ORDERS.includes(order) ? order : "sides", part: part === "game" ? part : "view" });
    fillDigits(select, CLASSES, state.values.digit);
    const setClasses = (classes) => {
      if (Number(state.values.digit) >= classes.length) state.set({ digit: "any" });
      fillDigits(select, classes, state.values.digit);
    };
    return { state, setClasses };
  };
})();
