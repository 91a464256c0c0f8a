/* The Generate tab's picture: asks the source for a sheet at each change and shows it. */
(() => {
  const forge = window.DigitForge;

  forge.mountGenerate = (element, source, first) => {
    const tab = "generate";
    const figure = element.querySelector("figure");
    const stage = figure.querySelector(".df-stage");
    const picture = figure.querySelector("img");
    const note = figure.querySelector(".df-note");
    const again = figure.querySelector("#generate-draw");
    const button = figure.querySelector("#generate-png");
    let shown = null;

    const refit = () => shown && forge.fit(stage, picture, picture.naturalWidth, picture.naturalHeight);
    const fail = (problem) => forge.say(tab, figure, problem);

    const show = async (answer, request) => {
      picture.src = answer.url;
      await picture.decode();
      shown = { answer, request };
      picture.alt = answer.alt;
      figure.dataset.recipe = JSON.stringify(answer.recipe);
      note.textContent = answer.note;
      button.disabled = false;
      figure.classList.remove("df-empty");
      refit();
      forge.say(tab, figure, null);
      forge.stamp(picture);
    };

    again.addEventListener("click", () => forge.again(tab));

    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        forge.save(await source.file("sheet.png", shown.request));
      } catch (problem) {
        fail(problem);
      }
      button.disabled = false;
    });

    new ResizeObserver(refit).observe(stage);
    forge.mount(tab, first, forge.latest((request) => source.sheet(request), show, fail));
  };
})();
