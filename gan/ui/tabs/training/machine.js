/* The time machine: all moments of the run that made the model come as one picture, so that its slider answers in the
   page alone.

     const machine = DigitForge.training.makeMachine(find, source, state, isSeen)
         state: the tab's; its values model and seed are asked for, and moment is where the slider stands, in images
     machine.ask()       draws anew, as soon as somebody looks
     machine.appear()    somebody looks */
(() => {
  const forge = window.DigitForge;
  const TAB = "training";
  const CELL = 30; // pixels of a digit on the sheet, its gap included
  forge.training = forge.training || {};

  const drawCurves = (find, { curves, moments }) => {
    const low = Math.max(1, (moments.find((row) => row.images > 0) || moments[0]).images);
    const high = Math.max(low * 10, moments.at(-1).images);
    forge.training.drawCurves(find, "machine", curves, { low, high, log: true });
  };

  const loadSheets = async ({ png }) => {
    const sheets = new Image();
    sheets.src = forge.pngUrl(png);
    await sheets.decode();
    return sheets;
  };

  forge.training.makeMachine = (find, source, state, isSeen) => {
    const { count, spell, describeMoment, markCurves } = forge.training;
    const [figure, picture, none] = ["figure", "picture", "none"].map((name) => find(`machine-${name}`));
    const stage = figure.querySelector(".df-stage");
    let shown = null; // {answer, sheets}: one picture of all moments' sheets, one below the other
    let wanted = false;

    const settle = (settled) => (figure.dataset.settled = settled);
    const refit = () => shown && forge.fit(stage, picture, picture.width, picture.height);

    const showMoment = (place) => {
      if (!shown) return;
      const { answer, sheets } = shown;
      const moment = answer.moments[place];
      const images = count(moment.images);
      const [wide, high] = [picture.width, picture.height];
      const context = picture.getContext("2d");
      context.drawImage(sheets, 0, place * answer.rows * CELL, wide, high, 0, 0, wide, high);
      forge.stamp(picture);
      state.set({ moment: moment.images });
      figure.dataset.images = moment.images;
      scrubber.say(forge.word("training.readout", { images, time: spell(moment.seconds) }));
      const what = forge.reword(answer.alt);
      picture.setAttribute("aria-label", forge.word("training.picture", { images, what }));
      find("machine-words").textContent = describeMoment(moment);
      markCurves(find, "machine", moment);
    };
    const scrubber = forge.training.makeScrubber(find, isSeen, showMoment);

    const showWhy = (text) => {
      none.textContent = forge.reword(text) || "";
      none.hidden = !text;
      figure.hidden = Boolean(text);
      find("machine-part").classList.toggle("dt-bare", Boolean(text));
    };

    /* The moment of before, of the link, or the end. */
    const findMoment = (moments) => {
      const { moment } = state.values;
      const near = moment === null ? moments.length - 1 : moments.findLastIndex((row) => row.images <= moment);
      return Math.max(0, near);
    };

    const note = ({ moments, rows, columns, milliseconds: ms, recipe }) => {
      const all = moments.length * rows * columns;
      const values = { count: all, moments: moments.length, ms, model: recipe.model };
      figure.querySelector(".df-note").textContent = forge.word("training.note", values);
    };

    const show = async (answer) => {
      showWhy(answer.none);
      if (answer.none) {
        shown = null;
        settle(true);
        return;
      }
      const sheets = await loadSheets(answer);
      if (shown?.answer.curves !== answer.curves) drawCurves(find, answer);
      shown = { answer, sheets };
      picture.width = sheets.width;
      picture.height = answer.rows * CELL + 2;
      scrubber.open(answer.moments.length, findMoment(answer.moments));
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      note(answer);
      figure.classList.remove("df-empty");
      refit();
      scrubber.scrub();
      forge.say("machine", figure, null);
      settle(true);
    };
    const fail = (problem) => {
      figure.hidden = false;
      forge.say("machine", figure, problem);
      settle(true);
    };
    const run = forge.latest((request) => source.ask(TAB, "history", request), show, fail);

    const ask = () => {
      wanted = !isSeen(); // a tab that nobody looks at draws nothing
      if (wanted) return;
      const { model, seed } = state.values;
      settle(false);
      run({ model, seed });
    };

    find("machine-link").addEventListener("click", ({ currentTarget }) => {
      const link = state.toLink({ ...state.values, part: "machine" });
      forge.copyLink(currentTarget, TAB, link, shown?.answer.recipe.weights);
    });
    new ResizeObserver(refit).observe(stage);
    return { ask, appear: () => wanted && ask() };
  };
})();
