/* Where pixels come from. The tabs know nothing but this contract, so that another source (the same weights as
   ONNX, run in the page) can take the server's place:

     source.sheet(request)  -> Promise<{url, alt, count, milliseconds, recipe}>
         one picture of the whole sheet; url is a PNG of its own pixels, not enlarged
     source.frames(request) -> Promise<{pixels, count, strip, alt, milliseconds, recipe}>
         pixels: Uint8Array of count x 784 grey levels, row by row, 255 = ink; strip: indices of the frames to show
     source.file(kind, request) -> Promise<{blob, name}>
         a file to keep; kind is "sheet.png", "sheet.zip", "strip.png", "frames.gif", "frames.webp" or "frames.mp4"
     source.judge(request)  -> Promise<{real, read, explain, reader}>
         of each picture of a sheet: real, D's probability (or null for all), and read, [label, confidence] (or null);
         the other two say what these mean, or why there are none
     source.slice(request)  -> Promise<{pixels, labels, name}>
         pictures of a dataset from number request.at on, as many as are drawn at once; name: the file's, without ending
     source.open(link)      -> Promise<{controls, weights}>
         the values of the tab's controls that a link (text by name) stands for, checked
     source.hand(want, request) -> Promise<answer>
         the Your hand tab's "look", "refine" and "ten", as gan/ui/hand.py answers them; seen, redrawn and ten are
         Uint8Arrays of n x 784 grey levels, and packed is seen as the next "refine" takes it
     source.line(request) -> Promise<{url, alt}>
         the number of a request written in its hand; url is a PNG of its own pixels
     source.inspect(want, request) -> Promise<answer>
         the Forger and inspector tab's "view", "round", "choice", "download" and "progress", as gan/ui/inspector.py
         answers them; every `pixels` in it is a Uint8Array of n x 784 grey levels
     source.moments(request) -> Promise<{url, rows, columns, moments, curves, alt, milliseconds, recipe}> or {none}
         the Training tab's time machine: one picture of all moments' sheets, one below the other; or why there is none
     source.training(want, request) -> Promise<status>
         the same tab's run: "status", "start", "steer" and "keep", as gan/ui/training.py answers them
     source.explore(want, request) -> Promise<answer>
         the Explore tab's "edit", "hand" and "map", as gan/ui/explore.py answers them; `pixels` is a Uint8Array
     source.about(want, request) -> Promise<answer>
         the About tab's "lesson" and "card", as gan/ui/about.py answers them; noise and the steps' pixels are Uint8Arrays

   A request holds the values of the tab's controls. Each promise is rejected with a Problem: a sentence for the
   visitor, in the visitor's language, and the name of the control it belongs to ("" for none). All other text comes as
   the server says it, in English: DigitForge.reword (words.js) is for those who show it.

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

  const inflate = async (bytes) => {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  forge.Problem = Problem;

  forge.serverSource = (server) => {
    const ask = async (request) => {
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
      return answer;
    };
    return {
      async sheet(request) {
        const { png, ...rest } = await ask({ ...request, want: "sheet" });
        return { ...rest, url: `data:image/png;base64,${png.base64}` };
      },
      async frames(request) {
        const { pixels, ...rest } = await ask({ ...request, want: "frames" });
        return { ...rest, pixels: decode(pixels) };
      },
      judge: (request) => ask({ ...request, want: "judge" }),
      open: (link) => ask({ link, want: "link" }),
      async slice(request) {
        const { deflated, ...rest } = await ask({ ...request, want: "slice" });
        return { ...rest, pixels: await inflate(decode(deflated)) };
      },
      async inspect(want, request) {
        const answer = await ask({ ...request, want });
        for (const part of [answer, answer.real, answer.forged]) if (part?.pixels) part.pixels = decode(part.pixels);
        return answer;
      },
      async moments(request) {
        const { png, ...rest } = await ask({ ...request, want: "history" });
        return { ...rest, url: `data:image/png;base64,${png.base64}` };
      },
      training(want, request) {
        return ask({ ...request, want });
      },
      async hand(want, request) {
        const answer = await ask({ ...request, want });
        answer.packed = answer.seen;
        for (const name of ["seen", "redrawn", "ten"]) if (answer[name]) answer[name] = decode(answer[name]);
        return answer;
      },
      async line(request) {
        const { png, alt } = await ask({ ...request, want: "line" });
        return { alt, url: `data:image/png;base64,${png.base64}` };
      },
      async explore(want, request) {
        const answer = await ask({ ...request, want });
        return answer.pixels ? { ...answer, pixels: decode(answer.pixels) } : answer;
      },
      async about(want, request) {
        const answer = await ask({ ...request, want });
        if (answer.noise) answer.noise = decode(answer.noise);
        for (const step of Object.values(answer.steps || {})) step.pixels = decode(step.pixels);
        return answer;
      },
      async file(kind, request) {
        const { data, type, name } = await ask({ ...request, want: kind });
        return { blob: new Blob([decode(data)], { type }), name };
      },
    };
  };

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

  /* The Gradio controls of a tab call ask(tab, request) at each change. A tab that is not shown yet finds the last
     request when it mounts; one that a link opens is asked for the link's model before the chooser says so, and is not
     asked for the same once more when it does. */
  const mounted = {};
  const heard = {}; // what the controls said
  const asked = {};

  forge.ask = (tab, request) => {
    heard[tab] = request;
    const known = asked[tab] && Object.entries(request).every(([name, value]) => forge.same(asked[tab][name], value));
    asked[tab] = request;
    if (mounted[tab] && !known) mounted[tab](request);
    return [];
  };

  forge.same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  forge.mount = (tab, first, run) => {
    mounted[tab] = run;
    asked[tab] = { ...first, ...heard[tab] };
    const model = forge.linked(tab)?.model;
    if (model) asked[tab].model = model;
    run(asked[tab]);
  };

  /* The same request once more: after a server that did not answer, or to see how long it takes. */
  forge.again = (tab) => mounted[tab](asked[tab]);

  forge.save = ({ blob, name }) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
})();
