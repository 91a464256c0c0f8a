/* What the run's numbers say now: the balance of skill, what D says of real and forged digits, and what a single step
   changed.

     const numbers = DigitForge.training.makeNumbers(find)
     numbers.show({state, now, step, steps, check})    of a run's status */
(() => {
  const forge = window.DigitForge;
  forge.training = forge.training || {};

  const chooseSkill = ({ skill, has_won: hasWon }) => {
    if (hasWon) return "training.skill.won";
    if (skill >= 0.9) return "training.skill.far";
    if (skill >= 0.65) return "training.skill.ahead";
    return skill >= 0.45 ? "training.skill.level" : "training.skill.behind";
  };

  const describeShares = (numbers) => {
    const { known, decimal, sayShares } = forge.training;
    if (known(numbers.prob_real)) return sayShares(numbers);
    const values = { real: decimal(numbers.logit_real), fake: decimal(numbers.logit_fake) };
    return forge.word("training.says.critic", values);
  };

  const describeSkill = (numbers, check) => {
    const { known, percent } = forge.training;
    const said = [];
    if (numbers) said.push(forge.word(chooseSkill(numbers), { won: percent(numbers.skill) }));
    if (check && known(check.diversity)) {
      const [accuracy, diversity] = [check.accuracy, check.diversity].map((share) => percent(share));
      if (known(check.accuracy)) said.push(forge.word("training.check.accuracy", { accuracy }));
      said.push(forge.word("training.at.diversity", { diversity }));
    }
    return forge.join(said);
  };

  const describeStep = ({ of, before, after }) => {
    const { known, percent, decimal } = forge.training;
    const probable = known(before.real);
    const show = (one, side) => (probable ? percent(one[side], { decimals: 1 }) : decimal(one[`logit_${side}`]));
    return forge.word("training.step.of", {
      of,
      a: show(before, "fake"),
      b: show(after, "fake"),
      c: show(before, "real"),
      d: show(after, "real"),
      e: percent(before.won),
      f: percent(after.won),
    });
  };

  /* A single step's numbers, in the names that a running run's have */
  const toNumbers = ({ after }) => ({ ...after, prob_real: after.real, prob_fake: after.fake, skill: after.won });

  forge.training.makeNumbers = (find) => {
    const { known } = forge.training;
    const tip = forge.training.makeBalance(find("training-balance"));
    const [says, skill, line] = ["says", "skill", "step"].map((name) => find(`training-${name}`));
    return {
      show({ state, now, step, steps, check }) {
        const fresh = now && known(now.images);
        const single = steps && (!fresh || step.images >= now.images || state === "paused");
        const numbers = single ? toNumbers(step) : fresh && now;
        tip(numbers ? numbers.skill : null);
        says.textContent = numbers ? describeShares(numbers) : "";
        skill.textContent = describeSkill(numbers, check);
        forge.setText(line, single && state === "paused" ? describeStep(step) : ""); // said aloud when it changes
      },
    };
  };
})();
