/* The site's frame: the row of tabs, the model chooser, and each tab made live when it is first opened. What Gradio does
   in the app (gan/ui/page.py, gan/ui/tab.py), with no server behind it.

   #site holds what scripts/site told: {names: the models, the default first; firsts: {tab: what its script begins with};
   local: the tabs that answer by themselves; weights: {model: the file of G}; command: what serves the page with Python}.

     DigitForge.openSite({ tabs, open })    the row of tabs: open(name) is called at each change
     DigitForge.makeSite()                  all of it, once the page is read */
(() => {
  const forge = window.DigitForge;
  const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
  const find = (name) => document.getElementById(name);

  const step = (tabs, at, by) => {
    if (!Number.isFinite(by)) return by < 0 ? tabs[0] : tabs.at(-1);
    return tabs[(at + by + tabs.length) % tabs.length];
  };

  forge.openSite = ({ tabs, open }) => {
    const select = (name) => {
      for (const one of tabs) {
        const button = find(`tab-${one}-button`);
        button.setAttribute("aria-selected", String(one === name));
        button.tabIndex = one === name ? 0 : -1;
        find(`tab-${one}`).hidden = one !== name;
      }
      open(name);
    };
    for (const [place, name] of tabs.entries()) {
      const button = find(`tab-${name}-button`);
      button.addEventListener("click", () => select(name));
      button.addEventListener("keydown", (event) => {
        if (!(event.key in KEYS) || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        const next = step(tabs, place, KEYS[event.key]);
        find(`tab-${next}-button`).focus();
        select(next);
      });
    }
    return select;
  };

  const makeChooser = ({ names, tabs }) => {
    const select = find("model");
    select.replaceChildren(...names.map((name) => new Option(name, name)));
    select.closest("label").hidden = names.length < 2;
    const tell = () => tabs.forEach((name) => forge.choose(name, select.value));
    select.addEventListener("change", tell);
    if (!names.includes(forge.linkedModel())) return; // what is wrong with it is said on its tab
    select.value = forge.linkedModel();
    tell();
  };

  const nameMount = (name) => `mount${name[0].toUpperCase()}${name.slice(1)}`;

  /* A script or a style; rejected with an Error that names its file. */
  const add = (file, tag, how) =>
    new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement(tag), how);
      element.onload = resolve;
      element.onerror = () => reject(new Error(file));
      document.head.append(element);
    });

  const addStyle = async (name) => {
    const href = `tabs/${name}/tab.css`;
    if (!document.head.querySelector(`link[href="${href}"]`)) await add(href, "link", { rel: "stylesheet", href });
  };

  const addScript = async (name) => {
    const src = `tabs/${name}/tab.js`;
    if (!forge[nameMount(name)]) await add(src, "script", { src });
  };

  const addPage = async (name) => {
    const root = find(`tab-${name}`).querySelector(".df-root");
    if (root.childElementCount) return;
    const file = `tabs/${name}/page.html`;
    const answer = await fetch(file).catch(() => null);
    if (!answer?.ok) throw new Error(file);
    root.innerHTML = await answer.text();
  };

  /* Gets what a tab needs: its page, style and script, and what answers in the server's place; a failure is forgotten,
     so that the next to open the tab tries again. */
  const makeLoader = ({ names, local }) => {
    const loading = new Map();
    let last = Promise.resolve(null); // tabs share one Worker: each joins what the one before it has opened
    const openAnswers = async (name, before) => {
      const here = await before.catch(() => null);
      if (!local.includes(name)) return here; // all of it needs Python
      return forge.openLocal({ root: "./", tabs: { [name]: null }, names, waits: true, here }).catch(() => {
        throw Object.assign(new Error(`tabs/${name}/local/answers.js`), { here });
      });
    };
    return (name) => {
      if (loading.has(name)) return loading.get(name);
      const answers = openAnswers(name, last);
      last = answers.catch(({ here }) => here);
      const loaded = Promise.all([addPage(name), addStyle(name), addScript(name), answers]);
      loading.set(name, loaded);
      loaded.catch(() => loading.delete(name));
      return loaded;
    };
  };

  const complain = (panel, text) => {
    const note = panel.querySelector(".ds-lacking") ?? forge.makeElement("p", "", "df-linked ds-lacking");
    note.setAttribute("role", "alert");
    note.textContent = text;
    panel.prepend(note);
  };

  /* Whatever no tab's own answers hold needs Python. `drawn` is called at the first answer that is a picture's. */
  const makeServer = (name, { command }, drawn) => {
    const server = { answer: async () => ({ problem: forge.word("site.python", { command }) }) };
    const near = forge.nearest(name, server);
    return {
      async answer(request) {
        const answer = await near.answer(request);
        if (!["classes", "link"].includes(request.want)) drawn();
        return answer;
      },
    };
  };

  forge.makeSite = () => {
    const told = JSON.parse(find("site").textContent);
    const tabs = Object.keys(told.firsts);
    const load = makeLoader(told);
    const mounted = new Set();
    let drawn = () => {};
    const first = new Promise((resolve) => (drawn = resolve));

    const open = async (name) => {
      const panel = find(`tab-${name}`);
      try {
        await load(name);
      } catch (error) {
        complain(panel, forge.word("site.lacking", { file: error.message }));
        drawn();
        return;
      }
      if (mounted.has(name)) return;
      mounted.add(name);
      panel.querySelector(".ds-lacking")?.remove();
      await forge.begin(name, panel, makeServer(name, told, drawn), (root, server) => {
        const begins = { model: told.names[0], ...told.firsts[name] };
        forge[nameMount(name)](root, forge.serverSource(server), begins, () => {});
      });
    };

    forge.ready.then(() => forge.translate(document.body));
    makeChooser({ ...told, tabs });
    const select = forge.openSite({ tabs, open });
    forge.openLinked();
    if (!document.querySelector('[role="tab"][aria-selected="true"]')) select(tabs[0]);
    forge.whenIdle(first, async () => {
      for (const name of tabs) await load(name).catch(() => {}); // said when it is opened
      forge.keepOffline(told.names[0]);
    });
  };

  document.addEventListener("DOMContentLoaded", forge.makeSite);
})();
