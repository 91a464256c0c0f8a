/* The run's buttons, and which of them may be pressed.

     const buttons = DigitForge.training.makeButtons(find, {start, pause, step, stop})    step("D" or "G")
     buttons.show(status) */
(() => {
  const forge = window.DigitForge;
  forge.training = forge.training || {};

  // unlike `disabled`, it keeps the keyboard's place
  const enable = (button, can) => button.setAttribute("aria-disabled", String(!can));

  forge.training.makeButtons = (find, does) => {
    const [start, pause, stepD, stepG, stop] = ["start", "pause", "step-d", "step-g", "stop"].map((name) =>
      find(`training-${name}`),
    );
    const onClick = (button, work) => {
      button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && work());
    };
    onClick(start, does.start);
    onClick(pause, does.pause);
    onClick(stepD, () => does.step("D"));
    onClick(stepG, () => does.step("G"));
    onClick(stop, does.stop);
    return {
      show(status) {
        const { state, mine, allowed, free, missing } = status;
        const active = forge.training.isActive(status);
        const idle = !active && allowed && free !== false && !missing;
        const own = mine && active;
        start.textContent = forge.word(state === "paused" ? "training.go" : "training.start");
        enable(start, idle || (own && state === "paused"));
        enable(pause, own && state === "running");
        for (const button of [stepD, stepG]) enable(button, idle || (own && ["paused", "running"].includes(state)));
        enable(stop, own && state !== "stopping");
        find("training-form").disabled = active || !allowed;
      },
    };
  };
})();
