/* The state of a tab: one table says what there is, its kind and its first value; controls, requests and links are all
   read from it.

     const state = DigitForge.makeState("explore", element, [
       { name: "model", value: first.model },                       no control of its own
       { name: "seed", kind: "seed", value: 7 },
       { name: "psi", kind: "range", value: 0.8 },
       { name: "pair", kind: "choice", value: 1, number: true },
     ], (name) => draw());                                           called when the visitor has changed a value

     state.values            {name: value}, what goes with a request
     state.set({psi: 0.5})   puts values into the state and into their controls; nothing is called
     state.take(link)        the same of a link's texts: what reads as a number becomes one, and what does not stays as
                             it is, so that the server says what is wrong with it
     state.toLink(values)    of `values` (the state's own, without) what a link carries: neither null nor empty
     state.show(name)        the control of one value once more, after a change of state.values by hand

   A row: name; value; id, of the element that is or holds the control (else `${tab}-${name}`); number, true where
   values are numbers and the kind does not say so; link, false for what a link does not carry; kind, one of
     range    input[type=range], and if there are any an input[type=number] beside it and an <output>
     number   input[type=number]; null while it is empty
     seed     the same, and a button that draws another, `#${tab}-randomize`
     text     input or textarea
     digits   the same, and keys that follow it: checkboxes in `#${tab}-toggles`, `#${tab}-all` and `#${tab}-none`; with
              most(), how many at once; state.setClasses(name, names) makes them those of a model
     choice   select, or radio buttons
     check    input[type=checkbox]; true or false
   and none for a value without a control, or with one that the tab's own script moves. */
