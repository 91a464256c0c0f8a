/* The pad: pen, finger, mouse and keys draw on it (pens.js), and Undo and Clear take away again.

     const pad = DigitForge.hand.makePad(element, drawing, values, {begin, send, takeAway, speak})
         values.pen  the line's width, in the picture as it is sent
         begin()  a stroke begins, send()  what is drawn is to be read, takeAway()  less is drawn, or nothing, than was;
         speak(key)  says a word of the pen
     pad.paint()     shows the drawing and what can be done with it */
(() => {
  const forge = window.DigitForge;
  forge.hand = forge.hand || {};

  const paintCursor = (context, side, { x, y, down }, width) => {
    context.lineWidth = 4;
    context.strokeStyle = down ? "#ffb454" : "#a3b8fb";
    context.beginPath();
    context.arc(x * side, y * side, Math.max(10, width), 0, 2 * Math.PI);
    context.stroke();
  };

  forge.hand.makePad = (element, drawing, values, asked) => {
    const [canvas, undo, clear] = ["pad", "undo", "clear"].map((name) => element.querySelector(`#hand-${name}`));
    const hint = element.querySelector(".dh-hint");
    const { takeAway, speak } = asked;
    const pad = {
      undo,
      clear,
      cursor: null, // the keyboard's pen: {x, y, down}
      paint() {
        const context = canvas.getContext("2d");
        drawing.paint(context, canvas.width, values.pen);
        if (pad.cursor) paintCursor(context, canvas.width, pad.cursor, values.pen);
        hint.hidden = !drawing.isEmpty();
        undo.disabled = !drawing.strokes.length;
        clear.disabled = drawing.isEmpty();
      },
    };
    forge.hand.followPointer(pad, canvas, drawing, asked);
    forge.hand.followKeys(pad, canvas, drawing, asked);
    undo.addEventListener("click", () => {
      if (!drawing.strokes.length) return;
      drawing.strokes.pop();
      if (pad.cursor) pad.cursor.down = false;
      takeAway();
    });
    clear.addEventListener("click", () => {
      Object.assign(drawing, { strokes: [], photo: null });
      if (pad.cursor) pad.cursor.down = false;
      takeAway();
      speak("hand.cleared");
    });
    return pad;
  };
})();
