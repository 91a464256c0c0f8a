/* What came of a drawing, all of it: what was found, what the hand writes, and the words and the progress beside them.

     const outcome = DigitForge.hand.makeOutcome(element, source, state, choose)    choose: see found.js
     outcome.show(answer, {first, all})     an answer of asking.js
     outcome.showHand(answer)               of the source's "ten": a hand without a drawing
     outcome.clear(), outcome.isShown()
     outcome.wait(), outcome.settle()       something is to come, nothing more is: data-settled
     outcome.fail(problem)
     outcome.note(key), outcome.speak(key, values)    beside what was found, and below the pad; "" for nothing
     outcome.accept({note})                 the source has read it, and may say something of it */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";
  forge.hand = forge.hand || {};

  forge.hand.makeOutcome = (element, source, state, choose) => {
    const figure = element.querySelector("#hand-figure");
    const progress = element.querySelector("#hand-progress");
    const [said, noted] = [".dh-said", ".dh-found .df-note"].map((name) => element.querySelector(name));
    const found = forge.hand.makeFound(element, choose);
    const writing = forge.hand.makeWriting(element, source, state);

    const say = (problem) => forge.say(TAB, figure, problem);
    const note = (key, values) => (noted.textContent = key ? forge.word(key, values) : "");
    const settle = (settled = true) => (figure.dataset.settled = settled);
    const mark = (values) => {
      Object.assign(figure.dataset, values);
      figure.classList.remove("df-empty");
    };

    return {
      note,
      settle,
      wait: () => settle(false),
      pick: found.pick,
      write: writing.write,
      isShown: writing.isShown,
      speak: (key, values) => (said.textContent = key ? forge.word(key, values) : ""),

      accept({ note: text }) {
        say(null);
        if (text) said.textContent = forge.reword(text);
      },

      show(answer, { first, all }) {
        const { step, steps, digit, hand } = answer;
        found.show(answer);
        writing.show(answer);
        progress.value = step;
        if (step < steps) note("hand.improving", { step, steps });
        else note("hand.done", { first: Math.round(first), all: (all / 1000).toFixed(1) });
        mark({ step, digit, hand });
      },

      showHand(answer) {
        say(null);
        found.showRedrawn(answer.ten, answer.digit);
        writing.show(answer);
        mark({ hand: answer.hand });
        note("hand.linked");
        settle();
      },

      clear() {
        found.clear();
        writing.clear();
        figure.classList.add("df-empty");
        figure.dataset.step = 0;
      },

      fail(problem) {
        note("");
        progress.value = 0;
        say(problem);
        settle();
      },
    };
  };
})();
