/* What the server says, in the visitor's language. The server speaks English, to programs too; the page translates its
   sentences where they come in.

     DigitForge.reword(text)    the text in Chinese on a Chinese page: whole sentences, one after the other, as the table
                                below has them. What the table does not have stays as it is, and so does every text on an
                                English page: nothing that the server says is ever lost

   A row is one sentence of the server's and its Chinese, JSON and one line each, so that a test can read them beside
   the server's own source. {gap} takes whatever stands there and keeps it as it is, a visitor's input above all; but
   {what} is a name (NAMES), {value} may be a word for what cannot be shown (VALUES), {list} is made of names with
   commas, "or" or "and" between, and {why}, {cause}, {seen} and {advice} are in the table themselves. A gap of one
   letter is that letter, which may be missing: digit{s}. The first row that fits counts: the more special, the earlier. */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});

  const NAMES = {
    __proto__: null, // what a visitor typed may be called like anything
    seed: "种子",
    count: "数量",
    round: "轮次",
    method: "插值方式",
    loop: "播放方式",
    plane: "平面",
    batch: "批量",
    preset: "预设",
    loss: "损失函数",
    "learning rate": "学习率",
    "length in minutes": "训练分钟数",
    slant: "倾斜",
    thickness: "笔画粗细",
    width: "宽度",
    height: "高度",
    x: "横向",
    y: "纵向",
    picture: "图像",
    "the picture": "图片",
    "the refinement": "优化过程",
    "a loss of D that is not a number": "D 的损失不是数",
    "a loss of G that is not a number": "G 的损失不是数",
    "gradients of D that are not finite": "D 的梯度非有限",
    "gradients of G that are not finite": "G 的梯度非有限",
    "weights that are not finite": "权重非有限",
    "a larger --gamma": "增大 --gamma",
    "a smaller --gamma": "减小 --gamma",
    "a --gamma-end below it": "更低的 --gamma-end",
    "a smaller --lr": "减小 --lr",
    "a larger --d-width": "增大 --d-width",
    "a longer run": "延长训练",
    "conditions (leave --unconditional out)": "有条件训练（去掉 --unconditional）",
  };

  const VALUES = {
    __proto__: null,
    empty: "空",
    "a number of more than 30 digits": "一个超过 30 位的数",
    "hundreds of": "数百",
  };

  const SENTENCES = [
    // any tab (gan/ui/bridge.py, gan/ui/service.py)
    ["The request is not an object of named values.", "请求不是由具名的值组成的。"],
    ["Something went wrong on the server while drawing; the page goes on.", "服务器绘制时出错；页面可继续使用。"],
    ["The server is busy with other visitors' digits; try again in a moment.", "服务器正在为其他访客绘制；请稍后再试。"],
    ["There is no {value} to ask for here.", "这里没有 {value} 可取。"],
    ["There is no model {value}; those there are: none yet; train one with train.py.", "没有模型 {value}；目前一个也没有，可用 train.py 训练。"],
    ["There is no model {value}; those there are: {names}.", "没有模型 {value}；现有：{names}。"],
    ["The model {value} is no longer there.", "模型 {value} 已不存在。"],
    ["The link is not a list of named values.", "链接不是由具名的值组成的。"],
    ["It has {value}, which means nothing here.", "其中的 {value} 在这里没有意义。"],
    ["The weights must be a SHA-256: 12 to 64 letters 0 to 9 and a to f.", "weights 必须是 SHA-256：12 到 64 个字符，只含 0 到 9 和 a 到 f。"],
    ["This was made with other weights ({made}, and the model here has {here}), so that another picture would come of it; nothing was drawn.", "这是用另一组权重（{made}）制作的，而这里的模型是 {here}，画出来会是另一幅图，因此没有绘制。"],

    // what was typed or dragged (gan/sampling.py, gan/ui/service.py)
    ["End {place}: {why}", "端点 {place}：{why}。"],
    ["Truncation psi is {value}; it must be a number from {low} to {high}.", "截断 ψ 为 {value}；必须是 {low} 到 {high} 之间的数。"],
    ["The {what} is {value}; it must be a whole number from {low} to {high}.", "{what}为 {value}；必须是 {low} 到 {high} 的整数。"],
    ["The {what} is {value}; it must be a number from {low} to {high}.", "{what}为 {value}；必须是 {low} 到 {high} 之间的数。"],
    ["{what} is {value}; it must be a number from {low} to {high}.", "{what}为 {value}；必须是 {low} 到 {high} 之间的数。"],
    ["No digit was given; choose at least one, from 0 to 9.", "没有给出数字；请至少选一个，0 到 9。"],
    ["{value} is not a digit; write digits from 0 to 9 only.", "{value} 不是数字；请只写 0 到 9。"],
    ["{value} is not a digit; give whole numbers from 0 to {high}.", "{value} 不是数字；请给出 0 到 {high} 的整数。"],
    ["{value} is not a digit of this model; it draws 0 to {high}.", "{value} 不是此模型的数字；它画 0 到 {high}。"],
    ["{value} is no number; write digits from 0 to 9 only.", "{value} 不是数；请只写 0 到 9。"],
    ["This model was trained without classes and draws whichever digit it likes; ask for 0s only.", "此模型训练时不分类别，画哪个数字由它自己决定；请只写 0。"],
    ["{count} digits are too many at once; the most is {most}.", "一次 {count} 个数字太多；最多 {most} 个。"],
    ["{count} digits are too many; a sheet holds up to {most} in a row.", "{count} 个数字太多；一行最多 {most} 个。"],
    ["{count} characters are too many; a sheet holds up to {most} digits in a row.", "{count} 个字符太多；一行最多 {most} 个数字。"],
    ["{count} digits in {rows} rows are {all}; a sheet holds up to {most}, here up to {fit} rows.", "{rows} 行、每行 {count} 个数字，共 {all} 个；一张最多 {most} 个，此处最多 {fit} 行。"],
    ["A dataset of {total} has no digit {at}.", "{total} 个数字的数据集没有第 {at} 个。"],
    ["The hands are {value}; they can be {list}.", "笔迹（hands）为 {value}；可以是 {list}。"],
    ["The locked rows must be text such as 0:7.0,5:1.3 (row:seed.style).", "锁定的行必须形如 0:7.0,5:1.3（行:种子.风格）。"],
    ["The locked row {value} is not row:seed.style, with rows and styles from 0 to {high}.", "锁定的行 {value} 不是“行:种子.风格”的形式，行和风格为 0 到 {high}。"],
    ["The digit is {value}; it can be any, or 0 to {high}.", "数字为 {value}；可以是 any（任意），或 0 到 {high}。"],
    ["The {what} is {value}; it can be {list}.", "{what}为 {value}；可以是 {list}。"],
    ["What travels is {value}; it can be {list}.", "变化的是 {value}；可以是 {list}。"],
    ["The way can have from 2 to {most} ends.", "一条路径可以有 2 到 {most} 个端点。"],
    ["The way has {count} end{s}; it can have from 2 to {most}.", "这条路径有 {count} 个端点；可以有 2 到 {most} 个。"],
    ["The ends must be text such as 3.4,8.7 (digit.seed).", "端点必须形如 3.4,8.7（数字.种子）。"],
    ["End {place} is {value}; it must be digit.seed, as in 3.4,8.7.", "端点 {place} 为 {value}；必须是“数字.种子”，例如 3.4,8.7。"],
    ["It has {count} digits; it takes one.", "有 {count} 个数字；只能有一个。"],
    ["{value} is not a class.", "{value} 不是类别。"],

    // pictures, as they are read aloud
    ["Sheet of {count} handwritten digit{s}, {rows} row{s} of {digits}", "{count} 个手写数字，{rows} 行：{digits}"],
    ["From a{n} {first}, seed {start}, by {more} more, to a{n} {last}, seed {end}", "从 {first}（种子 {start}）经过另外 {more} 个到 {last}（种子 {end}）"],
    ["From a{n} {first}, seed {start}, to a{n} {last}, seed {end}", "从 {first}（种子 {start}）到 {last}（种子 {end}）"],
    ["The number {digits}, written in the hand of the drawing", "用原图的笔迹写的号码 {digits}"],
    ["Whichever digits it likes, {rows} rows", "由它自己决定的数字，{rows} 行"],
    ["{digits}, {rows} rows, one hand each", "{digits}，{rows} 行，每行一种笔迹"],
    ["A{n} {what} that G drew of the numbers on the left", "G 用左边的数画出的 {what}"],
    ["{rows} rows of digits, each row drawn from one z", "{rows} 行数字，每行出自同一个 z"],
    ["{count} pictures, each from a z of its own", "{count} 幅图，各用各的 z"],
    ["{rows} rows of {count} times a{n} {what}, alike at the top, where psi is 0, and ever more varied below", "{rows} 行，每行 {count} 个 {what}：最上面 ψ 为 0，全都一样，越往下越多样"],
    ["{rows} rows of {count} times a{n} {what}, from scribbles to digits, after {images} images", "{rows} 行，每行 {count} 个 {what}：从涂鸦到数字，分别在看过 {images} 张图像之后"],
    ["{rows} rows of {count} pictures, each row on the way from a{n} {what} to another: {ways}", "{rows} 行，每行 {count} 幅图，从 {what} 渐变到另一个：{ways}"],
    ["{count} times a{n} {what}, from the one D finds most real, {most}, to the least, {least}", "{count} 个 {what}，从 D 认为最真的（{most}）到最不真的（{least}）"],

    // models and their files (gan/checkpoint.py, gan/classifier.py, gan/history.py)
    ["The file {file} is larger than {size} MB: no checkpoint of this project.", "文件 {file} 超过 {size} MB：不是本项目的模型。"],
    ["The file {file} is damaged or not a safetensors file ({reason}).", "文件 {file} 已损坏，或不是 safetensors 文件（{reason}）。"],
    ["The file {file} is damaged or no safetensors file ({reason}).", "文件 {file} 已损坏，或不是 safetensors 文件（{reason}）。"],
    ["The file {file} is a safetensors file, but not a generator of this project.", "文件 {file} 是 safetensors 文件，但不是本项目的生成器。"],
    ["The file {file} is a safetensors file, but not a classifier of this project ({format}).", "文件 {file} 是 safetensors 文件，但不是本项目的分类器（{format}）。"],
    ["The file {file} has format {value}; this version reads {known}.", "文件 {file} 的格式为 {value}；此版本读取 {known}。"],
    ["The file {file} cannot be used: {reason}.", "文件 {file} 无法使用：{reason}。"],
    ["The file {file} is damaged: its weights do not have the SHA-256 that its header gives.", "文件 {file} 已损坏：权重与文件头给出的 SHA-256 不符。"],
    ["The file {file} is damaged: its tensors are not those that its header promises.", "文件 {file} 已损坏：张量与文件头所述不符。"],
    ["The file {file} does not fit the network that its header names.", "文件 {file} 与文件头所说的网络不符。"],
    ["The file {file} does not hold the network its header describes ({reason}).", "文件 {file} 里不是文件头所述的网络（{reason}）。"],
    ["The file {file} holds weights that are not finite numbers.", "文件 {file} 含有非有限的权重。"],
    ["No classifier weights at {path}; `python -m gan.fit_classifier --data ROOT` makes them.", "{path} 处没有分类器的权重；可用 `python -m gan.fit_classifier --data ROOT` 生成。"],
    ["The run that made {model} left no history here; python -m gan.history add RUN --name {model} brings one.", "这里没有保存 {model} 的训练历史；可用 python -m gan.history add RUN --name {model} 添加。"],
    ["The history of {model} is damaged and cannot be shown ({reason}).", "{model} 的训练历史已损坏，无法显示（{reason}）。"],
    ["The history there is for {model} belongs to other weights ({own}, not {asked}); python -m gan.history add RUN --name {model} brings the right one.", "{model} 的训练历史属于另一组权重（{own}，而不是 {asked}）；可用 python -m gan.history add RUN --name {model} 添加正确的。"],
    ["There is one of: {names}.", "有训练历史的模型：{names}。"],
    ["This model was not evaluated yet; python -m gan.evaluate {model} --data ROOT --json FILE measures it, and python -m gan.checkpoint add puts the figures here.", "此模型尚未评估；可用 python -m gan.evaluate {model} --data ROOT --json FILE 测量，再用 python -m gan.checkpoint add 把结果放到这里。"],
    ["This model has other weights than checkpoints/index.json tells of; python -m gan.evaluate {model} --data ROOT --json FILE measures it, and python -m gan.checkpoint add puts the figures here.", "此模型的权重与 checkpoints/index.json 所记的不同；可用 python -m gan.evaluate {model} --data ROOT --json FILE 测量，再用 python -m gan.checkpoint add 把结果放到这里。"],
    ["Trained on the page: {preset}, {images} images in {minutes} minutes", "在本页面训练：{preset}，{minutes} 分钟内 {images} 张图像"],

    // D's opinion and the reader's (gan/verdict.py, gan/ui/service.py)
    ["This model's loss ({loss}) only compares pictures of one class, so D's number is turned into a probability by {real} real training digits and {forged} forged ones: 50 % means that D's number is as common among real digits as among forged ones.", "此模型的损失函数（{loss}）只比较同一类别的图，因此用 {real} 个真实训练数字和 {forged} 个伪造数字把 D 的数值换算成概率：50 % 表示 D 的这一数值在真实和伪造数字中同样常见。"],
    ["This model's loss ({loss}) only compares pictures of one class, and no calibration is stored ({why}): the percentage is the share of {count} of the model's own forgeries of that class that D finds less real, so 50 % is a typical forgery.", "此模型的损失函数（{loss}）只比较同一类别的图，而且没有保存校准（{why}）：百分比是在该类别的 {count} 个伪造品中，D 认为更不真的比例，因此 50 % 就是典型的伪造品。"],
    ["This model's loss ({loss}) asks D for a probability itself, and this is its answer: above 50 % it takes the picture for real, below for forged.", "此模型的损失函数（{loss}）直接向 D 询问概率，这就是它的回答：高于 50 % 它认为是真的，低于则认为是伪造的。"],
    ["python -m gan.fit_verdict {model} stores one", "可用 python -m gan.fit_verdict {model} 生成"],
    ["The file {file} is not what python -m gan.fit_verdict writes.", "文件 {file} 不是 python -m gan.fit_verdict 写出的。"],
    ["The file {file} was fitted to other weights; python -m gan.fit_verdict renews it.", "文件 {file} 属于另一组权重；可用 python -m gan.fit_verdict 更新。"],
    ["The file {file} is not of {count} classes, as the model is.", "文件 {file} 的类别数与模型的 {count} 类不符。"],
    ["This model's critic gives no probability.", "此模型的评论家不给出概率。"],
    ["{model} was saved without its discriminator, so there is no verdict.", "{model} 保存时没有判别器，因此无法鉴定。"],
    ["{model} was saved without its discriminator.", "{model} 保存时没有判别器。"],
    ["Read by a classifier that has seen real training digits alone.", "识别结果来自只见过真实训练数字的分类器。"],
    ["The reader knows {known}, not {asked}.", "识别器只认识 {known}，不认识 {asked}。"],

    // Explore (gan/directions.py, gan/handwriting.py, gan/ui/service_explore.py)
    ["{count} digits are too many; a row holds up to {most}.", "{count} 个数字太多；一行最多 {most} 个。"],
    ["The {what} is {value}; this model's hands have {many} from {low} to {high} {unit}.", "{what}为 {value}；此模型的笔迹在 {low} 到 {high} {unit} 之间。"],
    ["The handwriting of {model} is not measured yet; it takes about a minute.", "{model} 的笔迹尚未测量；大约需要一分钟。"],
    ["The handwriting of {model} is being measured, about a minute; the pad works already.", "正在测量 {model} 的笔迹，大约一分钟；风格平面已经可用。"],
    ["(`python -m gan.directions {model}` does it once for all.)", "（运行一次 `python -m gan.directions {model}`，以后就不必再等。）"],
    ["This model knows no classes: it draws whichever digit it likes.", "此模型不分类别：画哪个数字由它自己决定。"],
    ["This model's w is its noise itself, as wide one way as any other: PCA finds no way of its own.", "此模型的 w 就是噪声本身，各个方向一样宽：PCA 找不到特别的方向。"],
    ["No layer of this model reads w by itself, so SeFa has nothing to solve: these are PCA's ways.", "此模型没有单独读取 w 的层，SeFa 无从求解：这里用的是 PCA 的方向。"],

    // Your hand (gan/canvas.py, gan/invert.py, gan/line.py, gan/ui/service_hand.py)
    ["No picture came; draw a digit, or choose an image file.", "没有收到图片；请写一个数字，或选择图片文件。"],
    ["The picture is empty; draw a digit, or choose an image file.", "图片是空的；请写一个数字，或选择图片文件。"],
    ["The file has {size} MB; a picture may have up to {most} MB.", "文件有 {size} MB；图片最多 {most} MB。"],
    ["The file is no image that can be read; give a PNG, JPEG, WebP, GIF or BMP of one digit.", "无法作为图片读取该文件；请给出一个数字的 PNG、JPEG、WebP、GIF 或 BMP。"],
    ["The picture has {width} x {height} = {value} megapixels; up to {most} are taken: save it smaller.", "图片有 {width} × {height} = {value} 百万像素；最多 {most}：请缩小后再试。"],
    ["The picture has {value} megapixels; up to {most} are taken: save it smaller.", "图片有 {value} 百万像素；最多 {most}：请缩小后再试。"],
    ["The picture has {width} x {height} pixels; each side needs {least} at least.", "图片为 {width} × {height} 像素；每边至少要 {least}。"],
    ["The picture is broken and cannot be decoded; save it anew, or take another.", "图片已损坏，无法解码；请重新保存，或换一张。"],
    ["Nothing is drawn there; draw or photograph one digit, in dark ink on light or the reverse.", "上面什么也没有；请写或拍一个数字，浅底深字或深底浅字。"],
    ["No digit stands out in the picture; write it large, in dark ink on plain light paper.", "图片中看不出数字；请用深色笔在浅色白纸上写大一些。"],
    ["Ink fills nearly the whole picture; leave plain paper around the digit.", "墨迹几乎占满了整张图；请在数字四周留白。"],
    ["The picture has {count} separate pieces; one digit, drawn in joined strokes, is read better.", "图片中有 {count} 个分离的部分；笔画相连的单个数字更容易识别。"],
    ["The reading is a guess; say which digit is meant, or draw it more plainly.", "识别结果只是猜测；请指出要写的是哪个数字，或写得更清楚些。"],
    ["The model {model} was trained without classes: it can redraw what you drew, but no other digit in that hand; choose another model for those.", "模型 {model} 训练时不分类别：它能重画你写的，但不能用这种笔迹写其他数字；如有需要，请选择其他模型。"],
    ["The model {model} draws other things than the ten digits; choose another.", "模型 {model} 画的不是十个数字；请选择其他模型。"],
    ["{value} is not a digit; choose one from 0 to 9, or let it be read.", "{value} 不是数字；请选 0 到 9 之一，或由模型识别。"],
    ["The hand is no hand of {model}: {count} numbers as copied from this page.", "这不是 {model} 的笔迹：应是从本页面复制的 {count} 个数。"],
    ["The refinement cannot go on from what came; begin anew by drawing.", "收到的数据无法继续优化；请重新书写。"],
    ["The refinement's step is no whole number; begin anew by drawing.", "优化的步数不是整数；请重新书写。"],
    ["The refinement is none of this model; begin anew by drawing.", "这个优化过程不属于此模型；请重新书写。"],
    ["The refinement holds numbers that are none; begin anew by drawing.", "优化数据中含有无效的数；请重新书写。"],
    ["{what} did not come as it was sent; try again.", "{what}未能完整送达；请重试。"],
    ["The number is not text; write digits such as 2026 or 20.11.2026.", "号码不是文本；请写数字，如 2026 或 20.11.2026。"],
    ["No digit was given; write a number such as 2026.", "没有给出数字；请写一个号码，如 2026。"],
    ["{value} is not a digit; write digits from 0 to 9, with . , : - / or spaces between.", "{value} 不是数字；请写 0 到 9，其间可用 . , : - / 或空格。"],
    ["{count} characters are too many; a line takes up to {most} digits.", "{count} 个字符太多；一行最多 {most} 个数字。"],
    ["{count} digits are too many; a line takes up to {most}.", "{count} 个数字太多；一行最多 {most} 个。"],

    // Forger and inspector (gan/ui/inspector.py, gan/ui/service_inspector.py)
    ["{count} real test digits of {source}, which D has not seen, and {forged} forged by the model {model}, in {ms} ms", "{source} 测试集的 {count} 个真实数字（D 没有见过）和模型 {model} 伪造的 {forged} 个，{ms} 毫秒"],
    ["{forged} forged by the model {model}, in {ms} ms", "模型 {model} 伪造的 {forged} 个，{ms} 毫秒"],
    ["The choice is {value}; it must be 0 for the first picture or 1.", "选择为 {value}；必须是 0（第一幅图）或 1。"],
    ["The model {value} was saved without its discriminator, so nobody inspects it here; choose another model.", "模型 {value} 保存时没有判别器，这里无法鉴定；请选择其他模型。"],
    ["The test split has no {name}; choose another digit.", "测试集中没有 {name}；请选择其他数字。"],
    ["{source} is not on this server, so there are no real digits to compare with.", "此服务器上没有 {source}，因此没有真实数字可供比较。"],
    ["Run the app on your own machine: there one button fetches them.", "请在自己的电脑上运行本应用：那里点一下按钮即可下载。"],
    ["{source} is not under {root}, so there are no real digits to compare with.", "{root} 下没有 {source}，因此没有真实数字可供比较。"],
    ["Download it with the button, put its files into {folder}, or start the app with GAN_DATA=FOLDER, the folder that holds {inner}.", "请点按钮下载，或把文件放入 {folder}，或用 GAN_DATA=FOLDER 启动本应用（FOLDER 是含有 {inner} 的文件夹）。"],
    ["Delete that file to have it fetched again.", "删除该文件即可重新下载。"],
    ["Downloads are off on this server; run the app on your own machine.", "此服务器不允许下载；请在自己的电脑上运行本应用。"],
    ["This model's dataset is a folder of files of its own; nothing can be downloaded.", "此模型的数据集是自备的文件夹；无法下载。"],
    ["Nothing has come for {seconds} seconds; is this machine online?", "已有 {seconds} 秒没有收到数据；这台机器联网了吗？"],
    ["The download failed ({kind}); try again.", "下载失败（{kind}）；请重试。"],

    // the dataset's files (gan/data.py)
    ["Fetching {source} failed: {reason}; {why}", "下载 {source} 失败（{reason}）；{why}。"],
    ["No {source} under {folder}: put its four files there ({files}; plain or .gz), or name the folder that holds {inner} with --data or GAN_DATA.", "{folder} 下没有 {source}：请把它的四个文件放在那里（{files}；可用 .gz），或用 --data 或 GAN_DATA 指明含有 {inner} 的文件夹。"],
    ["The folder {folder} has no {files}: put files in MNIST's format there ({all}; plain or .gz), or name another folder with --data or GAN_DATA.", "文件夹 {folder} 中缺少 {files}：请放入 MNIST 格式的文件（{all}；可用 .gz），或用 --data 或 GAN_DATA 指明其他文件夹。"],
    ["The data under {root} has {count} classes, the model {own}.", "{root} 下的数据有 {count} 类，而模型有 {own} 类。"],
    ["The file {file} cannot be read: {reason}; it must be a whole, readable IDX file, gzipped.", "无法读取文件 {file}：{reason}；必须是完整可读的 IDX 文件（gzip 压缩）。"],
    ["The file {file} cannot be read: {reason}; it must be a whole, readable IDX file.", "无法读取文件 {file}：{reason}；必须是完整可读的 IDX 文件。"],
    ["{path} cannot be read: {reason}.", "无法读取 {path}：{reason}。"],
    ["The file {file} is cut short: {size} bytes, fewer than its header's {least}.", "文件 {file} 不完整：只有 {size} 字节，少于文件头的 {least}。"],
    ["The file {file} is not an IDX file of {count} dimension{s}: it begins with {found}, not {wanted}.", "文件 {file} 不是 {count} 维的 IDX 文件：开头是 {found}，而不是 {wanted}。"],
    ["The file {file} holds {size} bytes of data where its header promises {wanted}: it is damaged or cut short.", "文件 {file} 有 {size} 字节数据，而文件头说有 {wanted}：文件已损坏或不完整。"],
    ["The file {file} holds images of {height} x {width}; they must be 28 x 28.", "文件 {file} 中的图像为 {height} × {width}；必须是 28 × 28。"],
    ["The file {file} holds {count} images but {labels} {other} labels; there must be as many, and some.", "文件 {file} 有 {count} 张图像，而 {labels} 有 {other} 个标签；两者应一样多，且不为零。"],
    ["The file {file} holds the label {label}; labels must be 0 to {high}.", "文件 {file} 含有标签 {label}；标签必须是 0 到 {high}。"],
    ["The file {file} holds no image of class {classes}; labels must be 0 to {high}, each at least once.", "文件 {file} 中没有类别 {classes} 的图像；标签必须是 0 到 {high}，每个至少一次。"],

    // Training (gan/ui/service_training.py, gan/session.py, gan/trainer.py)
    ["There is no {what} {value}; there are {list}.", "没有{what} {value}；现有 {list}。"],
    ["{source} is not under {root}, so there is nothing to learn from.", "{root} 下没有 {source}，因此没有可学的数据。"],
    ["Training is off on this server, which is shared: run the app on your own machine, or set GAN_ALLOW_TRAINING=1 where the server is yours.", "这台服务器是共用的，不允许训练：请在自己的电脑上运行本应用，或在自己的服务器上设置 GAN_ALLOW_TRAINING=1。"],
    ["This browser tab has no name; reload the page.", "此浏览器标签页没有名称；请重新加载页面。"],
    ["Your run is still going on; stop it first.", "你的训练仍在进行；请先停止。"],
    ["Somebody else is training here, and there is one run at a time: you may watch until it is your turn.", "有人正在训练，同时只能有一个训练：轮到你之前可以观看。"],
    ["The run of another visitor has just ended; they have {seconds} seconds more to keep it, then it is your turn.", "另一位访客的训练刚刚结束；对方还有 {seconds} 秒可以保存，然后轮到你。"],
    ["No run is going on; start one.", "没有正在进行的训练；请开始一个。"],
    ["That is nothing a run can do.", "训练做不到这件事。"],
    ["A model's name has 1 to 40 letters from a to z, digits, - and _, and begins with a letter or a digit.", "模型名称为 1 到 40 个字符：字母 a 到 z、数字、- 和 _，以字母或数字开头。"],
    ["There is a model {value} already; choose another name.", "已有模型 {value}；请另取名称。"],
    ["There are {count} models here; delete one from checkpoints/ first.", "这里已有 {count} 个模型；请先从 checkpoints/ 中删除一个。"],
    ["The model cannot be kept ({why}).", "无法保存模型（{why}）。"],
    ["There is no result of yours any more; train again.", "你的结果已经不在了；请重新训练。"],
    ["The training process ended unexpectedly; start another run.", "训练进程意外结束；请重新开始。"],
    ["Something went wrong in the training process; it has ended.", "训练进程出错，已经结束。"],
    ["The run was stopped because the visitor who started it had left.", "开始训练的访客已离开，训练已停止。"],
    ["The run was stopped after it had stood paused for {minutes} minutes.", "训练暂停满 {minutes} 分钟，已停止。"],
    ["The run cannot be written down ({reason}).", "无法写入训练结果（{reason}）。"],
    ["The batch is {batch} but the data has {count} images; use a smaller one.", "批量为 {batch}，而数据只有 {count} 张图像；请减小批量。"],
    ["wgan-gp's gradient penalty asks for the gradient of each image's own logit, and BatchNorm in the discriminator {value} mixes the batch; use --discriminator strided, or another --loss.", "wgan-gp 的梯度惩罚需要每张图像各自的 logit 的梯度，而判别器 {value} 中的 BatchNorm 会混合整个批次；请用 --discriminator strided，或换一种 --loss。"],
    ["R1 and R2 ask for the gradient of each image's own logit, and BatchNorm in the discriminator {value} mixes the batch; use --discriminator strided, or --gamma 0.", "R1 和 R2 需要每张图像各自的 logit 的梯度，而判别器 {value} 中的 BatchNorm 会混合整个批次；请用 --discriminator strided，或 --gamma 0。"],
    ["The run met {cause}; it went back to {images} images and goes on with other noise.", "训练出了问题（{cause}）；已退回到 {images} 张图像处，换用其他噪声继续。"],
    ["The run met {cause}, after it had gone back to a good state once; {path} still holds that state: {advice}.", "训练退回过一次良好状态，又出了问题（{cause}）；{path} 仍保存着那个状态：{advice}。"],
    ["The run met {cause}, and there is no good state to go back to: {advice}.", "训练出了问题（{cause}），而且没有可退回的良好状态：{advice}。"],
    ["{list} at step {step}", "第 {step} 步：{list}"],

    // its alarms (gan/watch.py)
    ["D has won: {seen}, so G learns little from it; {advice}.", "D 赢了：{seen}，G 几乎学不到东西；{advice}。"],
    ["D has lost: it ranks {won} of the pairs right, as a coin would, and {why}; {advice}.", "D 输了：只在 {won} 的配对中正确，与抛硬币一样，而且{why}；{advice}。"],
    ["{seen}; G's gradient is {share} of its usual size", "{seen}；G 的梯度只有平常的 {share}"],
    ["it ranks {won} of the pairs right and calls real images real with {real}, forged ones with {forged}", "它在 {won} 的配对中正确，认为真实图像 {real} 为真，伪造图像 {forged} 为真"],
    ["it ranks {won} of the pairs right", "它在 {won} 的配对中正确"],
    ["its logits have wandered to {level}", "其 logit 已漂移到 {level}"],
    ["its gradient is {share} of its usual size", "其梯度只有平常的 {share}"],
    ["The gradients of {network} are exploding: {times} times their usual size; {advice}.", "{network} 的梯度正在爆炸：是平常的 {times} 倍；{advice}。"],
    ["Class {classes} is ignored (share of pictures that are read as asked); {advice}.", "类别 {classes} 被忽略（括号内为识别正确的比例）；{advice}。"],
    ["The classes {classes} are ignored (share of pictures that are read as asked); {advice}.", "类别 {classes} 被忽略（括号内为识别正确的比例）；{advice}。"],
    ["The pictures are collapsing into one look: {share} of the real diversity; {advice}.", "图像正在变得千篇一律：多样性只有真实数字的 {share}；{advice}。"],
    ["Class {classes} is collapsing into one look (share of the real diversity); {advice}.", "类别 {classes} 正在变得千篇一律（括号内为与真实数字相比的多样性）；{advice}。"],
    ["The classes {classes} are collapsing into one look (share of the real diversity); {advice}.", "类别 {classes} 正在变得千篇一律（括号内为与真实数字相比的多样性）；{advice}。"],
    ["The digit{s} {digits} hardly appear{s} in the pictures (share of them); {advice}.", "图像中几乎没有数字 {digits}（括号内为所占比例）；{advice}。"],
    ["try {list}", "可尝试 {list}"],
  ];

  const END = "[.?!]\\)?"; // of a sentence, and
  const BREAK = "\\s+(?=[A-Z(])"; // before the next one
  const WITHIN = `(?:(?!${END}${BREAK})[^])+?`; // a gap in one sentence
  const ANYTHING = "[^]+?"; // a visitor may have typed several
  const HAN = /[\u4e00-\u9fff]/;

  const compile = (english, gap) => {
    const seen = new Set();
    const take = (_, name) => {
      if (name.length === 1) return `${name}?`;
      if (seen.has(name)) return `\\k<${name}>`;
      seen.add(name);
      return `(?<${name}>${gap})`;
    };
    const pattern = english
      .replace(/[.*+?^$|()[\]\\/]/g, "\\$&")
      .replace(/\{(\w+)\}/g, take)
      .replace(/^[A-Za-z]/, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`) // it may stand in another one
      .replace(/\\\.$/, "\\.?");
    return new RegExp(`^${pattern}$`);
  };

  let rows = null; // compiled at the first sentence

  const find = (text, kind) => {
    rows ||= SENTENCES.map(([english, chinese]) => ({ one: compile(english, WITHIN), any: compile(english, ANYTHING), chinese }));
    for (const row of rows) {
      const found = row[kind].exec(text);
      if (!found) continue;
      // No space where Chinese meets Chinese
      return row.chinese.replace(/( ?)\{(\w+)\}( (?=[\u4e00-\u9fff]))?/g, (_, before, gap, after = "") => {
        const filled = fill(gap, found.groups[gap]);
        return `${HAN.test(filled[0]) ? "" : before}${filled}${HAN.test(filled.at(-1)) ? "" : after}`;
      });
    }
    return null;
  };

  const name = (text) => NAMES[text] || NAMES[text[0].toLowerCase() + text.slice(1)] || text;

  const list = (text) => {
    const names = text.split(/,? (?:or|and) |, /).map(name);
    const last = names.pop();
    const word = text.includes(" or ") ? "或" : text.includes(" and ") ? "和" : "、";
    if (!names.length) return last;
    const [before, after] = [names.at(-1).at(-1), last[0]].map((letter) => (word === "、" || HAN.test(letter) ? "" : " "));
    return `${names.join("、")}${before}${word}${after}${last}`;
  };

  const inner = (text) => (find(text, "one") ?? text).replace(/[.。]$/, "");

  const FILL = { what: name, value: (text) => VALUES[text] || text, list, why: inner, cause: inner, seen: inner, advice: inner };
  const fill = (gap, text) => (FILL[gap] ? FILL[gap](text) : text);

  forge.reword = (text) => {
    if (forge.language === "en" || !text) return text;
    const whole = find(text, "one");
    if (whole !== null) return whole;
    const parts = text.split(new RegExp(`(?<=${END})${BREAK}`));
    const said = parts.map((part) => find(part, "one"));
    if (!said.includes(null)) return forge.join(said);
    return find(text, "any") ?? parts.map((part, place) => said[place] ?? part).join(" ");
  };
})();
