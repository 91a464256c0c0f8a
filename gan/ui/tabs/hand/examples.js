/* Example digits of our own, each drawn a little differently every time.

     DigitForge.hand.makeExample() -> {digit, strokes, pen}    strokes as drawing.js has them, pen as the pen's width */
(() => {
  const forge = window.DigitForge;
  forge.hand = forge.hand || {};

  const arc = (cx, cy, rx, ry, from, to) =>
    Array.from({ length: 25 }, (_, i) => {
      const a = ((from + ((to - from) * i) / 24) * Math.PI) / 180;
      return [cx + rx * Math.cos(a), cy + ry * Math.sin(a)];
    });

  /* Strokes of points in [-1, 1], y downwards */
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

  forge.hand.makeExample = () => {
    const keys = Object.keys(EXAMPLES);
    const digit = keys[Math.floor(Math.random() * keys.length)];
    const slant = -0.25 + 0.75 * Math.random();
    const wide = 0.22 + 0.08 * Math.random();
    const place = ([x, y]) => [0.5 + wide * x - 0.3 * slant * y, 0.5 + 0.35 * y];
    const strokes = EXAMPLES[digit].map((stroke) => stroke.map(place));
    return { digit, strokes, pen: Math.round(14 + 22 * Math.random()) };
  };
})();
