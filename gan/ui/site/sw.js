/* The service worker: after the first visit the site needs no network.

   Before this text stands `const SITE = {version, files: {path: SHA-256 of the page's own files}, models: {name: paths}}`.
   The page's files of one version are kept together, each checked by its hash, or not at all. A newer version waits
   until no tab shows the old one: a tab goes on with the files that it began with. Models' files have their hash in
   their name and are kept when they are fetched; a manifest is the network's while there is one. */
const ROOT = new URL(self.registration.scope);
const OURS = `digit-forge ${ROOT.pathname} `; // caches belong to an origin, where other sites of ours may be
const [SHELL, MODELS] = [`${OURS}${SITE.version}`, `${OURS}models`];
const INDEX = new URL("index.html", ROOT).href;
const TRIES = 2; // of a newer version to begin
const BETWEEN = `<!doctype html><meta name="color-scheme" content="light dark" /><script src="between.js"></script>`;
let busy = 0; // models that are being fetched: no other version begins meanwhile
let tried = 0;

const hash = async (bytes) => {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (one) => one.toString(16).padStart(2, "0")).join("");
};

/* A host may add lines of its own to a page of HTML; it is of this version if it says so. */
const isRight = async (path, bytes) => {
  if (path === "index.html") return new TextDecoder().decode(bytes).includes(SITE.version);
  return (await hash(bytes)) === SITE.files[path];
};

const fetchRight = async (path) => {
  for (const cache of ["no-cache", "reload"]) {
    const answer = await fetch(new URL(path, ROOT), { cache });
    const bytes = await answer.arrayBuffer();
    const headers = { "content-type": answer.headers.get("content-type") ?? "" };
    if (answer.ok && (await isRight(path, bytes))) return new Response(bytes, { headers });
  }
  throw new Error(`${path} is not of version ${SITE.version}`);
};

const install = async () => {
  const cache = await caches.open(SHELL);
  const keep = async (path) => cache.put(new URL(path, ROOT), await fetchRight(path));
  try {
    await Promise.all(Object.keys(SITE.files).map(keep));
  } catch (error) {
    await caches.delete(SHELL);
    throw error;
  }
};

/* What is of no use to this version goes: other versions' files, and those of models that are no longer here. */
const clean = async () => {
  const others = (await caches.keys()).filter((name) => name.startsWith(OURS) && ![SHELL, MODELS].includes(name));
  await Promise.all(others.map((name) => caches.delete(name)));
  const known = new Set(Object.values(SITE.models).flat().map((path) => new URL(path, ROOT).href));
  const cache = await caches.open(MODELS);
  const old = (await cache.keys()).filter(({ url }) => !known.has(url));
  await Promise.all(old.map((request) => cache.delete(request)));
  await self.clients.claim();
};

const put = async (request, answer) => {
  try {
    await (await caches.open(MODELS)).put(request, answer);
  } catch {
    // no room: it is fetched again the next time
  }
};

/* A model's file; one that was found wrong is asked for past all caches ("reload"). */
const fetchModel = async (event) => {
  const { request } = event;
  const isManifest = request.url.endsWith("/manifest.json");
  const kept = async () => (await caches.open(MODELS)).match(request.url);
  const known = isManifest || request.cache === "reload" ? null : await kept();
  if (known) return known;
  try {
    const answer = await fetch(request);
    if (answer.status === 200) event.waitUntil(put(request.url, answer.clone()));
    return answer;
  } catch (error) {
    const old = isManifest && (await kept());
    if (old) return old;
    throw error;
  }
};

const countPages = async () => {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.filter(({ url }) => url.startsWith(ROOT.href)).length;
};

/* The page itself. Where a newer version waits and nobody else shows this one, that version opens: by way of a page
   that is nothing but the wait, since a browser lets the newer worker begin only when this one has answered. */
const openPage = async (request) => {
  const { waiting } = self.registration;
  if (waiting && !busy && tried < TRIES && (await countPages()) < 2) {
    tried += 1;
    return new Response(BETWEEN, { headers: { "content-type": "text/html" } });
  }
  return (await (await caches.open(SHELL)).match(INDEX)) ?? fetch(request);
};

const fetchShell = async (request, path) =>
  (await (await caches.open(SHELL)).match(new URL(path, ROOT))) ?? fetch(request);

/* All of a model's files, one after the other. */
const keepModel = async (name) => {
  const cache = await caches.open(MODELS);
  for (const path of SITE.models[name] ?? []) {
    const address = new URL(path, ROOT).href;
    if (await cache.match(address)) continue;
    const answer = await fetch(address);
    if (!answer.ok) return false;
    await cache.put(address, answer);
  }
  return true;
};

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(clean()));

self.addEventListener("message", (event) => {
  const { begin, keep } = event.data;
  if (begin) self.skipWaiting();
  if (!keep) return;
  busy += 1;
  const done = (kept) => kept && event.source?.postMessage({ kept: keep });
  // No room, or no network: the next visit tries again
  event.waitUntil(keepModel(keep).then(done, () => {}).finally(() => (busy -= 1)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || !request.url.startsWith(ROOT.href)) return;
  const path = decodeURIComponent(address.pathname.slice(ROOT.pathname.length));
  if (request.mode === "navigate" && ["", "index.html"].includes(path)) event.respondWith(openPage(request));
  else if (Object.hasOwn(SITE.files, path)) event.respondWith(fetchShell(request, path));
  else if (path.startsWith("models/")) event.respondWith(fetchModel(event));
});
