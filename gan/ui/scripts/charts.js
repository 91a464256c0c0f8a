/* Line charts as SVG, in the page's own colours: two series at most, told apart by dashes as well as by colour.

     DigitForge.drawChart(svg, { title, label, x, y, series })
         x: { label, low, high, log }    log: zero and what is below `low` lie at the left edge
         y: { label, low, high, share }  share: 0 to 1, shown as per cent
         series: [{ name, points: [[x, y], ...] }, ...]    null for y leaves a gap
     DigitForge.markChart(svg, x, values)    a line at x and a dot on each series; null for x takes them away
     DigitForge.niceTop(value)               1, 2 or 5 times a power of ten, not below `value` */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});
  const SPACE = "http://www.w3.org/2000/svg";
  const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [360, 186, 44, 8, 28, 38];
  const NAMES = ["a", "b"];

  const make = (parent, kind, attributes, text) => {
    const element = document.createElementNS(SPACE, kind);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };

  forge.makeShape = make;

  forge.short = (count) => {
    if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))}M`;
    return count >= 1000 ? `${Number((count / 1000).toPrecision(3))}k` : String(Math.round(count));
  };

  forge.niceTop = (value) => {
    if (!(value > 0)) return 1;
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].find((step) => step * power >= value) * power;
  };

  const scaleX = ({ low, high, log }) => {
    const spread = log ? Math.log(high / low) || 1 : high - low || 1;
    return (value) => {
      const share = log ? Math.log(Math.max(value, low) / low) / spread : (value - low) / spread;
      return LEFT + Math.max(0, Math.min(1, share)) * (WIDTH - LEFT - RIGHT);
    };
  };

  const scaleY = ({ low, high }) => (value) => {
    const share = (value - low) / (high - low || 1);
    return HEIGHT - BOTTOM - Math.max(0, Math.min(1, share)) * (HEIGHT - TOP - BOTTOM);
  };

  const ticksOf = ({ low, high, log }) => {
    if (!log) {
      const step = forge.niceTop(high / 5);
      return Array.from({ length: Math.floor(high / step) + 1 }, (_, place) => place * step);
    }
    const found = [];
    for (let tick = 10 ** Math.ceil(Math.log10(low)); tick <= high; tick *= 10) found.push(tick);
    return found;
  };

  const trace = (points, placeX, placeY) => {
    let path = "";
    let pen = "M";
    for (const [x, y] of points) {
      if (y === null || y === undefined || x === null) {
        pen = "M";
        continue;
      }
      path += `${pen}${placeX(x).toFixed(1)},${placeY(y).toFixed(1)}`;
      pen = "L";
    }
    return path;
  };

  forge.drawChart = (svg, { title, label, x, y, series }) => {
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("aria-label", label);
    svg.replaceChildren();
    const [placeX, placeY] = [scaleX(x), scaleY(y)];
    const bottom = HEIGHT - BOTTOM;
    make(svg, "text", { x: 0, y: 14, class: "dt-title" }, title);
    const legend = make(svg, "text", { x: WIDTH - RIGHT, y: 14, "text-anchor": "end", class: "dt-legend" });
    series.forEach((one, place) => {
      make(legend, "tspan", { class: `dt-ink-${NAMES[place]}` }, `${place ? "   ╍ " : "━ "}${one.name}`);
    });
    for (const value of [y.low, (y.low + y.high) / 2, y.high]) {
      const at = placeY(value);
      make(svg, "line", { x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at, class: "dt-grid" });
      const text = y.share ? forge.percent(value) : String(Number(value.toPrecision(3)));
      make(svg, "text", { x: LEFT - 6, y: at + 4, "text-anchor": "end", class: "dt-tick" }, text);
    }
    for (const tick of ticksOf(x)) {
      const at = placeX(tick);
      const side = at > WIDTH - RIGHT - 12 ? "end" : "middle";
      make(svg, "line", { x1: at, x2: at, y1: bottom, y2: bottom + 4, class: "dt-axis" });
      make(svg, "text", { x: at, y: bottom + 16, "text-anchor": side, class: "dt-tick" }, forge.short(tick));
    }
    make(svg, "line", { x1: LEFT, x2: WIDTH - RIGHT, y1: bottom, y2: bottom, class: "dt-axis" });
    const middle = (LEFT + WIDTH - RIGHT) / 2;
    make(svg, "text", { x: middle, y: HEIGHT - 6, "text-anchor": "middle", class: "dt-tick" }, x.label);
    series.forEach((one, place) => {
      make(svg, "path", { d: trace(one.points, placeX, placeY), class: `dt-line dt-line-${NAMES[place]}` });
      const known = one.points.filter(([, value]) => value !== null && value !== undefined);
      if (known.length === 1) {
        const [[at, value]] = known; // no line yet
        make(svg, "circle", { cx: placeX(at), cy: placeY(value), r: 3, class: `dt-dot dt-dot-${NAMES[place]}` });
      }
    });
    svg.placing = { placeX, placeY, marks: make(svg, "g", { class: "dt-marks" }) };
  };

  forge.markChart = (svg, x, values) => {
    if (!svg.placing) return;
    const { placeX, placeY, marks } = svg.placing;
    marks.replaceChildren();
    if (x === null) return;
    const at = placeX(x);
    make(marks, "line", { x1: at, x2: at, y1: TOP - 6, y2: HEIGHT - BOTTOM, class: "dt-now" });
    values.forEach((value, place) => {
      if (value === null || value === undefined) return;
      make(marks, "circle", { cx: at, cy: placeY(value), r: 4, class: `dt-dot dt-dot-${NAMES[place]}` });
    });
  };
})();
