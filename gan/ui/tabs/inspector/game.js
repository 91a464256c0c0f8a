/* The game: ten rounds of two pictures, of which one is forged (or, where there are no real digits, both are, and one is
   `own`, the other its `rival`'s, as the answer names them). The page knows which one only when it has been
   answered: the source sends two pictures, and the truth with the answer to the choice.

     const game = DigitForge.inspector.makeGame(element, source, anew)    anew(): another game is wanted
     game.start(request)    what the rounds are drawn by: {model, digit, count, seed, psi}
     game.getAsked()        the request of the game that is played; null before the first
     game.forget()          the next to open it begins another: what the rounds are drawn from has changed */
(() => {
  const forge = window.DigitForge;
  const TAB = "inspector";
  const ROUNDS = 10; // until the source says how many
  forge.inspector = forge.inspector || {};

  const comment = (right, d, name) => {
    const mine = right ? "inspector.right" : `inspector.wrong${name ? ".rival" : ""}`;
    const its = right ? ["inspector.d.wrong", "inspector.d.right"] : ["inspector.d.both", "inspector.d.only"];
    return forge.join([forge.word(mine, { name }), forge.word(its[Number(d)])]);
  };

  const ask = (round, { name, rounds, rival }, model) => {
    const any = name === "any" ? ".any" : "";
    const key = `inspector.round${any}${rival ? ".rival" : ""}`;
    return forge.word(key, { round: round + 1, rounds, name, model, rival });
  };

  forge.inspector.makeGame = (element, source, anew) => {
    const [box, next, title] = ["game", "next", "question"].map((name) => element.querySelector(`#inspector-${name}`));
    const [question, said, note] = [".di-round", ".di-answer", ".df-note"].map((name) => box.querySelector(name));
    const table = box.querySelector(".di-score");
    let play = null; // {asked, round, rounds, scores: [[mine, its], ...], open, over}

    const settle = (settled) => (box.dataset.settled = settled);
    const fillScore = () => forge.inspector.fillScore(table, play.rounds, play.scores);

    const showRound = (round, answer) => {
      const { pixels, rounds, rival, own: model } = answer;
      Object.assign(play, { open: true, rounds });
      forge.say(TAB, box, null);
      title.textContent = forge.word(rival ? "inspector.question.rival" : "inspector.question", { model });
      question.textContent = ask(round, answer, model);
      choices.deal(pixels, rival && model);
      said.textContent = "";
      next.textContent = forge.word(round + 1 < rounds ? "inspector.next" : "inspector.result");
      box.classList.remove("df-empty", "di-undealt");
      fillScore();
      box.dataset.round = round + 1;
    };
    const endWith = (problem) => {
      forge.say(TAB, box, problem);
      choices.disable();
      box.classList.add("di-undealt");
      next.textContent = forge.word("inspector.again");
      next.disabled = false;
      play.over = true;
    };

    const deal = async (round) => {
      const mine = play;
      Object.assign(mine, { round, open: false });
      next.disabled = true;
      box.dataset.round = 0; // being dealt
      settle(false);
      try {
        const answer = await source.ask(TAB, "round", { ...mine.asked, round });
        if (mine !== play) return;
        showRound(round, answer);
      } catch (problem) {
        if (mine !== play) return;
        endWith(problem);
      }
      settle(true);
    };

    const showOutcome = (answer, choice) => {
      forge.say(TAB, box, null);
      const [right, d] = [choice === answer.forged, answer.inspector === answer.forged];
      play.scores.push([right, d]);
      choices.reveal(answer, choice);
      said.textContent = comment(right, d, answer.rival);
      fillScore();
      next.disabled = false;
      next.focus({ preventScroll: true });
    };

    const choose = async (choice) => {
      const mine = play;
      if (!mine?.open) return;
      mine.open = false;
      settle(false);
      try {
        const answer = await source.ask(TAB, "choice", { ...mine.asked, round: mine.round, choice });
        if (mine !== play) return;
        showOutcome(answer, choice);
      } catch (problem) {
        if (mine !== play) return;
        forge.say(TAB, box, problem);
        mine.open = true;
      }
      settle(true);
    };
    const choices = forge.inspector.makeChoices(box, choose);

    const tell = () => {
      said.textContent = forge.inspector.tellScore(play.rounds, play.scores);
      question.textContent = "";
      next.textContent = forge.word("inspector.again");
      play.over = true;
      box.dataset.round = "over";
    };

    next.addEventListener("click", () => {
      if (!play) return;
      if (play.over) {
        anew();
      } else if (play.round + 1 < play.rounds) {
        deal(play.round + 1);
        choices.focus();
      } else {
        tell();
      }
    });

    return {
      getAsked: () => play?.asked || null,
      forget: () => (play = null),
      start(asked) {
        play = { asked, round: 0, rounds: ROUNDS, scores: [], open: false, over: false };
        const { model, seed } = asked;
        note.textContent = forge.word("inspector.game.note", { model, seed });
        fillScore();
        deal(0);
      },
    };
  };
})();
