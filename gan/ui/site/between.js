/* All of the page that stands between two versions (sw.js): it lets the newer one begin and comes again when that has
   happened. A page that came again sooner could be asked for from a worker that is on its way out. */
(async () => {
  const again = () => window.location.reload();
  const worker = navigator.serviceWorker;
  const { waiting } = (await worker.getRegistration()) ?? {};
  if (!waiting) return again();
  worker.addEventListener("controllerchange", again, { once: true });
  setTimeout(again, 3000); // a worker that never comes: the old version opens again
  return waiting.postMessage({ begin: true });
})();
