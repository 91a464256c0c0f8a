/* The About tab's card: what the chosen model is, how it was made, and how good it is. */
(() => {
  const forge = window.DigitForge;

  const number = (value) => Number(value).toLocaleString(forge.language);

  /* One figure's row: its name, this model's value, real digits' value, and what it means. */
  const makeRow = (one) => {
    const make = forge.makeElement;
    const [row, head, means] = ["tr", "th", "td"].map((tag) => make(tag));
    head.scope = "row";
    head.append(make("code", one.name));
    const name = forge.nameOf(one.stem); // in a language that has one of its own
    if (name !== one.stem) head.append(" ", name);
    const key = `about.figure.${one.stem}`;
    const meaning = forge.word(key) === key ? "" : forge.word(key);
    const better = one.better ? forge.word(`about.${one.better}`) : "";
    means.append(meaning, better && make("span", better, "da-better"));
    row.append(head, make("td", one.value), make("td", one.real), means);
    return row;
  };

  /* The facts as [name, text, whether it is code] */
  const listFacts = (facts) => {
    const listed = [];
    if (facts.images) {
      const passes = facts.dataset === "mnist" ? Math.round(facts.images / 60000) : 0;
      const key = passes > 1 ? "about.fact.images.passes" : "about.fact.images";
      const values = { count: number(facts.images), dataset: facts.dataset.toUpperCase(), passes };
      listed.push(["trained", forge.word(key, values)]);
    }
    if (facts.seconds) {
      const threads = facts.device === "cpu" && facts.threads;
      const device = threads ? forge.word("about.fact.threads", facts) : facts.device || "?";
      const minutes = Math.max(1, Math.round(facts.seconds / 60));
      listed.push(["time", forge.word("about.fact.minutes", { minutes, device })]);
    }
    if (facts.command) listed.push(["command", facts.command, true]);
    const { generator, z_dim: z, w_dim: w, loss } = facts;
    const discriminator = facts.discriminator || forge.word("about.fact.none");
    listed.push(["networks", forge.word("about.fact.nets", { generator, z, w, discriminator, loss })]);
    listed.push(["sha256", facts.sha256, true]);
    return listed;
  };

  forge.makeCard = (element, find) => {
    const [card, picture, missing] = ["card", "truncation-picture", "missing"].map(find);

    const describe = (facts) => {
      find("name").textContent = facts.name;
      find("what").textContent = forge.reword(facts.about) || "";
      find("facts").replaceChildren();
      for (const [name, text, isCode] of listFacts(facts)) {
        const value = forge.makeElement("dd");
        value.append(isCode ? forge.makeElement("code", text) : text);
        find("facts").append(forge.makeElement("dt", forge.word(`about.fact.${name}`)), value);
      }
    };

    return (answer) => {
      describe(answer.facts);
      element.querySelector("#about-figures tbody").replaceChildren(...answer.figures.map(makeRow));
      element.querySelector(".da-scroll").hidden = !answer.figures.length;
      missing.hidden = !answer.missing;
      missing.textContent = forge.reword(answer.missing);
      picture.hidden = !answer.truncation;
      if (answer.truncation) forge.drawTruncation(picture.querySelector("svg"), answer.truncation);
      card.dataset.sha256 = answer.facts.sha256;
      forge.stamp(card);
    };
  };
})();
