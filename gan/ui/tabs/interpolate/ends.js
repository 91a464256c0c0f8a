/* The ends of the way, each a digit and a seed, that come and go: two at least. */
(() => {
  const forge = window.DigitForge;

  const makeButton = (text) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "df-button dg-small";
    button.textContent = text;
    return button;
  };

  /* One end's controls; on.digit, on.seed, on.reroll and on.remove say what the visitor did with them. */
  const makeItem = (on) => {
    const item = document.createElement("li");
    const digit = document.createElement("select");
    const seed = document.createElement("input");
    const reroll = makeButton(forge.word("interpolate.randomize"));
    const remove = makeButton("×");
    seed.type = "text";
    seed.inputMode = "numeric";
    seed.autocomplete = "off";
    seed.maxLength = 20;
    remove.classList.add("dw-remove");
    digit.addEventListener("change", () => on.digit(item, digit.value));
    seed.addEventListener("input", () => on.seed(item, seed.value.trim()));
    reroll.addEventListener("click", () => on.seed(item, String(forge.drawSeed())));
    remove.addEventListener("click", () => on.remove(item));
    item.append(digit, seed, reroll, remove);
    return item;
  };

  const nameItem = (item, i) => {
    const place = i + 1;
    const [digit, seed, reroll, remove] = item.children;
    digit.id = `interpolate-digit-${i}`;
    seed.id = `interpolate-seed-${i}`;
    reroll.id = `interpolate-randomize-${i}`;
    digit.setAttribute("aria-label", forge.word("interpolate.digit", { place }));
    seed.setAttribute("aria-label", forge.word("interpolate.seed", { place }));
    reroll.setAttribute("aria-label", forge.word("interpolate.randomizeEnd", { place }));
    remove.setAttribute("aria-label", forge.word("interpolate.remove", { place }));
  };

  /* The ends below `element`, `most` of them at most; changed(text) tells them as a request takes them, "3.4,8.7".
     read(text) shows others and tells nobody; first() -> [digit, seed], as typed; setClasses(names) of another model; replace(ends) shows and tells. */
  forge.makeEnds = (element, most, changed) => {
    const list = element.querySelector(".dw-ends");
    const add = element.querySelector("#interpolate-add");
    let ends = []; // [digit, seed, wanted], as typed; wanted: the digit that it was before a model had it not
    let names = [..."0123456789"]; // of the classes; none where the model knows none

    const place = (item) => [...list.children].indexOf(item);
    const write = () => ends.map(([digit, seed]) => `${digit}.${seed}`).join(",");
    const tell = () => changed(write());
    const on = {
      digit(item, digit) {
        ends[place(item)].splice(0, 3, digit, ends[place(item)][1]);
        tell();
      },
      seed(item, seed) {
        ends[place(item)][1] = seed;
        show();
        tell();
      },
      remove(item) {
        const here = place(item);
        ends.splice(here, 1);
        show();
        list.children[Math.min(here, ends.length - 1)].querySelector(names.length ? "select" : "input").focus();
        tell();
      },
    };

    const show = () => {
      while (list.children.length > ends.length) list.lastChild.remove();
      while (list.children.length < ends.length) list.append(makeItem(on));
      ends.forEach(([digit, seed], i) => {
        const [choice, number, , remove] = list.children[i].children;
        forge.fillClasses(choice, names);
        choice.hidden = !names.length;
        list.children[i].classList.toggle("dw-free", !names.length);
        choice.value = digit;
        if (number.value.trim() !== seed) number.value = seed;
        nameItem(list.children[i], i);
        remove.disabled = ends.length <= 2;
      });
      add.disabled = ends.length >= most;
    };

    add.addEventListener("click", () => {
      ends.push([String((Number(ends[ends.length - 1][0]) + 1) % (names.length || 1)), String(forge.drawSeed())]);
      show();
      list.lastChild.querySelector(names.length ? "select" : "input").focus();
      tell();
    });

    return {
      first: () => ends[0],
      /* The classes of another model; a digit that it has not becomes one that it has. -> the ends, as text */
      setClasses(found) {
        names = found;
        ends = ends.map(([digit, seed, wanted = digit]) => [String(Number(wanted) % (names.length || 1)), seed, wanted]);
        show();
        return write();
      },
      read(text) {
        ends = text.split(",").map((part) => part.split("."));
        show();
      },
      replace(others) {
        ends = others;
        show();
        tell();
      },
    };
  };
})();
