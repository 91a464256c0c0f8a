/* The address bar carries the recipe: ?tab=explore&model=digits&seed=7... opens exactly that picture.

     DigitForge.linked(tab)           -> {name: text} from the address, when it names this tab; else null
     DigitForge.makeLink(tab, state)  -> the address that opens `state` (plain values) on this tab
     DigitForge.openLink(tab, source, figure, use)  asks the source what the link to this tab stands for, if one led here, and
                                        calls use(controls); a link that is wrong is said under the tab's picture, and
                                        the page goes on with its own values
     DigitForge.settle(tab, values, trigger)  puts values into Gradio's controls, by the event `submit` of the tab's
                                        gr.HTML, whose JavaScript gives getSettled(tab, names) to them
     DigitForge.copyLink(button, tab, state)  copies it, shows it in the address bar, and says so on the button */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});
  const arrived = new URLSearchParams(window.location.search);

  forge.linked = (tab) => {
    if ((arrived.get("tab") || "") !== tab) return null;
    return Object.fromEntries([...arrived].filter(([name]) => name !== "tab" && !name.startsWith("__")));
  };

  forge.openLink = async (tab, source, figure, use) => {
    const link = forge.linked(tab);
    if (!link) return false;
    const note = figure.querySelector(".df-linked");
    try {
      const { controls } = await source.open(link);
      await use(controls);
      return true;
    } catch (problem) {
      note.textContent = forge.word("link.wrong", { problem: problem.message });
      return false;
    }
  };

  const settled = {};

  forge.settle = (tab, values, trigger) => {
    settled[tab] = values;
    trigger("submit");
  };

  forge.getSettled = (tab, names) => names.map((name) => settled[tab][name]);

  forge.makeLink = (tab, state) => {
    const query = new URLSearchParams({ tab });
    for (const [name, value] of Object.entries(state)) {
      if (value !== null && value !== undefined) query.set(name, typeof value === "object" ? JSON.stringify(value) : value);
    }
    return `${window.location.origin}${window.location.pathname}?${query}`;
  };

  forge.copyLink = async (button, tab, state) => {
    const link = forge.makeLink(tab, state);
    window.history.replaceState(null, "", link);
    let done = true;
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      done = false; // not a secure origin, or refused: the address bar has it
    }
    const before = button.textContent;
    button.textContent = forge.word(done ? "link.copied" : "link.shown");
    setTimeout(() => (button.textContent = before), 1800);
  };

  forge.addWords({
    "link.copy": ["Copy link", "复制链接"],
    "link.copied": ["Copied", "已复制"],
    "link.wrong": ["This link was not opened. {problem}", "链接未能打开。{problem}"],
    "link.shown": ["See address bar", "见地址栏"],
  });
})();
