/* The Training tab: the time machine, whose frames come all at once so that its slider answers in the page alone, and
   a run of one's own, asked after about four times a second while it goes on and somebody looks. */
(() => {
  const forge = window.DigitForge;
  const TAB = "training";
  const CELL = 30; // pixels of a digit on the sheet, its gap included
  const PLAY_MILLISECONDS = 600;
  const POLL_MILLISECONDS = 250;
  const REST_MILLISECONDS = 1000; // while nothing moves: paused, or somebody else's turn
  const CURVE_MILLISECONDS = 1000;
  const SIGN_MILLISECONDS = 20000; // a sign of life from an owner who looks elsewhere
  const ACTIVE = ["preparing", "fetching", "running", "paused", "stopping"];

  const count = (number) => Number(number).toLocaleString("en-US");
  const known = (value) => value !== null && value !== undefined;
  const percent = (share) => (known(share) ? forge.percent(share) : forge.word("training.unknown"));
  const decimal = (value) => (known(value) ? value.toFixed(2) : forge.word("training.unknown"));
  const spell = (seconds) =>
    seconds < 90
      ? forge.word("training.seconds", { count: seconds < 10 ? seconds.toFixed(1) : Math.round(seconds) })
      : forge.word("training.long", { count: (seconds / 60).toFixed(1) });
  const zip = (columns, name) => columns.images.map((images, place) => [images, columns[name][place]]);

  /* Three charts: losses, D's verdict, and the pictures' quality; `run` and `checks` are columns by name. */
  const drawCharts = (find, prefix, { run, checks }, { low, high, log }) => {
    const x = { label: forge.word(log ? "training.images.log" : "training.images"), low, high, log };
    const top = Math.max(...run.loss_d, ...run.loss_g, 0);
    const least = Math.min(...run.loss_d, ...run.loss_g, 0);
    const plans = {
      losses: ["training.chart.loss", run, ["loss_d", "D"], ["loss_g", "G"], least < 0 ? -forge.niceTop(-least) : 0, forge.niceTop(top)],
      verdict: ["training.chart.verdict", run, ["prob_real", forge.word("training.real")], ["prob_fake", forge.word("training.forged")], 0, 1],
      quality: ["training.chart.quality", checks, ["accuracy", forge.word("training.accuracy")], ["diversity", forge.word("training.diversity")], 0, 1],
    };
    for (const [name, [title, columns, one, two, from, to]] of Object.entries(plans)) {
      const share = name !== "losses";
      const last = (column) => columns[column].findLast(known);
      const show = share ? percent : decimal;
      forge.drawChart(find(`${prefix}-${name}`), {
        title: forge.word(title),
        label: forge.word("training.chart.label", {
          title: forge.word(title),
          first: one[1],
          a: show(last(one[0])),
          second: two[1],
          b: show(last(two[0])),
        }),
        x,
        y: { low: from, high: to, share },
        series: [one, two].map(([column, text]) => ({ name: text, points: zip(columns, column) })),
      });
    }
  };

  // ---- the time machine ---------------------------------------------------------------------------------------------

  const mountMachine = (find, source, state, linked, isSeen) => {
    const figure = find("machine-figure");
    const stage = figure.querySelector(".df-stage");
    const [picture, slider, play, none] = ["picture", "slider", "play", "none"].map((name) => find(`machine-${name}`));
    const [seed, readout, words] = ["seed-input", "readout", "words"].map((name) => find(`machine-${name}`));
    let shown = null;
    let timer = null;
    let wanted = false;
    let moment = linked && known(linked.moment) ? Number(linked.moment) : null;

    const refit = () => shown && forge.fit(stage, picture, picture.width, picture.height);

    const describe = (row) => {
      if (!row.images) return forge.word("training.zero");
      const said = [];
      if (known(row.loss_d)) {
        said.push(forge.word("training.at.loss", { d: decimal(row.loss_d), g: decimal(row.loss_g) }));
        if (known(row.prob_real)) said.push(forge.word("training.says", { real: percent(row.prob_real), fake: percent(row.prob_fake) }));
        said.push(forge.word("training.at.won", { won: percent(row.won) }));
      } else {
        said.push(forge.word("training.at.early"));
      }
      if (known(row.accuracy)) {
        const [name, least] = Object.entries(row.accuracy_by_class).reduce((a, b) => (b[1] < a[1] ? b : a));
        said.push(forge.word("training.at.accuracy", { accuracy: percent(row.accuracy), name, least: percent(least) }));
      }
      if (known(row.diversity)) said.push(forge.word("training.at.diversity", { diversity: percent(row.diversity) }));
      return forge.join(said);
    };

    const scrub = () => {
      if (!shown) return;
      const place = Number(slider.value);
      const { answer, sprite } = shown;
      const row = answer.moments[place];
      const high = answer.rows * CELL + 2;
      const context = picture.getContext("2d");
      context.drawImage(sprite, 0, place * answer.rows * CELL, picture.width, high, 0, 0, picture.width, high);
      forge.stamp(picture);
      moment = row.images;
      figure.dataset.images = row.images;
      const text = forge.word("training.readout", { images: count(row.images), time: spell(row.seconds) });
      readout.textContent = text;
      slider.setAttribute("aria-valuetext", text);
      picture.setAttribute("aria-label", forge.word("training.picture", { images: count(row.images), what: forge.reword(answer.alt) }));
      words.textContent = describe(row);
      forge.markChart(find("machine-losses"), row.images, [row.loss_d, row.loss_g]);
      forge.markChart(find("machine-verdict"), row.images, [row.prob_real, row.prob_fake]);
      forge.markChart(find("machine-quality"), row.images, [row.accuracy, row.diversity]);
    };

    const halt = () => {
      clearInterval(timer);
      timer = null;
      play.textContent = forge.word("training.play");
      play.setAttribute("aria-pressed", "false");
    };

    const begin = () => {
      if (slider.value === slider.max) slider.value = 0;
      play.textContent = forge.word("training.halt");
      play.setAttribute("aria-pressed", "true");
      scrub();
      timer = setInterval(() => {
        if (!isSeen() || slider.value === slider.max) {
          halt();
          return;
        }
        slider.value = Number(slider.value) + 1;
        scrub();
      }, PLAY_MILLISECONDS);
    };

    const show = async (answer) => {
      const empty = Boolean(answer.none);
      none.textContent = forge.reword(answer.none) || "";
      none.hidden = !empty;
      figure.hidden = empty;
      find("machine-part").classList.toggle("dt-bare", empty);
      if (empty) {
        shown = null;
        return;
      }
      const sprite = new Image();
      sprite.src = forge.pngUrl(answer.png);
      await sprite.decode();
      const moments = answer.moments;
      if (!shown || shown.answer.curves !== answer.curves) {
        const low = Math.max(1, (moments.find((row) => row.images > 0) || moments[0]).images);
        drawCharts(find, "machine", answer.curves, { low, high: Math.max(low * 10, moments.at(-1).images), log: true });
      }
      shown = { answer, sprite };
      picture.width = sprite.width;
      picture.height = answer.rows * CELL + 2;
      slider.max = moments.length - 1;
      slider.disabled = play.disabled = false;
      // The moment of before, of the link, or the end
      const near = moment === null ? moments.length - 1 : moments.findLastIndex((row) => row.images <= moment);
      slider.value = Math.max(0, near);
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      figure.querySelector(".df-note").textContent = forge.word("training.note", {
        count: moments.length * answer.rows * answer.columns,
        moments: moments.length,
        ms: answer.milliseconds,
        model: answer.recipe.model,
      });
      figure.classList.remove("df-empty");
      refit();
      scrub();
      forge.say("machine", figure, null);
    };

    const fail = (problem) => {
      figure.hidden = false;
      forge.say("machine", figure, problem);
    };
    const run = forge.latest((request) => source.ask(TAB, "history", request), show, fail);

    const ask = () => {
      wanted = !isSeen(); // a tab that nobody looks at draws nothing
      if (!wanted) run({ model: state.model, seed: state.seed });
    };

    seed.value = state.seed;
    seed.addEventListener("input", () => {
      state.seed = seed.value;
      ask();
    });
    find("machine-randomize").addEventListener("click", () => {
      seed.value = state.seed = crypto.getRandomValues(new Uint32Array(1))[0];
      ask();
    });
    slider.addEventListener("input", () => {
      if (timer) halt();
      scrub();
    });
    play.addEventListener("click", () => (timer ? halt() : begin()));
    find("machine-link").addEventListener("click", (event) => {
      forge.copyLink(event.currentTarget, TAB, {
        part: "machine",
        model: state.model,
        weights: shown?.answer.recipe.weights.slice(0, 12),
        seed: state.seed,
        moment,
      });
    });
    play.textContent = forge.word("training.play");
    new ResizeObserver(refit).observe(stage);
    return { ask, appear: () => wanted && ask() };
  };

  // ---- training here ------------------------------------------------------------------------------------------------

  const nameOwner = () => {
    const key = "digit-forge-owner";
    const fresh = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"));
    try {
      if (!sessionStorage.getItem(key)) sessionStorage.setItem(key, fresh.join(""));
      return sessionStorage.getItem(key);
    } catch {
      return fresh.join(""); // no storage: the run is this page's until it is reloaded
    }
  };

  const buildBalance = (svg) => {
    const shape = forge.makeShape;
    shape(svg, "path", { d: "M180 58 L196 112 L164 112 Z", class: "dt-stand" });
    shape(svg, "line", { x1: 120, x2: 240, y1: 112, y2: 112, class: "dt-stand" });
    const beam = shape(svg, "line", { x1: 60, x2: 300, y1: 58, y2: 58, class: "dt-beam" });
    shape(svg, "circle", { cx: 180, cy: 58, r: 5, class: "dt-stand" });
    const pans = ["D", "G"].map((letter, place) => {
      const pan = shape(svg, "g", { class: "dt-pan" });
      shape(pan, "rect", { x: -44, y: -18, width: 88, height: 36, rx: 8, class: `dt-pan-${place ? "b" : "a"}` });
      return { pan, text: shape(pan, "text", { "text-anchor": "middle", y: 6 }, letter) };
    });
    const place = (won) => {
      const angle = known(won) ? (won - 0.5) * 0.5 : 0; // radians: full tilt at 14 degrees
      beam.style.transform = `rotate(${-angle}rad)`;
      pans.forEach(({ pan, text }, index) => {
        const side = index ? 1 : -1;
        const [x, y] = [180 + side * 120 * Math.cos(angle), 58 - side * 120 * Math.sin(angle)];
        pan.style.transform = `translate(${x.toFixed(1)}px, ${(y - 18).toFixed(1)}px)`;
        text.textContent = known(won) ? `${"DG"[index]} ${percent(index ? 1 - won : won)}` : "DG"[index];
      });
      svg.setAttribute(
        "aria-label",
        known(won)
          ? forge.word("training.balance", { won: percent(won), lost: percent(1 - won) })
          : forge.word("training.balance.none"),
      );
    };
    place(null);
    return place;
  };

  const chooseSkill = (now) => {
    if (now.has_won) return "training.skill.won";
    if (now.skill >= 0.9) return "training.skill.far";
    if (now.skill >= 0.65) return "training.skill.ahead";
    return now.skill >= 0.45 ? "training.skill.level" : "training.skill.behind";
  };

  const mountTrain = (find, source, first, isSeen, refresh) => {
    const part = find("training-part");
    const figure = find("training-figure");
    const stage = figure.querySelector(".df-stage");
    const sheet = find("training-sheet");
    const [start, pause, stepD, stepG, stop] = ["start", "pause", "step-d", "step-g", "stop"].map((name) => find(`training-${name}`));
    const inputs = Object.fromEntries(["preset", "loss", "lr", "batch", "minutes"].map((name) => [name, find(`training-${name}-input`)]));
    const unconditional = find("training-unconditional");
    const owner = nameOwner();
    const tip = buildBalance(find("training-balance"));
    const alarms = find("training-alarms");
    let last = { state: "idle", mine: true, free: true, allowed: true };
    let seen = -1;
    let curvesAt = 0;
    let timer = null;
    let asking = false;
    let wrong = null; // what the last click could not do
    let told = "";
    let rung = "";

    const isActive = () => ACTIVE.includes(last.state);
    const refit = () => sheet.naturalWidth && forge.fit(stage, sheet, sheet.naturalWidth, sheet.naturalHeight);

    const enable = (button, can) => {
      button.setAttribute("aria-disabled", String(!can)); // unlike `disabled`, it keeps the keyboard's place
    };
    const can = (button) => button.getAttribute("aria-disabled") !== "true";

    const complain = () => {
      const problem = wrong || (last.trouble && !last.about ? { message: forge.reword(last.trouble), field: "" } : null);
      const key = problem ? `${problem.field} ${problem.message}` : "";
      if (key === told) return;
      told = key;
      forge.say(TAB, figure, problem && { ...problem, message: problem.message.replace(/^[a-z]/, (letter) => letter.toUpperCase()) });
    };

    const showSheet = async ({ png, images, rows, columns }, version) => {
      sheet.src = `data:image/png;base64,${png}`;
      await sheet.decode();
      sheet.hidden = false;
      find("training-nothing").hidden = true;
      sheet.alt = forge.word("training.picture", { images: count(images), what: `${columns} x ${rows}` });
      sheet.dataset.images = images;
      seen = version;
      refit();
      forge.stamp(sheet);
    };

    const showNumbers = ({ now, step, steps, check }) => {
      const fresh = now && known(now.images);
      const single = steps && (!fresh || step.images >= now.images || last.state === "paused");
      const source = single
        ? { ...step.after, prob_real: step.after.real, prob_fake: step.after.fake, skill: step.after.won }
        : fresh && now;
      tip(source ? source.skill : null);
      let says = "";
      if (source) {
        const probable = known(source.prob_real);
        const [real, fake] = probable ? [source.prob_real, source.prob_fake].map(percent) : [source.logit_real, source.logit_fake].map(decimal);
        says = forge.word(probable ? "training.says" : "training.says.critic", { real, fake });
      }
      find("training-says").textContent = says;
      const skill = source ? [forge.word(chooseSkill(source), { won: percent(source.skill) })] : [];
      if (check && known(check.diversity)) {
        if (known(check.accuracy)) skill.push(forge.word("training.check.accuracy", { accuracy: percent(check.accuracy) }));
        skill.push(forge.word("training.at.diversity", { diversity: percent(check.diversity) }));
      }
      find("training-skill").textContent = forge.join(skill);
      let text = "";
      if (single && last.state === "paused") {
        const { before, after } = step;
        const probable = known(before.real);
        const show = probable ? percent1 : decimal;
        const [from, to] = [before, after].map((one) => (probable ? [one.fake, one.real] : [one.logit_fake, one.logit_real]));
        text = forge.word("training.step.of", {
          of: step.of,
          a: show(from[0]),
          b: show(to[0]),
          c: show(from[1]),
          d: show(to[1]),
          e: percent(before.won),
          f: percent(after.won),
        });
      }
      const line = find("training-step");
      if (line.textContent !== text) line.textContent = text;
    };
    const percent1 = (share) => `${(share * 100).toFixed(1)}\u00a0%`;

    const showAlarms = (rows) => {
      const key = JSON.stringify(rows);
      if (key === rung) return;
      rung = key;
      alarms.replaceChildren(
        ...rows.map(({ images, message }) => {
          const item = document.createElement("li");
          item.textContent = forge.word("training.alarm", { images: count(images), message: forge.reword(message) });
          return item;
        }),
      );
    };

    const describe = () => {
      const { state, now, run, images, seconds, result } = last;
      const sentences = [];
      if (state === "running" && known(now.images)) {
        sentences.push(
          forge.word("training.state.running", {
            images: count(now.images),
            time: spell(now.seconds),
            rate: count(Math.round(now.rate || 0)),
            done: percent(now.fraction),
            minutes: run.minutes,
          }),
        );
      } else if (state === "running") {
        sentences.push(forge.word("training.state.preparing"));
      } else if (state === "ended") {
        const word = result.there ? "training.state.ended" : "training.state.ended.none";
        sentences.push(forge.word(word, { images: count(images), time: spell(seconds) }));
      } else {
        const at = Math.max((now && now.images) || 0, (last.step && last.step.images) || 0);
        sentences.push(forge.word(`training.state.${state}`, { images: count(at) }));
      }
      if (last.left) sentences.push(forge.reword(last.left));
      if (isActive() && !last.mine) sentences.push(forge.word("training.watching"));
      return forge.join(sentences);
    };

    const showMissing = () => {
      const box = find("training-missing");
      const said = last.allowed ? (last.about === "data" && last.trouble) || last.missing : last.why;
      box.hidden = !said || isActive();
      box.querySelector("p").textContent = said ? forge.reword(said).replace(/^[a-z]/, (letter) => letter.toUpperCase()) : "";
      const button = find("training-download");
      button.hidden = !last.allowed;
      button.textContent = forge.word("training.download", { name: "MNIST", size: last.megabytes || "" });
      part.classList.toggle("dt-off", !last.allowed);
    };

    const showButtons = () => {
      const { state, mine } = last;
      const idle = !isActive() && last.allowed && last.free !== false && !last.missing;
      const own = mine && isActive();
      start.textContent = forge.word(state === "paused" ? "training.go" : "training.start");
      enable(start, idle || (own && state === "paused"));
      enable(pause, own && state === "running");
      for (const button of [stepD, stepG]) enable(button, idle || (own && (state === "paused" || state === "running")));
      enable(stop, own && state !== "stopping");
      find("training-form").disabled = isActive() || !last.allowed;
    };

    const showResult = () => {
      const { result, mine, run } = last;
      const box = find("training-result");
      const there = Boolean(result && result.there && mine);
      if (there && box.hidden) find("training-name-input").value = `my-${run.preset}`;
      box.hidden = !there;
      if (!there) return;
      box.querySelector("p").textContent = forge.word("training.result");
      find("training-kept").textContent = result.kept ? forge.word("training.kept", { name: result.kept }) : "";
    };

    const showCurves = ({ run, checks }) => {
      const high = Math.max(1000, ...run.images, ...checks.images);
      drawCharts(find, "training", { run, checks }, { low: 0, high, log: false });
    };

    const show = async (answer) => {
      last = answer;
      if (!answer.run) last = { ...answer, now: {}, result: {}, alarms: [], sheets: 0 };
      part.dataset.state = last.state;
      if (answer.sheet && answer.sheet.png) await showSheet(answer.sheet, answer.sheets);
      if (isActive() && !last.sheets) {
        sheet.hidden = true;
        find("training-nothing").hidden = false;
        seen = -1;
      }
      showNumbers(last);
      showAlarms(last.alarms);
      if (answer.curves) showCurves(answer.curves);
      figure.querySelector(".df-note").textContent = describe();
      showMissing();
      showButtons();
      showResult();
      complain();
    };

    const ask = async (want, request = {}) => {
      const curves = want !== "status" || performance.now() - curvesAt >= CURVE_MILLISECONDS;
      if (curves) curvesAt = performance.now();
      await show(await source.ask(TAB, want, { ...request, owner, seen, curves }));
    };

    /* One question at a time; the next one when it is due. */
    const poll = async () => {
      clearTimeout(timer);
      timer = null;
      if (!isSeen() || asking) return;
      asking = true;
      let wait = POLL_MILLISECONDS;
      try {
        await ask("status");
        if (last.state === "paused" || !last.mine) wait = REST_MILLISECONDS;
      } catch (problem) {
        wrong = problem;
        complain();
        wrong = null;
        wait = 4 * REST_MILLISECONDS;
        if (!isActive()) wait = 0;
      }
      asking = false;
      const waiting = !isActive() && last.free === false;
      if (wait && (isActive() || waiting)) timer = setTimeout(poll, waiting ? 4 * REST_MILLISECONDS : wait);
    };

    const act = async (want, request) => {
      wrong = null;
      try {
        await ask(want, request);
      } catch (problem) {
        wrong = problem;
      }
      complain();
      if (!timer) poll();
    };

    const collect = () => ({
      preset: inputs.preset.value,
      loss: inputs.loss.value,
      lr: inputs.lr.value,
      batch: Number(inputs.batch.value),
      minutes: inputs.minutes.value,
      unconditional: unconditional.checked,
    });

    const begin = (more) => act("start", { ...collect(), ...more });

    const fill = () => {
      const preset = first.presets[inputs.preset.value];
      for (const name of ["loss", "lr", "batch"]) inputs[name].value = preset[name];
      find("training-preset").querySelector("small").textContent = forge.word("training.preset.info", preset);
    };

    const onClick = (button, work) => button.addEventListener("click", () => can(button) && work());
    onClick(start, () => (last.state === "paused" ? act("steer", { do: "go" }) : begin({})));
    onClick(pause, () => act("steer", { do: "pause" }));
    for (const [button, of] of [[stepD, "D"], [stepG, "G"]]) {
      onClick(button, () => (isActive() ? act("steer", { do: "step", of }) : begin({ paused: true, of })));
    }
    onClick(stop, () => act("steer", { do: "stop" }));
    onClick(find("training-download"), () => begin({ download: true }));
    onClick(find("training-keep"), async () => {
      await act("keep", { name: find("training-name-input").value.trim() });
      if (last.result.kept) refresh();
    });
    onClick(find("training-file"), async () => {
      wrong = null;
      try {
        forge.save(await source.ask(TAB, "file", { owner }));
      } catch (problem) {
        wrong = problem;
      }
      complain();
    });

    for (const name of Object.keys(first.presets)) inputs.preset.add(new Option(name, name));
    inputs.preset.value = first.preset;
    inputs.preset.addEventListener("change", fill);
    inputs.minutes.value = first.minutes;
    fill();
    showButtons();
    const none = { images: [], loss_d: [], loss_g: [], prob_real: [], prob_fake: [], accuracy: [], diversity: [] };
    showCurves({ run: none, checks: none });
    new ResizeObserver(refit).observe(stage);
    setInterval(() => {
      if (isActive() && last.mine && !isSeen()) source.ask(TAB, "status", { owner, seen, curves: false }).catch(() => {});
    }, SIGN_MILLISECONDS);
    return { appear: poll };
  };

  forge.mountTraining = (element, source, first, trigger) => {
    const find = (name) => element.querySelector(`#${name}`);
    const linked = forge.linked(TAB);
    const state = { model: first.model, seed: first.seed, part: first.part };
    if (linked) {
      if (known(linked.seed)) state.seed = linked.seed;
      if (linked.part === "train") state.part = "train";
    }
    let onScreen = false;
    const parts = { machine: find("machine-part"), train: find("training-part") };
    const tabs = { machine: find("training-to-machine"), train: find("training-to-train") };
    const isSeen = (part) => onScreen && !document.hidden && state.part === part;

    forge.translate(element);
    const machine = mountMachine(find, source, state, linked, () => isSeen("machine"));
    const train = mountTrain(find, source, first, () => isSeen("train"), () => trigger("submit"));

    const appear = () => {
      machine.appear();
      train.appear();
    };
    const choose = (part) => {
      state.part = part;
      for (const name of Object.keys(parts)) {
        parts[name].hidden = name !== part;
        tabs[name].setAttribute("aria-pressed", String(name === part));
      }
      appear();
    };
    for (const [name, button] of Object.entries(tabs)) button.addEventListener("click", () => choose(name));
    choose(state.part);
    new IntersectionObserver((entries) => {
      onScreen = entries.at(-1).isIntersecting;
      if (onScreen) appear();
    }).observe(element);
    document.addEventListener("visibilitychange", appear);

    forge.mount(TAB, first, (asked) => {
      state.model = asked.model;
      machine.ask();
    });
  };
})();
