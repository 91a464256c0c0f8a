/* What was found in a drawing: what the model sees of it, how G redraws it, the figures, and which digit it is read as.

     const found = DigitForge.hand.makeFound(element, choose)    choose(digit): the visitor says which digit is meant
     found.show(answer)     of the source's "look" or "refine"
     found.pick(digit)      the digit meant; null for none
     found.showRedrawn(pixels, digit)    of n x 784 grey levels, where there is no drawing
     found.clear() */
(() => {
  const forge = window.DigitForge;
  const STYLE = { slant: "°", thickness: " px" };
  forge.hand = forge.hand || {};

  const percent = (share) => forge.percent(share, { decimals: 1 });

  const makeKeys = (keys, choose) => {
    keys.forEach((key, digit) => {
      key.addEventListener("click", () => choose(digit));
      key.addEventListener("keydown", (event) => {
        const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
        if (!by) return;
        event.preventDefault();
        choose((digit + by + 10) % 10);
      });
    });
    return (chosen) => {
      keys.forEach((key, digit) => {
        key.setAttribute("aria-checked", String(digit === chosen));
        key.tabIndex = digit === (chosen ?? 0) ? 0 : -1;
      });
    };
  };

  forge.hand.makeFound = (element, choose) => {
    const find = (name) => element.querySelector(`#hand-${name}`);
    const [seen, redrawn] = ["seen", "redrawn"].map(find);
    const keys = [...element.querySelectorAll(".dh-key")];
    const pick = makeKeys(keys, (digit) => {
      if (choose(digit)) keys[digit].focus();
    });
    const setBars = (shares) => {
      keys.forEach((key, digit) => (key.firstElementChild.style.height = `${100 * shares[digit]}%`));
    };
    return {
      pick,

      show(answer) {
        forge.paintFrame(seen, answer.seen, 0);
        forge.paintFrame(redrawn, answer.redrawn, 0);
        const error = percent(answer.error);
        seen.setAttribute("aria-label", forge.word("hand.seen.some"));
        redrawn.setAttribute("aria-label", forge.word("hand.redrawn.some", { digit: answer.digit, error }));
        const best = answer.read.indexOf(Math.max(...answer.read));
        find("read").textContent = `${best} · ${percent(answer.read[best])}`;
        find("error").textContent = error;
        for (const [name, unit] of Object.entries(STYLE)) {
          find(name).textContent = `${answer[name].map((value) => value.toFixed(1)).join(" → ")}${unit}`;
        }
        setBars(answer.read);
        pick(answer.digit);
      },

      showRedrawn(pixels, digit) {
        forge.paintFrame(redrawn, pixels, digit);
        redrawn.setAttribute("aria-label", forge.word("hand.redrawn"));
      },

      clear() {
        for (const canvas of [seen, redrawn]) canvas.getContext("2d").clearRect(0, 0, 28, 28);
        seen.setAttribute("aria-label", forge.word("hand.seen.none"));
        redrawn.setAttribute("aria-label", forge.word("hand.redrawn.none"));
        for (const name of ["read", "error", ...Object.keys(STYLE)]) find(name).textContent = "–";
        setBars(keys.map(() => 0));
        pick(null);
      },
    };
  };
})();
