/* The frames along the way: the slider, the strip and the play button move through them in the page alone. */
(() => {
  const forge = window.DigitForge;
  const PLAY_MILLISECONDS = 40; // as the films' frames

  /* show(answer, loop) takes other frames, at the same share() of the way; peek(pixels) shows one of them before all are
     there; refit() goes with another size of the page. */
  forge.makePlayer = (element, find) => {
    const [picture, strip] = ["picture", "strip"].map(find);
    const [slider, readout, mark, play] = ["slider", "t", "mark", "play"].map(find);
    let frames = null; // the last answer
    let loop = "back";
    let timer = null;

    const share = () => (frames ? slider.value / slider.max : 0.5);

    const refit = () => {
      const cell = strip.offsetWidth * (28 / (strip.width || 28));
      mark.style.width = `${cell}px`;
      mark.style.transform = `translateX(${strip.offsetLeft + share() * (strip.offsetWidth - cell)}px)`;
    };

    const scrub = () => {
      if (!frames) return;
      const index = Number(slider.value);
      const t = (index / (frames.count - 1)).toFixed(2);
      forge.paintFrame(picture, frames.pixels, index);
      readout.textContent = t;
      slider.setAttribute("aria-valuetext", `t = ${t}`);
      refit();
    };

    const stop = () => {
      clearInterval(timer);
      timer = null;
      play.textContent = forge.word("interpolate.play");
      play.setAttribute("aria-pressed", "false");
    };

    const start = () => {
      let step = Number(slider.value) === Number(slider.max) ? -1 : 1;
      play.textContent = forge.word("interpolate.pause");
      play.setAttribute("aria-pressed", "true");
      timer = setInterval(() => {
        if (!element.isConnected) return stop();
        const last = Number(slider.max);
        if (loop === "round") {
          slider.value = (Number(slider.value) + 1) % last; // the last frame is the first again
        } else {
          const next = Number(slider.value) + step;
          if (next <= 0 || next >= last) step = -step;
          slider.value = next;
        }
        return scrub();
      }, PLAY_MILLISECONDS);
    };

    play.addEventListener("click", () => (timer ? stop() : start()));
    slider.addEventListener("input", scrub);
    slider.addEventListener("pointerdown", () => timer && stop());
    strip.addEventListener("click", (event) => {
      if (!frames) return;
      if (timer) stop();
      const place = Math.floor((event.offsetX / strip.offsetWidth) * frames.strip.length);
      slider.value = frames.strip[Math.min(place, frames.strip.length - 1)];
      scrub();
    });

    return {
      refit,
      scrub,
      share,
      peek: (pixels) => forge.paintFrame(picture, pixels, 0),
      show(answer, way) {
        const place = share();
        frames = answer;
        loop = way;
        slider.max = answer.count - 1;
        slider.value = Math.round(place * slider.max);
        slider.disabled = play.disabled = false;
      },
    };
  };
})();
