/* Asking for what is drawn: read at once, then redrawn better and better, slice by slice. A new drawing ends the slices
   of the old.

     const asking = DigitForge.hand.makeAsking(source, {accept, show, settle, fail})
         accept(answer)               it is read: what the source says of the picture, and where its digits are
         show(answer, {first, all})   each answer as it comes, and the milliseconds to the first and to this one
         settle()                     the last one is shown
         fail(problem)                nothing more comes
     asking.look({model, picture, digit, at})
     asking.renew() -> turn           what was asked for before is no longer wanted
     asking.isNow(turn) */
(() => {
  const forge = window.DigitForge;
  forge.hand = forge.hand || {};

  forge.hand.makeAsking = (source, { accept, show, settle, fail }) => {
    let turn = 0; // counts drawings: an answer for an earlier one is dropped

    const refine = async (answer, { model, turn: mine }, { begun, first }) => {
      while (answer.step < answer.steps) {
        const { digit, state, step, seen, doubt } = answer;
        try {
          answer = await source.ask("hand", "refine", { model, digit, state, step, seen, doubt });
        } catch (problem) {
          if (mine === turn) fail(problem);
          return;
        }
        if (mine !== turn) return;
        show(answer, { first, all: performance.now() - begun });
      }
      settle();
    };

    const look = forge.latest(
      async (request) => {
        const begun = performance.now();
        const answer = await source.ask("hand", "look", request);
        return { answer, begun, first: performance.now() - begun };
      },
      ({ answer, begun, first }, request) => {
        if (request.turn !== turn) return;
        accept(answer);
        show(answer, { first, all: first });
        refine(answer, request, { begun, first });
      },
      (problem, request) => request.turn === turn && fail(problem),
    );

    return {
      renew: () => (turn += 1),
      isNow: (own) => own === turn,
      look: (request) => look({ ...request, turn }),
    };
  };
})();
