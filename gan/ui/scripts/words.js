/* Words in the visitor's language: the one that the browser asks for, where a file of gan/ui/words/ names it, and
   English for everybody else, and for what a language lacks. Gradio's own labels follow the browser in the same way.

     DigitForge.learn(english, others)       once, in the head: English as en.json holds it, and {path: codes} of the rest
     DigitForge.ready                        a promise: the language is there (for English it is from the start)
     DigitForge.language                     "en", "zh-CN"...
     DigitForge.word("generate.note", { count: 10 })                 {count} is filled in
     <span data-word="explore.slant"></span>                         filled by DigitForge.translate(element)
     data-word-label="..." gives an element its name (aria-label), data-word-alt="..." a picture its text;
     the gaps of such words are filled from the element's data: data-most="60"
     DigitForge.join([one, another])                                 sentences one after the other; empty ones are left out */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});
  let english = { words: {} };
  let own = english;

  const choose = (table) => {
    own = table;
    forge.language = document.documentElement.lang = table.language;
  };

  const locate = (path) => (window.gradio_config?.root || window.location.origin).replace(/\/$/, "") + path;

  forge.ready = Promise.resolve();

  forge.learn = (table, others) => {
    english = table;
    choose(english);
    const asked = (navigator.language || "").toLowerCase();
    const found = Object.entries(others).find(([, codes]) => codes.some((code) => code.toLowerCase() === asked));
    if (!found) return;
    forge.ready = fetch(locate(found[0]))
      .then((answer) => answer.json())
      .then(choose)
      .catch(() => {}); // then it is English
  };

  forge.word = (key, values = {}) => {
    const text = own.words[key] ?? english.words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  };

  forge.join = (sentences) => sentences.filter(Boolean).join(own.grammar?.between ?? " ");

  const fill = (element) => {
    for (const item of element.querySelectorAll("[data-word]")) {
      item.textContent = forge.word(item.dataset.word, item.dataset);
    }
    for (const item of element.querySelectorAll("[data-word-label]")) {
      item.setAttribute("aria-label", forge.word(item.dataset.wordLabel, item.dataset));
    }
    for (const item of element.querySelectorAll("[data-word-alt]")) {
      item.alt = forge.word(item.dataset.wordAlt, item.dataset);
    }
  };

  forge.translate = (element) => {
    fill(element);
    if (own === english) forge.ready.then(() => own !== english && fill(element));
  };
})();
