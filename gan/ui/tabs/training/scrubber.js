/* The slider over the moments of a run, and its Play button.

     const scrubber = DigitForge.training.makeScrubber(find, isSeen, scrub)
         scrub(place) shows a moment; nothing plays on while isSeen() is false
     scrubber.open(count, place)    so many moments, beginning at that one
     scrubber.scrub()               shows the one that it stands at
     scrubber.say(text)             where it stands, in words */
(() => {
  const forge = window.DigitForge;
  const PLAY_MILLISECONDS = 600;
  forge.training = forge.training || {};

  forge.training.makeScrubber = (find, isSeen, show) => {
    const [slider, play, readout] = ["slider", "play", "readout"].map((name) => find(`machine-${name}`));
    let timer = null;
    const scrub = () => show(Number(slider.value));

    const setPlaying = (on) => {
      play.textContent = forge.word(on ? "training.halt" : "training.play");
      play.setAttribute("aria-pressed", String(on));
    };
    const halt = () => {
      clearInterval(timer);
      timer = null;
      setPlaying(false);
    };
    const begin = () => {
      if (slider.value === slider.max) slider.value = 0;
      setPlaying(true);
      scrub();
      timer = setInterval(() => {
        if (!isSeen() || slider.value === slider.max) {
          halt();
          return;
        }
        slider.value = Number(slider.value) + 1;
        scrub();
      }, PLAY_MILLISECONDS);
    };

    slider.addEventListener("input", () => {
      if (timer) halt();
      scrub();
    });
    play.addEventListener("click", () => (timer ? halt() : begin()));
    setPlaying(false);
    return {
      scrub,
      open(count, place) {
        slider.max = count - 1;
        slider.disabled = play.disabled = false;
        slider.value = place;
      },
      say(text) {
        readout.textContent = text;
        slider.setAttribute("aria-valuetext", text);
      },
    };
  };
})();
