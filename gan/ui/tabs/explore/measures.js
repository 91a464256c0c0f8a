/* The sliders in units: each asks the whole hand for a measure, or lets it be as it comes. */
(() => {
  const forge = window.DigitForge;

  /* find(id) and input(id) give the tab's elements; state has null for a measure that is free; on.move() is called when
     one is moved, on.free(name) when it is let go, on.look() when another one is looked at. */
  forge.makeMeasures = (find, input, units, state, on) => {
    const { names } = units;
    let active = names[0]; // the measure that stands under each digit

    const mark = () => {
      for (const name of names) find(name).classList.toggle("dx-active", name === active);
    };

    const follow = () => {
      for (const name of names) {
        const free = state.values[name] === null;
        find(name).classList.toggle("dx-free", free);
        find(`${name}-free`).disabled = free;
        if (!free) input(name).value = state.values[name];
      }
    };

    for (const name of names) {
      const button = find(`${name}-free`);
      button.textContent = forge.word("explore.free");
      button.setAttribute("aria-label", forge.word("explore.freeLabel", { name: forge.word(`explore.${name}`) }));
      input(name).addEventListener("input", () => {
        if (active !== name || state.values[name] === null) {
          active = name;
          mark();
          find(name).classList.remove("dx-free");
          button.disabled = false;
        }
        state.values[name] = Number(input(name).value);
        on.move();
      });
      input(name).addEventListener("focus", () => {
        active = name;
        mark();
        on.look();
      });
      button.addEventListener("click", () => {
        input(name).focus();
        on.free(name);
      });
    }
    mark();

    return {
      names,
      follow,
      active: () => active,
      isAsked: () => names.some((name) => state.values[name] !== null),

      /* {name: [low, high]} of a model, or null while they are not known */
      setRanges(ranges) {
        for (const name of names) {
          const range = input(name);
          range.disabled = !ranges;
          if (!ranges) continue;
          const [low, high] = ranges[name];
          range.min = low.toFixed(2);
          range.max = high.toFixed(2);
          range.step = units.places(name) === 1 ? 0.1 : 0.01;
          find(name).querySelector(".dx-low").textContent = units.say(name, low);
          find(name).querySelector(".dx-high").textContent = units.say(name, high);
        }
      },

      /* What was measured, as a mean over the digits, beside what was asked for. */
      label(measures) {
        for (const name of names) {
          const found = measures.reduce((sum, one) => sum + one[name].measured, 0) / measures.length;
          const asked = state.values[name];
          if (asked === null) input(name).value = found;
          const text = forge.word(asked === null ? "explore.follows" : "explore.asked", units.fill(name, asked, found));
          forge.setText(find(`${name}-shown`), text);
          input(name).setAttribute("aria-valuetext", text);
        }
      },
    };
  };
})();
