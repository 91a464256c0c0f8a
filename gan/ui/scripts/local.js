/* The page draws by itself: handlers of ui/tabs/NAME/local take the server's place as soon as the engine is there.

     await DigitForge.openLocal({ root, tabs, names, waits })
         root: the folder of local/, engine/, tabs/ and models/; tabs: {tab: [wants] or null for all}; names, waits: see
         local/open.js. It never fails: where there is no engine the server goes on drawing
     DigitForge.here                 the models and the Worker, once they are there (local/open.js)
     DigitForge.tellWhere(answer)    where it was drawn, in a word or two, and why not here where that is for good */
(() => {
  const forge = window.DigitForge;
  const ONCE = ["simd", "workers", "blocked", "died"]; // what is so for good, and said
  let reason = "";

  forge.explain = (error) => {
    const known = forge.word(`engine.${error.reason}`, { file: error.file, detail: error.detail });
    return known === `engine.${error.reason}` ? forge.word("engine.failed", { detail: error.message }) : known;
  };

  forge.leaveToServer = (error) => {
    if (error.reason && ONCE.includes(error.reason)) reason = error.reason;
  };

  forge.tellWhere = ({ where }) => {
    if (where === "page") return forge.word("engine.here");
    return reason ? forge.word("engine.there.why", { why: forge.explain({ reason }) }) : forge.word("engine.there");
  };

  forge.openLocal = async ({ root, ...how }) => {
    const address = forge.locate(root).href;
    try {
      const { open } = await import(`${address}local/open.js`);
      const { here, table } = await open({ base: address, ...how });
      Object.assign(forge.local, table);
      forge.here = here;
      return here;
    } catch (error) {
      forge.leaveToServer(error);
      return null;
    }
  };
})();
