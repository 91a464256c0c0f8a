/* What the hand that was found writes: all ten digits and any number, as pictures, as files, and as a link.

     const writing = DigitForge.hand.makeWriting(element, source, first)
     writing.show({model, hand, weights, digit, ten})    ten: 10 x 784 grey levels, or null while it is not known
     writing.isShown()
     writing.blank()
     writing.number     see number.js */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";
  forge.hand = forge.hand || {};

  forge.hand.makeWriting = (element, source, first) => {
    const [save, saveLine, link] = ["save", "save-line", "link"].map((name) => element.querySelector(`#hand-${name}`));
    let shown = null; // what the link and the files are of
    const ten = forge.hand.makeTen(element);
    const number = forge.hand.makeNumber(element, source, first, () => (shown?.ten ? shown : null));

    const keep = (button, kind) => {
      button.addEventListener("click", async () => {
        button.disabled = true;
        try {
          const { model, hand } = shown;
          forge.save(await source.ask(TAB, kind, { model, hand, number: number.getText() }));
        } catch (problem) {
          number.say(problem);
        }
        button.disabled = false;
      });
    };
    keep(save, "hand.png");
    keep(saveLine, "line.png");
    link.addEventListener("click", () => {
      const { model, hand, weights, digit } = shown;
      forge.copyLink(link, TAB, { model, hand, weights, digit, number: number.getText() });
    });

    const blankPictures = () => {
      ten.blank();
      number.blank();
      saveLine.disabled = true;
    };

    return {
      number,
      isShown: () => Boolean(shown),

      show(answer) {
        shown = answer;
        for (const button of [save, link]) button.disabled = !answer.ten;
        if (!answer.ten) {
          blankPictures();
          return;
        }
        ten.paint(answer.ten);
        number.write();
      },

      blank() {
        shown = null;
        for (const button of [save, link]) button.disabled = true;
        blankPictures();
      },
    };
  };
})();
