/* The Worker: {id, want, folder, ...} in, {id, ok, ...} out; one after another. A folder is a model; few are held.

   What it can be asked is what Session answers, and "close". A failure is {id, ok: false, reason, file, detail}: of
   files.js, or "absent" (the model has no such part), "server" (an architecture that is not drawn here), "hand",
   "state" (of no refinement of this model), "want", or "blocked" where the page may not compile. */
import { Session } from "./session.js";

const WANTS = ["open", "draw", "walk", "edit", "map", "judge", "read", "look", "refine", "drawHand", "moment"];
const KEEP = 3; // models held; the one unused for longest goes first

const sessions = new Map();

/* The session of a folder, opened once. */
const find = async (folder) => {
  const known = sessions.get(folder);
  if (known) {
    sessions.delete(folder); // to the end: it was used last
    sessions.set(folder, known);
    return known;
  }
  const session = new Session(folder);
  const opened = await session.open();
  session.opened = opened;
  sessions.set(folder, session);
  for (const [old] of [...sessions].slice(0, -KEEP)) sessions.delete(old); // its memory goes with it
  return session;
};

const answer = async ({ want, folder, ...request }) => {
  if (want === "close") {
    sessions.delete(folder);
    return {};
  }
  if (!WANTS.includes(want)) throw Object.assign(new Error(String(want)), { reason: "want" });
  const session = await find(folder);
  if (want === "open") return session.opened;
  const begun = performance.now();
  const found = await session[want](request);
  return { ...found, ms: performance.now() - begun };
};

/* What can be handed over instead of copied. */
const list = (found) => [...new Set(Object.values(found).filter(ArrayBuffer.isView).map(({ buffer }) => buffer))];

const explain = (error) => {
  const reason = error.reason ?? (error instanceof WebAssembly.CompileError ? "blocked" : "failed");
  return { ok: false, reason, file: error.file ?? "", detail: error.detail ?? error.message };
};

let last = Promise.resolve();
self.onmessage = ({ data: { id, ...request } }) => {
  last = last.then(async () => {
    try {
      const found = await answer(request);
      self.postMessage({ id, ok: true, ...found }, list(found));
    } catch (error) {
      self.postMessage({ id, ...explain(error) });
    }
  });
};
self.postMessage({ ready: true });
