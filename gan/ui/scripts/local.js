/* The page draws by itself: handlers of ui/tabs/NAME/local take the server's place as soon as the engine is there.

     await DigitForge.openLocal({ root, tabs, names, waits, here })
         root: the folder of local/, engine/, tabs/ and models/; tabs: {tab: [wants] or null for all}; the rest: see
         local/open.js, whose `here` it gives back and keeps as DigitForge.here. Where there is no engine the server
         goes on drawing; with `waits` there is no server: what fails is said, and a script that is lacking is thrown
     DigitForge.alone                whether there is no server behind this page
     DigitForge.tellWhere(answer)    where it was drawn, in a word or two, and why not here where that is for good */
(() => {
  const forge = window.DigitForge;
  const ONCE = ["simd", "workers", "blocked", "died"]; // what is so for good, and said
  let reason = "";

  forge.explain = (error) => {
    const known = forge.word(`engine.${error.reason}`, { file: error.file, detail: error.detail });
    return known === `engine.${error.reason}` ? forge.word("engine.failed", { detail: error.message }) : known;
  };

  /* What the visitor is told of it, or null: then the server is asked. */
  forge.leaveToServer = (error) => {
    if (error.reason && ONCE.includes(error.reason)) reason = error.reason;
    return forge.alone && error.name !== "Elsewhere" ? forge.explain(error) : null;
  };

  forge.tellWhere = ({ where }) => {
    if (where === "page") return forge.word("engine.here");
    return reason ? forge.word("engine.there.why", { why: forge.explain({ reason }) }) : forge.word("engine.there");
  };

  /* The model's files come at a visitor's first sign of life: when a control is moved they are mostly there, and who only
     looks on fetches nothing. */
  const warm = (here) => {
    const over = new AbortController();
    const begin = () => {
      over.abort();
      here.find(forge.shownModel()).catch(() => {}); // not yet, or a reason that the next to ask is told
    };
    for (const kind of ["pointermove", "pointerdown", "keydown"]) {
      window.addEventListener(kind, begin, { passive: true, signal: over.signal });
    }
  };

  forge.openLocal = async ({ root, ...how }) => {
    const address = forge.locate(root).href;
    forge.alone = Boolean(how.waits);
    try {
      const { open } = await import(`${address}local/open.js`);
      const { here, table } = await open({ base: address, ...how });
      for (const [tab, own] of Object.entries(table)) forge.local[tab] = { ...own, ...forge.local[tab] };
      forge.here = here;
      if (!forge.alone) warm(here);
      return here;
    } catch (error) {
      if (forge.alone) throw error;
      forge.leaveToServer(error);
      return null;
    }
  };
})();
