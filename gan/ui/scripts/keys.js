/* Keys for a model's classes: a checkbox each in `.df-keys`, and beyond MANY of them a box that finds a name.

     const keys = DigitForge.makeKeys(box, changed)    changed(labels): the visitor has pressed one
     keys.build(names)     a key for each; those that are there already stay
     keys.press(labels)    shows which are chosen */
(() => {
  const forge = window.DigitForge;
  const MANY = 20;

  const makeKey = (name, label) => {
    const key = document.createElement("label");
    const input = document.createElement("input");
    const text = document.createElement("span");
    input.type = "checkbox";
    input.name = label;
    text.textContent = name;
    key.append(input, text);
    return key;
  };

  const makeFinder = (list) => {
    const finder = document.createElement("input");
    finder.type = "search";
    finder.className = "df-finder";
    finder.autocomplete = "off";
    finder.setAttribute("aria-label", forge.word("classes.find"));
    finder.placeholder = forge.word("classes.find");
    finder.addEventListener("input", () => {
      const sought = finder.value.trim().toLowerCase();
      for (const key of list.children) key.hidden = !key.textContent.toLowerCase().includes(sought);
    });
    return finder;
  };

  forge.makeKeys = (box, changed) => {
    const list = box.querySelector(".df-keys");
    let names = [...list.children].map((key) => key.textContent);
    let finder = null;
    const inputs = () => [...list.querySelectorAll("input")];
    list.addEventListener("change", () => {
      changed(inputs().flatMap((input, label) => (input.checked ? [label] : [])));
    });

    return {
      build(wanted) {
        if (forge.same(names, wanted)) return;
        names = wanted;
        list.replaceChildren(...names.map(makeKey));
        list.classList.toggle("df-named", names.some((name) => [...name].length > 1));
        list.classList.toggle("df-many", names.length > MANY);
        finder?.remove();
        finder = names.length > MANY ? makeFinder(list) : null;
        if (finder) list.before(finder);
      },
      press(labels) {
        inputs().forEach((input, label) => (input.checked = labels.includes(label)));
      },
    };
  };
})();
