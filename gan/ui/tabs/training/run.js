/* A run of one's own: asked after about four times a second while it goes on and somebody looks.

     const run = DigitForge.training.makeRun(find, source, {collect, isSeen, refresh})
         collect() -> what is to be trained; refresh(): a model was kept
     run.appear()    somebody looks */
(() => {
  const forge = window.DigitForge;
  const TAB = "training";
  const POLL_MILLISECONDS = 250;
  const REST_MILLISECONDS = 1000; // while nothing moves: paused, or somebody else's turn
  const SIGN_MILLISECONDS = 20000; // a sign of life from an owner who looks elsewhere
  forge.training = forge.training || {};

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

  forge.training.makeRun = (find, source, { collect, isSeen, refresh }) => {
    const figure = find("training-figure");
    const follower = forge.training.makeFollower(find, source);
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
    setInterval(() => {
      if (follower.isActive() && follower.status.mine && !isSeen()) follower.giveSign();
    }, SIGN_MILLISECONDS);
    return { appear: poll };
  };
})();
