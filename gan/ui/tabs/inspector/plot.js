/* The histogram of what D says, as a picture and as a table.

     DigitForge.inspector.drawPlot(svg, view)      view: the answer to "view"
     DigitForge.inspector.fillTable(table, view) */
(() => {
  const forge = window.DigitForge;
  const BINS = 20;
  const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [250, 44, 12, 20, 42];
  const MIDDLE = TOP + (HEIGHT - TOP - BOTTOM) / 2;
  forge.inspector = forge.inspector || {};

  /* How many of `shares` lie in each of BINS equal parts of [0, 1]. */
  const bin = (shares) => {
    const counts = new Array(BINS).fill(0);
    for (const one of shares) counts[Math.min(BINS - 1, Math.floor(one * BINS))] += 1;
    return counts;
  };

  const drawGrid = (draw, { width, limit, step, scale }) => {
    for (let tick = -limit; tick <= limit + 1e-9; tick += step) {
      const y = MIDDLE - tick * scale;
      draw("line", { class: "di-grid", x1: LEFT, x2: width - RIGHT, y1: y, y2: y });
      const text = forge.percent(Math.abs(tick));
      draw("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, text);
    }
  };

  const drawBars = (draw, sides, { width, scale }) => {
    const wide = (width - LEFT - RIGHT) / BINS;
    sides.forEach((shares, side) => {
      shares.forEach((share, place) => {
        if (!share) return;
        const tall = share * scale;
        draw("rect", {
          class: side ? "di-forged-bar" : "di-real-bar",
          x: LEFT + place * wide + 1,
          y: side ? MIDDLE : MIDDLE - tall,
          width: wide - 2,
          height: tall,
        });
      });
    });
  };

  const drawAxis = (draw, kind, { width }) => {
    const { speak } = forge.inspector;
    const at = (share) => LEFT + share * (width - LEFT - RIGHT);
    draw("line", { class: "di-axis", x1: LEFT, x2: width - RIGHT, y1: MIDDLE, y2: MIDDLE });
    draw("line", { class: "di-half", x1: at(0.5), x2: at(0.5), y1: TOP - 4, y2: HEIGHT - BOTTOM });
    draw("text", { x: at(0.5), y: TOP - 8, "text-anchor": "middle" }, speak("inspector.guess", kind));
    draw("text", { x: 2, y: TOP - 8 }, forge.word("inspector.share"));
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      const anchor = share === 1 ? "end" : "middle";
      draw("text", { x: at(share), y: HEIGHT - BOTTOM + 16, "text-anchor": anchor }, String(100 * share));
    }
    draw("text", { x: at(0.5), y: HEIGHT - 6, "text-anchor": "middle" }, speak("inspector.axis", kind));
  };

  /* Real upwards and forged downwards from one axis, each as shares of its own side. */
  forge.inspector.drawPlot = (svg, { real, forged, kind }) => {
    const width = Math.max(280, Math.round(svg.parentElement.clientWidth));
    const sides = [real, forged].map(({ shares }) => bin(shares).map((count) => count / (shares.length || 1)));
    const most = Math.max(...sides.flat(), 0.01);
    const step = [0.05, 0.1, 0.2, 0.25, 0.5].find((one) => most / one <= 3.2) || 0.5;
    const limit = Math.ceil(most / step - 1e-9) * step;
    const place = { width, limit, step, scale: (HEIGHT - TOP - BOTTOM) / 2 / limit };
    const draw = (name, attributes, text) => forge.makeShape(svg, name, attributes, text);
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.setAttribute("height", HEIGHT);
    svg.replaceChildren();
    drawGrid(draw, place);
    drawBars(draw, sides, place);
    drawAxis(draw, kind, place);
  };

  forge.inspector.fillTable = (table, { real, forged, kind }) => {
    const { make, speak } = forge.inspector;
    const sides = [real, forged].map(({ shares }) => bin(shares));
    const rows = [];
    for (let place = 0; place < BINS; place++) {
      if (!sides.some((counts) => counts[place])) continue;
      const row = make("tr");
      const [low, high] = [place, place + 1].map((one) => (100 * one) / BINS);
      row.append(make("th", { scope: "row" }, forge.word("inspector.range", { low, high })));
      for (const counts of sides) row.append(make("td", {}, String(counts[place])));
      rows.push(row);
    }
    table.querySelector("th").textContent = speak("inspector.axis", kind);
    table.querySelector("tbody").replaceChildren(...rows);
  };
})();
