/* The balance of skill: a beam with D and G in its pans, that tips to the one who is ahead.

     const tip = DigitForge.training.makeBalance(svg)
     tip(won)    the share of pairs that D ranks right; null while it is not known */
(() => {
  const forge = window.DigitForge;
  const [MIDDLE, HEIGHT, ARM] = [180, 58, 120]; // where the beam turns, and how far its pans hang from there
  forge.training = forge.training || {};

  const drawPan = (svg, letter, side) => {
    const pan = forge.makeShape(svg, "g", { class: "dt-pan" });
    forge.makeShape(pan, "rect", { x: -44, y: -18, width: 88, height: 36, rx: 8, class: `dt-pan-${side}` });
    return { letter, pan, text: forge.makeShape(pan, "text", { "text-anchor": "middle", y: 6 }, letter) };
  };

  forge.training.makeBalance = (svg) => {
    const { known, percent } = forge.training;
    const draw = (kind, attributes) => forge.makeShape(svg, kind, attributes);
    draw("path", { d: "M180 58 L196 112 L164 112 Z", class: "dt-stand" });
    draw("line", { x1: MIDDLE - 60, x2: MIDDLE + 60, y1: 112, y2: 112, class: "dt-stand" });
    const beam = draw("line", { x1: MIDDLE - ARM, x2: MIDDLE + ARM, y1: HEIGHT, y2: HEIGHT, class: "dt-beam" });
    draw("circle", { cx: MIDDLE, cy: HEIGHT, r: 5, class: "dt-stand" });
    const pans = [drawPan(svg, "D", "a"), drawPan(svg, "G", "b")];

    const tip = (won) => {
      const angle = known(won) ? (won - 0.5) * 0.5 : 0; // radians: full tilt at 14 degrees
      beam.style.transform = `rotate(${-angle}rad)`;
      const shares = [won, 1 - won];
      pans.forEach(({ letter, pan, text }, index) => {
        const arm = index ? ARM : -ARM;
        const [x, y] = [MIDDLE + arm * Math.cos(angle), HEIGHT - arm * Math.sin(angle)];
        pan.style.transform = `translate(${x.toFixed(1)}px, ${(y - 18).toFixed(1)}px)`;
        text.textContent = known(won) ? `${letter} ${percent(shares[index])}` : letter;
      });
      const said = known(won)
        ? forge.word("training.balance", { won: percent(won), lost: percent(1 - won) })
        : forge.word("training.balance.none");
      svg.setAttribute("aria-label", said);
    };
    tip(null);
    return tip;
  };
})();
