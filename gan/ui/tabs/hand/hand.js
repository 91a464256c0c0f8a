/* The "Your hand" tab: a pad for pen, finger, mouse and arrow keys; what was drawn or photographed goes to the source,
   which reads it, and answers slice by slice while the redrawn digit improves. Nothing of it leaves the page but in
   requests. Its parts have files of their own: drawing.js and pad.js, examples.js, photo.js, asking.js, found.js, ten.js
   and number.js; here they are put together. */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";

  /* A link opens the tab with its hand, without a drawing. */
  const askLinked = async (source, model, { hand, weights, digit }) => {
    const answer = await source.ask(TAB, "ten", { model, hand, weights });
    return { ...answer, model, digit: /^[0-9]$/.test(digit || "") ? Number(digit) : 0 };
  };

  const makeKeep = (source, number, getShown) => (button, kind) => {
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const { model, hand } = getShown();
        forge.save(await source.ask(TAB, kind, { model, hand, number: number.getText() }));
      } catch (problem) {
        number.say(problem);
      }
      button.disabled = false;
    });
  };

  forge.mountHand = (element, source, first) => {
    forge.translate(element);
    const find = (name) => element.querySelector(`#hand-${name}`);
    const [figure, progress, link, save, saveLine] = ["figure", "progress", "link", "save", "save-line"].map(find);
    const [said, note] = [".dh-said", ".dh-found .df-note"].map((name) => element.querySelector(name));
    const drawing = forge.hand.makeDrawing();
    let model = first.model;
    let chosen = null; // the digit that the visitor says it is
    let shown = null; // {hand, weights, model, digit, ten} that the link and the files are of

    const settle = (settled) => (figure.dataset.settled = settled);
    const renew = () => {
      settle(false);
      return asking.renew();
    };
    const fail = (problem) => {
      asking.renew();
      note.textContent = "";
      progress.value = 0;
      forge.say(TAB, figure, problem);
      settle(true);
    };

    const keepShown = (answer) => {
      shown = answer;
      figure.dataset.hand = answer.hand;
      figure.classList.remove("df-empty");
      for (const button of [save, link]) button.disabled = !answer.ten;
      if (!answer.ten) saveLine.disabled = true;
      if (answer.ten) ten.paint(answer.ten);
      else blankTen();
    };
    const show = (answer, { first: took, all }) => {
      found.show(answer);
      keepShown(answer);
      const { step, steps, digit } = answer;
      progress.value = step;
      Object.assign(figure.dataset, { step, digit });
      note.textContent =
        step < steps
          ? forge.word("hand.improving", { step, steps })
          : forge.word("hand.done", { first: Math.round(took), all: (all / 1000).toFixed(1) });
      number.write();
    };
    const blankTen = () => {
      ten.blank();
      number.blank();
    };
    const forget = () => {
      shown = null;
      found.clear();
      blankTen();
      for (const button of [save, saveLine, link]) button.disabled = true;
      figure.classList.add("df-empty");
      figure.dataset.step = 0;
    };

    const send = () => {
      renew();
      pad.paint();
      if (drawing.isEmpty()) {
        fail(new forge.Problem(forge.word("hand.empty"), "picture"));
        return;
      }
      note.textContent = forge.word("hand.looking");
      asking.look({ model, picture: drawing.toPicture(pad.getWidth()), digit: chosen });
    };

    const asking = forge.hand.makeAsking(source, {
      show,
      fail,
      note(text) {
        forge.say(TAB, figure, null);
        if (text) said.textContent = forge.reword(text);
      },
      end: () => settle(true),
    });
    const found = forge.hand.makeFound(element, (digit) => {
      if (drawing.isEmpty()) return false;
      chosen = digit;
      send();
      found.pick(digit);
      return true;
    });
    const ten = forge.hand.makeTen(element);
    const number = forge.hand.makeNumber(element, source, first, () => (shown?.ten ? shown : null));
    const pad = forge.hand.makePad(element, drawing, {
      send,
      begin() {
        drawing.begin();
        chosen = null;
        said.textContent = "";
      },
      takeAway() {
        chosen = null;
        if (drawing.isEmpty()) forget();
        send();
      },
      speak: (key) => (said.textContent = forge.word(key)),
    });

    const draw = (strokes, photo, example) => {
      Object.assign(drawing, { strokes, photo, example });
      chosen = null;
      send();
    };
    const drawExample = () => {
      const made = forge.hand.makeExample();
      pad.setWidth(made.pen);
      said.textContent = forge.word("hand.exampled", made);
      draw(made.strokes, null, true);
    };
    find("example").addEventListener("click", drawExample);
    forge.hand.takePhotos(element, async (file) => {
      const own = renew();
      forget();
      try {
        const photo = await forge.hand.readPhoto(file, first);
        if (!asking.isNow(own)) return;
        said.textContent = "";
        draw([], photo, false);
      } catch (problem) {
        if (asking.isNow(own)) fail(problem);
      }
    });

    const keep = makeKeep(source, number, () => shown);
    keep(save, "hand.png");
    keep(saveLine, "line.png");
    link.addEventListener("click", () => {
      const { hand, weights, digit } = shown;
      forge.copyLink(link, TAB, { model: shown.model, hand, weights, digit, number: number.getText() });
    });
    const open = async (linked) => {
      const own = renew();
      pad.paint();
      if (typeof linked.number === "string") number.setText(linked.number);
      try {
        const answer = await askLinked(source, model, linked);
        if (!asking.isNow(own)) return;
        forge.say(TAB, figure, null);
        found.showRedrawn(answer.ten, answer.digit);
        keepShown(answer);
        note.textContent = forge.word("hand.linked");
        number.write();
        settle(true);
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
      else if (shown) {
        forget();
        send();
      }
      opened = true;
    });
  };
})();
