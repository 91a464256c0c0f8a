/* Drawing: grey levels onto a canvas pixel by pixel, a picture at a whole multiple of its own pixels, and problems at
   the control they belong to. Nothing here knows where pixels come from. */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});
  const SIDE = 28;

  /* data-version counts what was drawn: it changes after the new pixels are in place, and only then. */
  forge.stamp = (element) => {
    element.dataset.version = Number(element.dataset.version || 0) + 1;
  };

  /* An element with text and a class, of which both may be left out. */
  forge.makeElement = (tag, text, name) => {
    const one = document.createElement(tag);
    if (text !== undefined) one.textContent = text;
    if (name) one.className = name;
    return one;
  };

  /* Text that stays costs no layout. */
  forge.setText = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  /* Digit number `index` of (N, 28, 28) grey levels, 255 = ink, onto a canvas at (left, top). */
  forge.putDigit = (context, pixels, index, left, top) => {
    const image = context.createImageData(SIDE, SIDE);
    const words = new Uint32Array(image.data.buffer);
    const from = index * SIDE * SIDE;
    for (let i = 0; i < words.length; i++) words[i] = 0xff000000 | (pixels[from + i] * 0x010101);
    context.putImageData(image, left, top);
  };

  /* One frame of (N, 28, 28) grey levels onto a 28 x 28 canvas. */
  forge.paintFrame = (canvas, pixels, index) => {
    forge.putDigit(canvas.getContext("2d"), pixels, index, 0, 0);
    forge.stamp(canvas);
  };

  /* Several frames side by side, `gap` empty pixels between them. */
  forge.paintStrip = (canvas, pixels, indices, gap) => {
    canvas.width = indices.length * (SIDE + gap) - gap;
    canvas.height = SIDE;
    const context = canvas.getContext("2d");
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    indices.forEach((index, place) => forge.putDigit(context, pixels, index, place * (SIDE + gap), 0));
    forge.stamp(canvas);
  };

  /* Show a picture of width x height own pixels inside `stage` at the largest whole number of screen pixels for each of
     its own that fits, so that every pixel is a square of one size; one that does not fit at the least legible
     size scrolls inside the stage. `spare` is the width in CSS pixels that something beside it takes, `least` the
     fewest CSS pixels for each of its own. Returns how many CSS pixels there are now. */
  forge.fit = (stage, picture, width, height, { spare = 0, least: wanted = 0.5 } = {}) => {
    if (!width || !stage.clientWidth) return 0;
    const density = window.devicePixelRatio || 1;
    const style = getComputedStyle(stage);
    const wide = stage.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - spare;
    const high = stage.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    const least = Math.max(1, Math.ceil(density * wanted));
    const times = Math.max(least, Math.floor(density * Math.min(wide / width, high / height)));
    picture.style.width = `${(times * width) / density}px`;
    picture.style.height = `${(times * height) / density}px`;
    return times / density;
  };

  /* Say a Problem at its control (elem_id `${tab}-${field}`; of one that all tabs share, `${field}`, below the row that
     it stands in, for as long as the tab is open that has it), or in the tab's own line; clear with null. */
  forge.say = (tab, figure, problem) => {
    const own = figure.querySelector(".df-problem");
    own.textContent = "";
    for (const note of document.querySelectorAll(`.df-problem[data-tab="${tab}"]`)) note.remove();
    for (const input of document.querySelectorAll(`[data-problem="${tab}"]`)) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      delete input.dataset.problem;
    }
    figure.classList.toggle("df-stale", Boolean(problem));
    if (!problem) return;
    const name = problem.field.replace("_", "-");
    const shared = name && document.getElementById(name);
    const control = (name && document.getElementById(`${tab}-${name}`)) || shared;
    if (!control) {
      own.textContent = problem.message;
      return;
    }
    const note = document.createElement("p");
    note.className = "df-problem";
    note.dataset.tab = tab;
    note.id = `${tab}-problem`;
    note.setAttribute("role", "alert");
    note.textContent = problem.message;
    if (control === shared) {
      note.dataset.of = figure.closest('[role="tabpanel"]')?.id; // see HIDE_OTHERS in page.py
      (control.closest(".df-top") || control).after(note);
    } else {
      control.append(note);
    }
    for (const input of control.querySelectorAll("input, textarea")) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", note.id);
      input.dataset.problem = tab;
    }
  };
})();
