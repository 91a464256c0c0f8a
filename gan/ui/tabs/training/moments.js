/* What is said of a moment of a run: how training went there, and how good the pictures were.

     DigitForge.training.describeMoment(row) -> text; row: one of the moments of the answer to "history" */
(() => {
  const forge = window.DigitForge;
  forge.training = forge.training || {};

  forge.training.describeMoment = (row) => {
    const { known, percent, decimal, sayShares } = forge.training;
    if (!row.images) return forge.word("training.zero");
    const said = [];
    if (known(row.loss_d)) {
      said.push(forge.word("training.at.loss", { d: decimal(row.loss_d), g: decimal(row.loss_g) }));
      if (known(row.prob_real)) said.push(sayShares(row));
      said.push(forge.word("training.at.won", { won: percent(row.won) }));
    } else {
      said.push(forge.word("training.at.early"));
    }
    if (known(row.accuracy)) {
      const [name, least] = Object.entries(row.accuracy_by_class).reduce((a, b) => (b[1] < a[1] ? b : a));
      const values = { accuracy: percent(row.accuracy), name, least: percent(least) };
      said.push(forge.word("training.at.accuracy", values));
    }
    if (known(row.diversity)) said.push(forge.word("training.at.diversity", { diversity: percent(row.diversity) }));
    return forge.join(said);
  };
})();
