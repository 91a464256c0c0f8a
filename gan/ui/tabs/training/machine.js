/* The time machine: all moments of the run that made the model come as one picture, so that its slider answers in the
   page alone; or, where each is a file of its own and there is no server (`later`), one when it is looked at.

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

  const loadSheet = async ({ png }) => {
    const sheet = new Image();
    sheet.src = forge.pngUrl(png);
    await sheet.decode();
    return sheet;
  };

  /* The sheets of an answer, and where on its picture a moment's begins: find(place) -> {image, top}, or undefined. */
  const makeSheets = async (answer) => {
    const all = answer.later ? null : await loadSheet(answer);
    const own = new Map(); // place: its picture
    return {
      wide: answer.columns * CELL + 2,
      add: (place, image) => own.set(place, image),
      find(place) {
        if (all) return { image: all, top: place * answer.rows * CELL };
        return own.has(place) ? { image: own.get(place), top: 0 } : undefined;
      },
      count: () => (all ? answer.moments.length : own.size),
    };
  };

  forge.training.makeMachine = (find, source, state, isSeen) => {
    const { count, spell, describeMoment, markCurves } = forge.training;
    const [figure, picture, none] = ["figure", "picture", "none"].map((name) => find(`machine-${name}`));
    const stage = figure.querySelector(".df-stage");
    let shown = null; // {answer, sheets, place, ms}: the moment that the slider stands at, and how long all took
    let wanted = false;

    const settle = (settled) => (figure.dataset.settled = settled);
    const refit = () => shown && forge.fit(stage, picture, picture.width, picture.height);

    const paint = () => {
      const { image, top } = shown.sheets.find(shown.place);
      const [wide, high] = [picture.width, picture.height];
      picture.getContext("2d").drawImage(image, 0, top, wide, high, 0, 0, wide, high);
      forge.stamp(picture);
    };
    const fetchSheet = forge.latest(
      async ({ place, model, seed }) => {
        const answer = await source.ask(TAB, "moment", { model, seed, place });
        return { image: await loadSheet(answer), ms: answer.milliseconds };
      },
      ({ image, ms }, { mine, place }) => {
        if (mine !== shown) return;
        mine.sheets.add(place, image);
        mine.ms += ms;
        note(mine);
        if (mine.place === place) paint();
        settle(Boolean(mine.sheets.find(mine.place)));
      },
      (problem, { mine }) => mine === shown && fail(problem),
    );

    const showMoment = (place) => {
      if (!shown) return;
      const { answer, sheets } = shown;
      const moment = answer.moments[place];
      const images = count(moment.images);
      shown.place = place;
      if (sheets.find(place)) paint();
      else fetchSheet({ mine: shown, place, model: answer.recipe.model, seed: answer.recipe.seed });
      settle(Boolean(sheets.find(place)));
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

    const note = ({ answer: { rows, columns, recipe }, sheets, ms }) => {
      const moments = sheets.count();
      const key = moments === 1 ? "training.note.one" : "training.note";
      const values = { count: moments * rows * columns, moments, ms, model: recipe.model };
      figure.querySelector(".df-note").textContent = moments ? forge.word(key, values) : "";
    };

    const show = async (answer) => {
      showWhy(answer.none);
      if (answer.none) {
        shown = null;
        settle(true);
        return;
      }
      const sheets = await makeSheets(answer);
      if (shown?.answer.curves !== answer.curves) drawCurves(find, answer);
      shown = { answer, sheets, place: 0, ms: answer.milliseconds ?? 0 };
      picture.width = sheets.wide;
      picture.height = answer.rows * CELL + 2;
      scrubber.open(answer.moments.length, findMoment(answer.moments));
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      note(shown);
      figure.classList.remove("df-empty");
      refit();
      forge.say("machine", figure, null);
      scrubber.scrub();
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
      run({ model, seed, ...(forge.alone ? { later: true } : {}) });
    };

    find("machine-link").addEventListener("click", ({ currentTarget }) => {
      const link = state.toLink({ ...state.values, part: "machine" });
      forge.copyLink(currentTarget, TAB, link, shown?.answer.recipe.weights);
    });
    new ResizeObserver(refit).observe(stage);
    return { ask, appear: () => wanted && ask() };
  };
})();
