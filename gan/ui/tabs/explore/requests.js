/* What the Explore tab asks for: the digits at each move, the pad's map, and what the server knows of the model. */
(() => {
  const forge = window.DigitForge;
  const TAB = "explore";
  const REST_MILLISECONDS = 140; // without a move: at rest
  const AGAIN_MILLISECONDS = 3000; // before ranges that are not known yet are asked for again
  const MAP_DIGIT = 3;

  /* Requests for digits. toRequest(): what is asked for now; isAsked(): whether a measure is, which one drawing only
     comes near to; draw(answer, request): shows each answer, also while the next move waits: a hand that never rests
     sees where it is. */
  forge.makeMover = (source, { toRequest, isAsked, draw, fail }) => {
    let rest = null;
    const ask = forge.latest(
      async (request) => draw(await source.ask(TAB, "edit", request), request),
      () => {},
      fail,
    );
    const settle = () => {
      clearTimeout(rest);
      rest = null;
      ask({ ...toRequest(), quick: false });
    };
    const move = () => {
      clearTimeout(rest);
      const quick = isAsked();
      ask({ ...toRequest(), quick });
      rest = quick ? setTimeout(settle, REST_MILLISECONDS) : null;
    };
    return { move, settle, rest: () => clearTimeout(rest) };
  };

  /* The pad's map, asked for once what it shows has rested. */
  forge.makeMapper = (source, state, pad) => {
    let mapped = "";
    let mapping = null;
    const ask = forge.latest(
      (request) => source.ask(TAB, "map", request),
      pad.paint,
      () => (mapped = ""), // the digits' own request says what is wrong
    );
    return {
      forget: () => (mapped = ""),
      remap(hand) {
        const { model, seed, psi, plane, pair } = state.values;
        const wanted = JSON.stringify([model, seed, psi, plane, pair]);
        clearTimeout(mapping);
        if (wanted === mapped || !hand) return;
        mapping = setTimeout(() => {
          mapped = wanted;
          ask({ model, seed, psi, plane, pair, digit: [Math.min(MAP_DIGIT, hand.classes.length - 1)] });
        }, REST_MILLISECONDS);
      },
    };
  };

  /* What the server knows of the model: its digits, the ranges of its measures, notes. meet(answer, isNews) is called
     with it; isNews: another model, or ranges that have become known. weights: those that the link was made with, for
     others draw another picture; the first request names them. */
  forge.makeHandAsker = (source, state, { weights, meet, fail }) => {
    let known = null; // the last answer
    let again = null;
    const ask = forge.latest(
      (request) => source.ask(TAB, "hand", request),
      (answer) => {
        clearTimeout(again);
        if (state.values.model !== answer.model) return;
        const isNews = known?.model !== answer.model || Boolean(known.ranges) !== Boolean(answer.ranges);
        known = answer;
        if (!answer.ranges) again = setTimeout(() => ask({ model: state.values.model }), AGAIN_MILLISECONDS);
        meet(answer, isNews);
      },
      (problem) => {
        weights = null; // the next move draws with the weights that are here
        fail(problem);
      },
    );
    return {
      ask: () => ask({ model: state.values.model }),
      /* Another model was chosen, or the first one */
      start() {
        known = null;
        clearTimeout(again); // it would take the place of the question for this model
        ask({ model: state.values.model, weights });
        weights = null;
      },
    };
  };
})();