(() => {
  const forge = window.DigitForge;
  const TYPED = "input[type=number]";
  const SLID = "input[type=range]";

  /* A seed that nobody chose: 32 random bits. */
  forge.drawSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

  /* 0.62 -> "62 %". careful: never "0 %" or "100 %" for what is not quite so. */
  forge.percent = (share, { decimals = 0, careful = false } = {}) => {
    const text = (share * 100).toFixed(decimals);
    if (careful && share > 0 && Number(text) === 0) return "<1 %";
    if (careful && share < 1 && Number(text) === 100) return ">99 %";
    return `${text} %`;
  };

  const isNumber = (row) => row.number || ["range", "number", "seed"].includes(row.kind);

  /* A link's text as a value of its row. */
  const parse = (row, text) => (isNumber(row) && text !== "" && Number.isFinite(Number(text)) ? Number(text) : text);

  /* Text that stays keeps its caret, and costs no layout */
  const setValue = (input, value) => {
    const text = value === null || value === undefined ? "" : String(value);
    if (input.value !== text) input.value = text;
  };

  const readNumber = (input) => (input.value.trim() === "" ? null : Number(input.value));

  /* Each kind finds its controls below `box`, says each value of the visitor's to `tell`, and gives what shows one. */
  const KINDS = {
    range(box, tell) {
      const slid = box.matches(SLID) ? box : box.querySelector(SLID);
      const typed = box.querySelector(TYPED);
      const output = box.querySelector("output");
      const track = slid.closest(".df-ends"); // which shows how much of it is filled
      const places = (slid.step.split(".")[1] || "").length;
      const show = (value, from) => {
        slid.value = value ?? slid.min;
        const share = (slid.value - slid.min) / (slid.max - slid.min);
        if (track) slid.style.setProperty("--df-filled", `${100 * share}%`);
        if (output) forge.setText(output, Number(value).toFixed(places));
        if (typed && typed !== from) setValue(typed, value);
      };
      slid.addEventListener("input", () => {
        show(Number(slid.value));
        tell(Number(slid.value));
      });
      typed?.addEventListener("input", () => {
        show(readNumber(typed), typed);
        tell(readNumber(typed));
      });
      typed?.addEventListener("blur", () => {
        const value = Math.min(Math.max(Number(typed.value), Number(typed.min)), Number(typed.max));
        if (typed.value === String(value)) return;
        show(value);
        tell(value);
      });
      return show;
    },

    number(box, tell) {
      const input = box.matches("input") ? box : box.querySelector("input");
      input.addEventListener("input", () => tell(readNumber(input)));
      return (value) => setValue(input, value);
    },

    seed(box, tell, find) {
      const show = KINDS.number(box, tell);
      find("randomize").addEventListener("click", () => {
        const seed = forge.drawSeed();
        show(seed);
        tell(seed);
      });
      return show;
    },

    text(box, tell) {
      const input = box.matches("input, textarea") ? box : box.querySelector("input, textarea");
      input.addEventListener("input", () => tell(input.value));
      return (value) => setValue(input, value);
    },

    /* `most()` classes at once; setClasses(names), of the model that was chosen: what the visitor wants of them stays,
       what is not there is dropped, and comes back with a model that has it. */
    digits(box, tell, find, { most }) {
      let names = [..."0123456789"];
      let wanted = ""; // as the visitor had it last
      const keys = forge.makeKeys(find("toggles"), (labels) => press(forge.writeClasses(labels, names)));
      const follow = (text) => keys.press(forge.readClasses(text, names));
      const say = (text) => {
        wanted = text;
        follow(text);
        tell(text);
      };
      const showText = KINDS.text(box, say);
      const show = (text, own = true) => {
        if (own) wanted = text;
        showText(text);
        follow(text);
      };
      const press = (text) => {
        show(text);
        tell(text);
      };
      find("all").addEventListener("click", () => {
        press(forge.writeClasses([...names.keys()].slice(0, most()), names));
      });
      find("none").addEventListener("click", () => press(""));
      show.setClasses = (found) => {
        const left = forge.readClasses(wanted, names).filter((label) => label < Math.max(found.length, 1));
        const some = left.length ? left : [...found.keys()].slice(0, Math.min(forge.FEW_CLASSES, most()));
        const isWhole = forge.same(forge.readClasses(wanted, names), left); // with its marks and spaces
        names = found;
        keys.build(found);
        for (const part of [box, find("toggles"), find("all").parentElement]) part.hidden = !found.length;
        const text = isWhole && found.length <= forge.FEW_CLASSES ? wanted : forge.writeClasses(some, found);
        show(found.length ? text : "0", false);
        tell(found.length ? text : "0", true);
      };
      return show;
    },

    choice(box, tell) {
      const select = box.matches("select") ? box : box.querySelector("select");
      if (select) {
        select.addEventListener("change", () => tell(select.value));
        return (value) => (select.value = value);
      }
      box.addEventListener("change", (event) => tell(event.target.value));
      return (value) => {
        for (const input of box.querySelectorAll("input")) input.checked = input.value === String(value);
      };
    },

    check(box, tell) {
      const input = box.matches("input") ? box : box.querySelector("input");
      input.addEventListener("change", () => tell(input.checked));
      return (value) => (input.checked = Boolean(value));
    },
  };

  forge.makeState = (tab, element, table, changed = () => {}) => {
    const values = {};
    const shows = {};
    const rows = Object.fromEntries(table.map((row) => [row.name, row]));
    const set = (more) => {
      for (const [name, value] of Object.entries(more)) {
        if (!rows[name]) continue;
        values[name] = value;
        shows[name]?.(value);
      }
    };

    for (const row of table) {
      values[row.name] = row.value;
      if (!row.kind) continue;
      const id = row.id || `${tab}-${row.name}`;
      const beside = id.slice(0, -row.name.length);
      const find = (name) => element.querySelector(`#${beside}${name}`);
      const tell = (said, quietly = false) => {
        const value = row.number ? parse(row, said) : said;
        if (values[row.name] === value) return;
        values[row.name] = value;
        if (!quietly) changed(row.name);
      };
      shows[row.name] = KINDS[row.kind](element.querySelector(`#${id}`), tell, find, row);
      shows[row.name](row.value);
    }

    return {
      values,
      set,
      show: (name) => shows[name]?.(values[name]),
      setClasses: (name, classes) => shows[name].setClasses(classes),
      take(link) {
        const known = Object.entries(link).filter(([name]) => rows[name]);
        set(Object.fromEntries(known.map(([name, text]) => [name, parse(rows[name], text)])));
      },
      toLink(from = values) {
        const kept = table.filter(({ name, link }) => link !== false && (from[name] ?? "") !== "");
        return Object.fromEntries(kept.map(({ name }) => [name, from[name]]));
      },
    };
  };
})();
