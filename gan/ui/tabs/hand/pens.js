/* What draws on the pad: a pen, a finger or a mouse, and the arrow keys with a cursor of their own.

     DigitForge.hand.followPointer(pad, canvas, drawing, {begin, send})
     DigitForge.hand.followKeys(pad, canvas, drawing, {begin, send, speak})
         pad, and what is called when: see pad.js; pad.cursor is {x, y, down} while the keys draw, else null */
(() => {
  const forge = window.DigitForge;
  const STEP = 1 / 40; // of the pad, an arrow key; a third of it with Shift
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  forge.hand = forge.hand || {};

  forge.hand.followPointer = (pad, canvas, drawing, { begin, send }) => {
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

  forge.hand.followKeys = (pad, canvas, drawing, { begin, send, speak }) => {
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
})();
