/* The page's frame: the words of its header and of the letters at its foot, and the tab that a link names. */
(() => {
  const forge = window.DigitForge;

  /* Open the tab of ?tab=NAME, once the page is there; an unknown name leaves the first one open. */
  forge.openLinked = () => {
    const name = new URLSearchParams(window.location.search).get("tab") || "";
    if (/^[a-z]+$/.test(name)) document.getElementById(`tab-${name}-button`)?.click();
    return [];
  };

  forge.addWords({
    "page.lead": [
      "A generator G that learnt handwriting from MNIST draws digits nobody ever wrote: you choose the digit, " +
        "chance chooses the hand.",
      "生成器 G 从 MNIST 学会了手写，画出从未有人写过的数字：数字由你选，笔迹由随机数定。",
    ],
    "page.letters": ["What the letters mean", "这些字母是什么意思"],
    "page.g": [
      "the generator: a small network that turns numbers into a picture.",
      "生成器：把一串数变成图像的小网络。",
    ],
    "page.d": [
      "the discriminator: the network that G learnt against; it tells real digits from forged ones.",
      "判别器：G 的对手，负责分辨真迹与伪造。",
    ],
    "page.y": ["the digit that is asked for, 0 to 9.", "要画的数字，0 到 9。"],
    "page.z": [
      "random numbers that decide the hand: slant, weight, loops. A seed names them, to have them again.",
      "决定笔迹的随机数：倾斜、粗细、圈的形状。种子是它们的名字，凭它可以再次得到同样的笔迹。",
    ],
    "page.w": [
      "what G makes of z and y before it draws; two digits are blended here.",
      "G 落笔前由 z 和 y 算出的风格；两个数字在这里融合。",
    ],
    "page.psi": [
      "truncation: how far w may be from its digit's mean. Common hands come often and rare ones seldom; " +
        "a lower ψ leaves the rare ones out.",
      "截断：w 可以离该数字的平均风格多远。常见的笔迹多，罕见的少；ψ 越小，罕见的越不出现。",
    ],
  });
})();
