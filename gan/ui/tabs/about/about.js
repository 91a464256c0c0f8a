/* The About tab: five pictures that the chosen model draws on the spot, its card, and the endpoints the server has. */
(() => {
  const forge = window.DigitForge;
  const TAB = "about";
  const SIDE = 28;
  const GAP = 2;
  const LARGEST = 56; // pixels of a digit's side on screen
  const RANDOM = 2 ** 32;

  const make = (tag, text, name) => {
    const one = document.createElement(tag);
    if (text !== undefined) one.textContent = text;
    if (name) one.className = name;
    return one;
  };

  /* A canvas of `count` digits side by side from `pixels`, the first of them number `from`. */
  const makeStrip = (pixels, from, count) => {
    const canvas = make("canvas");
    forge.paintStrip(canvas, pixels, Array.from({ length: count }, (_, place) => from + place), GAP);
    return canvas;
  };

  /* z as a square of grey cells, as large as a digit. */
  const makeNoise = (noise) => {
    const side = Math.ceil(Math.sqrt(noise.length));
    const canvas = make("canvas");
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    noise.forEach((grey, place) => {
      context.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
      context.fillRect(place % side, Math.floor(place / side), 1, 1);
    });
    return canvas;
  };

  /* Show a strip at the largest whole number of screen pixels for each of its own that fits into `wide`. */
  const fit = (canvas, wide, count) => {
    const density = window.devicePixelRatio || 1;
    const most = Math.floor((LARGEST * density) / SIDE);
    const own = count * (SIDE + GAP) - GAP;
    const times = Math.max(1, Math.min(most, Math.floor((wide * density) / own)));
    canvas.style.width = `${(times * own) / density}px`;
    canvas.style.height = `${(times * SIDE) / density}px`;
  };

  forge.mountAbout = (element, source, first) => {
    forge.translate(element);
    const find = (name) => element.querySelector(`#about-${name}`);
    const lesson = find("lesson");
    const card = find("card");
    const select = find("digit-input");
    const note = lesson.querySelector(".df-note");
    const linked = forge.linked(TAB);
    const state = { model: first.model, digit: first.digit, seed: first.seed };
    if (linked) for (const name of Object.keys(state)) if (linked[name]) state[name] = linked[name];
    let shown = null; // the last lesson
    let classes = "";

    const refit = () => {
      for (const canvas of element.querySelectorAll(".da-rows canvas[data-count]")) {
        const stage = canvas.closest(".da-stage");
        const label = canvas.parentElement.querySelector(".da-label");
        const wide = stage.clientWidth - 18 - (label ? label.offsetWidth + 8 : 0);
        fit(canvas, wide, Number(canvas.dataset.count));
      }
    };

    const addRows = (holder, step, columns) => {
      step.labels.forEach((label, row) => {
        const line = make("div", undefined, "da-row");
        const canvas = makeStrip(step.pixels, row * columns, columns);
        canvas.dataset.count = columns;
        line.append(make("span", label, "da-label"), canvas);
        holder.append(line);
      });
    };

    const draw = (answer) => {
      const any = !answer.classes.length;
      const say = (name, key) => (element.querySelector(`#about-${name} p`).textContent = forge.word(key));
      for (const name of ["draw", "styles", "truncation", "judge", "learn"]) {
        const holder = element.querySelector(`#about-${name} .da-rows`);
        const step = answer.steps[name];
        holder.replaceChildren();
        holder.setAttribute("aria-label", forge.reword(step ? step.alt : answer.refused));
        if (!step) {
          holder.append(make("p", forge.reword(answer.refused), "da-refused"));
          continue;
        }
        const count = step.pixels.length / SIDE / SIDE;
        if (name === "draw") {
          const digit = makeStrip(step.pixels, 0, 1);
          holder.append(makeNoise(answer.noise), make("span", any ? "z" : `z, y = ${step.labels[0]}`, "da-sign"));
          holder.append(make("span", "→ G →", "da-sign"), digit);
        } else if (name === "judge") {
          step.labels.forEach((label, place) => {
            const one = make("div", undefined, "da-judged");
            one.append(makeStrip(step.pixels, place, 1), make("span", label));
            holder.append(one);
          });
        } else {
          addRows(holder, step, count / step.labels.length);
        }
      }
      say("draw", any ? "about.draw.any" : "about.draw.text");
      say("styles", any ? "about.styles.any" : "about.styles.text");
      say("learn", answer.learned ? "about.learn.text" : "about.learn.ways");
      element.querySelector("#about-learn h3").textContent = forge.word(answer.learned ? "about.learn" : "about.ways");
      element.querySelector("#about-judge p").textContent = forge.join([forge.word("about.judge.text"), forge.reword(answer.explain)]);
      refit();
    };

    const list = (names) => {
      find("digit").hidden = !names.length;
      if (classes === names.join()) return;
      classes = names.join();
      select.replaceChildren(...names.map((name, place) => new Option(name, place)));
    };

    const show = (answer) => {
      shown = answer;
      list(answer.classes);
      select.value = String(answer.recipe.digit);
      draw(answer);
      note.textContent = forge.word("about.note", {
        count: Object.values(answer.steps).reduce((sum, step) => sum + step.pixels.length / SIDE / SIDE, 0),
        ms: answer.milliseconds,
        model: answer.recipe.model,
      });
      lesson.dataset.recipe = JSON.stringify(answer.recipe);
      lesson.classList.remove("df-empty");
      forge.say(TAB, lesson, null);
      forge.stamp(lesson);
    };

    const ask = forge.latest(
      (request) => source.ask(TAB, "lesson", request),
      show,
      (problem) => forge.say(TAB, lesson, problem),
    );

    // ---- the card

    const addFact = (name, text, code) => {
      const value = make("dd");
      value.append(code ? make("code", text) : text);
      find("facts").append(make("dt", forge.word(`about.fact.${name}`)), value);
    };

    const describe = (facts) => {
      const number = (value) => Number(value).toLocaleString(forge.language);
      find("name").textContent = facts.name;
      find("what").textContent = forge.reword(facts.about) || "";
      find("facts").replaceChildren();
      if (facts.images) {
        const passes = facts.dataset === "mnist" ? Math.round(facts.images / 60000) : 0;
        const key = passes > 1 ? "about.fact.images.passes" : "about.fact.images";
        addFact("trained", forge.word(key, { count: number(facts.images), dataset: facts.dataset.toUpperCase(), passes }));
      }
      if (facts.seconds) {
        const threads = facts.device === "cpu" && facts.threads;
        const device = threads ? forge.word("about.fact.threads", facts) : facts.device || "?";
        addFact("time", forge.word("about.fact.minutes", { minutes: Math.max(1, Math.round(facts.seconds / 60)), device }));
      }
      if (facts.command) addFact("command", facts.command, true);
      const { generator, z_dim: z, w_dim: w, loss } = facts;
      const discriminator = facts.discriminator || forge.word("about.fact.none");
      addFact("networks", forge.word("about.fact.nets", { generator, z, w, discriminator, loss }));
      addFact("sha256", facts.sha256, true);
    };

    const fill = (figures) => {
      const body = element.querySelector("#about-figures tbody");
      body.replaceChildren();
      for (const one of figures) {
        const row = make("tr");
        const head = make("th");
        head.scope = "row";
        head.append(make("code", one.name));
        const key = `about.figure.${one.stem}`;
        const meaning = forge.word(key) === key ? "" : forge.word(key);
        const better = one.better ? forge.word(`about.${one.better}`) : "";
        const means = make("td");
        means.append(meaning, better && make("span", better, "da-better"));
        row.append(head, make("td", one.value), make("td", one.real), means);
        body.append(row);
      }
      element.querySelector(".da-scroll").hidden = !figures.length;
    };

    const tell = (answer) => {
      describe(answer.facts);
      fill(answer.figures);
      find("missing").hidden = !answer.missing;
      find("missing").textContent = forge.reword(answer.missing);
      const picture = find("truncation-picture");
      picture.hidden = !answer.pictures.truncation;
      if (answer.pictures.truncation) picture.querySelector("img").src = forge.pngUrl(answer.pictures.truncation);
      card.dataset.sha256 = answer.facts.sha256;
      forge.stamp(card);
    };

    const askCard = forge.latest(
      (request) => source.ask(TAB, "card", request),
      tell,
      () => {}, // the lesson's own line says it already
    );

    // ---- the API

    const root = (window.gradio_config?.root || window.location.origin).replace(/\/$/, "");
    const fetchEndpoints = async () => {
      const place = find("endpoints");
      try {
        const info = await (await fetch(`${root}/gradio_api/info`)).json();
        place.replaceChildren();
        for (const [name, endpoint] of Object.entries(info.named_endpoints).sort()) {
          const term = make("dt");
          term.append(make("code", name));
          place.append(term, make("dd", String(endpoint.description || "").split(/(?<=\.)\s/)[0]));
        }
      } catch {
        place.replaceChildren(make("dd", forge.word("about.api.none")));
      }
    };
    find("python").textContent =
      "from gradio_client import Client\n\n" +
      `client = Client("${root}")\n` +
      'picture, recipe = client.predict("2026", rows=4, seed=7, api_name="/generate")';
    find("curl").textContent =
      `curl -s ${root}/gradio_api/run/generate \\\n` +
      "     -H 'content-type: application/json' \\\n" +
      `     -d '{"data": ["2026", 4, 7, 0.8, "digits"]}'`;
    find("local").textContent =
      'import gan\n\nimages = gan.load("digits").sample("2026", seed=7, truncation=0.8)\n\n' +
      "python -m gan.sample digits --digits 2026 --out sheet.png";
    find("mcp").textContent = `python app.py --mcp\n\n{"mcpServers": {"digit-forge": {"url": "${root}/gradio_api/mcp/"}}}`;

    // ---- what the visitor does

    select.addEventListener("change", () => {
      state.digit = select.value;
      ask({ ...state });
    });
    find("others").addEventListener("click", () => {
      state.seed = Math.floor(Math.random() * RANDOM);
      ask({ ...state });
    });
    find("link").addEventListener("click", (event) => {
      const weights = shown?.recipe.weights.slice(0, 12);
      forge.copyLink(event.currentTarget, TAB, { ...state, weights });
    });
    new ResizeObserver(() => shown && refit()).observe(lesson);

    fetchEndpoints();
    forge.mount(TAB, first, (asked) => {
      state.model = asked.model;
      ask({ ...state });
      askCard({ model: state.model });
    });
  };
})();
