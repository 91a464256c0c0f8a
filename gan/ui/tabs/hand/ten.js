/* All ten digits in the hand that was found.

     const ten = DigitForge.hand.makeTen(element)
     ten.paint(pixels)    10 x 784 grey levels
     ten.blank() */
(() => {
  const forge = window.DigitForge;
  const [COLUMNS, CELL] = [5, 30]; // digits in a row, pixels of each with its gap
  forge.hand = forge.hand || {};

  forge.hand.makeTen = (element) => {
    const canvas = element.querySelector("#hand-ten");
    const stage = element.querySelector(".dh-ten");
    const context = canvas.getContext("2d");
    const refit = () => forge.fit(stage, canvas, canvas.width, canvas.height);
    new ResizeObserver(refit).observe(stage);
    return {
      paint(pixels) {
        context.fillStyle = "#000";
        context.fillRect(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < pixels.length / 784; i++) {
          forge.putDigit(context, pixels, i, 1 + CELL * (i % COLUMNS), 1 + CELL * Math.floor(i / COLUMNS));
        }
        canvas.setAttribute("aria-label", forge.word("hand.ten.some"));
        forge.stamp(canvas);
        refit();
      },

      blank() {
        context.clearRect(0, 0, canvas.width, canvas.height);
        canvas.setAttribute("aria-label", forge.word("hand.ten.none"));
      },
    };
  };
})();
