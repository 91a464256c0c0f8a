/* What happens once the first picture is there: all else is fetched, so that the site goes on without a network.

     DigitForge.whenIdle(first, work)    calls work() when the promise `first` is kept, or late, and the browser rests
     DigitForge.keepOffline(model)       the service worker (sw.js) keeps the page and that model. Where there is none
                                         (no secure origin, a private window, no room) the page works all the same */
(() => {
  const forge = window.DigitForge;
  const LATE = 8000; // milliseconds after which nothing is waited for: some tabs draw nothing by themselves

  const rest = (work) => (window.requestIdleCallback ?? ((one) => setTimeout(one, 200)))(work, { timeout: 2000 });

  forge.whenIdle = async (first, work) => {
    await Promise.race([first, new Promise((resolve) => setTimeout(resolve, LATE))]);
    rest(work);
  };

  const show = (name) => (document.getElementById(name).hidden = false);

  /* Another version waits until no page shows this one. */
  const watch = (registration) => {
    const look = () => registration.waiting && registration.active && show("site-newer");
    look();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  };

  forge.keepOffline = async (model) => {
    try {
      const workers = navigator.serviceWorker; // none without https, and forbidden in some frames
      if (!workers) return;
      workers.addEventListener("message", ({ data }) => data.kept === model && show("site-offline"));
      watch(await workers.register("sw.js"));
      const { active } = await workers.ready;
      if (!navigator.connection?.saveData) active.postMessage({ keep: model });
    } catch {
      // then it works with a network
    }
  };
})();
