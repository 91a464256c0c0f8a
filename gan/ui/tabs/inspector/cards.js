/* The cards: each picture with what D says of it, in two groups or in one.

     DigitForge.inspector.showCards(box, view, order, seed)
         view: the answer to "view"; order: "sides", "mixed" (the same for the same seed) or "sorted" */
(() => {
  const forge = window.DigitForge;
  forge.inspector = forge.inspector || {};

  /* The same order for the same seed, in any browser (mulberry32, Fisher and Yates). */
  const shuffle = (items, seed) => {
    let state = Number(seed) >>> 0;
    const random = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    for (let i = items.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  };

  const makeCard = (view, { kind, index }) => {
    const { make, percent, speak } = forge.inspector;
    const side = view[kind];
    const name = view.classes.length ? view.classes[side.labels[index]] : forge.word("inspector.digit.word");
    const share = percent(side.shares[index]);
    const text = speak("inspector.card", view.kind, { kind: forge.word(`inspector.${kind}`), name, share });
    const box = make("div", { class: `di-card di-${kind}` });
    const canvas = make("canvas", { width: 28, height: 28, role: "img", "aria-label": text });
    forge.paintFrame(canvas, side.pixels, index);
    box.append(canvas, make("b", { "aria-hidden": "true" }, share));
    return box;
  };

  const makeGroup = (view, kind, heading, items) => {
    const { make } = forge.inspector;
    const box = make("section", { class: `di-group di-${kind}` });
    const grid = make("div", { class: "di-grid-cards" });
    grid.append(...items.map((item) => makeCard(view, item)));
    box.append(make("h2", {}, heading), grid);
    return box;
  };

  forge.inspector.showCards = (box, view, order, seed) => {
    const list = (kind) => view[kind].labels.map((_, index) => ({ kind, index }));
    const [real, forged] = [list("real"), list("forged")];
    const together = order === "mixed" || order === "sorted";
    box.classList.toggle("di-one", together);
    if (together) {
      const share = ({ kind, index }) => view[kind].shares[index];
      const every = [...real, ...forged];
      if (order === "mixed") shuffle(every, seed);
      else every.sort((a, b) => share(b) - share(a));
      box.replaceChildren(makeGroup(view, "both", forge.word("inspector.both"), every));
      return;
    }
    const named = { source: view.source, model: view.recipe.model };
    const title = forge.word(real.length ? "inspector.reals" : "inspector.reals.none", named);
    box.replaceChildren(
      makeGroup(view, "real", title, real),
      makeGroup(view, "forged", forge.word("inspector.forgeds", named), forged),
    );
  };
})();
