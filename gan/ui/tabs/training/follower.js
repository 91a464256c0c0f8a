/* The status of the run there is, as the source last told it, and where it is shown.

     const follower = DigitForge.training.makeFollower(find, source)
     await follower.ask(want, request)    "status", "start", "steer" or "keep"; the answer is shown
     follower.status, follower.isActive()
     follower.owner        by which the source knows whose run it is
     follower.giveSign()   that the owner is there, where nothing is shown */
(() => {
  const forge = window.DigitForge;
  const TAB = "training";
  const CURVE_MILLISECONDS = 1000;
  const COLUMNS = ["images", "loss_d", "loss_g", "prob_real", "prob_fake", "accuracy", "diversity"];
  forge.training = forge.training || {};

  const nameOwner = () => {
    const key = "digit-forge-owner";
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    const fresh = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    try {
      if (!sessionStorage.getItem(key)) sessionStorage.setItem(key, fresh);
      return sessionStorage.getItem(key);
    } catch {
      return fresh; // no storage: the run is this page's until it is reloaded
    }
  };

  const drawCurves = (find, { run, checks }) => {
    const high = Math.max(1000, ...run.images, ...checks.images);
    forge.training.drawCurves(find, "training", { run, checks }, { low: 0, high, log: false });
  };

  forge.training.makeFollower = (find, source) => {
    const owner = nameOwner();
    const [sheet, numbers, line] = ["makeSheet", "makeNumbers", "makeStatus"].map((name) => forge.training[name](find));
    let seen = -1; // the sheet that is shown
    let curvesAt = 0;
    const none = Object.fromEntries(COLUMNS.map((name) => [name, []]));
    drawCurves(find, { run: none, checks: none });

    const follower = {
      owner,
      status: { state: "idle", mine: true, free: true, allowed: true },
      isActive: () => forge.training.isActive(follower.status),

      async ask(want, request = {}) {
        const curves = want !== "status" || performance.now() - curvesAt >= CURVE_MILLISECONDS;
        if (curves) curvesAt = performance.now();
        const answer = await source.ask(TAB, want, { ...request, owner, seen, curves });
        const status = answer.run ? answer : { ...answer, now: {}, result: {}, alarms: [], sheets: 0 };
        follower.status = status;
        if (status.sheet?.png) {
          await sheet.show(status.sheet);
          seen = status.sheets;
        }
        if (follower.isActive() && !status.sheets) {
          sheet.blank();
          seen = -1;
        }
        numbers.show(follower.status); // another answer may have come in the meantime
        line.show(follower.status);
        if (status.curves) drawCurves(find, status.curves);
      },

      /* A run that nobody asks after is stopped */
      giveSign: () => source.ask(TAB, "status", { owner, seen, curves: false }).catch(() => {}),
    };
    return follower;
  };
})();
