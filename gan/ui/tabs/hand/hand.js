/* The "Your hand" tab: a pad for pen, finger, mouse and arrow keys; what was drawn or photographed goes to the source,
   which reads it, and answers slice by slice while the redrawn digit improves. A new drawing ends the slices of the old.

   The drawing is a list of strokes, each a list of points in the unit square, so that undo, the pen's width and the
   saved picture come from one truth. A photo takes the strokes' place. Nothing of it leaves the page but in requests. */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";
  const LINE = "hand-line";
  const SENT = 280; // pixels a side of a drawing as it is sent
  const PHOTO = 1024; // the longer side of a photo as it is sent
  const STEP = 1 / 40; // of the pad, an arrow key; a third of it with Shift

  /* Our own example digits, strokes of points in [-1, 1], y downwards. */
  const arc = (cx, cy, rx, ry, from, to) =>
    Array.from({ length: 25 }, (_, i) => {
      const a = ((from + ((to - from) * i) / 24) * Math.PI) / 180;
      return [cx + rx * Math.cos(a), cy + ry * Math.sin(a)];
    });
  const EXAMPLES = {
    2: [[...arc(0, -0.45, 0.52, 0.55, 195, 400), [-0.6, 0.95], [-0.1, 0.86], [0.65, 0.98]]],
    3: [[...arc(-0.05, -0.5, 0.5, 0.48, 205, 440), ...arc(-0.05, 0.47, 0.58, 0.52, 280, 515)]],
    4: [[[-0.2, -1], [-0.52, 0.1], [0.58, 0.08]], [[0.3, -0.6], [0.12, 1]]],
    5: [[[-0.3, -0.95], [-0.42, -0.12], ...arc(-0.08, 0.42, 0.58, 0.56, 240, 510)], [[-0.3, -0.95], [0.6, -1]]],
    6: [[[0.38, -1], [-0.1, -0.55], ...arc(0, 0.45, 0.5, 0.52, 190, 545)]],
    7: [[[-0.6, -0.9], [0.58, -0.95], [0.12, 0.05], [-0.12, 1]], [[-0.35, 0.08], [0.42, 0.02]]],
    8: [[...arc(0, -0.5, 0.42, 0.47, -40, -320), ...arc(0, 0.48, 0.52, 0.5, -60, 230), [0.32, -0.8]]],
    9: [[...arc(0, -0.42, 0.48, 0.5, -20, -360), [0.46, -0.6], [0.4, 0.2], [0.2, 1]]],
  };

  const makeExample = () => {
    const keys = Object.keys(EXAMPLES);
    const digit = keys[Math.floor(Math.random() * keys.length)];
    const slant = -0.25 + 0.75 * Math.random();
    const wide = 0.22 + 0.08 * Math.random();
    const strokes = EXAMPLES[digit].map((stroke) => stroke.map(([x, y]) => [0.5 + wide * x - 0.3 * slant * y, 0.5 + 0.35 * y]));
    return { digit, strokes, pen: Math.round(14 + 22 * Math.random()) };
  };

  const drawStrokes = (context, side, strokes, pen) => {
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = (pen / SENT) * side;
    context.strokeStyle = "#fff";
    for (const stroke of strokes) {
      context.beginPath();
      const [x, y] = stroke[0];
      context.moveTo(x * side, y * side);
      if (stroke.length === 1) context.lineTo(x * side + 0.01, y * side);
      for (let i = 1; i < stroke.length; i++) {
        // through the middles of the points, each point a curve's handle: no corners between samples
        const [ax, ay] = stroke[i];
        const [bx, by] = stroke[i + 1] || stroke[i];
        context.quadraticCurveTo(ax * side, ay * side, ((ax + bx) / 2) * side, ((ay + by) / 2) * side);
      }
      context.stroke();
    }
  };

  forge.mountHand = (element, source, first) => {
    forge.translate(element);
    const find = (name) => element.querySelector(`#hand-${name}`);
    const figure = element.querySelector("figure");
    const lineFigure = find("line-figure");
    const [pad, seen, redrawn, ten, line] = ["pad", "seen", "redrawn", "ten", "line"].map(find);
    const [undo, clear, example, file, pen] = ["undo", "clear", "example", "file", "pen"].map(find);
    const [save, saveLine, link, progress, number] = ["save", "save-line", "link", "progress", "line-input"].map(find);
    const keys = [...element.querySelectorAll(".dh-key")];
    const stages = [element.querySelector(".dh-ten"), element.querySelector(".dh-line .df-stage")];
    const hint = element.querySelector(".dh-hint");
    const said = element.querySelector(".dh-said");
    const note = figure.querySelector(".df-note");
    find("line-info").textContent = forge.word("hand.number.info", { limit: first.limit });

    const state = { model: first.model, strokes: [], photo: null, example: false, chosen: null };
    let turn = 0; // counts drawings: an answer for an earlier one is dropped
    let shown = null; // {hand, weights, model, digit} that the link and the files are of
    let pointer = null;
    let cursor = null; // the keyboard's pen: {x, y, down}

    /* -- the pad */
    const paintPad = () => {
      const context = pad.getContext("2d");
      const side = pad.width;
      context.fillStyle = "#000";
      context.fillRect(0, 0, side, side);
      if (state.photo) {
        const { width, height, canvas } = state.photo;
        const times = Math.min(side / width, side / height);
        context.imageSmoothingQuality = "high";
        context.drawImage(canvas, (side - width * times) / 2, (side - height * times) / 2, width * times, height * times);
      }
      drawStrokes(context, side, state.strokes, Number(pen.value));
      if (cursor) {
        context.lineWidth = 4;
        context.strokeStyle = cursor.down ? "#ffb454" : "#a3b8fb";
        context.beginPath();
        context.arc(cursor.x * side, cursor.y * side, Math.max(10, Number(pen.value)), 0, 2 * Math.PI);
        context.stroke();
      }
      const nothing = !state.strokes.length && !state.photo;
      hint.hidden = !nothing;
      undo.disabled = !state.strokes.length;
      clear.disabled = nothing;
    };

    const takePicture = () => {
      if (state.photo) return state.photo.data;
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = SENT;
      const context = canvas.getContext("2d");
      context.fillStyle = "#000";
      context.fillRect(0, 0, SENT, SENT);
      drawStrokes(context, SENT, state.strokes, Number(pen.value));
      return canvas.toDataURL("image/png").split(",")[1];
    };

    const fail = (problem) => {
      turn += 1;
      note.textContent = "";
      progress.value = 0;
      forge.say(TAB, figure, problem);
    };

    /* -- what the source answers */
    const percent = (share) => `${(100 * share).toFixed(1)} %`;

    const pick = (digit) => {
      for (const key of keys) {
        const on = Number(key.dataset.digit) === digit;
        key.setAttribute("aria-checked", String(on));
        key.tabIndex = on || (digit === null && key === keys[0]) ? 0 : -1;
      }
    };

    const paintTen = (pixels) => {
      ten.width = 150;
      ten.height = 60;
      const context = ten.getContext("2d");
      context.fillStyle = "#000";
      context.fillRect(0, 0, ten.width, ten.height);
      const cell = document.createElement("canvas");
      cell.width = cell.height = 28;
      for (let i = 0; i < pixels.length / 784; i++) {
        forge.paintFrame(cell, pixels, i);
        context.drawImage(cell, 1 + 30 * (i % 5), 1 + 30 * Math.floor(i / 5));
      }
      ten.setAttribute("aria-label", forge.word("hand.ten.some"));
      forge.stamp(ten);
      refit();
    };

    const blankTen = () => {
      ten.getContext("2d").clearRect(0, 0, ten.width, ten.height);
      ten.setAttribute("aria-label", forge.word("hand.ten.none"));
      line.removeAttribute("src");
      line.alt = "";
    };

    const facts = { slant: ["slant", "°"], thickness: ["thickness", " px"] };

    const show = (answer, timing) => {
      shown = { hand: answer.hand, weights: answer.weights, model: answer.model, digit: answer.digit, all: Boolean(answer.ten) };
      forge.paintFrame(seen, answer.seen, 0);
      forge.paintFrame(redrawn, answer.redrawn, 0);
      seen.setAttribute("aria-label", forge.word("hand.seen.some"));
      const error = percent(answer.error);
      redrawn.setAttribute("aria-label", forge.word("hand.redrawn.some", { digit: answer.digit, error }));
      const best = answer.read.indexOf(Math.max(...answer.read));
      find("read").textContent = `${best} · ${percent(answer.read[best])}`;
      find("error").textContent = error;
      for (const [name, [field, unit]] of Object.entries(facts)) {
        find(name).textContent = `${answer[field][0].toFixed(1)} → ${answer[field][1].toFixed(1)}${unit}`;
      }
      for (const key of keys) key.firstElementChild.style.height = `${100 * answer.read[Number(key.dataset.digit)]}%`;
      pick(answer.digit);
      if (answer.ten) paintTen(answer.ten);
      else blankTen();
      progress.value = answer.step;
      note.textContent =
        answer.step < answer.steps
          ? forge.word("hand.improving", answer)
          : forge.word("hand.done", { first: Math.round(timing.first), all: (timing.all / 1000).toFixed(1) });
      figure.dataset.step = answer.step;
      figure.dataset.digit = answer.digit;
      figure.dataset.hand = answer.hand;
      figure.classList.remove("df-empty");
      for (const button of [save, link]) button.disabled = !answer.ten;
      if (!answer.ten) saveLine.disabled = true;
    };

    const look = forge.latest(
      async (request) => {
        const begun = performance.now();
        const answer = await source.ask(TAB, "look", request);
        return { answer, begun, first: performance.now() - begun };
      },
      ({ answer, begun, first: took }, request) => {
        if (request.turn !== turn) return;
        forge.say(TAB, figure, null);
        if (answer.note) said.textContent = forge.reword(answer.note);
        show(answer, { first: took, all: took });
        refine(answer, request, { begun, first: took });
      },
      (problem, request) => request.turn === turn && fail(problem),
    );

    const refine = async (answer, { model, turn: mine }, timing) => {
      write();
      while (answer.step < answer.steps) {
        const { digit, state: kept, step, seen: sent } = answer;
        try {
          answer = await source.ask(TAB, "refine", { model, digit, state: kept, step, seen: sent });
        } catch (problem) {
          if (mine === turn) fail(problem);
          return;
        }
        if (mine !== turn) return;
        show(answer, { first: timing.first, all: performance.now() - timing.begun });
        write();
      }
    };

    const send = () => {
      turn += 1;
      paintPad();
      if (!state.strokes.length && !state.photo) {
        fail(new forge.Problem(forge.word("hand.empty"), "picture"));
        return;
      }
      note.textContent = forge.word("hand.looking");
      look({ model: state.model, picture: takePicture(), digit: state.chosen, turn });
    };

    /* -- the number */
    const write = forge.latest(
      async () => {
        if (!shown || !shown.all) return null;
        const { model, hand } = shown;
        return { ...(await source.ask(TAB, "line", { model, hand, number: number.value })), hand };
      },
      async (answer) => {
        if (!answer) return;
        line.src = forge.pngUrl(answer.png);
        await line.decode();
        line.alt = forge.reword(answer.alt);
        line.dataset.hand = answer.hand;
        saveLine.disabled = false;
        refit();
        forge.say(LINE, lineFigure, null);
        forge.stamp(line);
      },
      (problem) => {
        saveLine.disabled = true;
        const { field } = problem;
        forge.say(LINE, lineFigure, field === "number" || !field ? problem : new forge.Problem(problem.message));
      },
    );
    number.value = first.number;
    number.addEventListener("input", write);

    const refit = () => {
      forge.fit(stages[0], ten, ten.width, ten.height);
      if (line.naturalWidth) forge.fit(stages[1], line, line.naturalWidth, line.naturalHeight);
    };

    /* -- drawing by pointer */
    const begin = () => {
      if (state.example || state.photo) {
        state.strokes = [];
        state.photo = null;
        state.example = false;
      }
      state.chosen = null;
      said.textContent = "";
    };

    const place = (event) => {
      const box = pad.getBoundingClientRect();
      const inside = (value) => Math.min(1, Math.max(0, value));
      return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
    };

    pad.addEventListener("pointerdown", (event) => {
      if (event.button || pointer !== null) return;
      event.preventDefault();
      pad.focus({ preventScroll: true });
      pad.setPointerCapture(event.pointerId);
      pointer = event.pointerId;
      cursor = null;
      begin();
      state.strokes.push([place(event)]);
      paintPad();
    });
    pad.addEventListener("pointermove", (event) => {
      if (event.pointerId !== pointer) return;
      const stroke = state.strokes[state.strokes.length - 1];
      const all = event.getCoalescedEvents?.() || [];
      for (const one of all.length ? all : [event]) stroke.push(place(one));
      paintPad();
    });
    const lift = (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      send();
    };
    pad.addEventListener("pointerup", lift);
    pad.addEventListener("pointercancel", lift);

    /* -- drawing by keys */
    const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

    const penUp = () => {
      if (!cursor?.down) return;
      cursor.down = false;
      said.textContent = forge.word("hand.up");
      send();
    };

    pad.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      const undoing = event.key === "Backspace" || ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z");
      if (!move && !undoing && ![" ", "Enter", "Delete", "Escape"].includes(event.key)) return;
      if (!undoing && (event.ctrlKey || event.metaKey || event.altKey)) return;
      event.preventDefault();
      if (undoing) return undo.click();
      if (event.key === "Delete") return clear.click();
      if (event.key === "Escape") return penUp();
      cursor = cursor || { x: 0.5, y: 0.25, down: false };
      if (move) {
        const step = event.shiftKey ? STEP / 3 : STEP;
        cursor.x = Math.min(0.97, Math.max(0.03, cursor.x + move[0] * step));
        cursor.y = Math.min(0.97, Math.max(0.03, cursor.y + move[1] * step));
        if (cursor.down) state.strokes[state.strokes.length - 1].push([cursor.x, cursor.y]);
      } else if (cursor.down) {
        return penUp();
      } else {
        begin();
        cursor.down = true;
        state.strokes.push([[cursor.x, cursor.y]]);
        said.textContent = forge.word("hand.down");
      }
      paintPad();
    });
    pad.addEventListener("blur", () => {
      penUp();
      cursor = null;
      paintPad();
    });

    /* -- the tools */
    const forget = () => {
      shown = null;
      for (const canvas of [seen, redrawn]) canvas.getContext("2d").clearRect(0, 0, 28, 28);
      seen.setAttribute("aria-label", forge.word("hand.seen.none"));
      redrawn.setAttribute("aria-label", forge.word("hand.redrawn.none"));
      blankTen();
      for (const name of ["read", "error", "slant", "thickness"]) find(name).textContent = "–";
      for (const key of keys) key.firstElementChild.style.height = "0";
      pick(null);
      for (const button of [save, saveLine, link]) button.disabled = true;
      figure.classList.add("df-empty");
      figure.dataset.step = 0;
    };

    undo.addEventListener("click", () => {
      if (!state.strokes.length) return;
      state.strokes.pop();
      state.chosen = null;
      if (cursor) cursor.down = false;
      if (!state.strokes.length) forget();
      send();
    });
    clear.addEventListener("click", () => {
      state.strokes = [];
      state.photo = null;
      state.chosen = null;
      if (cursor) cursor.down = false;
      forget();
      send();
      said.textContent = forge.word("hand.cleared");
    });
    const drawExample = () => {
      const made = makeExample();
      Object.assign(state, { strokes: made.strokes, photo: null, example: true, chosen: null });
      pen.value = made.pen;
      said.textContent = forge.word("hand.exampled", made);
      send();
    };
    example.addEventListener("click", drawExample);
    pen.addEventListener("input", () => (state.strokes.length ? send() : paintPad()));

    /* -- which digit is meant */
    const choose = (digit) => {
      if (!state.strokes.length && !state.photo) return;
      state.chosen = digit;
      send();
      pick(digit);
      keys[digit].focus();
    };
    keys.forEach((key, digit) => {
      key.addEventListener("click", () => choose(digit));
      key.addEventListener("keydown", (event) => {
        const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
        if (!by) return;
        event.preventDefault();
        choose((digit + by + 10) % 10);
      });
    });

    /* -- photos */
    const takePhoto = async (given) => {
      const own = ++turn;
      forget();
      const refuse = (key, values) => {
        if (own === turn) fail(new forge.Problem(forge.word(key, values), "picture"));
      };
      const megabytes = (bytes) => Math.ceil(bytes / 2 ** 20);
      if (given.size > 4 * first.max_bytes) {
        refuse("hand.photo.bytes", { size: megabytes(given.size), most: megabytes(4 * first.max_bytes) });
        return;
      }
      const image = new Image();
      image.src = URL.createObjectURL(given);
      try {
        await new Promise((resolve, reject) => {
          image.onload = resolve;
          image.onerror = reject;
        });
        // known from the header: a picture that is too large is never decoded
        const pixels = image.naturalWidth * image.naturalHeight;
        if (pixels > first.max_pixels) {
          refuse("hand.photo.size", { size: Math.round(pixels / 1e6), most: Math.round(first.max_pixels / 1e6) });
          return;
        }
        const times = Math.min(1, PHOTO / Math.max(image.naturalWidth, image.naturalHeight));
        const canvas = document.createElement("canvas");
        canvas.width = Math.max(1, Math.round(image.naturalWidth * times)); // upright: browsers follow EXIF here
        canvas.height = Math.max(1, Math.round(image.naturalHeight * times));
        const context = canvas.getContext("2d");
        context.imageSmoothingQuality = "high";
        context.drawImage(image, 0, 0, canvas.width, canvas.height);
        if (own !== turn) return;
        const data = canvas.toDataURL("image/png").split(",")[1];
        Object.assign(state, { strokes: [], example: false, chosen: null });
        state.photo = { canvas, width: canvas.width, height: canvas.height, data };
        said.textContent = "";
        send();
      } catch {
        refuse("hand.photo.kind");
      } finally {
        URL.revokeObjectURL(image.src);
      }
    };
    file.addEventListener("change", () => {
      if (file.files[0]) takePhoto(file.files[0]);
      file.value = "";
    });
    const over = element.querySelector(".dh-pad");
    for (const name of ["dragenter", "dragover"]) {
      over.addEventListener(name, (event) => {
        event.preventDefault();
        over.classList.add("dh-over");
      });
    }
    over.addEventListener("dragleave", () => over.classList.remove("dh-over"));
    over.addEventListener("drop", (event) => {
      event.preventDefault();
      over.classList.remove("dh-over");
      if (event.dataTransfer.files[0]) takePhoto(event.dataTransfer.files[0]);
    });

    /* -- files and the link */
    const keep = (button, kind) =>
      button.addEventListener("click", async () => {
        button.disabled = true;
        try {
          forge.save(await source.ask(TAB, kind, { model: shown.model, hand: shown.hand, number: number.value }));
        } catch (problem) {
          forge.say(LINE, lineFigure, problem);
        }
        button.disabled = false;
      });
    keep(save, "hand.png");
    keep(saveLine, "line.png");
    link.addEventListener("click", () => {
      const { model, hand, weights, digit } = shown;
      forge.copyLink(link, TAB, { model, hand, weights, digit, number: number.value });
    });

    /* -- opened by a link: its hand, without a drawing */
    const open = async (linked) => {
      const own = ++turn;
      paintPad();
      if (typeof linked.number === "string") number.value = linked.number;
      try {
        const answer = await source.ask(TAB, "ten", { model: state.model, hand: linked.hand, weights: linked.weights });
        if (own !== turn) return;
        const digit = /^[0-9]$/.test(linked.digit || "") ? Number(linked.digit) : 0;
        shown = { hand: answer.hand, weights: answer.weights, model: state.model, digit, all: true };
        forge.say(TAB, figure, null);
        forge.paintFrame(redrawn, answer.ten, digit);
        redrawn.setAttribute("aria-label", forge.word("hand.redrawn"));
        paintTen(answer.ten);
        figure.classList.remove("df-empty");
        figure.dataset.hand = answer.hand;
        for (const button of [save, link]) button.disabled = false;
        note.textContent = forge.word("hand.linked");
        write();
      } catch (problem) {
        if (own === turn) fail(problem);
      }
    };

    for (const stage of stages) new ResizeObserver(refit).observe(stage);
    pick(null);
    const linked = forge.linked(TAB);
    let opened = false;
    forge.mount(TAB, first, (asked) => {
      state.model = asked.model;
      if (!opened && linked?.hand) open(linked);
      else if (!opened) drawExample();
      else if (state.strokes.length || state.photo) send();
      else if (shown) {
        forget();
        send();
      }
      opened = true;
    });
  };
})();
