/* What the hand that was found writes: all ten digits and any number, as pictures, as files, and as a link.

     const writing = DigitForge.hand.makeWriting(element, source, state)
     writing.show({model, hand, weights, digit, ten})    ten: 10 x 784 grey levels, or null while it is not known
     writing.write()     the number once more, which is another
     writing.clear(), writing.isShown() */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";
  forge.hand = forge.hand || {};

  forge.hand.makeWriting = (element, source, state) => {
    const [save, saveLine, link] = ["save", "save-line", "link"].map((name) => element.querySelector(`#hand-${name}`));
    const ten = forge.hand.makeTen(element);
    const line = forge.hand.makeLine(element, source);
    let shown = null; // what the link and the files are of

    const write = () => line.write(shown?.ten ? { ...shown, number: state.values.number } : null);

    const blank = () => {
      ten.blank();
      line.blank();
    };

    const draw = (kind) => source.ask(TAB, kind, { model: shown.model, hand: shown.hand, number: state.values.number });
    forge.keep(save, () => draw("hand.png"), line.say);
    forge.keep(saveLine, () => draw("line.png"), line.say);
    link.addEventListener("click", () => {
      const { number } = state.values;
      forge.copyLink(link, TAB, { ...state.toLink(shown), number }, shown.weights);
    });

    return {
      write,
      isShown: () => Boolean(shown),

      show(answer) {
        shown = answer;
        for (const button of [save, link]) button.disabled = !answer.ten;
        if (answer.ten) ten.paint(answer.ten);
        else blank();
        write();
      },

      clear() {
        shown = null;
        for (const button of [save, link]) button.disabled = true;
        blank();
      },
    };
  };
})();
