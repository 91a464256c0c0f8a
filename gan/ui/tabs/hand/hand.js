/* The "Your hand" tab: a pad for pen, finger, mouse and arrow keys; what was drawn or photographed goes to the source,
   which reads it, and answers slice by slice while the redrawn digit improves. Nothing of it leaves the page but in
   requests. Its parts have files of their own: drawing.js and pad.js, examples.js, photo.js, asking.js, found.js, ten.js
   and number.js; here they are put together. */
(() => {
  const forge = window.DigitForge;
  const TAB = "hand";

  forge.addWords({
    "hand.pad": ["Drawing pad for one digit", "手写板，写一个数字"],
    "hand.hint": ["Draw a digit here, or drop a photo of one", "在此写一个数字，或拖入照片"],
    "hand.help": [
      "Keyboard: arrows move the pen (Shift: finer), Space puts it down or lifts it, Backspace undoes, Delete clears.",
      "键盘：方向键移动笔（Shift 更细），空格落笔或抬笔，退格撤销，Delete 清除。",
    ],
    "hand.undo": ["Undo", "撤销"],
    "hand.clear": ["Clear", "清除"],
    "hand.example": ["Example", "示例"],
    "hand.upload": ["Upload a photo", "上传照片"],
    "hand.pen": ["Pen width", "笔粗"],
    "hand.seen": ["The model sees", "模型看到的"],
    "hand.seen.none": ["What the model sees: nothing yet", "模型看到的：尚无"],
    "hand.seen.some": ["What the model sees: the drawing, centred, 28 by 28 pixels", "模型看到的：居中后的图，28×28 像素"],
    "hand.redrawn": ["Redrawn by G", "生成器重画的"],
    "hand.redrawn.none": ["Redrawn: nothing yet", "重画：尚无"],
    "hand.redrawn.some": ["A {digit} redrawn by G, pixel error {error}", "生成器重画的 {digit}，像素误差 {error}"],
    "hand.read": ["Read as", "识别为"],
    "hand.error": ["Pixel error", "像素误差"],
    "hand.slant": ["Slant", "倾斜"],
    "hand.thickness": ["Stroke", "笔画"],
    "hand.digit": ["Meant as", "要写的是"],
    "hand.progress": ["Refinement", "优化进度"],
    "hand.ten": ["All ten digits in this hand", "用这种笔迹写十个数字"],
    "hand.ten.none": ["Ten digits: nothing yet", "十个数字：尚无"],
    "hand.ten.some": ["The digits 0 to 9 in the hand of the drawing", "用这种笔迹写的 0 到 9"],
    "hand.save": ["Save digits", "保存数字"],
    "hand.save.line": ["Save number", "保存号码"],
    "hand.number": ["Any number in this hand", "用这种笔迹写任意号码"],
    "hand.number.info": ["A PIN, a date: up to {limit} digits, with . , : - / between.", "密码、日期：最多 {limit} 位，可含 . , : - /"],
    "hand.line": ["The number, written", "写好的号码"],
    "hand.empty": ["The pad is empty: draw a digit, or upload a photo of one.", "手写板是空的：请写一个数字或上传照片。"],
    "hand.down": ["Pen down", "已落笔"],
    "hand.up": ["Pen up", "已抬笔"],
    "hand.cleared": ["Cleared", "已清除"],
    "hand.exampled": ["An example was drawn: a {digit}. Draw over it to begin your own.", "已画示例：{digit}。直接书写即可重新开始。"],
    "hand.looking": ["Looking…", "识别中……"],
    "hand.improving": ["improving, {step} of {steps} steps", "优化中，{step}/{steps} 步"],
    "hand.done": ["done: first answer in {first} ms, all in {all} s", "完成：首次 {first} 毫秒，全部 {all} 秒"],
    "hand.linked": ["A hand from a link; draw to find your own.", "来自链接的笔迹；书写以生成你自己的。"],
    "hand.drawn": ["drawn", "原图"],
    "hand.photo.kind": ["The file cannot be shown as a picture: it is broken, or no PNG, JPEG or WebP image.", "无法显示该文件：已损坏，或不是 PNG、JPEG、WebP 图片。"],
    "hand.photo.size": ["The picture has {size} megapixels; up to {most} are taken: save it smaller.", "图片有 {size} 百万像素；最多 {most}：请缩小后再试。"],
    "hand.photo.bytes": ["The file has {size} MB; a picture may have up to {most} MB.", "文件有 {size} MB；最多 {most} MB。"],
  });

  /* A link opens the tab with its hand, without a drawing. */
  const askLinked = async (source, model, { hand, weights, digit }) => {
    const answer = await source.ask(TAB, "ten", { model, hand, weights });
    return { ...answer, model, digit: /^[0-9]$/.test(digit || "") ? Number(digit) : 0 };
  };

  const makeKeep = (source, number, getShown) => (button, kind) => {
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const { model, hand } = getShown();
        forge.save(await source.ask(TAB, kind, { model, hand, number: number.getText() }));
      } catch (problem) {
        number.say(problem);
      }
      button.disabled = false;
    });
  };

  forge.mountHand = (element, source, first) => {
    forge.translate(element);
    const find = (name) => element.querySelector(`#hand-${name}`);
    const [figure, progress, link, save, saveLine] = ["figure", "progress", "link", "save", "save-line"].map(find);
    const [said, note] = [".dh-said", ".dh-found .df-note"].map((name) => element.querySelector(name));
    const drawing = forge.hand.makeDrawing();
    let model = first.model;
    let chosen = null; // the digit that the visitor says it is
    let shown = null; // {hand, weights, model, digit, ten} that the link and the files are of

    const settle = (settled) => (figure.dataset.settled = settled);
    const renew = () => {
      settle(false);
      return asking.renew();
    };
    const fail = (problem) => {
      asking.renew();
      note.textContent = "";
      progress.value = 0;
      forge.say(TAB, figure, problem);
      settle(true);
    };

    const keepShown = (answer) => {
      shown = answer;
      figure.dataset.hand = answer.hand;
      figure.classList.remove("df-empty");
      for (const button of [save, link]) button.disabled = !answer.ten;
      if (!answer.ten) saveLine.disabled = true;
      if (answer.ten) ten.paint(answer.ten);
      else blankTen();
    };
    const show = (answer, { first: took, all }) => {
      found.show(answer);
      keepShown(answer);
      const { step, steps, digit } = answer;
      progress.value = step;
      Object.assign(figure.dataset, { step, digit });
      note.textContent =
        step < steps
          ? forge.word("hand.improving", { step, steps })
          : forge.word("hand.done", { first: Math.round(took), all: (all / 1000).toFixed(1) });
      number.write();
    };
    const blankTen = () => {
      ten.blank();
      number.blank();
    };
    const forget = () => {
      shown = null;
      found.clear();
      blankTen();
      for (const button of [save, saveLine, link]) button.disabled = true;
      figure.classList.add("df-empty");
      figure.dataset.step = 0;
    };

    const send = () => {
      renew();
      pad.paint();
      if (drawing.isEmpty()) {
        fail(new forge.Problem(forge.word("hand.empty"), "picture"));
        return;
      }
      note.textContent = forge.word("hand.looking");
      asking.look({ model, picture: drawing.toPicture(pad.getWidth()), digit: chosen });
    };

    const asking = forge.hand.makeAsking(source, {
      show,
      fail,
      note(text) {
        forge.say(TAB, figure, null);
        if (text) said.textContent = forge.reword(text);
      },
      end: () => settle(true),
    });
    const found = forge.hand.makeFound(element, (digit) => {
      if (drawing.isEmpty()) return false;
      chosen = digit;
      send();
      found.pick(digit);
      return true;
    });
    const ten = forge.hand.makeTen(element);
    const number = forge.hand.makeNumber(element, source, first, () => (shown?.ten ? shown : null));
    const pad = forge.hand.makePad(element, drawing, {
      send,
      begin() {
        drawing.begin();
        chosen = null;
        said.textContent = "";
      },
      takeAway() {
        chosen = null;
        if (drawing.isEmpty()) forget();
        send();
      },
      speak: (key) => (said.textContent = forge.word(key)),
    });

    const draw = (strokes, photo, example) => {
      Object.assign(drawing, { strokes, photo, example });
      chosen = null;
      send();
    };
    const drawExample = () => {
      const made = forge.hand.makeExample();
      pad.setWidth(made.pen);
      said.textContent = forge.word("hand.exampled", made);
      draw(made.strokes, null, true);
    };
    find("example").addEventListener("click", drawExample);
    forge.hand.takePhotos(element, async (file) => {
      const own = renew();
      forget();
      try {
        const photo = await forge.hand.readPhoto(file, first);
        if (!asking.isNow(own)) return;
        said.textContent = "";
        draw([], photo, false);
      } catch (problem) {
        if (asking.isNow(own)) fail(problem);
      }
    });

    const keep = makeKeep(source, number, () => shown);
    keep(save, "hand.png");
    keep(saveLine, "line.png");
    link.addEventListener("click", () => {
      const { hand, weights, digit } = shown;
      forge.copyLink(link, TAB, { model: shown.model, hand, weights, digit, number: number.getText() });
    });
    const open = async (linked) => {
      const own = renew();
      pad.paint();
      if (typeof linked.number === "string") number.setText(linked.number);
      try {
        const answer = await askLinked(source, model, linked);
        if (!asking.isNow(own)) return;
        forge.say(TAB, figure, null);
        found.showRedrawn(answer.ten, answer.digit);
        keepShown(answer);
        note.textContent = forge.word("hand.linked");
        number.write();
        settle(true);
      } catch (problem) {
        if (asking.isNow(own)) fail(problem);
      }
    };

    found.pick(null);
    const linked = forge.linked(TAB);
    let opened = false;
    forge.mount(TAB, first, (asked) => {
      model = asked.model;
      if (!opened && linked?.hand) open(linked);
      else if (!opened) drawExample();
      else if (!drawing.isEmpty()) send();
      else if (shown) {
        forget();
        send();
      }
      opened = true;
    });
  };
})();
