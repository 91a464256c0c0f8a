/* The two pictures of a round, each a button.

     const choices = DigitForge.inspector.makeChoices(game, choose)    choose(place), 0 or 1, also by the keys 1 and 2
     choices.deal(pixels, model)              2 x 784 grey levels, to choose from; model: "" where one is a person's
     choices.reveal(answer, chosen)           the answer to "choice": which is forged, and what D says of both
     choices.disable(), choices.focus() */
(() => {
  const forge = window.DigitForge;
  forge.inspector = forge.inspector || {};

  const followKeys = (game, choose) => {
    document.addEventListener("keydown", (event) => {
      const place = ["1", "2"].indexOf(event.key);
      if (place < 0 || event.ctrlKey || event.altKey || event.metaKey || game.hidden || !game.offsetParent) return;
      if (event.target.matches?.("input, select, textarea, [contenteditable]")) return;
      event.preventDefault();
      choose(place);
    });
  };

  const reveal = (button, key, { truth, says }) => {
    button.disabled = true;
    button.querySelector(".di-truth").textContent = truth;
    button.querySelector(".di-says").textContent = says;
    button.setAttribute("aria-label", forge.word("inspector.was", { key, truth, says }));
  };

  forge.inspector.makeChoices = (game, choose) => {
    const { percent, speak } = forge.inspector;
    const buttons = [...game.querySelectorAll(".di-choice")];
    buttons.forEach((button, place) => button.addEventListener("click", () => choose(place)));
    followKeys(game, choose);
    return {
      deal(pixels, model = "") {
        buttons.forEach((button, place) => {
          forge.paintFrame(button.querySelector("canvas"), pixels, place);
          button.className = "di-choice";
          button.disabled = false;
          const key = model ? "inspector.pick.model" : "inspector.pick";
          button.setAttribute("aria-label", forge.word(key, { key: place + 1, model }));
          for (const part of [".di-truth", ".di-says"]) button.querySelector(part).textContent = "";
        });
      },

      reveal({ forged, shares, kind, rival, own }, chosen) {
        const whose = rival
          ? [own, rival].map((name) => forge.word("inspector.by", { name }))
          : ["inspector.machine", "inspector.human"].map((key) => forge.word(key));
        buttons.forEach((button, place) => {
          const truth = whose[Number(place !== forged)];
          const says = speak("inspector.says", kind, { share: percent(shares[place]) });
          button.classList.add(place === forged ? "di-forged" : "di-real");
          button.classList.toggle("di-chosen", place === chosen);
          reveal(button, place + 1, { truth, says });
        });
      },

      disable() {
        for (const button of buttons) button.disabled = true;
      },

      focus: () => buttons[0].focus({ preventScroll: true }),
    };
  };
})();
