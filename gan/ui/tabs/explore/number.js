/* A number or a word in this hand, put together from the digits that are there. */
(() => {
  const forge = window.DigitForge;
  const SIDE = 28;
  const LONGEST = 16; // of a number written
  const MARKS = " .-/:";

  const strip = (text) => [...text].filter((mark) => !MARKS.includes(mark));

  /* What is wrong with a number that is to be put together from `digits`, "" for nothing. */
  const check = (text, digits) => {
    if (text.length > LONGEST) return forge.word("explore.tooLong", { count: text.length, most: LONGEST });
    const bad = strip(text).find((mark) => !digits.find(mark));
    return bad ? forge.word("explore.badMark", { mark: `“${bad}”` }) : "";
  };

  const paintMark = (context, mark, left) => {
    const middle = left + 5;
    if (mark === ".") context.fillRect(middle, 21, 3, 3);
    else if (mark === "-") context.fillRect(left + 2, 14, 8, 2);
    else if (mark === ":") for (const top of [10, 19]) context.fillRect(middle, top, 3, 3);
    else if (mark === "/") for (let k = 0; k < 18; k++) context.fillRect(left + 9 - Math.floor(k / 2.2), 5 + k, 2, 1);
  };

  const say = (box, input, problem) => {
    const old = box.querySelector(".df-problem");
    if (problem === (old ? old.textContent : "")) return;
    if (old) old.remove();
    input.toggleAttribute("aria-invalid", Boolean(problem));
    if (!problem) return;
    const line = document.createElement("p");
    line.className = "df-problem";
    line.setAttribute("role", "alert");
    line.textContent = problem;
    box.append(line);
  };

  /* write(text, ready): shows the number, once digits are there; labels(text): its digits, null while none is shown. */
  forge.makeNumber = (find, input, digits) => {
    const written = find("written");
    const stage = written.parentElement;

    const paint = (text) => {
      const widths = [...text].map((mark) => (MARKS.includes(mark) ? 10 : SIDE - 4));
      const width = widths.reduce((sum, one) => sum + one, 4);
      if (written.width !== width) {
        written.width = width;
        forge.fit(stage, written, width, SIDE);
      }
      const context = written.getContext("2d");
      context.globalCompositeOperation = "source-over";
      context.fillStyle = "#000";
      context.fillRect(0, 0, width, SIDE);
      context.globalCompositeOperation = "lighten"; // neighbours overlap by their empty margins
      context.fillStyle = "#fff";
      let left = 0;
      [...text].forEach((mark, i) => {
        if (MARKS.includes(mark)) paintMark(context, mark, left);
        else context.drawImage(digits.find(mark).canvas, left, 0);
        left += widths[i];
      });
    };

    return {
      refit: () => stage.hidden || forge.fit(stage, written, written.width, SIDE),
      labels: (text) => (stage.hidden ? null : strip(forge.readMarks(text).trim()).map((mark) => digits.find(mark).label)),
      /* Another model: only where a letter or a digit names a class can anything be written */
      follow(conditional) {
        const able = conditional && digits.names().some((name) => [...name].length === 1);
        find("number").hidden = !able;
        if (!able) stage.hidden = true;
      },
      write(typed, ready) {
        if (find("number").hidden) return;
        const text = forge.readMarks(typed).trim();
        const problem = check(text, digits);
        say(find("number"), input("number"), problem);
        const empty = Boolean(problem) || !strip(text).length;
        if (stage.hidden !== empty) stage.hidden = empty;
        if (empty || !ready) return;
        paint(text);
        written.setAttribute("aria-label", forge.word("explore.writtenAlt", { text }));
        forge.stamp(written);
      },
    };
  };
})();
