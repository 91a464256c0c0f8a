/* Locked rows: the style (seed and number) that a row keeps while the others are drawn anew. */
(() => {
  const forge = window.DigitForge;
  const LOCK =
    '<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">' +
    '<rect x="3" y="7" width="10" height="7" rx="1.5"/><path d="M5 7V5a3 3 0 0 1 6 0v2" fill="none" stroke-width="1.6"/></svg>';

  /* seedOf(): the seed of the sheet that is shown; changed(): draws it anew. A request has "row:seed.style,...". */
  forge.makeLocks = (find, seedOf, changed) => {
    const [box, spread, unlock] = ["locks", "spread", "unlock"].map(find);
    const locks = new Map(); // row -> [seed, style]
    let last = null; // row that was locked last
    let rows = 0;

    const makeButton = (row) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "dg-lock";
      button.innerHTML = LOCK;
      button.setAttribute("aria-label", forge.word("generate.lock", { row: row + 1 }));
      button.title = forge.word("generate.lock", { row: row + 1 });
      button.addEventListener("click", () => toggle(row));
      return button;
    };

    const show = (count = rows) => {
      rows = count;
      while (box.children.length > rows) box.lastChild.remove();
      while (box.children.length < rows) box.append(makeButton(box.children.length));
      [...box.children].forEach((button, row) => button.setAttribute("aria-pressed", String(locks.has(row))));
      spread.disabled = unlock.disabled = !locks.size;
    };

    const change = () => {
      show();
      changed();
    };

    const toggle = (row) => {
      if (locks.has(row)) locks.delete(row);
      else locks.set(row, [Number(seedOf()), row]);
      last = locks.has(row) ? row : ([...locks.keys()].pop() ?? null);
      change();
    };

    spread.addEventListener("click", () => {
      const style = locks.get(last) || [...locks.values()][0];
      for (let row = 0; row < rows; row++) locks.set(row, style);
      change();
    });

    unlock.addEventListener("click", () => {
      locks.clear();
      last = null;
      change();
    });

    return {
      show,
      write: () =>
        [...locks].sort(([a], [b]) => a - b).map(([row, [seed, style]]) => `${row}:${seed}.${style}`).join(","),
      read(text) {
        locks.clear();
        for (const part of (text || "").split(",").filter(Boolean)) {
          const [row, seed, style] = part.split(/[:.]/).map(Number);
          locks.set(row, [seed, style]);
          last = row;
        }
      },
    };
  };
})();
