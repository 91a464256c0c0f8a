/* Words of the scripts in the visitor's language, English or Chinese, as Gradio's own labels follow the browser
   (it knows zh-CN and zh-TW; a mixture would be worse than English).

     DigitForge.addWords({"explore.slant": ["Slant", "倾斜"]})       in a tab's script, once
     DigitForge.word("generate.note", { count: 10 })                 {count} is filled in
     <span data-word="explore.slant"></span>                         filled by DigitForge.translate(element)
     data-word-label="..." gives an element its name (aria-label), data-word-alt="..." a picture its text
     DigitForge.join([one, another])                                 sentences one after the other; empty ones are left out */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});
  const words = {};
  const language = /^zh-(CN|TW)$/i.test(navigator.language || "") ? 1 : 0;

  forge.language = language ? "zh-CN" : "en";
  document.documentElement.lang = forge.language;

  forge.addWords = (more) => Object.assign(words, more);

  forge.word = (key, values = {}) => {
    const pair = words[key];
    if (!pair) return key;
    return pair[language].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  };

  forge.join = (sentences) => sentences.filter(Boolean).join(language ? "" : " ");

  forge.translate = (element) => {
    for (const item of element.querySelectorAll("[data-word]")) item.textContent = forge.word(item.dataset.word);
    for (const item of element.querySelectorAll("[data-word-label]")) {
      item.setAttribute("aria-label", forge.word(item.dataset.wordLabel));
    }
    for (const item of element.querySelectorAll("[data-word-alt]")) item.alt = forge.word(item.dataset.wordAlt);
  };
})();
