/* The address bar carries the recipe: ?tab=explore&model=digits&seed=7... opens exactly that picture.

     DigitForge.linked(tab)           -> {name: text} from the address, when it names this tab; else null
     DigitForge.makeLink(tab, state)  -> the address that opens `state` (plain values) on this tab
     DigitForge.begin(tab, element, server, mount)  calls mount(root, server), which makes the tab's content live.
                                        Where a link led here and the server refuses what it says, that is said above
                                        the tab, and the tab begins anew with its own values, as if there were no link
     DigitForge.openLink(tab, source, use)  asks the source what the link to this tab stands for, if one led here, and
                                        calls use(controls)
     DigitForge.linkedModel()         -> the model in the address, "" for none; the chooser above the tabs follows it
     DigitForge.copyLink(button, tab, state, weights)  copies it, shows it in the address bar, and says so on the
                                        button; weights: the hash of those that drew the picture, for others draw
                                        another one. Where a page may not copy (no secure origin, a frame without that
                                        permission, whose address bar is another site's too), the link stands beside
                                        the button, selected, until it is copied, Escape is pressed or something else
                                        is done on the tab */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});
  const arrived = new URLSearchParams(window.location.search);
  let refused = false;

  forge.linked = (tab) => {
    if (refused || (arrived.get("tab") || "") !== tab) return null;
    return Object.fromEntries([...arrived].filter(([name]) => name !== "tab" && !name.startsWith("__")));
  };

  forge.linkedModel = () => (arrived.get("model") || "").slice(0, 100);

  forge.begin = async (tab, element, server, mount) => {
    await forge.ready;
    const root = element.querySelector(".df-root");
    if (!forge.linked(tab)) {
      mount(root, server);
      return;
    }
    const clean = root.cloneNode(true);
    const mine = `#tab-${tab}, #model`;
    let touched = false; // what is wrong from then on is the visitor's own, and said at its control
    const touch = (event) => (touched ||= Boolean(event.target.closest?.(mine)));
    for (const kind of ["input", "click", "keydown"]) document.addEventListener(kind, touch, true);

    const note = document.createElement("p");
    note.className = "df-linked";
    note.setAttribute("role", "alert");
    element.prepend(note);
    const follow = {
      async answer(request) {
        if (touched) note.remove(); // the page has gone on
        return server.answer(request);
      },
    };
    const refuse = (problem) => {
      refused = true;
      root.replaceWith(clean);
      note.textContent = forge.word("link.wrong", { problem: forge.reword(problem) });
      mount(clean, follow);
    };
    const { weights } = forge.linked(tab); // that the link was made with: others draw another picture
    const attempt = {
      async answer(request) {
        const answer = await server.answer(weights && !touched ? { weights, ...request } : request);
        if (answer?.problem && !touched && !refused) refuse(answer.problem);
        return refused ? new Promise(() => {}) : answer; // nobody waits for it: that content is gone
      },
    };
    mount(root, attempt);
  };

  forge.openLink = async (tab, source, use) => {
    if (!forge.linked(tab)) return;
    const { controls } = await source.ask(tab, "link", { link: forge.linked(tab) });
    use(controls);
  };

  forge.makeLink = (tab, state) => {
    const query = new URLSearchParams({ tab });
    for (const [name, value] of Object.entries(state)) {
      if (value === null || value === undefined) continue;
      query.set(name, typeof value === "object" ? JSON.stringify(value) : value);
    }
    return `${window.location.origin}${window.location.pathname}?${query}`;
  };

  const tell = (button, key) => {
    button.textContent = forge.word(key);
    setTimeout(() => (button.textContent = forge.word("link.copy")), 1800);
  };

  const shown = new Map(); // button: what takes its link away again

  const hideLink = (button) => shown.get(button)?.();

  const showLink = (button, link) => {
    hideLink(button);
    const label = document.createElement("label");
    const field = document.createElement("input");
    label.className = "df-link";
    Object.assign(field, { type: "text", readOnly: true, value: link });
    label.append(forge.word("link.shown"), field);
    const over = new AbortController();
    const hide = () => {
      const inside = label.contains(document.activeElement);
      shown.delete(button);
      over.abort();
      label.remove();
      if (inside) button.focus();
    };
    shown.set(button, hide);
    button.after(label);
    field.focus();
    field.select();
    field.addEventListener("focus", () => field.select());
    field.addEventListener("keydown", (event) => event.key === "Escape" && hide());
    field.addEventListener("copy", () => {
      setTimeout(hide); // when it is copied
      tell(button, "link.copied");
    });
    const elsewhere = ({ target }) => !label.contains(target) && target !== button && hide();
    for (const kind of ["input", "click"]) {
      button.closest(".df-root").addEventListener(kind, elsewhere, { capture: true, signal: over.signal });
    }
  };

  const keepInBar = (link) => {
    try {
      window.history.replaceState(null, "", link);
    } catch {
      // too often, or no page of its own
    }
  };

  /* Where the frame that shows the page forbids it, trying is an error in Chromium's console. */
  const mayCopy = () => document.featurePolicy?.allowsFeature("clipboard-write") ?? true;

  forge.copyLink = async (button, tab, state, weights = null) => {
    const link = forge.makeLink(tab, weights ? { ...state, weights: weights.slice(0, 12) } : state);
    keepInBar(link);
    try {
      if (!mayCopy()) throw new Error("forbidden by the frame");
      await navigator.clipboard.writeText(link);
    } catch {
      showLink(button, link);
      return;
    }
    hideLink(button);
    tell(button, "link.copied");
  };
})();
