/* The "Your hand" tab: a pad for pen, finger, mouse and arrow keys; what was drawn or photographed goes to the source,
   which reads it, and answers slice by slice while the redrawn digit improves. Nothing of it leaves the page but in
   requests.

   Its parts have files of their own: state.js; drawing.js (the strokes), pad.js with pens.js, examples.js, photo.js and others.js;
   asking.js; outcome.js with found.js and writing.js, which has ten.js and line.js. Here they are put together. */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";

  /* What a link stands for: a hand without a drawing. */
  const askLinked = async (source, model, { hand, weights, digit }) => {
    const answer = await source.ask(TAB, "ten", { model, hand, weights });
    return { ...answer, model, digit: /^[0-9]$/.test(digit || "") ? Number(digit) : 0 };
  };

  forge.mountHand = (element, source, first) => {
    forge.translate(element);
    const drawing = forge.hand.makeDrawing();
    const state = forge.hand.makeControls(element, first, (name) => {
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
    const send = (at) => {
      renew();
      others.clear();
      pad.paint();
      if (drawing.isEmpty()) {
        fail(new forge.Problem(forge.word("hand.empty"), "picture"));
        return;
      }
      outcome.note("hand.looking");
      const { model, digit, pen } = values;
      asking.look({ model, digit, picture: drawing.toPicture(pen), at });
    };
    const others = forge.hand.makeOthers(element, drawing, (at) => {
      state.set({ digit: null });
      outcome.speak("");
      send(at);
    });

    const outcome = forge.hand.makeOutcome(element, source, state, (digit) => {
      if (drawing.isEmpty()) return false;
      state.set({ digit });
      send();
      outcome.pick(digit);
      return true;
    });
    const accept = (answer) => {
      outcome.accept(answer);
      others.show(answer);
    };
    const asking = forge.hand.makeAsking(source, { ...outcome, accept, fail });
    const pad = forge.hand.makePad(element, drawing, values, {
      send,
      speak: outcome.speak,
      begin() {
        drawing.begin();
        others.clear();
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

    /* What takes a while, and is in vain when something is drawn meanwhile. */
    const attempt = async (work, use) => {
      const own = renew();
      try {
        const made = await work();
        if (asking.isNow(own)) use(made);
      } catch (problem) {
        if (asking.isNow(own)) fail(problem);
      }
    };
    forge.hand.takePhotos(element, (file) => {
      outcome.clear();
      attempt(
        () => forge.hand.readPhoto(file, first),
        (photo) => {
          outcome.speak("");
          draw([], photo, false);
        },
      );
    });
    const open = (linked) => {
      pad.paint();
      if (typeof linked.number === "string") state.set({ number: linked.number });
      attempt(() => askLinked(source, values.model, linked), outcome.showHand);
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
