/* The pad over the plane of styles: dragged, or moved by keys; below it the plane itself, as one of the digits. */
(() => {
  const forge = window.DigitForge;
  const SIDE = 28;
  const LARGEST = 430; // pixels of the pad's side on screen
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  /* reach: of the plane, to each side; moved() is called when state's x and y are others. */
  forge.makePad = (find, reach, state, moved) => {
    const [pad, map] = ["pad", "map"].map(find);
    const dot = pad.querySelector(".dx-dot");
    const edge = reach * 1.25; // the map's outer pictures have their middles at the plane's ends

    const place = () => {
      const [x, y] = [state.values.x, state.values.y].map((value) => (Number.isFinite(value) ? value : 0));
      dot.style.left = `${50 + (50 * x) / edge}%`;
      dot.style.top = `${50 - (50 * y) / edge}%`;
    };

    const clamp = (value) => Math.max(-reach, Math.min(reach, Math.round(value * 100) / 100));
    const go = (x, y) => {
      state.set({ x: clamp(x), y: clamp(y) });
      place();
      moved();
    };

    const point = (event) => {
      const box = pad.getBoundingClientRect();
      const across = (event.clientX - box.left - pad.clientLeft) / pad.clientWidth;
      const down = (event.clientY - box.top - pad.clientTop) / pad.clientHeight;
      go((across * 2 - 1) * edge, (1 - down * 2) * edge);
    };
    pad.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      pad.setPointerCapture(event.pointerId);
      pad.focus({ preventScroll: true });
      event.preventDefault();
      point(event);
    });
    pad.addEventListener("pointermove", (event) => pad.hasPointerCapture(event.pointerId) && point(event));
    pad.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 0.5 : 0.1;
      const way = WAYS[event.key];
      if (event.key === "Home") go(0, 0);
      else if (way) go(Number(state.values.x) + step * way[0], Number(state.values.y) + step * way[1]);
      else return;
      event.preventDefault();
    });

    return {
      place,

      refit() {
        const density = window.devicePixelRatio || 1;
        const room = Math.min(LARGEST, pad.parentElement.clientWidth - 2);
        const times = Math.max(1, Math.floor((density * room) / map.width));
        if (room > 0) pad.style.width = `${(times * map.width) / density}px`;
      },

      /* count digits of `pixels` in a square: the plane, row by row */
      paint({ pixels, count }) {
        const context = map.getContext("2d");
        const side = Math.round(Math.sqrt(count));
        map.width = map.height = side * SIDE;
        for (let i = 0; i < count; i++) {
          forge.putDigit(context, pixels, i, (i % side) * SIDE, Math.floor(i / side) * SIDE);
        }
        forge.stamp(map);
      },
    };
  };
})();
