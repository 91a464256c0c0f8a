/* The digits in one hand, a canvas each, what was measured on it below, and the table of all measures. */
(() => {
  const forge = window.DigitForge;
  const SIDE = 28;
  const LARGEST = 160; // pixels of a digit's side on screen

  const makeCell = ({ label, name }) => {
    const cell = document.createElement("div");
    const canvas = document.createElement("canvas");
    const found = document.createElement("span");
    const asked = document.createElement("span");
    cell.className = "dx-cell";
    canvas.width = canvas.height = SIDE;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", name);
    found.className = "dx-found";
    asked.className = "dx-asked";
    for (const line of [found, asked]) line.setAttribute("aria-hidden", "true"); // the canvas says it
    cell.append(canvas, found, asked);
    return { cell, canvas, context: canvas.getContext("2d"), found, asked, label, name };
  };

  const makeRow = (isHead, values) => {
    const line = document.createElement("tr");
    values.forEach((value, i) => {
      const cell = document.createElement(isHead || i === 0 ? "th" : "td");
      if (isHead || i === 0) cell.scope = isHead ? "col" : "row";
      cell.textContent = value;
      line.append(cell);
    });
    return line;
  };

  /* measures: for each digit {name: {asked, measured}}, asked null where it is free. */
  forge.makeDigits = (box, units) => {
    const { names } = units;
    let cells = [];

    const refit = () => {
      if (!cells.length || !box.clientWidth) return;
      const density = window.devicePixelRatio || 1;
      const style = getComputedStyle(box);
      const columns = style.gridTemplateColumns.split(" ").length;
      const wide = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const room = wide / columns - 4;
      const times = Math.max(1, Math.floor((density * Math.min(room, LARGEST)) / SIDE));
      box.style.setProperty("--dx-side", `${(times * SIDE) / density}px`);
    };

    return {
      refit,
      names: () => cells.map(({ name }) => name),

      /* The cell of the class that one letter or digit names */
      find: (mark) =>
        cells.find(({ name }) => name === mark) || cells.find(({ name }) => name.toLowerCase() === mark.toLowerCase()),

      /* A canvas for each class {label, name}, unless they are there already. */
      build(classes) {
        const same = (cell, i) => cell.name === classes[i].name && cell.label === classes[i].label;
        if (cells.length === classes.length && cells.every(same)) return;
        cells = classes.map(makeCell);
        box.replaceChildren(...cells.map(({ cell }) => cell));
        box.classList.toggle("dx-one", cells.length === 1);
        box.classList.toggle("dx-many", cells.length > forge.FEW_CLASSES);
        refit();
      },

      paint(pixels) {
        for (let i = 0; i < cells.length; i++) forge.putDigit(cells[i].context, pixels, i, 0, 0);
      },

      /* Below each digit, the measure that is being moved. */
      caption(measures, active) {
        cells.forEach((cell, i) => {
          const { asked, measured } = measures[i][active];
          forge.setText(cell.found, units.say(active, measured));
          const short = { asked: units.write(active, asked) };
          forge.setText(cell.asked, asked === null ? "" : forge.word("explore.askedShort", short));
        });
      },

      /* The same of all measures for those who read with their ears. */
      tell(measures) {
        cells.forEach((cell, i) => {
          const said = names.map((name) => {
            const { asked, measured } = measures[i][name];
            const what = forge.word(`explore.${name}`);
            if (asked === null) return `${what} ${units.say(name, measured)}`;
            return `${what} ${forge.word("explore.asked", units.fill(name, asked, measured))}`;
          });
          const values = { name: cell.name, measures: said.join(", ") };
          cell.canvas.setAttribute("aria-label", forge.word("explore.cell", values));
        });
      },

      fill(table, measures) {
        const head = document.createElement("thead");
        const body = document.createElement("tbody");
        head.append(makeRow(true, [forge.word("explore.digit"), ...names.map(units.head)]));
        cells.forEach((cell, i) => {
          const values = names.map((name) => {
            const { asked, measured } = measures[i][name];
            const found = units.write(name, measured);
            return asked === null ? found : `${found} (${units.write(name, asked)})`;
          });
          body.append(makeRow(false, [cell.name, ...values]));
        });
        table.replaceChildren(head, body);
      },
    };
  };
})();
