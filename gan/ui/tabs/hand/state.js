/* The state of the tab: its controls, and what its requests and its link carry.

     DigitForge.hand.makeControls(element, first, changed) -> state    see controls.js */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";
  forge.hand = forge.hand || {};

  forge.hand.makeControls = (element, first, changed) => {
    element.querySelector("#hand-line-info").textContent = forge.word("hand.number.info", { limit: first.limit });
    return forge.makeState(
      TAB,
      element,
      [
        { name: "model", value: first.model },
        { name: "digit", value: null }, // that the visitor means; null: as it is read
        { name: "hand", value: null },
        { name: "number", value: first.number, kind: "text", id: "hand-line-input" },
        { name: "pen", value: 24, kind: "range", link: false },
      ],
      changed,
    );
  };
})();
