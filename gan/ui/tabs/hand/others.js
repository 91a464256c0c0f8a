/* Digits beside the one that is read, as buttons on the photo: one click, and that one is meant.

     const others = DigitForge.hand.makeOthers(element, drawing, choose)    choose([x, y]): shares of the photo
     others.show({box, others})    of an answer, in shares of the photo: left, top, width, height
     others.clear() */
(() => {
  const forge = window.DigitForge;
  forge.hand = forge.hand || {};

  const lay = (element, [left, top, width, height], on) => {
    const percent = (share) => `${100 * share}%`;
    Object.assign(element.style, {
      left: percent(on.left + left * on.across),
      top: percent(on.top + top * on.down),
      width: percent(width * on.across),
      height: percent(height * on.down),
    });
    return element;
  };

  forge.hand.makeOthers = (element, drawing, choose) => {
    const pad = element.querySelector(".dh-pad");
    const clear = () => pad.querySelectorAll(".dh-box").forEach((one) => one.remove());
    const add = (tag, box, how) => {
      const made = Object.assign(document.createElement(tag), how);
      pad.append(lay(made, box, drawing.place()));
      return made;
    };
    return {
      clear,
      show({ box, others }) {
        clear();
        if (!drawing.photo || !others?.length) return;
        add("span", box, { className: "dh-box dh-own" });
        others.forEach((one, i) => {
          const button = add("button", one, { type: "button", className: "dh-box dh-other" });
          button.setAttribute("aria-label", forge.word("hand.other", { number: i + 2 }));
          button.addEventListener("click", () => choose([one[0] + one[2] / 2, one[1] + one[3] / 2]));
        });
      },
    };
  };
})();
