/* The "Your hand" tab: a pad for pen, finger, mouse and arrow keys; what was drawn or photographed goes to the source,
   which reads it, and answers slice by slice while the redrawn digit improves. Nothing of it leaves the page but in
   requests.

   Its parts have files of their own: drawing.js (the strokes), pad.js, examples.js, photo.js, asking.js, found.js, and
   writing.js with ten.js and number.js. Here they are put together. */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";

  /* What a link stands for: a hand without a drawing. */
  const askLinked = async (source, model, { hand, weights, digit }) => {
    const answer = await source.ask(TAB, "ten", { model, hand, weights });
    return { ...answer, model, digit: /^[0-9]$/.test(digit || "") ? Number(digit) : 0 };
  };

  /* The figure: its notes, its progress, and whether something is still to come. */
  const makeFigure = (element) => {
    const figure = element.querySelector("#hand-figure");
    const [said, note] = [".dh-said", ".dh-found .df-note"].map((name) => element.querySelector(name));
    const progress = element.querySelector("#hand-progress");
    return {
      speak: (key, values) => (said.textContent = key ? forge.word(key, values) : ""),
      repeat: (text) => text && (said.textContent = forge.reword(text)),
      note: (key, values) => (note.textContent = key ? forge.word(key, values) : ""),
      say: (problem) => forge.say(TAB, figure, problem),
      settle: (settled) => (figure.dataset.settled = settled),
      setProgress: (step) => (progress.value = step),
      mark(values) {
        Object.assign(figure.dataset, values);
        figure.classList.remove("df-empty");
      },
      empty() {
        figure.classList.add("df-empty");
        figure.dataset.step = 0;
      },
    };
  };

  forge.mountHand = (element, source, first) => {
    forge.translate(element);
    const figure = makeFigure(element);
    const drawing = forge.hand.makeDrawing();
    let model = first.model;
    let chosen = null; // the digit that the visitor says it is

    const renew = () => {
      figure.settle(false);
      return asking.renew();
    };
    const fail = (problem) => {
      asking.renew();
      figure.note("");
      figure.setProgress(0);
      figure.say(problem);
      figure.settle(true);
    };
    const show = (answer, { first: took, all }) => {
      const { step, steps, digit, hand } = answer;
      found.show(answer);
      writing.show(answer);
      figure.setProgress(step);
      if (step < steps) figure.note("hand.improving", { step, steps });
      else figure.note("hand.done", { first: Math.round(took), all: (all / 1000).toFixed(1) });
      figure.mark({ step, digit, hand });
    };
    const forget = () => {
      found.clear();
      writing.blank();
      figure.empty();
    };
    const send = () => {
      renew();
      pad.paint();
      if (drawing.isEmpty()) {
        fail(new forge.Problem(forge.word("hand.empty"), "picture"));
        return;
      }
      figure.note("hand.looking");
      asking.look({ model, picture: drawing.toPicture(pad.getWidth()), digit: chosen });
    };

    const asking = forge.hand.makeAsking(source, {
      show,
      fail,
      note(text) {
        figure.say(null);
        figure.repeat(text);
      },
      end: () => figure.settle(true),
    });
    const found = forge.hand.makeFound(element, (digit) => {
      if (drawing.isEmpty()) return false;
      chosen = digit;
      send();
      found.pick(digit);
      return true;
    });
    const writing = forge.hand.makeWriting(element, source, first);
    const pad = forge.hand.makePad(element, drawing, {
      send,
      speak: figure.speak,
      begin() {
        drawing.begin();
        chosen = null;
        figure.speak("");
      },
      takeAway() {
        chosen = null;
        if (drawing.isEmpty()) forget();
        send();
      },
    });

    const draw = (strokes, photo, example) => {
      Object.assign(drawing, { strokes, photo, example });
      chosen = null;
      send();
    };
    const drawExample = () => {
      const made = forge.hand.makeExample();
      pad.setWidth(made.pen);
      figure.speak("hand.exampled", made);
      draw(made.strokes, null, true);
    };
    element.querySelector("#hand-example").addEventListener("click", drawExample);
    forge.hand.takePhotos(element, async (file) => {
      const own = renew();
      forget();
      try {
        const photo = await forge.hand.readPhoto(file, first);
        if (!asking.isNow(own)) return;
        figure.speak("");
        draw([], photo, false);
      } catch (problem) {
        if (asking.isNow(own)) fail(problem);
      }
    });

    const open = async (linked) => {
      const own = renew();
      pad.paint();
      if (typeof linked.number === "string") writing.number.setText(linked.number);
      try {
        const answer = await askLinked(source, model, linked);
        if (!asking.isNow(own)) return;
        figure.say(null);
        found.showRedrawn(answer.ten, answer.digit);
        writing.show(answer);
        figure.mark({ hand: answer.hand });
        figure.note("hand.linked");
        figure.settle(true);
      } catch (problem) {
        if (asking.isNow(own)) fail(problem);
      }
    };

    found.pick(null);
    const linked = forge.linked(TAB);
    let opened = false;
    forge.mount(TAB, first, (asked) => {
      model = asked.model;
      if (!opened && linked?.hand) open(linked);
      else if (!opened) drawExample();
      else if (!drawing.isEmpty()) send();
      else if (writing.isShown()) {
        forget();
        send();
      }
      opened = true;
    });
  };
})();
