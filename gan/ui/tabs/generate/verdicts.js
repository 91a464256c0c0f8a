/* Verdicts: under each digit of the sheet, what D and the reader say of it. */
(() => {
  const forge = window.DigitForge;
  const CELL = 30; // a digit of the sheet, with the gap to the next

  const addLine = (item, text, wrong) => {
    const line = document.createElement("span");
    line.className = wrong ? "dg-line dg-wrong" : "dg-line";
    line.textContent = text;
    line.setAttribute("aria-hidden", "true");
    item.append(line);
  };

  /* One digit, twice as large as its pixels, with its lines below. */
  const makeItem = (sheet, answer, i) => {
    const { columns, labels } = sheet;
    const [row, column] = [Math.floor(i / columns), i % columns];
    const item = document.createElement("div");
    const digit = document.createElement("span");
    const said = [];
    item.setAttribute("role", "listitem");
    digit.className = "dg-digit";
    digit.style.backgroundPosition = `-${2 * (column * CELL + 2)}px -${2 * (row * CELL + 2)}px`;
    item.append(digit);
    if (answer.real) {
      const share = forge.percent(answer.real[i], { careful: true });
      addLine(item, forge.word("generate.real", { share }), false);
      said.push(forge.word("generate.cellReal", { share }));
    }
    if (answer.read) {
      const [label, sure] = answer.read[i];
      const share = forge.percent(sure, { careful: true });
      addLine(item, `→ ${label} ${share}`, label !== labels[column] && labels.length > 1);
      said.push(forge.word("generate.cellRead", { label, share }));
    }
    const whole = forge.word("generate.cell", { label: labels[column], row: row + 1, said: said.join(", ") });
    const spoken = document.createElement("span");
    item.title = whole;
    spoken.className = "dg-spoken";
    spoken.textContent = whole;
    item.append(spoken);
    return item;
  };

  /* ask(request): the source's verdicts; refit(): the rows have another height now. */
  forge.makeVerdicts = (find, { ask, refit, fail }) => {
    const [list, button, picture] = ["verdicts", "judge", "sheet"].map(find);
    const explain = find("figure").querySelector(".dg-explain");
    let shown = null; // the sheet and its request
    let on = false;

    const show = (answer, request) => {
      if (!on || request !== shown?.request) return;
      const { columns, count, url } = shown.answer;
      list.style.setProperty("--sheet", `url(${url})`);
      list.style.setProperty("--wide", `${picture.naturalWidth * 2}px`);
      list.style.gridTemplateColumns = `repeat(${columns}, 60px)`;
      list.replaceChildren(...Array.from({ length: count }, (_, i) => makeItem(shown.answer, answer, i)));
      explain.textContent = forge.join([answer.explain, answer.reader].map(forge.reword));
      explain.hidden = false;
      list.hidden = false;
      picture.classList.add("dg-away");
      refit();
    };
    const judge = forge.latest(ask, show, fail);

    const hide = () => {
      list.hidden = true;
      list.replaceChildren();
      explain.hidden = true;
      picture.classList.remove("dg-away");
      refit();
    };

    button.addEventListener("click", () => {
      on = !on;
      button.setAttribute("aria-pressed", String(on));
      button.textContent = forge.word(on ? "generate.unjudge" : "generate.judge");
      if (on) judge(shown.request);
      else hide();
    });

    return {
      isOn: () => on,
      follow(sheet) {
        shown = sheet;
        if (on) judge(sheet.request);
      },
    };
  };
})();
