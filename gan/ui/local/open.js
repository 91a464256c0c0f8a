/* The tabs' answers, given in the page: the Worker is started, and each tab's handlers come to know the models.

     const { here, table } = await open({ base, tabs: { generate: ["sheet", "judge"] }, names, waits: false, tell })
     table.generate.sheet(request) -> Promise<answer>    as the tab's answer() in Python has it
     await open({ base, tabs: { explore: null }, here })     another tab later, with all that it answers; the same Worker

   A tab's handlers are `answers(here)` of tabs/NAME/local/answers.js:
     here.names              the models there are, the default first
     await here.find(name)   the model: `manifest`, and ask(want, request) as session.js answers; a FieldError for a name
                             that is none, where the page is all there is; else what this page has not, the server may have
     here.classes            the answer to "classes", which every tab's script asks
     await here.fetch(path)  a file of the page's own, of the site
   `waits`: a question waits for the Worker and for the model's files; without, it is refused as Elsewhere, so that
   the server answers, until they are there. `tell(state)` hears what becomes of the Worker: {ready, ms} or {failed: error}. */
import { EngineError, start } from "../engine/engine.js";
import { Elsewhere } from "./elsewhere.js";
import { gather } from "./gather.js";
import { cut, repr, tell } from "./python.js";
import { FieldError, say } from "./say.js";

const LIVES = 3; // Workers that may die before no more are started
const SHARED = 8; // pictures that are worth two Workers
const WISHES = 4; // such requests before there are two

class Model {
  constructor(here, name, folder, manifest) {
    Object.assign(this, { here, name, folder, manifest });
  }

  ask(want, request) {
    const { here, folder } = this, parts = split(want, request); // prettier-ignore
    if (parts && here.second) return this.share(want, parts);
    if (parts) here.wish(folder);
    return here.ask(folder, want, request);
  }

  /* Two halves at once; a second Worker that fails is done without. */
  async share(want, [first, other]) {
    const { here, folder } = this;
    const apart = here.second.ask(want, other, { folder }).catch(() => {
      here.second = null;
      return here.ask(folder, want, other);
    });
    const [a, b] = await Promise.all([here.ask(folder, want, first), apart]);
    const both = Object.entries(a).map(([name, value]) => [name, ArrayBuffer.isView(value) ? gather([value, b[name]]) : value]);
    return { ...Object.fromEntries(both), ms: Math.max(a.ms, b.ms) };
  }
}

/* A request for many pictures as two for half of them; null for one that is not. Pictures do not depend on each other. */
const split = (want, request) => {
  const lists = { draw: ["labels", "indices"], walk: ["ts"], edit: ["labels"] }[want];
  const count = request[lists?.[0]]?.length ?? 0;
  if (count < SHARED) return null;
  const middle = Math.ceil(count / 2), cut = (from, to) => { // prettier-ignore
    const half = { ...request };
    for (const name of lists) half[name] = request[name].slice(from, to);
    if (Array.isArray(request.seed)) half.seed = request.seed.slice(from, to);
    return half;
  };
  return [cut(0, middle), cut(middle)];
};

class Here {
  constructor({ base, names, waits, tell }) {
    Object.assign(this, { base: String(base), names, waits, tell });
    this.classes = this.classes.bind(this);
    this.models = new Map(); // name: {model} once it is open, {opening}, or {error}
    this.lives = LIVES;
    this.engine = null; // a promise
    this.second = null; // once it is there
    this.wishes = 0; // for one
  }

  folderOf(name) {
    return new URL(`models/${encodeURIComponent(name)}/`, this.base).href;
  }

  /* The Worker, begun by the model that is asked for first. */
  begin(folder) {
    this.engine ??= start({ folder }).then(
      (engine) => {
        this.tell({ ready: true, ms: engine.startMs });
        return engine;
      },
      (error) => {
        this.fail(error);
        throw error;
      },
    );
    return this.engine;
  }

  /* A second Worker, for many pictures at once, once a visitor has asked for such a few times: looking on needs none. */
  async wish(folder) {
    this.wishes += 1;
    if (this.wishes !== WISHES || !(navigator.hardwareConcurrency > 1)) return;
    try {
      this.second = await start({ folder });
    } catch {
      this.second = null;
    }
  }

  /* A Worker that ended is begun anew by the next question; one that cannot run here is not. */
  fail(error) {
    this.second?.stop();
    this.second = null;
    const isMortal = ["died", "slow", "network", "stopped"].includes(error.reason);
    if (isMortal && (this.lives -= 1) > 0) {
      this.engine = null;
      this.models.clear();
    } else if (!["missing", "server", "version", "cut", "changed", "damaged"].includes(error.reason)) this.over = error;
    else this.engine = null; // that model's files are at fault
    this.tell({ failed: error });
  }

  async ask(folder, want, request) {
    const engine = await this.begin(folder);
    try {
      return await engine.ask(want, request, { folder });
    } catch (error) {
      if (engine.ended && this.engine) this.fail(error);
      throw error;
    }
  }

  async open(name) {
    const folder = this.folderOf(name);
    const { manifest } = await this.ask(folder, "open", {});
    return new Model(this, name, folder, manifest);
  }

  async find(name) {
    if (this.over) throw this.over;
    if (this.names && !this.names.includes(name)) {
      const values = { value: repr(cut(tell(name), 100)), names: this.names.join(", ") };
      throw new FieldError(say("there is no model {value}; those there are: {names}.", values), "model");
    }
    const known = this.models.get(name);
    if (known?.model) return known.model;
    if (known?.error && !this.waits) throw known.error;
    const opening = known?.opening ?? this.open(name);
    this.models.set(name, { opening });
    opening.then(
      (model) => this.models.set(name, { model }),
      (error) => this.models.set(name, error.reason === "network" ? {} : { error }), // the network may come back
    );
    if (!this.waits) throw new Elsewhere("not yet");
    return opening;
  }

  /* The answer to what every tab's script may ask; twin of Tab.reply. */
  async classes({ model }) {
    const { manifest } = await this.find(model);
    return { classes: manifest.conditional ? manifest.class_names : [] };
  }

  async fetch(path) {
    const answer = await fetch(new URL(path, this.base));
    if (!answer.ok) throw new EngineError("missing", path, String(answer.status));
    return answer;
  }
}

export const open = async ({ base, tabs, names = null, waits = false, tell = () => {}, here: before = null }) => {
  const here = before ?? new Here({ base, names, waits, tell });
  const table = {};
  await Promise.all(
    Object.entries(tabs).map(async ([tab, wants]) => {
      const { answers } = await import(`../tabs/${tab}/local/answers.js`);
      const all = answers(here);
      table[tab] = wants ? Object.fromEntries(wants.map((want) => [want, all[want]])) : all;
    }),
  );
  return { here, table };
};
