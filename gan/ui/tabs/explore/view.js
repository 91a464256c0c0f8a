/* The last answer of the Explore tab, on screen: pixels at each move; words, and the recipe, once the hand rests. */
(() => {
  const forge = window.DigitForge;
  const TAB = "explore";

  /* parts: the tab's state, digits, measures and number */
  forge.makeView = (element, find, { state, digits, measures, number }) => {
    const [figure, png] = ["figure", "png"].map(find);
    const note = figure.querySelector(".df-note");
    const all = element.querySelector(".dx-all");
    let shown = null; // the last answer
    let complained = false;

    const caption = () => shown && digits.caption(shown.measures, measures.active());
    const fill = () => shown && digits.fill(all.querySelector("table"), shown.measures);
    const write = () => number.write(state.values.text, Boolean(shown));

    const tell = () => {
      figure.dataset.recipe = JSON.stringify(shown.recipe);
      digits.tell(shown.measures);
      note.textContent = forge.word("explore.note", {
        count: shown.count,
        ms: Math.round(shown.milliseconds),
        model: shown.recipe.model,
        where: forge.tellWhere(shown),
      });
      if (all.open) fill();
    };
    all.addEventListener("toggle", fill);

    return {
      caption,
      write,
      weights: () => shown?.recipe.weights,
      fail(problem) {
        complained = true;
        forge.say(TAB, figure, problem);
      },
      draw(answer, request) {
        shown = answer;
        digits.paint(answer.pixels);
        measures.label(answer.measures);
        caption();
        write();
        const settled = !request.quick || !measures.names.some((name) => request[name] !== null);
        figure.dataset.settled = settled;
        if (settled) tell();
        if (figure.classList.contains("df-empty")) {
          figure.classList.remove("df-empty");
          png.disabled = false;
        }
        if (figure.classList.contains("df-stale") || complained) {
          complained = false;
          forge.say(TAB, figure, null);
        }
        forge.stamp(find("digits"));
      },
    };
  };
})();
