/* What G draws now.

     const sheet = DigitForge.training.makeSheet(find)
     await sheet.show({png, images, rows, columns})    png: base64 text, as the run's own process writes it
     sheet.blank()    a run that has drawn nothing yet */
(() => {
  const forge = window.DigitForge;
  forge.training = forge.training || {};

  forge.training.makeSheet = (find) => {
    const picture = find("training-sheet");
    const stage = find("training-figure").querySelector(".df-stage");
    const refit = () => picture.naturalWidth && forge.fit(stage, picture, picture.naturalWidth, picture.naturalHeight);
    const reveal = (there) => {
      picture.hidden = !there;
      find("training-nothing").hidden = there;
    };
    new ResizeObserver(refit).observe(stage);
    return {
      async show({ png, images, rows, columns }) {
        picture.src = `data:image/png;base64,${png}`;
        await picture.decode();
        reveal(true);
        const values = { images: forge.training.count(images), what: `${columns} x ${rows}` };
        picture.alt = forge.word("training.picture", values);
        picture.dataset.images = images;
        refit();
        forge.stamp(picture);
      },
      blank: () => reveal(false),
    };
  };
})();
