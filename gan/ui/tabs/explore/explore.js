/* The Explore tab: one hand, moved by a pad and by sliders in units. Each move is one request for all digits; while one
   is on its way only the last of the moves made meanwhile waits. A dragged slider is answered by one drawing, and once
   it rests by pictures as exact as they become (data-settled). */
(() => {
  const forge = window.DigitForge;
  const TAB = "explore";

  const TABLE = (first) => [
    { name: "model", value: first.model },
    { name: "seed", kind: "seed", value: first.seed },
    { name: "psi", kind: "range", value: first.psi },
    { name: "plane", kind: "choice", value: first.plane },
    { name: "pair", kind: "choice", value: first.pair, number: true },
    { name: "x", kind: "range", value: 0 },
    { name: "y", kind: "range", value: 0 },
    { name: "text", kind: "text", id: "explore-number", value: "" },
    { name: "classes", value: "" },
    ...first.names.map((name) => ({ name, value: null, number: true })),
  ];

  forge.mountExplore = (element, source, first) => {
    const find = (id) => element.querySelector(`#explore-${id}`);
    const input = (id) => find(`${id}-input`);
    const linked = forge.linked(TAB);
    const { names } = first;
    let hand = null; // what the server knows of the model
    forge.translate(element);

    const state = forge.makeState(TAB, element, TABLE(first), (name) => {
      if (name === "text") return view.write();
      if (name === "x" || name === "y") pad.place();
      else mapper.remap(hand);
      if (name === "plane") follow();
      return move();
    });
    if (linked) state.take(linked);
    const units = forge.makeUnits(names, first.units);
    const digits = forge.makeDigits(find("digits"), units);
    const chooser = forge.makeChooser(find("classes"), state, () => {
      build();
      mover.settle();
    });
    const build = () => {
      const named = hand.conditional ? hand.classes : [forge.word("explore.any")];
      digits.build(chooser.labels().map((label) => ({ label, name: named[label] })));
      number.follow(hand.conditional);
    };
    const number = forge.makeNumber(find, input, digits);
    const pad = forge.makePad(find, first.reach, state, () => move());
    const mapper = forge.makeMapper(source, state, pad);
    const measures = forge.makeMeasures(find, input, units, state, {
      move: () => move(),
      free: (name) => change({ [name]: null }),
      look: () => view.caption(),
    });
    const view = forge.makeView(element, find, { state, digits, measures, number });

    const toRequest = () => {
      const { text, classes, ...request } = state.values;
      request.digits = chooser.request();
      if (!hand || !hand.ranges) for (const name of names) request[name] = null;
      return request;
    };
    const mover = forge.makeMover(source, { toRequest, isAsked: measures.isAsked, draw: view.draw, fail: view.fail });
    const asker = forge.makeHandAsker(source, state, {
      weights: linked?.weights,
      fail: view.fail,
      meet(answer, isNews) {
        hand = answer;
        find("state").textContent = forge.reword(answer.sentence);
        measures.setRanges(answer.ranges);
        if (!isNews) return;
        chooser.setClasses(answer.classes);
        build();
        follow();
        mover.settle();
        mapper.remap(hand);
      },
    });

    const move = () => {
      if (hand) return mover.move();
      mover.rest();
      return asker.ask(); // which draws, once it is known
    };

    /* What follows the state without being its control */
    const follow = () => {
      pad.place();
      measures.follow();
      find("plane-note").textContent = (hand && forge.reword(hand.notes[state.values.plane])) || "";
    };
    const change = (values) => {
      state.set(values);
      follow();
      move();
      mapper.remap(hand);
    };

    find("reset").addEventListener("click", () => {
      const { psi, plane, pair } = first;
      change({ psi, plane, pair, x: 0, y: 0, ...Object.fromEntries(names.map((name) => [name, null])) });
    });
    find("copy").addEventListener("click", (event) =>
      forge.copyLink(event.currentTarget, TAB, state.toLink(), view.weights()),
    );
    const keep = () => {
      const request = toRequest();
      return source.ask(TAB, "explore.png", { ...request, digits: number.labels(state.values.text) ?? request.digits });
    };
    forge.keep(find("png"), keep, view.fail);
    new ResizeObserver(() => {
      digits.refit();
      pad.refit();
      number.refit();
    }).observe(find("digits"));

    follow();
    forge.mount(TAB, first.model, (model) => {
      state.set({ model });
      hand = null;
      mapper.forget();
      asker.start();
    });
  };
})();
