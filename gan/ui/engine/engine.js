/* The page's side of the engine: a Worker started, asked, and given up in words.

     const engine = await start({ folder: new URL("models/digits/", location) });
     const { pixels, ms } = await engine.ask("draw", { labels: [2, 0, 2, 6], seed: 7, psi: 0.8 });

   A failure is an EngineError with a `reason`, for which the page has a sentence: of worker.js and files.js, or
     simd      this browser has no vectors in WebAssembly      workers   it has no module Workers
     slow      no answer within the time limit                 died      the Worker ended
     stopped   it was told to
   After "died" and "stopped" every further question is refused with the same reason; `start` begins anew. */
import { canRun } from "./kernel.js";

const PATIENCE = 20000; // milliseconds for the start; under some security policies it hangs instead of failing

export class EngineError extends Error {
  constructor(reason, file = "", detail = "") {
    super([reason, file, detail].filter(Boolean).join(": "));
    Object.assign(this, { name: "EngineError", reason, file, detail });
  }
}

class Engine {
  constructor(worker, folder) {
    Object.assign(this, { worker, folder: String(folder) });
    this.waiting = new Map();
    this.count = 0;
    this.ended = "";
    this.ready = new Promise((resolve, reject) => this.waiting.set("ready", { resolve, reject }));
    worker.onmessage = ({ data }) => this.hear(data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.end(this.waiting.has("ready") ? "workers" : "died", event.message);
    };
    worker.onmessageerror = () => this.end("died");
  }

  hear({ ready, id = ready && "ready", ok = ready, ...found }) {
    const asked = this.waiting.get(id);
    this.waiting.delete(id);
    if (ok) asked?.resolve(found);
    else asked?.reject(new EngineError(found.reason, found.file, found.detail));
  }

  /* Ask for what session.js answers; `patience` in milliseconds, or without a limit. */
  ask(want, request = {}, { patience, folder = this.folder } = {}) {
    if (this.ended) return Promise.reject(new EngineError(this.ended));
    const id = (this.count += 1);
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.worker.postMessage({ ...request, id, want, folder: String(folder) });
    return patience ? within(answer, patience) : answer;
  }

  end(reason, detail = "") {
    if (this.ended) return;
    this.ended = reason;
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new EngineError(reason, "", detail));
    this.waiting.clear();
  }

  /* End the Worker: all its memory is free. */
  stop() {
    this.end("stopped");
  }
}

const within = (answer, patience) => {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new EngineError("slow")), patience)));
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
};

/* Start the engine for the model whose files lie in `folder` -> an Engine whose `manifest` and `startMs` are known.
   worker: the address of worker.js. */
export const start = async ({ folder, worker = new URL("worker.js", import.meta.url), patience = PATIENCE }) => {
  const begun = performance.now();
  if (!canRun()) throw new EngineError("simd");
  let made;
  try {
    made = new Worker(worker, { type: "module" });
  } catch (error) {
    throw new EngineError("workers", "", error.message);
  }
  const engine = new Engine(made, folder);
  try {
    await within(engine.ready, patience);
    const { manifest, fused } = await engine.ask("open", {}, { patience });
    return Object.assign(engine, { manifest, fused, startMs: performance.now() - begun });
  } catch (error) {
    engine.end("stopped");
    throw error;
  }
};
