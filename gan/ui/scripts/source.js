/* Where answers come from. The tabs know nothing but this seam, so that another source (the same weights, run in the
   page) can take the server's place:

     source.ask(tab, want, request) -> Promise<answer>
         `want` and the values of the tab's controls that go with it, and the answer, as answer() of the tab's tab.py
         has them. Bytes (pixels, PNG files, ...) are Uint8Arrays both ways; `deflated` bytes come inflated, as `pixels`

   A tab may bring a table of its own, DigitForge.local[tab] = { want: async (request) => answer }: what stands there is
   asked in the server's place, by the same names and with the same answers (local.js). An answer's `where` is "page"
   or "server".

   A server is whatever has answer(request) -> Promise<{ok, ...} or {problem, field}>, a request being {want, ...}:
     DigitForge.overWire(server)        Gradio's own or a socket's, to and from which bytes travel as text
     DigitForge.nearest(tab, server)    what the tab's table has is asked there, all else, and what it leaves, of `server`

   A request holds the values of the tab's controls. Each promise is rejected with a Problem: a sentence for the
   visitor, in the visitor's language, and the name of the control it belongs to ("" for none). All other text comes as
   the server says it, in English: DigitForge.reword (words.js) is for those who show it.

   DigitForge.pngUrl(bytes) is an address for an <img> that shows a PNG; readPng(canvas) is the PNG of what it shows;
   save(file) keeps { data, type, name } or { blob, name } as a file of the visitor's; keep(button, work, failed) makes
   a button that saves what work() gives.

   latest(work, done, failed) runs one request at a time and, of those that arrive meanwhile, only the last: a dragged
   slider never waits in a queue behind its own past. */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});

  class Problem extends Error {
    constructor(message, field = "") {
      super(message);
      this.field = field;
    }
  }

  const decode = ({ base64 }) => {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  };

  /* What the wire packed, in place and at any depth: { base64 } becomes its bytes. */
  const unpack = (value) => {
    if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
    if (typeof value.base64 === "string") return decode(value);
    for (const name of Object.keys(value)) value[name] = unpack(value[name]);
    return value;
  };

  const encode = (bytes) => {
    if (bytes.toBase64) return bytes.toBase64(); // many times as fast, where a browser has it (2025)
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
  };

  const pack = (value) => (value instanceof Uint8Array ? { base64: encode(value) } : value);

  const inflate = async (bytes) => {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  forge.Problem = Problem;

  forge.local = {};

  forge.pngUrl = (bytes) => `data:image/png;base64,${encode(bytes)}`;

  forge.readPng = (canvas) => decode({ base64: canvas.toDataURL("image/png").split(",")[1] });

  forge.overWire = (server) => ({
    async answer(request) {
      const packed = Object.fromEntries(Object.entries(request).map(([name, value]) => [name, pack(value)]));
      const answer = await server.answer(packed);
      unpack(answer);
      if (answer?.deflated) answer.pixels = await inflate(answer.deflated);
      return answer;
    },
  });

  /* What a handler throws of a visitor's input is the answer; what fails otherwise is left to the server, or said where
     there is none. */
  const askOwn = async (tab, { want, ...request }) => {
    const own = forge.local[tab]?.[want];
    if (!own) return null;
    try {
      return { ok: true, where: "page", ...(await own(request)) };
    } catch (error) {
      if (error.said || error instanceof Problem) return { problem: error.said ?? error.message, field: error.field };
      const said = forge.leaveToServer?.(error);
      return said ? { problem: said } : null;
    }
  };

  forge.nearest = (tab, server) => ({
    answer: async (request) => (await askOwn(tab, request)) ?? server.answer(request),
  });

  const ask = async (server, request) => {
    let answer;
    try {
      answer = await server.answer(request);
    } catch {
      answer = null;
    }
    if (!answer || typeof answer !== "object" || (!answer.ok && !answer.problem)) {
      throw new Problem(forge.word("link.lost"));
    }
    if (answer.problem) throw new Problem(forge.reword(answer.problem), answer.field);
    return { where: "server", ...answer };
  };

  forge.serverSource = (server) => ({
    ask: (tab, want, request = {}) => ask(server, { want, ...request }),
  });

  forge.latest = (work, done, failed) => {
    let busy = false;
    let waiting = null;
    const run = async (request) => {
      if (busy) {
        waiting = request;
        return;
      }
      busy = true;
      try {
        const answer = await work(request);
        if (!waiting) await done(answer, request);
      } catch (problem) {
        if (!waiting) failed(problem, request);
      }
      busy = false;
      if (waiting) {
        const next = waiting;
        waiting = null;
        run(next);
      }
    };
    return run;
  };

  /* The model chooser, which all tabs share, calls choose(tab, model) at each change, and a tab is mounted with what it
     does then. One that is not shown yet finds the last choice when it mounts; one that a link opens is given the
     link's model before the chooser says so, and is not given the same once more when it does. */
  const mounted = {};
  const chosen = {}; // what the chooser said
  const given = {};

  /* The model that is looked at. */
  forge.shownModel = () => Object.values(given)[0];

  forge.choose = (tab, model) => {
    chosen[tab] = model;
    if (given[tab] === model) return [];
    given[tab] = model;
    mounted[tab]?.(model);
    return [];
  };

  forge.mount = (tab, first, run) => {
    mounted[tab] = run;
    given[tab] = forge.linked(tab)?.model || (chosen[tab] ?? first);
    run(given[tab]);
  };

  forge.same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  forge.save = ({ data, type, name, blob = new Blob([data], { type }) }) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  forge.keep = (button, work, failed) => {
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        forge.save(await work());
      } catch (problem) {
        failed(problem);
      }
      button.disabled = false;
    });
  };
})();
