/* A run of one's own: asked after about four times a second while it goes on and somebody looks.

     const run = DigitForge.training.makeRun(find, source, {collect, isSeen, refresh})
         collect() -> what is to be trained; refresh(): a model was kept
     run.appear()    somebody looks */
(() => {
  const forge = window.DigitForge;
  const TAB = "training";
  const POLL_MILLISECONDS = 250;
  const REST_MILLISECONDS = 1000; // while nothing moves: paused, or somebody else's turn
  const CURVE_MILLISECONDS = 1000;
  const SIGN_MILLISECONDS = 20000; // a sign of life from an owner who looks elsewhere
  const COLUMNS = ["images", "loss_d", "loss_g", "prob_real", "prob_fake", "accuracy", "diversity"];
  forge.training = forge.training || {};

  /* By this the source knows whose run it is. */
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

  /* Says what went wrong: with the last click, else with the run. Once, however often it is asked after. */
  const makeComplaint = (figure) => {
    let told = "";
    return (wrong, { trouble, about }) => {
      const problem = wrong || (trouble && !about ? { message: forge.reword(trouble), field: "" } : null);
      const key = problem ? `${problem.field} ${problem.message}` : "";
      if (key === told) return;
      told = key;
      const message = problem && forge.training.capitalize(problem.message);
      forge.say(TAB, figure, problem && { field: problem.field, message });
    };
  };

  /* The run's status, as it was last told, and where it is shown. */
  const makeFollower = (find, source) => {
    const owner = nameOwner();
    const [sheet, numbers, line] = ["makeSheet", "makeNumbers", "makeStatus"].map((name) => forge.training[name](find));
    let seen = -1; // the sheet that is shown
    let curvesAt = 0;
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
        numbers.show(status);
        line.show(status);
        if (status.curves) drawCurves(find, status.curves);
      },

      /* A run that nobody asks after is stopped */
      giveSign: () => source.ask(TAB, "status", { owner, seen, curves: false }).catch(() => {}),
    };
    return follower;
  };

  forge.training.makeRun = (find, source, { collect, isSeen, refresh }) => {
    const figure = find("training-figure");
    const follower = makeFollower(find, source);
    const complain = makeComplaint(figure);
    let timer = null;
    let asking = false;
    let wrong = null; // what the last click could not do

    const show = () => {
      buttons.show(follower.status);
      complain(wrong, follower.status);
    };

    /* -> milliseconds until the next question; 0 for none */
    const look = async () => {
      try {
        await follower.ask("status");
        show();
        return follower.status.state === "paused" || !follower.status.mine ? REST_MILLISECONDS : POLL_MILLISECONDS;
      } catch (problem) {
        complain(problem, follower.status);
        wrong = null;
        return follower.isActive() ? 4 * REST_MILLISECONDS : 0;
      }
    };
    /* One question at a time; the next one when it is due. */
    const poll = async () => {
      clearTimeout(timer);
      timer = null;
      if (!isSeen() || asking) return;
      asking = true;
      const wait = await look();
      asking = false;
      const waiting = !follower.isActive() && follower.status.free === false;
      if (wait && (follower.isActive() || waiting)) timer = setTimeout(poll, waiting ? 4 * REST_MILLISECONDS : wait);
    };

    const act = async (want, request) => {
      figure.dataset.settled = false;
      wrong = null;
      try {
        await follower.ask(want, request);
      } catch (problem) {
        wrong = problem;
      }
      show();
      figure.dataset.settled = true;
      if (!timer) poll();
    };
    const begin = (more) => act("start", { ...collect(), ...more });
    const steer = (command, more) => act("steer", { do: command, ...more });
    const buttons = forge.training.makeButtons(find, {
      start: () => (follower.status.state === "paused" ? steer("go") : begin({})),
      pause: () => steer("pause"),
      step: (of) => (follower.isActive() ? steer("step", { of }) : begin({ paused: true, of })),
      stop: () => steer("stop"),
    });

    find("training-download").addEventListener("click", () => begin({ download: true }));
    find("training-keep").addEventListener("click", async () => {
      await act("keep", { name: find("training-name-input").value.trim() });
      if (follower.status.result.kept) refresh();
    });
    find("training-file").addEventListener("click", async () => {
      wrong = null;
      try {
        forge.save(await source.ask(TAB, "file", { owner: follower.owner }));
      } catch (problem) {
        wrong = problem;
      }
      complain(wrong, follower.status);
    });

    buttons.show(follower.status);
    const none = Object.fromEntries(COLUMNS.map((name) => [name, []]));
    drawCurves(find, { run: none, checks: none });
    setInterval(() => {
      if (follower.isActive() && follower.status.mine && !isSeen()) follower.giveSign();
    }, SIGN_MILLISECONDS);
    return { appear: poll };
  };
})();
