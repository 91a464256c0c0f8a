/* Photos of a digit: chosen or dropped, checked before they are decoded, and made small enough to send.

     await DigitForge.hand.readPhoto(file, {max_pixels, max_bytes}) -> {canvas, data}
         upright, as the drawing holds it; data: its PNG. Rejected with a Problem at the picture
     DigitForge.hand.takePhotos(element, take)    calls take(file) for each that is chosen, or dropped on the pad */
(() => {
  const forge = window.DigitForge;
  const LONGEST = 1024; // pixels of the longer side as it is sent
  forge.hand = forge.hand || {};

  const refuse = (key, values) => new forge.Problem(forge.word(key, values), "picture");

  const load = (image) =>
    new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
    });

  /* Why a browser cannot show a file: what an iPhone saves has a name. */
  const explain = async (file) => {
    const head = String.fromCharCode(...new Uint8Array(await file.slice(4, 12).arrayBuffer()));
    return refuse(/^ftyp(hei[cxms]|hevc|mif1|msf1)/.test(head) ? "hand.photo.heic" : "hand.photo.kind");
  };

  const shrink = (image) => {
    const times = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * times)); // upright: browsers follow EXIF here
    canvas.height = Math.max(1, Math.round(image.naturalHeight * times));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  };

  forge.hand.readPhoto = async (file, { max_pixels: mostPixels, max_bytes: maxBytes }) => {
    const mostBytes = 4 * maxBytes; // it is made smaller before it is sent
    const megabytes = (bytes) => Math.ceil(bytes / 2 ** 20);
    if (file.size > mostBytes) {
      throw refuse("hand.photo.bytes", { size: megabytes(file.size), most: megabytes(mostBytes) });
    }
    const image = new Image();
    image.src = URL.createObjectURL(file);
    try {
      await load(image);
      // known from the header: a picture that is too large is never decoded
      const pixels = image.naturalWidth * image.naturalHeight;
      if (pixels > mostPixels) {
        throw refuse("hand.photo.size", { size: Math.round(pixels / 1e6), most: Math.round(mostPixels / 1e6) });
      }
      const canvas = shrink(image);
      return { canvas, data: forge.readPng(canvas) };
    } catch (problem) {
      throw problem instanceof forge.Problem ? problem : await explain(file);
    } finally {
      URL.revokeObjectURL(image.src);
    }
  };

  forge.hand.takePhotos = (element, take) => {
    const input = element.querySelector("#hand-file");
    input.addEventListener("change", () => {
      if (input.files[0]) take(input.files[0]);
      input.value = "";
    });
    const over = element.querySelector(".dh-pad");
    for (const name of ["dragenter", "dragover"]) {
      over.addEventListener(name, (event) => {
        event.preventDefault();
        over.classList.add("dh-over");
      });
    }
    over.addEventListener("dragleave", () => over.classList.remove("dh-over"));
    over.addEventListener("drop", (event) => {
      event.preventDefault();
      over.classList.remove("dh-over");
      if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
  };
})();
