/* The game's score: a table of the rounds, and what to say at the end.

     DigitForge.inspector.fillScore(table, rounds, scores)    scores: [[mine, its], ...], true where right
     DigitForge.inspector.tellScore(rounds, scores) -> text */
(() => {
  const forge = window.DigitForge;
  forge.inspector = forge.inspector || {};

  const makeHead = (rounds) => {
    const { make } = forge.inspector;
    const head = make("tr");
    head.append(make("td"));
    for (let i = 1; i <= rounds; i++) head.append(make("th", { scope: "col" }, String(i)));
    head.append(make("th", { scope: "col" }, forge.word("inspector.sum")));
    return head;
  };

  const makeCell = (right) => {
    const { make } = forge.inspector;
    const cell = make("td");
    if (right === undefined) return cell;
    cell.className = right ? "di-yes" : "di-no";
    cell.append(
      make("span", { "aria-hidden": "true" }, right ? "✓" : "✗"),
      make("span", { class: "di-hidden" }, forge.word(right ? "inspector.yes" : "inspector.no")),
    );
    return cell;
  };

  const makeRow = (who, rounds, results) => {
    const { make } = forge.inspector;
    const row = make("tr");
    row.append(make("th", { scope: "row" }, forge.word(`inspector.${who}`)));
    for (let i = 0; i < rounds; i++) row.append(makeCell(results[i]));
    row.append(make("td", { class: "di-sum" }, String(results.filter(Boolean).length)));
    return row;
  };

  forge.inspector.fillScore = (table, rounds, scores) => {
    table.querySelector("thead").replaceChildren(makeHead(rounds));
    const rows = ["you", "d"].map((who, place) => makeRow(who, rounds, scores.map((one) => one[place])));
    table.querySelector("tbody").replaceChildren(...rows);
  };

  /* Of games in which each round is guessed, the per cent in which `right` or more are: a binomial's upper tail. */
  const countLuck = (rounds, right) => {
    const ways = (k) => [...Array(k).keys()].reduce((product, i) => (product * (rounds - i)) / (i + 1), 1);
    let luck = 0;
    for (let k = right; k <= rounds; k++) luck += ways(k) / 2 ** rounds;
    return luck < 0.01 ? (100 * luck).toFixed(1) : Math.round(100 * luck);
  };

  forge.inspector.tellScore = (rounds, scores) => {
    const [mine, its] = [0, 1].map((place) => scores.filter((one) => one[place]).length);
    const compared = mine > its ? "inspector.more" : mine < its ? "inspector.less" : "inspector.same";
    const chance = mine > rounds / 2 ? "inspector.luck" : "inspector.fooled";
    return forge.join([
      forge.word("inspector.done", { mine, its, rounds }),
      forge.word(compared),
      forge.word(chance, { mine, luck: countLuck(rounds, mine) }),
    ]);
  };
})();
