/* The "Your hand" tab: a pad for pen, finger, mouse and arrow keys; what was drawn or photographed goes to the source,
   which reads it, and answers slice by slice while the redrawn digit improves. Nothing of it leaves the page but in
   requests.

   Its parts have files of their own: drawing.js (the strokes), pad.js, examples.js and photo.js; asking.js; outcome.js
   with found.js and writing.js, which has ten.js and line.js. Here they are put together. */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";

  const makeControls = (element, first, changed) => {
    element.querySelector("#hand-line-info").textContent = forge.word("hand.number.info", { limit: first.limit });
    return forge.makeState(
      TAB,
      element,
      [
        { name: "model", value: first.model },
        { name: "digit", value: null }, // that the visitor means; null: as it is read
        { name: "hand", value: null },
        { name: "weights", value: null },
        { name: "number", value: first.number, kind: "text", id: "hand-line-input" },
        { name: "pen", value: 24, kind: "range", link: false },
      ],
      changed,
    );
  };

  /* What a link stands for: a hand without a drawing. */
  const askLinked = async (source, model, { hand, weights, digit }) => {
    const answer = await source.ask(TAB, "ten", { model, hand, weights });
    return { ...answer, model, digit: /^[0-9]$/.test(digit || "") ? Number(digit) : 0 };
  };

  forge.mountHand = (element, source, first) => {
    forge.translate(element);
    const drawing = forge.hand.makeDrawing();
    const state = makeControls(element, first, (name) => {
      if (name === "number") outcome.write();
      else if (drawing.strokes.length) send();
      else pad.paint();
    });
    const { values } = state;

    const renew = () => {
      outcome.wait();
      return asking.renew();
    };
    const fail = (problem) => {
      asking.renew();
      outcome.fail(problem);
    };
    const send = () => {
      renew();
      pad.paint();
      if (drawing.isEmpty()) {
        fail(new forge.Problem(forge.word("hand.empty"), "picture"));
        return;
      }
      outcome.note("hand.looking");
      const { model, digit, pen } = values;
      asking.look({ model, digit, picture: drawing.toPicture(pen) });
    };

    const outcome = forge.hand.makeOutcome(element, source, state, (digit) => {
      if (drawing.isEmpty()) return false;
      state.set({ digit });
      send();
      outcome.pick(digit);
      return true;
    });
    const asking = forge.hand.makeAsking(source, { ...outcome, fail });
    const pad = forge.hand.makePad(element, drawing, values, {
      send,
      speak: outcome.speak,
      begin() {
        drawing.begin();
        state.set({ digit: null });
        outcome.speak("");
      },
      takeAway() {
        state.set({ digit: null });
        if (drawing.isEmpty()) outcome.clear();
        send();
      },
    });

    const draw = (strokes, photo, example) => {
      Object.assign(drawing, { strokes, photo, example });
      state.set({ digit: null });
      send();
    };
    const drawExample = () => {
      const made = forge.hand.makeExample();
      state.set({ pen: made.pen });
      outcome.speak("hand.exampled", made);
      draw(made.strokes, null, true);
    };
    element.querySelector("#hand-example").addEventListener("click", drawExample);
    forge.hand.takePhotos(element, async (file) => {
      const own = renew();
      outcome.clear();
      try {
        const photo = await forge.hand.readPhoto(file, first);
        if (!asking.isNow(own)) return;
        outcome.speak("");
        draw([], photo, false);
      } catch (problem) {
        if (asking.isNow(own)) fail(problem);
      }
    });

    const open = async (linked) => {
      const own = renew();
      pad.paint();
      if (typeof linked.number === "string") state.set({ number: linked.number });
      try {
        const answer = await askLinked(source, values.model, linked);
        if (asking.isNow(own)) outcome.showHand(answer);
      } catch (problem) {
        if (asking.isNow(own)) fail(problem);
      }
    };

    outcome.pick(null);
    const linked = forge.linked(TAB);
    let opened = false;
    forge.mount(TAB, first.model, (model) => {
      state.set({ model });
      if (!opened && linked?.hand) open(linked);
      else if (!opened) drawExample();
      else if (!drawing.isEmpty()) send();
      else if (outcome.isShown()) {
        outcome.clear();
        send();
      }
      opened = true;
    });
  };
})();
