/* The pad: pen, finger, mouse and keys draw on it, and Undo and Clear take away again.

     const pad = DigitForge.hand.makePad(element, drawing, values, {begin, send, takeAway, speak})
         values.pen  the line's width, in the picture as it is sent
         begin()  a stroke begins, send()  what is drawn is to be read, takeAway()  less is drawn, or nothing, than was;
         speak(key)  says a word of the pen
     pad.paint()     shows the drawing and what can be done with it */
(() => {
  const forge = window.DigitForge;
  const STEP = 1 / 40; // of the pad, an arrow key; a third of it with Shift
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  forge.hand = forge.hand || {};

  const followPointer = (pad, canvas, drawing, { begin, send }) => {
    let pointer = null;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      const inside = (value) => Math.min(1, Math.max(0, value));
      return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button || pointer !== null) return;
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      pointer = event.pointerId;
      pad.cursor = null;
      begin();
      drawing.strokes.push([place(event)]);
      pad.paint();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== pointer) return;
      const all = event.getCoalescedEvents?.() || [];
      for (const one of all.length ? all : [event]) drawing.strokes.at(-1).push(place(one));
      pad.paint();
    });
    const lift = (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      send();
    };
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
  };

  const followKeys = (pad, canvas, drawing, { begin, send, speak }) => {
    const lift = () => {
      if (!pad.cursor?.down) return;
      pad.cursor.down = false;
      speak("hand.up");
      send();
    };
    const move = ([right, down], step) => {
      const { cursor } = pad;
      cursor.x = Math.min(0.97, Math.max(0.03, cursor.x + right * step));
      cursor.y = Math.min(0.97, Math.max(0.03, cursor.y + down * step));
      if (cursor.down) drawing.strokes.at(-1).push([cursor.x, cursor.y]);
    };
    const putDown = () => {
      begin();
      pad.cursor.down = true;
      drawing.strokes.push([[pad.cursor.x, pad.cursor.y]]);
      speak("hand.down");
    };
    canvas.addEventListener("keydown", (event) => {
      const control = event.ctrlKey || event.metaKey;
      const undoing = event.key === "Backspace" || (control && event.key.toLowerCase() === "z");
      const known = MOVES[event.key] || [" ", "Enter", "Delete", "Escape"].includes(event.key);
      if (!undoing && (!known || control || event.altKey)) return;
      event.preventDefault();
      if (undoing) return pad.undo.click();
      if (event.key === "Delete") return pad.clear.click();
      if (event.key === "Escape") return lift();
      pad.cursor = pad.cursor || { x: 0.5, y: 0.25, down: false };
      if (MOVES[event.key]) move(MOVES[event.key], event.shiftKey ? STEP / 3 : STEP);
      else if (pad.cursor.down) return lift();
      else putDown();
      pad.paint();
    });
    canvas.addEventListener("blur", () => {
      lift();
      pad.cursor = null;
      pad.paint();
    });
  };

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
    followPointer(pad, canvas, drawing, asked);
    followKeys(pad, canvas, drawing, asked);
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
