/* The Forger and inspector tab: D's view of real and forged digits, and the game of telling them apart.

   The page knows which picture of a round is forged only when it has been answered: the server sends two pictures, and
   the truth with the answer to the choice. */
(() => {
  const forge = window.DigitForge;
  const BINS = 20;
  const SVG = "http://www.w3.org/2000/svg";
  const TAB = "inspector";

  /* 0.62 -> "62 %", and never "100 %" for what is not quite sure. */
  const percent = (share) => {
    if (share > 0 && share < 0.005) return "<1 %";
    if (share < 1 && share > 0.995) return ">99 %";
    return `${Math.round(100 * share)} %`;
  };

  /* A word of what D says, in its form for ranks where that is all that D can say. */
  const speak = (key, kind, values) => forge.word(kind === "relative" ? `${key}.rank` : key, values);

  const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

  const make = (name, attributes = {}, text = "") => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };

  const draw = (parent, name, attributes, text) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };

  /* The same order for the same seed, in any browser (mulberry32, Fisher and Yates). */
  const shuffle = (items, seed) => {
    let state = Number(seed) >>> 0;
    const random = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    for (let i = items.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  };

  /* Shares of `numbers` in BINS equal parts of [0, 1]. */
  const bin = (numbers) => {
    const counts = new Array(BINS).fill(0);
    for (const one of numbers) counts[Math.min(BINS - 1, Math.floor(one * BINS))] += 1;
    return counts;
  };

  /* Real upwards and forged downwards from one axis, each as shares of its own side. */
  const plot = (svg, { real, forged, kind }) => {
    const width = Math.max(280, Math.round(svg.parentElement.clientWidth));
    const height = 250;
    const [left, right, top, bottom] = [44, 12, 20, 42];
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    svg.replaceChildren();
    const sides = [real, forged].map((side) => bin(side.shares).map((count) => count / (side.shares.length || 1)));
    const most = Math.max(...sides.flat(), 0.01);
    const step = [0.05, 0.1, 0.2, 0.25, 0.5].find((one) => most / one <= 3.2) || 0.5;
    const limit = Math.ceil(most / step - 1e-9) * step;
    const middle = top + (height - top - bottom) / 2;
    const scale = (height - top - bottom) / 2 / limit;
    const wide = (width - left - right) / BINS;
    const at = (share) => left + share * (width - left - right);
    for (let tick = -limit; tick <= limit + 1e-9; tick += step) {
      const y = middle - tick * scale;
      draw(svg, "line", { class: "di-grid", x1: left, x2: width - right, y1: y, y2: y });
      draw(svg, "text", { x: left - 6, y: y + 4, "text-anchor": "end" }, `${Math.round(100 * Math.abs(tick))} %`);
    }
    sides.forEach((shares, side) => {
      shares.forEach((share, place) => {
        if (!share) return;
        const tall = share * scale;
        draw(svg, "rect", {
          class: side ? "di-forged-bar" : "di-real-bar",
          x: left + place * wide + 1,
          y: side ? middle : middle - tall,
          width: wide - 2,
          height: tall,
        });
      });
    });
    draw(svg, "line", { class: "di-axis", x1: left, x2: width - right, y1: middle, y2: middle });
    draw(svg, "line", { class: "di-half", x1: at(0.5), x2: at(0.5), y1: top - 4, y2: height - bottom });
    const half = speak("inspector.guess", kind);
    draw(svg, "text", { x: at(0.5), y: top - 8, "text-anchor": "middle" }, half);
    draw(svg, "text", { x: 2, y: top - 8 }, forge.word("inspector.share"));
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      const anchor = share === 1 ? "end" : "middle";
      draw(svg, "text", { x: at(share), y: height - bottom + 16, "text-anchor": anchor }, String(100 * share));
    }
    const axis = speak("inspector.axis", kind);
    draw(svg, "text", { x: at(0.5), y: height - 6, "text-anchor": "middle" }, axis);
  };

  forge.mountInspector = (element, source, first) => {
    const find = (name) => element.querySelector(`#inspector-${name}`);
    forge.translate(element);
    const link = forge.linked(TAB);
    const state = { ...first, ...link };
    if (state.part !== "game") state.part = "view";
    const page = element.querySelector(".di-tab");
    const [figure, game, cards, svg] = ["figure", "game", "cards", "plot"].map(find);
    const note = figure.querySelector(".df-note");
    let shown = null;

    /* What the server is asked: the state, without what the page alone decides. */
    const request = () => {
      const { model, digit, count, seed, psi } = state;
      return { model, digit, count, seed, psi };
    };
    const drawSeed = () => (state.seed = crypto.getRandomValues(new Uint32Array(1))[0]);
    const failView = (problem) => forge.say(TAB, figure, problem);
    const failGame = (problem) => forge.say(TAB, game, problem);

    // ---- D's view

    const card = (side, kind, index, names) => {
      const label = shown.classes.length ? names[side.labels[index]] : forge.word("inspector.digit.word");
      const share = percent(side.shares[index]);
      const text = speak("inspector.card", shown.kind, { kind: forge.word(`inspector.${kind}`), name: label, share });
      const box = make("div", { class: `di-card di-${kind}` });
      const canvas = make("canvas", { width: 28, height: 28, role: "img", "aria-label": text });
      forge.paintFrame(canvas, side.pixels, index);
      box.append(canvas, make("b", { "aria-hidden": "true" }, share));
      return box;
    };

    const group = (heading, boxes, kind) => {
      const box = make("section", { class: `di-group di-${kind}` });
      const grid = make("div", { class: "di-grid-cards" });
      grid.append(...boxes);
      box.append(make("h2", {}, heading), grid);
      return box;
    };

    const arrange = () => {
      const { real, forged, classes } = shown;
      const every = [
        ...real.labels.map((_, i) => ({ side: real, kind: "real", i })),
        ...forged.labels.map((_, i) => ({ side: forged, kind: "forged", i })),
      ];
      const build = (items) => items.map(({ side, kind, i }) => card(side, kind, i, classes));
      const named = { source: shown.source, model: shown.recipe.model };
      cards.classList.toggle("di-one", state.order === "mixed" || state.order === "sorted");
      if (state.order === "mixed" || state.order === "sorted") {
        if (state.order === "mixed") shuffle(every, state.seed);
        else every.sort((a, b) => b.side.shares[b.i] - a.side.shares[a.i]);
        cards.replaceChildren(group(forge.word("inspector.both"), build(every), "both"));
        return;
      }
      const title = forge.word(real.labels.length ? "inspector.reals" : "inspector.reals.none", named);
      cards.replaceChildren(
        group(title, build(every.filter((one) => one.kind === "real")), "real"),
        group(forge.word("inspector.forgeds", named), build(every.filter((one) => one.kind === "forged")), "forged"),
      );
    };

    const tabulate = () => {
      const rows = [bin(shown.real.shares), bin(shown.forged.shares)];
      const body = figure.querySelector("tbody");
      figure.querySelector(".di-table th").textContent = speak("inspector.axis", shown.kind);
      body.replaceChildren();
      for (let place = 0; place < BINS; place++) {
        if (!rows[0][place] && !rows[1][place]) continue;
        const row = make("tr");
        const [low, high] = [place, place + 1].map((one) => (100 * one) / BINS);
        row.append(make("th", { scope: "row" }, forge.word("inspector.range", { low, high })));
        for (const counts of rows) row.append(make("td", {}, String(counts[place])));
        body.append(row);
      }
    };

    const setClasses = (classes) => {
      const select = find("digit-input");
      const names = classes.join(" ");
      if (select.dataset.names === names && select.options.length) return;
      select.dataset.names = names;
      const any = forge.word(classes.length ? "inspector.any" : "inspector.any.alone");
      select.replaceChildren(make("option", { value: "any" }, any));
      classes.forEach((name, value) => select.append(make("option", { value }, name)));
      select.value = classes.length ? String(state.digit) : "any";
    };

    const show = (answer) => {
      shown = answer;
      setClasses(answer.classes);
      arrange();
      plot(svg, answer);
      tabulate();
      const [real, forged] = [answer.real, answer.forged].map((side) => side.shares);
      const words = { forged: percent(mean(forged)) };
      const summary = real.length
        ? speak("inspector.summary", answer.kind, { ...words, real: percent(mean(real)), ranked: percent(answer.ranked) })
        : speak("inspector.summary.alone", answer.kind, words);
      find("summary").textContent = summary;
      svg.setAttribute("aria-label", forge.join([forge.word("inspector.plot"), summary]));
      find("explain").textContent = forge.reword(answer.explain);
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      note.textContent = forge.reword(answer.note);
      figure.classList.remove("df-empty");
      showMissing(answer.missing);
      forge.say(TAB, figure, null);
      forge.stamp(svg);
    };

    const look = forge.latest((asked) => source.ask(TAB, "view", asked), show, failView);

    // ---- No real digits: why, and the button that fetches them

    const missing = find("missing");
    const [fetchButton, progress] = [find("download"), find("progress")];
    const missingNote = missing.querySelector(".di-missing-note");
    let polling = false;

    const follow = async () => {
      if (polling) return;
      polling = true;
      try {
        for (;;) {
          const now = await source.ask(TAB, "progress", {});
          if (now.state === "idle") break;
          if (now.state === "failed") {
            missingNote.textContent = forge.reword(now.said);
            break;
          }
          if (now.state === "done") {
            refresh();
            break;
          }
          const [got, of] = [now.bytes, now.of].map((bytes) => (bytes / 1e6).toFixed(1));
          progress.hidden = false;
          fetchButton.disabled = true;
          if (now.of) progress.value = Math.min(1, now.bytes / now.of);
          else progress.removeAttribute("value");
          const whole = now.of && now.bytes >= now.of;
          const word = now.of ? "inspector.got" : "inspector.got.any";
          missingNote.textContent = forge.reword(now.said) || forge.word(whole ? "inspector.unpacking" : word, { got, of });
          await new Promise((done) => setTimeout(done, 500));
        }
      } catch (problem) {
        missingNote.textContent = problem.message;
      }
      progress.hidden = true;
      fetchButton.disabled = false;
      polling = false;
    };

    const showMissing = (why) => {
      const was = missing.hidden;
      missing.hidden = !why;
      if (!why) return;
      missing.querySelector(".di-missing-why").textContent = forge.reword(why.said);
      fetchButton.hidden = !why.download;
      const word = why.download > 0 ? "inspector.download" : "inspector.download.any";
      fetchButton.textContent = forge.word(word, { source: why.source, size: why.download });
      if (was && why.download) follow();
    };

    fetchButton.addEventListener("click", async () => {
      fetchButton.disabled = true;
      missingNote.textContent = "";
      try {
        await source.ask(TAB, "download", { model: state.model });
        follow();
      } catch (problem) {
        missingNote.textContent = problem.message;
        fetchButton.disabled = false;
      }
    });

    // ---- The game

    const question = game.querySelector(".di-round");
    const choices = [...game.querySelectorAll(".di-choice")];
    const said = game.querySelector(".di-answer");
    const next = find("next");
    let play = null; // {asked, round, rounds, scores: [[mine, its], ...], open, pixels, name}

    const scoreboard = () => {
      const { rounds, scores } = play;
      const head = make("tr");
      head.append(make("td"));
      for (let i = 1; i <= rounds; i++) head.append(make("th", { scope: "col" }, String(i)));
      head.append(make("th", { scope: "col" }, forge.word("inspector.sum")));
      game.querySelector("thead").replaceChildren(head);
      const rows = ["you", "d"].map((who, place) => {
        const row = make("tr");
        row.append(make("th", { scope: "row" }, forge.word(`inspector.${who}`)));
        for (let i = 0; i < rounds; i++) {
          const cell = make("td");
          if (i < scores.length) {
            const right = scores[i][place];
            cell.className = right ? "di-yes" : "di-no";
            cell.append(
              make("span", { "aria-hidden": "true" }, right ? "✓" : "✗"),
              make("span", { class: "di-hidden" }, forge.word(right ? "inspector.yes" : "inspector.no")),
            );
          }
          row.append(cell);
        }
        row.append(make("td", { class: "di-sum" }, String(scores.filter((one) => one[place]).length)));
        return row;
      });
      game.querySelector("tbody").replaceChildren(...rows);
    };

    const deal = async (round) => {
      const mine = play;
      mine.round = round;
      mine.open = false;
      next.disabled = true;
      game.dataset.round = 0; // being dealt
      let answer;
      try {
        answer = await source.ask(TAB, "round", { ...mine.asked, round });
      } catch (problem) {
        if (mine !== play) return;
        failGame(problem);
        for (const choice of choices) choice.disabled = true;
        game.classList.add("di-undealt");
        next.textContent = forge.word("inspector.again");
        next.disabled = false;
        mine.over = true;
        return;
      }
      if (mine !== play) return;
      Object.assign(mine, { open: true, rounds: answer.rounds });
      forge.say(TAB, game, null);
      const named = { round: round + 1, rounds: answer.rounds, name: answer.name };
      question.textContent = forge.word(answer.name === "any" ? "inspector.round.any" : "inspector.round", named);
      choices.forEach((choice, place) => {
        forge.paintFrame(choice.querySelector("canvas"), answer.pixels, place);
        choice.className = "di-choice";
        choice.disabled = false;
        choice.setAttribute("aria-label", forge.word("inspector.pick", { key: place + 1 }));
        for (const part of [".di-truth", ".di-says"]) choice.querySelector(part).textContent = "";
      });
      said.textContent = "";
      next.textContent = forge.word(round + 1 < answer.rounds ? "inspector.next" : "inspector.result");
      game.classList.remove("df-empty", "di-undealt");
      scoreboard();
      game.dataset.round = round + 1;
    };

    const tell = () => {
      const { rounds, scores } = play;
      const [mine, its] = [0, 1].map((place) => scores.filter((one) => one[place]).length);
      const ways = (k) => [...Array(k).keys()].reduce((product, i) => (product * (rounds - i)) / (i + 1), 1);
      let luck = 0;
      for (let k = mine; k <= rounds; k++) luck += ways(k) / 2 ** rounds;
      const rounded = luck < 0.01 ? (100 * luck).toFixed(1) : Math.round(100 * luck);
      const compared = mine > its ? "inspector.more" : mine < its ? "inspector.less" : "inspector.same";
      const chance = mine > rounds / 2 ? "inspector.luck" : "inspector.fooled";
      said.textContent = forge.join([
        forge.word("inspector.done", { mine, its, rounds }),
        forge.word(compared),
        forge.word(chance, { mine, luck: rounded }),
      ]);
      question.textContent = "";
      next.textContent = forge.word("inspector.again");
      play.over = true;
      game.dataset.round = "over";
    };

    const choose = async (choice) => {
      const mine = play;
      if (!mine || !mine.open) return;
      mine.open = false;
      let answer;
      try {
        answer = await source.ask(TAB, "choice", { ...mine.asked, round: mine.round, choice });
      } catch (problem) {
        if (mine !== play) return;
        failGame(problem);
        mine.open = true;
        return;
      }
      if (mine !== play) return;
      forge.say(TAB, game, null);
      const [right, d] = [choice === answer.forged, answer.inspector === answer.forged];
      mine.scores.push([right, d]);
      choices.forEach((button, place) => {
        const truth = forge.word(place === answer.forged ? "inspector.machine" : "inspector.human");
        const share = percent(answer.shares[place]);
        button.classList.add(place === answer.forged ? "di-forged" : "di-real");
        button.classList.toggle("di-chosen", place === choice);
        button.disabled = true;
        button.querySelector(".di-truth").textContent = truth;
        const says = speak("inspector.says", answer.kind, { share });
        button.querySelector(".di-says").textContent = says;
        button.setAttribute("aria-label", forge.word("inspector.was", { key: place + 1, truth, says }));
      });
      const words = right ? ["inspector.right", d ? "inspector.d.right" : "inspector.d.wrong"]
        : ["inspector.wrong", d ? "inspector.d.only" : "inspector.d.both"];
      said.textContent = forge.join(words.map((word) => forge.word(word)));
      scoreboard();
      next.disabled = false;
      next.focus({ preventScroll: true });
    };

    const start = () => {
      play = { asked: request(), round: 0, rounds: 10, scores: [], open: false, over: false };
      const { model, seed } = play.asked;
      game.querySelector(".df-note").textContent = forge.word("inspector.game.note", { model, seed });
      scoreboard();
      deal(0);
    };

    choices.forEach((button, place) => button.addEventListener("click", () => choose(place)));

    next.addEventListener("click", () => {
      if (!play) return;
      if (play.over) {
        drawSeed();
        put();
        start();
      } else if (play.round + 1 < play.rounds) {
        deal(play.round + 1);
        choices[0].focus({ preventScroll: true });
      } else {
        tell();
      }
    });

    document.addEventListener("keydown", (event) => {
      const place = ["1", "2"].indexOf(event.key);
      if (place < 0 || event.ctrlKey || event.altKey || event.metaKey || game.hidden || !game.offsetParent) return;
      if (event.target.matches?.("input, select, textarea, [contenteditable]")) return;
      event.preventDefault();
      choose(place);
    });

    // ---- Controls

    const put = () => {
      setClasses(shown ? shown.classes : [..."0123456789"]);
      for (const name of ["count", "seed", "psi"]) find(`${name}-input`).value = state[name];
      for (const name of ["count", "psi"]) {
        find(name).querySelector("output").textContent = name === "psi" ? Number(state.psi).toFixed(2) : state.count;
      }
      find("order-input").value = ["mixed", "sorted"].includes(state.order) ? state.order : "sides";
      for (const part of ["view", "game"]) find(`part-${part}`).setAttribute("aria-pressed", String(state.part === part));
      figure.hidden = state.part === "game";
      game.hidden = !figure.hidden;
      page.classList.toggle("di-playing", state.part === "game");
    };

    /* Something changed: show it in the part that is open; the other one follows when it is opened. */
    let seen = "";
    const refresh = () => {
      seen = JSON.stringify(request());
      look(request());
      if (state.part === "game") start();
    };

    const open = (part) => {
      state.part = part;
      put();
      if (seen !== JSON.stringify(request())) look(request());
      seen = JSON.stringify(request());
      if (part === "game" && (!play || JSON.stringify(play.asked) !== seen)) start();
      if (part === "view" && shown) plot(svg, shown);
    };

    for (const part of ["view", "game"]) find(`part-${part}`).addEventListener("click", () => open(part));

    for (const name of ["digit", "count", "seed", "psi"]) {
      const input = find(`${name}-input`);
      input.addEventListener("input", () => {
        state[name] = input.value;
        put();
        if (state.part === "view") refresh();
      });
      // A dragged slider would begin a game at every step
      input.addEventListener("change", () => state.part === "game" && refresh());
    }

    find("order-input").addEventListener("change", (event) => {
      state.order = event.target.value;
      if (shown) arrange();
    });

    for (const name of ["randomize", "shuffle"]) {
      find(name).addEventListener("click", () => {
        drawSeed();
        put();
        refresh();
      });
    }

    const linkOf = () => {
      const { part, order } = state;
      const weights = shown?.recipe.weights.slice(0, 12);
      return part === "game" && play ? { ...play.asked, weights, part } : { ...request(), weights, order, part };
    };
    find("link").addEventListener("click", (event) => forge.copyLink(event.target, TAB, linkOf()));
    find("game-link").addEventListener("click", (event) => forge.copyLink(event.target, TAB, linkOf()));

    new ResizeObserver(() => shown && !figure.hidden && svg.parentElement.clientWidth && plot(svg, shown)).observe(figure);

    put();
    forge.mount(TAB, first, (asked) => {
      state.model = asked.model;
      refresh();
    });
  };
})();
