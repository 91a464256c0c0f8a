/* The About tab's lesson: five pictures that the chosen model draws on the spot. */
(() => {
  const forge = window.DigitForge;
  const SIDE = 28;
  const GAP = 2;
  const LARGEST = 56; // pixels of a digit's side on screen

  const make = (...parts) => forge.makeElement(...parts);

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

  const addRow = (holder, label, canvas, columns) => {
    const line = make("div", undefined, "da-row");
    canvas.dataset.count = columns;
    line.append(make("span", label, "da-label"), canvas);
    holder.append(line);
  };

  /* How each step is shown: `step` has its pixels and labels. */
  const FILL = {
    draw(holder, step, answer) {
      const asked = answer.classes.length ? `z, y = ${step.labels[0]}` : "z";
      holder.append(makeNoise(answer.noise), make("span", asked, "da-sign"));
      holder.append(make("span", "→ G →", "da-sign"), makeStrip(step.pixels, 0, 1));
    },
    judge(holder, step) {
      step.labels.forEach((label, place) => {
        const one = make("div", undefined, "da-judged");
        one.append(makeStrip(step.pixels, place, 1), make("span", label));
        holder.append(one);
      });
    },
    rows(holder, step) {
      const columns = step.pixels.length / SIDE / SIDE / step.labels.length;
      step.labels.forEach((label, row) => {
        addRow(holder, label, makeStrip(step.pixels, row * columns, columns), columns);
      });
    },
  };

  forge.makeLesson = (element) => {
    const fillStep = (name, answer) => {
      const holder = element.querySelector(`#about-${name} .da-rows`);
      const step = answer.steps[name];
      holder.replaceChildren();
      const comes = !step && answer.later && name === "learn"; // when somebody looks
      const said = step ? step.alt : answer.refused;
      holder.setAttribute("aria-label", comes ? forge.word("about.drawing") : forge.reword(said));
      if (step) (FILL[name] || FILL.rows)(holder, step, answer);
      else if (!comes) holder.append(make("p", forge.reword(answer.refused), "da-refused"));
    };

    const refit = () => {
      for (const canvas of element.querySelectorAll(".da-rows canvas[data-count]")) {
        const stage = canvas.closest(".da-stage");
        const label = canvas.parentElement.querySelector(".da-label");
        const wide = stage.clientWidth - 18 - (label ? label.offsetWidth + 8 : 0);
        fit(canvas, wide, Number(canvas.dataset.count));
      }
    };

    let watch = null; // for the step that comes later

    return {
      refit,

      /* Call `ask` once, as soon as the last step is in sight. */
      whenSeen(ask) {
        watch?.disconnect();
        watch = new IntersectionObserver((seen) => {
          if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
          watch.disconnect();
          ask();
        });
        watch.observe(element.querySelector("#about-learn"));
      },

      show(answer) {
        const any = !answer.classes.length;
        const find = (name, tag) => element.querySelector(`#about-${name} ${tag}`);
        for (const name of ["draw", "styles", "truncation", "judge", "learn"]) fillStep(name, answer);
        find("draw", "p").textContent = forge.word(any ? "about.draw.any" : "about.draw.text");
        find("styles", "p").textContent = forge.word(any ? "about.styles.any" : "about.styles.text");
        find("learn", "p").textContent = forge.word(answer.learned ? "about.learn.text" : "about.learn.ways");
        find("learn", "h3").textContent = forge.word(answer.learned ? "about.learn" : "about.ways");
        find("judge", "p").textContent = forge.join([forge.word("about.judge.text"), forge.reword(answer.explain)]);
        refit();
      },
      count: (answer) => Object.values(answer.steps).reduce((sum, step) => sum + step.pixels.length / SIDE / SIDE, 0),
    };
  };
})();
