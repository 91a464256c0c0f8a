/* The About tab: five pictures that the chosen model draws on the spot, its card, and the endpoints the server has. */
(() => {
  const forge = window.DigitForge;
  const TAB = "about";
  const SIDE = 28;
  const GAP = 2;
  const LARGEST = 56; // pixels of a digit's side on screen
  const RANDOM = 2 ** 32;

  forge.addWords({
    "about.how": ["How a GAN works, in five pictures", "五幅图看懂 GAN"],
    "about.how.text": [
      "Every picture here is drawn now, by the model chosen above. Choose another one and see what it has learnt.",
      "这里的每幅图都由上面选中的模型当场绘制。换一个模型，看看它学到了什么。",
    ],
    "about.digit": ["Digit", "数字"],
    "about.others": ["Other numbers", "换一组随机数"],
    "about.drawing": ["The picture is being drawn", "正在绘制"],
    "about.note": ["{count} digits in {ms} ms, by {model}", "{count} 个数字，{ms} 毫秒，模型 {model}"],
    "about.draw": ["1. Numbers become a digit", "一、随机数变成数字"],
    "about.draw.text": [
      "The generator G takes random numbers, z (here as grey squares), and the digit that is asked for, y. It has never " +
        "seen a real digit: it only ever heard whether its drawings convinced the discriminator D.",
      "生成器 G 读入一组随机数 z（图中的灰色方格）和要画的数字 y。它从未见过真实的数字，只听判别器 D 说自己画得像不像。",
    ],
    "about.draw.any": [
      "This generator takes random numbers, z (here as grey squares), and nothing else: it draws whichever digit it likes.",
      "这个生成器只读入一组随机数 z（图中的灰色方格），画哪个数字由它自己决定。",
    ],
    "about.styles": ["2. Other numbers, another hand", "二、随机数不同，笔迹不同"],
    "about.styles.text": [
      "Each row is one z and every column another digit: z has become the hand, its slant and its weight. How alike a row is " +
        "shows how far G has learnt that.",
      "每行是同一个 z，每列是不同的数字：z 成了笔迹，决定倾斜和粗细。同一行有多像，就看 G 学到了多少。",
    ],
    "about.styles.any": [
      "Thirty pictures, each from numbers of its own. This model was never told which digit is which.",
      "三十幅图，各用各的随机数。没有人告诉过这个模型哪个数字是哪个。",
    ],
    "about.truncation": ["3. Close to the typical, or far from it", "三、离典型远近"],
    "about.truncation.text": [
      "Truncation ψ pulls every style towards the digit's mean. At 0 all are the same and safe, at 1 they are as varied " +
        "as learnt, above 1 the rare ones come, and the mistakes.",
      "截断 ψ 把每种风格拉向该数字的平均。ψ 为 0 时全都一样而稳妥，为 1 时与学到的一样多样，超过 1 则出现罕见的写法和错误。",
    ],
    "about.judge": ["4. The other network's opinion", "四、另一个网络的看法"],
    "about.judge.text": [
      "D looks at ten forgeries and says how real each is. In training, G changes to raise these numbers and D to lower " +
        "them, in turns; what is left at the end fools a critic that has practised as long.",
      "D 看十个赝品，说出每个有多像真的。训练时两者轮流学习：G 努力提高这些数，D 努力压低它们；最后剩下的，足以骗过同样久经训练的对手。",
    ],
    "about.learn": ["5. How it learnt", "五、它是怎样学会的"],
    "about.ways": ["5. From one digit to another", "五、从一个数字到另一个"],
    "about.learn.text": [
      "The same eight z at four moments of the training run; on the left, how many images D had been shown. " +
        "The Training tab has all of them.",
      "训练过程中的四个时刻，同样的八个 z；左边是 D 看过的图像数。全部时刻见“训练”标签页。",
    ],
    "about.learn.ways": [
      "No history of this model's training is kept here, so this is what it learnt instead: between two digits there is " +
        "always another one. G knows no list of digits, but a space of them.",
      "这里没有保存这个模型的训练历史，因此展示它学到的东西：两个数字之间总有别的数字。G 记住的不是一张清单，而是一个空间。",
    ],
    "about.model": ["The model", "模型"],
    "about.good": ["How good it is", "质量"],
    "about.good.text": [
      "Measured by python -m gan.evaluate on these very weights, beside what as many real training digits get: the " +
        "ceiling. The judge is a classifier that was trained on real MNIST alone; FID, KID and the shares are taken in " +
        "its features. The number after a name says how many digits were drawn.",
      "由 python -m gan.evaluate 对这组权重测得，旁边是同样多真实训练数字的结果，即上限。评判者是只用真实 MNIST 训练的分类器；" +
        "FID、KID 等都在其特征空间计算。名称后的数表示画了多少数字。",
    ],
    "about.figure": ["Figure", "指标"],
    "about.value": ["This model", "本模型"],
    "about.real": ["Real digits", "真实数字"],
    "about.means": ["What it means", "含义"],
    "about.up": ["higher is better", "越高越好"],
    "about.down": ["lower is better", "越低越好"],
    "about.one": ["best at 1", "以 1 为佳"],
    "about.figure.class_accuracy": ["Read as the digit that was asked for.", "被识别为所要数字的比例。"],
    "about.figure.cas": [
      "What a classifier trained on generated digits alone reads right of the real test digits.",
      "只用生成的数字训练的分类器，在真实测试数字上的正确率。",
    ],
    "about.figure.fid": [
      "Distance between the means and covariances of generated and real features.",
      "生成与真实特征在均值和协方差上的距离。",
    ],
    "about.figure.kid": ["The same question, unbiased and without assuming a Gaussian.", "同一问题的无偏估计，不假设高斯分布。"],
    "about.figure.inception_score": ["Certain readings and even classes; at most 10.", "识别是否确定、类别是否均匀；最高为 10。"],
    "about.figure.precision": ["Generated digits that lie among real ones.", "落在真实数字之中的生成数字。"],
    "about.figure.recall": ["Real digits that lie among generated ones: variety.", "落在生成数字之中的真实数字：多样性。"],
    "about.figure.density": ["Precision that outliers cannot inflate.", "不受离群值影响的精确率。"],
    "about.figure.coverage": ["Real neighbourhoods with a generated digit in them.", "含有生成数字的真实邻域。"],
    "about.figure.nearest_ratio": [
      "Distance to the nearest training digit over that of test digits: below 1 hints at copying.",
      "到最近训练数字的距离与测试数字之比：低于 1 表示可能在抄袭。",
    ],
    "about.figure.suspiciously_close": [
      "Closer to a training digit than 99 % of test digits are.",
      "比 99 % 的测试数字更接近某个训练数字的比例。",
    ],
    "about.figure.style_slant": ["Correlation of slant between classes drawn from one z.", "同一个 z 画出的各类之间，倾斜的相关性。"],
    "about.figure.style_thickness": [
      "The same of stroke thickness.",
      "同上，笔画粗细。",
    ],
    "about.figure.parameters": ["Numbers in the generator.", "生成器的参数个数。"],
    "about.figure.multiply_adds": ["Multiplications and additions for one digit.", "画一个数字所需的乘加次数。"],
    "about.figure.ms_1": ["To draw one digit, on the machine that measured.", "在测量的机器上画一个数字的时间。"],
    "about.figure.ms_10": ["To draw ten digits at once.", "一次画十个数字的时间。"],
    "about.truncation.alt": [
      "Precision rises and recall falls as psi falls; class accuracy stays high up to psi 1",
      "ψ 减小时精确率上升、召回率下降；ψ 不超过 1 时类别正确率都很高",
    ],
    "about.truncation.caption": [
      "Precision, recall and class accuracy over truncation ψ, measured on this model.",
      "不同截断 ψ 下的精确率、召回率和类别正确率，在本模型上测得。",
    ],
    "about.fact.command": ["made by", "命令"],
    "about.fact.trained": ["trained on", "训练量"],
    "about.fact.images": ["{count} images of {dataset}", "{dataset} 的 {count} 张图像"],
    "about.fact.images.passes": ["{count} images of {dataset} ({passes} passes)", "{dataset} 的 {count} 张图像（{passes} 遍）"],
    "about.fact.time": ["time", "用时"],
    "about.fact.minutes": ["{minutes} min on {device}", "{minutes} 分钟，{device}"],
    "about.fact.threads": ["{device}, {threads} threads", "{device}，{threads} 线程"],
    "about.fact.networks": ["networks", "网络"],
    "about.fact.nets": ["G: {generator}, z {z}, w {w}; D: {discriminator}; loss: {loss}", "G：{generator}，z {z}，w {w}；D：{discriminator}；损失：{loss}"],
    "about.fact.sha256": ["SHA-256 of the weights", "权重的 SHA-256"],
    "about.fact.none": ["none kept", "未保存"],
    "about.limits": ["What it is not good at", "它不擅长什么"],
    "about.limits.data": [
      "It draws what MNIST holds: digits written in the United States around 1990 by census workers and students. A " +
        "crossed 7 or a 1 with a long flag come as seldom as they do there.",
      "它只画 MNIST 里有的：约 1990 年美国人口普查员和学生写的数字。带横的 7、带长钩的 1 与数据中一样少见。",
    ],
    "about.limits.size": [
      "28 by 28 grey pixels, enlarged without smoothing. It cannot draw letters, other sizes, colours or whole pages.",
      "28×28 灰度像素，放大时不作平滑。它不会画字母、其他尺寸、颜色或整页文字。",
    ],
    "about.limits.rare": [
      "It covers less of the variety than real digits do (recall, in the table), and not every digit is the one that was " +
        "asked for (class accuracy). Above ψ = 1 both the variety and the mistakes grow.",
      "它的多样性不及真实数字（见表中的召回率），也并非每个数字都画对（见类别正确率）。ψ 超过 1 时，多样性和错误都会增加。",
    ],
    "about.limits.style": [
      "Where the table's style figures are close to 1, one z gives ten digits of one slant and one stroke, more alike " +
        "than any one writer's are. That was wanted; far from 1, a z is hardly a hand.",
      "表中的风格数值接近 1 时，同一个 z 画出的十个数字倾斜和笔画几乎相同，比真人写的更一致，这是有意为之；远离 1 时，z 算不上一种笔迹。",
    ],
    "about.limits.judge": [
      "D's percentage tells how this one opponent sees a picture. It is no measure of quality, and no detector of other " +
        "generators' forgeries.",
      "D 的百分比只是这一个对手的看法，既不衡量质量，也不能识别其他生成器的伪造。",
    ],
    "about.limits.person": [
      "It is no evidence about anybody's handwriting, and no way to imitate a signature.",
      "它不能作为任何人笔迹的证据，也不能用来模仿签名。",
    ],
    "about.api": ["For programs", "供程序使用"],
    "about.api.text": [
      "Whatever the page draws, a program can ask for: named endpoints, one POST each, without a key.",
      "页面能画的，程序都能调用：具名端点，一次 POST 即可，无需密钥。",
    ],
    "about.api.link": ["Every argument is documented under “Use via API”.", "每个参数的说明见“通过 API 使用”。"],
    "about.api.none": ["The server did not list its endpoints.", "服务器没有列出端点。"],
    "about.local": ["Without a server", "不用服务器"],
    "about.licence": ["Licence and thanks", "许可与致谢"],
    "about.licence.text": [
      "Code and weights: Apache-2.0. The weights were trained on MNIST (Yann LeCun, Corinna Cortes, Christopher Burges; " +
        "CC BY-SA 3.0), which was made from NIST's Special Databases and is not part of this project. The page asks " +
        "nothing of any other server and keeps nothing of what you do.",
      "代码和权重：Apache-2.0。权重用 MNIST 训练（Yann LeCun、Corinna Cortes、Christopher Burges；CC BY-SA 3.0），" +
        "它源自 NIST 的专用数据库，不包含在本项目中。本页面不访问任何其他服务器，也不保存你的任何操作。",
    ],
  });

  const make = (tag, text, name) => {
    const one = document.createElement(tag);
    if (text !== undefined) one.textContent = text;
    if (name) one.className = name;
    return one;
  };

  /* A canvas of `count` digits side by side from `pixels`, the first of them number `from`. */
  const makeStrip = (pixels, from, count) => {
    const canvas = make("canvas");
    forge.paintStrip(canvas, pixels, Array.from({ length: count }, (_, place) => from + place), GAP);
    return canvas;
  };

  /* z as a square of grey cells, as large as a digit. */
  const makeNoise = (noise) => {
    const side = Math.ceil(Math.sqrt(noise.length));
    const canvas = make("canvas");
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    noise.forEach((grey, place) => {
      context.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
      context.fillRect(place % side, Math.floor(place / side), 1, 1);
    });
    return canvas;
  };

  /* Show a strip at the largest whole number of screen pixels for each of its own that fits into `wide`. */
  const fit = (canvas, wide, count) => {
    const density = window.devicePixelRatio || 1;
    const most = Math.floor((LARGEST * density) / SIDE);
    const own = count * (SIDE + GAP) - GAP;
    const times = Math.max(1, Math.min(most, Math.floor((wide * density) / own)));
    canvas.style.width = `${(times * own) / density}px`;
    canvas.style.height = `${(times * SIDE) / density}px`;
  };

  forge.mountAbout = (element, source, first) => {
    forge.translate(element);
    const find = (name) => element.querySelector(`#about-${name}`);
    const lesson = find("lesson");
    const card = find("card");
    const select = find("digit-input");
    const note = lesson.querySelector(".df-note");
    const linked = forge.linked(TAB);
    const state = { model: first.model, digit: first.digit, seed: first.seed };
    if (linked) for (const name of Object.keys(state)) if (linked[name]) state[name] = linked[name];
    let shown = null; // the last lesson
    let classes = "";

    const refit = () => {
      for (const canvas of element.querySelectorAll(".da-rows canvas[data-count]")) {
        const stage = canvas.closest(".da-stage");
        const label = canvas.parentElement.querySelector(".da-label");
        const wide = stage.clientWidth - 18 - (label ? label.offsetWidth + 8 : 0);
        fit(canvas, wide, Number(canvas.dataset.count));
      }
    };

    const addRows = (holder, step, columns) => {
      step.labels.forEach((label, row) => {
        const line = make("div", undefined, "da-row");
        const canvas = makeStrip(step.pixels, row * columns, columns);
        canvas.dataset.count = columns;
        line.append(make("span", label, "da-label"), canvas);
        holder.append(line);
      });
    };

    const draw = (answer) => {
      const any = !answer.classes.length;
      const say = (name, key) => (element.querySelector(`#about-${name} p`).textContent = forge.word(key));
      for (const name of ["draw", "styles", "truncation", "judge", "learn"]) {
        const holder = element.querySelector(`#about-${name} .da-rows`);
        const step = answer.steps[name];
        holder.replaceChildren();
        holder.setAttribute("aria-label", forge.reword(step ? step.alt : answer.refused));
        if (!step) {
          holder.append(make("p", forge.reword(answer.refused), "da-refused"));
          continue;
        }
        const count = step.pixels.length / SIDE / SIDE;
        if (name === "draw") {
          const digit = makeStrip(step.pixels, 0, 1);
          holder.append(makeNoise(answer.noise), make("span", any ? "z" : `z, y = ${step.labels[0]}`, "da-sign"));
          holder.append(make("span", "→ G →", "da-sign"), digit);
        } else if (name === "judge") {
          step.labels.forEach((label, place) => {
            const one = make("div", undefined, "da-judged");
            one.append(makeStrip(step.pixels, place, 1), make("span", label));
            holder.append(one);
          });
        } else {
          addRows(holder, step, count / step.labels.length);
        }
      }
      say("draw", any ? "about.draw.any" : "about.draw.text");
      say("styles", any ? "about.styles.any" : "about.styles.text");
      say("learn", answer.learned ? "about.learn.text" : "about.learn.ways");
      element.querySelector("#about-learn h3").textContent = forge.word(answer.learned ? "about.learn" : "about.ways");
      element.querySelector("#about-judge p").textContent = forge.join([forge.word("about.judge.text"), forge.reword(answer.explain)]);
      refit();
    };

    const list = (names) => {
      find("digit").hidden = !names.length;
      if (classes === names.join()) return;
      classes = names.join();
      select.replaceChildren(...names.map((name, place) => new Option(name, place)));
    };

    const show = (answer) => {
      shown = answer;
      list(answer.classes);
      select.value = String(answer.recipe.digit);
      draw(answer);
      note.textContent = forge.word("about.note", {
        count: Object.values(answer.steps).reduce((sum, step) => sum + step.pixels.length / SIDE / SIDE, 0),
        ms: answer.milliseconds,
        model: answer.recipe.model,
      });
      lesson.dataset.recipe = JSON.stringify(answer.recipe);
      lesson.classList.remove("df-empty");
      forge.say(TAB, lesson, null);
      forge.stamp(lesson);
    };

    const ask = forge.latest(
      (request) => source.ask(TAB, "lesson", request),
      show,
      (problem) => forge.say(TAB, lesson, problem),
    );

    // ---- the card

    const addFact = (name, text, code) => {
      const value = make("dd");
      value.append(code ? make("code", text) : text);
      find("facts").append(make("dt", forge.word(`about.fact.${name}`)), value);
    };

    const describe = (facts) => {
      const number = (value) => Number(value).toLocaleString(forge.language);
      find("name").textContent = facts.name;
      find("what").textContent = forge.reword(facts.about) || "";
      find("facts").replaceChildren();
      if (facts.images) {
        const passes = facts.dataset === "mnist" ? Math.round(facts.images / 60000) : 0;
        const key = passes > 1 ? "about.fact.images.passes" : "about.fact.images";
        addFact("trained", forge.word(key, { count: number(facts.images), dataset: facts.dataset.toUpperCase(), passes }));
      }
      if (facts.seconds) {
        const threads = facts.device === "cpu" && facts.threads;
        const device = threads ? forge.word("about.fact.threads", facts) : facts.device || "?";
        addFact("time", forge.word("about.fact.minutes", { minutes: Math.max(1, Math.round(facts.seconds / 60)), device }));
      }
      if (facts.command) addFact("command", facts.command, true);
      const { generator, z_dim: z, w_dim: w, loss } = facts;
      const discriminator = facts.discriminator || forge.word("about.fact.none");
      addFact("networks", forge.word("about.fact.nets", { generator, z, w, discriminator, loss }));
      addFact("sha256", facts.sha256, true);
    };

    const fill = (figures) => {
      const body = element.querySelector("#about-figures tbody");
      body.replaceChildren();
      for (const one of figures) {
        const row = make("tr");
        const head = make("th");
        head.scope = "row";
        head.append(make("code", one.name));
        const key = `about.figure.${one.stem}`;
        const meaning = forge.word(key) === key ? "" : forge.word(key);
        const better = one.better ? forge.word(`about.${one.better}`) : "";
        const means = make("td");
        means.append(meaning, better && make("span", better, "da-better"));
        row.append(head, make("td", one.value), make("td", one.real), means);
        body.append(row);
      }
      element.querySelector(".da-scroll").hidden = !figures.length;
    };

    const tell = (answer) => {
      describe(answer.facts);
      fill(answer.figures);
      find("missing").hidden = !answer.missing;
      find("missing").textContent = forge.reword(answer.missing);
      const picture = find("truncation-picture");
      picture.hidden = !answer.pictures.truncation;
      if (answer.pictures.truncation) picture.querySelector("img").src = forge.pngUrl(answer.pictures.truncation);
      card.dataset.sha256 = answer.facts.sha256;
      forge.stamp(card);
    };

    const askCard = forge.latest(
      (request) => source.ask(TAB, "card", request),
      tell,
      () => {}, // the lesson's own line says it already
    );

    // ---- the API

    const root = (window.gradio_config?.root || window.location.origin).replace(/\/$/, "");
    const fetchEndpoints = async () => {
      const place = find("endpoints");
      try {
        const info = await (await fetch(`${root}/gradio_api/info`)).json();
        place.replaceChildren();
        for (const [name, endpoint] of Object.entries(info.named_endpoints).sort()) {
          const term = make("dt");
          term.append(make("code", name));
          place.append(term, make("dd", String(endpoint.description || "").split(/(?<=\.)\s/)[0]));
        }
      } catch {
        place.replaceChildren(make("dd", forge.word("about.api.none")));
      }
    };
    find("python").textContent =
      "from gradio_client import Client\n\n" +
      `client = Client("${root}")\n` +
      'picture, recipe = client.predict("2026", rows=4, seed=7, api_name="/generate")';
    find("curl").textContent =
      `curl -s ${root}/gradio_api/run/generate \\\n` +
      "     -H 'content-type: application/json' \\\n" +
      `     -d '{"data": ["2026", 4, 7, 0.8, "digits"]}'`;
    find("local").textContent =
      'import gan\n\nimages = gan.load("digits").sample("2026", seed=7, truncation=0.8)\n\n' +
      "python -m gan.sample digits --digits 2026 --out sheet.png";
    find("mcp").textContent = `python app.py --mcp\n\n{"mcpServers": {"digit-forge": {"url": "${root}/gradio_api/mcp/"}}}`;

    // ---- what the visitor does

    select.addEventListener("change", () => {
      state.digit = select.value;
      ask({ ...state });
    });
    find("others").addEventListener("click", () => {
      state.seed = Math.floor(Math.random() * RANDOM);
      ask({ ...state });
    });
    find("link").addEventListener("click", (event) => {
      const weights = shown?.recipe.weights.slice(0, 12);
      forge.copyLink(event.currentTarget, TAB, { ...state, weights });
    });
    new ResizeObserver(() => shown && refit()).observe(lesson);

    fetchEndpoints();
    forge.mount(TAB, first, (asked) => {
      state.model = asked.model;
      ask({ ...state });
      askCard({ model: state.model });
    });
  };
})();
