/* What the pad shows, as data: strokes, each a list of points [x, y] in the unit square, or a photo in their place.
   Undo, the pen's width and the picture that is sent come from this one truth.

     const drawing = DigitForge.hand.makeDrawing()
     drawing.strokes, drawing.photo ({canvas, data} or null), drawing.example (whether the page itself drew it)
     drawing.isEmpty()
     drawing.place()                where its photo lies: {left, top, across, down}, shares of the square
     drawing.begin()                what a pen starts on: an example or a photo gives way to it
     drawing.paint(context, side, pen)    as a square of so many pixels; pen: the line's width in the picture sent
     drawing.toPicture(pen)         -> the PNG to send */
(() => {
  const forge = window.DigitForge;
  const SENT = 280; // pixels a side of a drawing as it is sent
  forge.hand = forge.hand || {};

  const paintStrokes = (context, side, strokes, pen) => {
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = (pen / SENT) * side;
    context.strokeStyle = "#fff";
    for (const stroke of strokes) {
      context.beginPath();
      const [x, y] = stroke[0];
      context.moveTo(x * side, y * side);
      if (stroke.length === 1) context.lineTo(x * side + 0.01, y * side);
      for (let i = 1; i < stroke.length; i++) {
        // through the middles of the points, each point a curve's handle: no corners between samples
        const [ax, ay] = stroke[i];
        const [bx, by] = stroke[i + 1] || stroke[i];
        context.quadraticCurveTo(ax * side, ay * side, ((ax + bx) / 2) * side, ((ay + by) / 2) * side);
      }
      context.stroke();
    }
  };

  /* Where a photo lies on the pad, in shares of it. */
  const place = ({ width, height }) => {
    const longest = Math.max(width, height);
    const [across, down] = [width / longest, height / longest];
    return { left: (1 - across) / 2, top: (1 - down) / 2, across, down };
  };

  const paintPhoto = (context, side, canvas) => {
    const { left, top, across, down } = place(canvas);
    context.imageSmoothingQuality = "high";
    context.drawImage(canvas, left * side, top * side, across * side, down * side);
  };

  forge.hand.makeDrawing = () => ({
    strokes: [],
    photo: null,
    example: false,

    place() {
      return place(this.photo.canvas);
    },

    isEmpty() {
      return !this.strokes.length && !this.photo;
    },

    begin() {
      if (this.example || this.photo) Object.assign(this, { strokes: [], photo: null, example: false });
    },

    paint(context, side, pen) {
      context.fillStyle = "#000";
      context.fillRect(0, 0, side, side);
      if (this.photo) paintPhoto(context, side, this.photo.canvas);
      paintStrokes(context, side, this.strokes, pen);
    },

    toPicture(pen) {
      if (this.photo) return this.photo.data;
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = SENT;
      this.paint(canvas.getContext("2d"), SENT, pen);
      return forge.readPng(canvas);
    },
  });
})();
