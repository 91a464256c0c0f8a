/* What truncation buys and costs, as lines over psi: checkpoints/NAME.truncation.json, said in the visitor's language.

     DigitForge.drawTruncation(svg, { count, psi, precision, recall, accuracy })    each but count an array; shares 0 to 1 */
(() => {
  const forge = window.DigitForge;
  const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [560, 320, 48, 12, 34, 44];
  const LINES = ["precision", "recall", "accuracy"];
  const MARKS = ["M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0", "M-4,-4h8v8h-8z", "M0,-5l5,9h-10z"]; // told apart without colour too

  const range = (from, to, step) => Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);

  forge.drawTruncation = (svg, numbers) => {
    const { psi } = numbers;
    const make = (kind, attributes, text) => forge.makeShape(svg, kind, attributes, text);
    const [low, high, bottom] = [psi[0], psi.at(-1), HEIGHT - BOTTOM];
    const placeX = (value) => LEFT + 8 + ((value - low) / (high - low)) * (WIDTH - LEFT - RIGHT - 16);
    const placeY = (share) => bottom - share * (bottom - TOP);
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.replaceChildren();
    const title = forge.word("about.truncation.title", { count: numbers.count.toLocaleString("en-US") });
    make("text", { x: (LEFT + WIDTH) / 2, y: 18, "text-anchor": "middle", class: "da-chart-title" }, title);
    for (const share of range(0, 1, 0.2)) {
      make("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: placeY(share), y2: placeY(share), class: "da-chart-grid" });
      make("text", { x: LEFT - 6, y: placeY(share) + 4, "text-anchor": "end", class: "da-chart-tick" }, share.toFixed(1));
    }
    for (const value of range(0.2, high, 0.2)) {
      make("line", { x1: placeX(value), x2: placeX(value), y1: TOP, y2: bottom, class: "da-chart-grid" });
      make("text", { x: placeX(value), y: bottom + 16, "text-anchor": "middle", class: "da-chart-tick" }, value.toFixed(1));
    }
    make("line", { x1: placeX(1), x2: placeX(1), y1: TOP, y2: bottom, class: "da-chart-one" });
    const middle = { x: (LEFT + WIDTH) / 2, y: HEIGHT - 6, "text-anchor": "middle", class: "da-chart-tick" };
    make("text", middle, forge.word("about.truncation.psi"));
    LINES.forEach((name, place) => {
      const points = psi.map((value, i) => [placeX(value).toFixed(1), placeY(numbers[name][i]).toFixed(1)]);
      const kind = `da-chart-line da-chart-${name}`;
      make("polyline", { points: points.map(String).join(" "), class: kind });
      for (const [x, y] of points) make("path", { d: MARKS[place], transform: `translate(${x} ${y})`, class: kind });
      const y = bottom - 58 + 20 * place;
      make("path", { d: MARKS[place], transform: `translate(${WIDTH / 2 - 40} ${y - 4})`, class: kind });
      make("text", { x: WIDTH / 2 - 28, y, class: "da-chart-legend" }, forge.word(`about.truncation.${name}`));
    });
  };
})();
