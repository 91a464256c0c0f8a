/* Any number, written in a hand.

     const line = DigitForge.hand.makeLine(element, source)
     line.write({model, hand, number})    null: there is no hand to write it
     line.blank()
     line.say(problem)    at the number's control, or below the line */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";
  const LINE = "hand-line"; // its control is #hand-line-number
  forge.hand = forge.hand || {};

  forge.hand.makeLine = (element, source) => {
    const find = (name) => element.querySelector(`#hand-${name}`);
    const [figure, picture, save] = ["line-figure", "line", "save-line"].map(find);
    const stage = figure.querySelector(".df-stage");
    const refit = () => picture.naturalWidth && forge.fit(stage, picture, picture.naturalWidth, picture.naturalHeight);
    const say = (problem) => forge.say(LINE, figure, problem);
    const settle = (settled) => (figure.dataset.settled = settled);

    const show = async ({ png, alt }, { hand }) => {
      picture.src = forge.pngUrl(png);
      await picture.decode();
      picture.alt = forge.reword(alt);
      picture.dataset.hand = hand;
      save.disabled = false;
      refit();
      say(null);
      forge.stamp(picture);
    };

    const ask = forge.latest(
      async (request) => {
        if (!request) return null;
        const { model, hand, number } = request;
        return source.ask(TAB, "line", { model, hand, number });
      },
      async (answer, request) => {
        if (answer) await show(answer, request);
        settle(true);
      },
      (problem) => {
        save.disabled = true;
        const { field } = problem;
        say(field === "number" || !field ? problem : new forge.Problem(problem.message));
        settle(true);
      },
    );

    new ResizeObserver(refit).observe(stage);
    return {
      say,
      write(request) {
        settle(false);
        ask(request);
      },
      blank() {
        picture.removeAttribute("src");
        picture.alt = "";
        save.disabled = true;
      },
    };
  };
})();
