/* D's view of real and forged digits: cards, histogram, table and summary.

     const view = DigitForge.inspector.makeView(element, source, {getSettings, shown})
         getSettings() -> {order, seed} of the cards; shown(answer) is called with each answer
     view.look(request)
     view.arrange()     the same cards in another order
     view.refit()       the histogram, to the width there is
     view.getShown()    the last answer; null before the first */
(() => {
  const forge = window.DigitForge;
  const TAB = "inspector";
  forge.inspector = forge.inspector || {};

  const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

  const summarize = ({ real, forged, kind, ranked }) => {
    const { percent, speak } = forge.inspector;
    const words = { forged: percent(mean(forged.shares)) };
    if (!real.shares.length) return speak("inspector.summary.alone", kind, words);
    return speak("inspector.summary", kind, { ...words, real: percent(mean(real.shares)), ranked: percent(ranked) });
  };

  forge.inspector.makeView = (element, source, { getSettings, shown: told }) => {
    const find = (name) => element.querySelector(`#inspector-${name}`);
    const [figure, cards, svg] = ["figure", "cards", "plot"].map(find);
    let shown = null;

    const arrange = () => {
      const { order, seed } = getSettings();
      if (shown) forge.inspector.showCards(cards, shown, order, seed);
    };
    const refit = () => {
      if (shown && !figure.hidden && svg.parentElement.clientWidth) forge.inspector.drawPlot(svg, shown);
    };

    const show = (answer) => {
      shown = answer;
      told(answer);
      arrange();
      forge.inspector.drawPlot(svg, answer);
      forge.inspector.fillTable(figure.querySelector(".di-table"), answer);
      const summary = summarize(answer);
      find("summary").textContent = summary;
      svg.setAttribute("aria-label", forge.join([forge.word("inspector.plot"), summary]));
      find("explain").textContent = forge.reword(answer.explain);
      figure.querySelector(".df-note").textContent = forge.reword(answer.note);
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      figure.classList.remove("df-empty");
      forge.say(TAB, figure, null);
      forge.stamp(svg);
      figure.dataset.settled = true;
    };
    const fail = (problem) => {
      forge.say(TAB, figure, problem);
      figure.dataset.settled = true;
    };
    const ask = forge.latest((request) => source.ask(TAB, "view", request), show, fail);

    new ResizeObserver(refit).observe(figure);
    return {
      arrange,
      refit,
      getShown: () => shown,
      look(request) {
        figure.dataset.settled = false;
        ask(request);
      },
    };
  };
})();
