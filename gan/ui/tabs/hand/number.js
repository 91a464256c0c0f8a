/* Any number, written in the hand that was found.

     const number = DigitForge.hand.makeNumber(element, source, first, getHand)
         first: {number, limit}; getHand() -> {model, hand} to write with, or null
     number.write()       again, in another hand
     number.blank()       no hand
     number.getText(), number.setText(text)
     number.say(problem)  at its control */
(() => {
  const forge = window.DigitForge;
  const LINE = "hand-line";
  forge.hand = forge.hand || {};

  forge.hand.makeNumber = (element, source, first, getHand) => {
    const find = (name) => element.querySelector(`#hand-${name}`);
    const [figure, picture, input, save] = ["line-figure", "line", "line-input", "save-line"].map(find);
    const stage = figure.querySelector(".df-stage");
    const refit = () => picture.naturalWidth && forge.fit(stage, picture, picture.naturalWidth, picture.naturalHeight);
    const say = (problem) => forge.say(LINE, figure, problem);

    const show = async ({ png, alt, hand }) => {
      picture.src = forge.pngUrl(png);
      await picture.decode();
      picture.alt = forge.reword(alt);
      picture.dataset.hand = hand;
      save.disabled = false;
      refit();
      say(null);
      forge.stamp(picture);
    };

    const write = forge.latest(
      async () => {
        const found = getHand();
        if (!found) return null;
        const { model, hand } = found;
        return { ...(await source.ask("hand", "line", { model, hand, number: input.value })), hand };
      },
      (answer) => answer && show(answer),
      (problem) => {
        save.disabled = true;
        const { field } = problem;
        say(field === "number" || !field ? problem : new forge.Problem(problem.message));
      },
    );

    find("line-info").textContent = forge.word("hand.number.info", { limit: first.limit });
    input.value = first.number;
    input.addEventListener("input", write);
    new ResizeObserver(refit).observe(stage);
    return {
      write,
      say,
      getText: () => input.value,
      setText: (text) => (input.value = text),
      blank() {
        picture.removeAttribute("src");
        picture.alt = "";
      },
    };
  };
})();
