/* Words in the visitor's language: the one that the browser asks for, where a file of gan/ui/words/ names it, and
   English for everybody else, and for what a language lacks. Gradio's own labels follow the browser in the same way.

     DigitForge.learn(english, others)       once, in the head: English as en.json holds it, and {path: codes} of the rest
     DigitForge.ready                        a promise: the language is there (for English it is from the start)
     DigitForge.language                     "en", "zh-CN"...
     DigitForge.word("generate.note", { count: 10 })                 {count} is filled in
     <span data-word="explore.slant"></span>                         filled by DigitForge.translate(element)
     data-word-label="..." gives an element its name (aria-label), data-word-alt="..." a picture its text;
     the gaps of such words are filled from the element's data: data-most="60"
     DigitForge.join([one, another])         sentences one after the other; empty ones are left out
     DigitForge.reword(said)                 what the server says, see below
     DigitForge.locate("/gradio_api/...")    the address of that path of the server that this page came from: beside the
                                             page's own files, whatever a proxy told the server of its name */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});
  let english = { words: {}, grammar: { between: " " } };
  let own = english;

  const choose = (table) => {
    own = table;
    forge.language = document.documentElement.lang = table.language;
    forge.speak(table);
  };

  forge.locate = (path) => new URL(path.replace(/^\//, ""), document.baseURI);

  forge.ready = Promise.resolve();

  forge.learn = (table, others) => {
    english = table;
    choose(english);
    const asked = (navigator.language || "").toLowerCase();
    const found = Object.entries(others).find(([, codes]) => codes.some((code) => code.toLowerCase() === asked));
    if (!found) return;
    forge.ready = fetch(forge.locate(found[0]))
      .then((answer) => answer.json())
      .then(choose)
      .catch(() => {}); // then it is English
  };

  forge.word = (key, values = {}) => {
    const text = own.words[key] ?? english.words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  };

  forge.join = (sentences) => sentences.filter(Boolean).join(own.grammar.between);

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

/* What the server says, in the visitor's language. It says everything in English, and what it is made of (gan/errors.py):
   {text, template, values}, {text, parts} of several sentences, {text, items, word} of a list; or plain text, which stays
   as it is. A template is looked up in the language's sentences, and its gaps are filled with the values: those are
   sentences again, lists, names where the gap is called "what", or what a visitor typed and a number, as they are.

     DigitForge.reword(said) -> text; in English where the language does not know the template: nothing is ever lost
     DigitForge.nameOf("slant") -> the visitor's word for it, or the same where there is none */
(() => {
  const forge = window.DigitForge;
  const HAN = /[\u4e00-\u9fff]/;
  let own = {};

  forge.speak = (table) => (own = table);

  // What a visitor typed may be called like anything, "constructor" too
  const find = (table, name) => (table && Object.hasOwn(table, name) ? table[name] : undefined);

  forge.nameOf = (text) => find(own.names, text) ?? find(own.names, text.charAt(0).toLowerCase() + text.slice(1)) ?? text;

  /* No space where Chinese meets Chinese */
  const glue = (left, between, right) => {
    const begun = HAN.test(left.at(-1)) ? between.trimStart() : between;
    return left + (HAN.test(right[0]) ? begun.trimEnd() : begun) + right;
  };

  const list = ({ items, word }) => {
    const names = items.map((item) => (typeof item === "string" ? forge.nameOf(item) : forge.reword(item)));
    const last = names.pop() ?? "";
    const { comma, or, and } = own.grammar;
    return names.length ? glue(names.join(comma), { or, and }[word] ?? comma, last) : last;
  };

  const fill = (gap, value) => {
    if (typeof value !== "string") return forge.reword(value);
    return gap === "what" ? forge.nameOf(value) : value;
  };

  const fillAll = (template, values) =>
    template.replace(/( ?)\{(\w+)\}( (?=[\u4e00-\u9fff]))?/g, (whole, before, gap, after = "") => {
      const filled = fill(gap, find(values, gap) ?? `{${gap}}`);
      return `${HAN.test(filled[0]) ? "" : before}${filled}${HAN.test(filled.at(-1)) ? "" : after}`;
    });

  /* With a full stop where the English has got or lost one since it was said */
  const end = (said, text, source) => {
    const { stop } = own.grammar;
    if (text.endsWith(".") && !source.endsWith(".")) return said + stop;
    return source.endsWith(".") && !text.endsWith(".") && said.endsWith(stop) ? said.slice(0, -stop.length) : said;
  };

  /* With a capital where the English has got one; a name that a sentence begins with stays as it is */
  const raise = (template, text, source) => {
    const risen = text[0] !== source[0] && text[0] === source[0].toUpperCase();
    return risen ? template.charAt(0).toUpperCase() + template.slice(1) : template;
  };

  forge.reword = (said) => {
    if (!said || typeof said === "string") return said;
    if (!own.sentences) return said.text;
    if (said.items) return list(said);
    if (said.parts) {
      const last = said.parts.at(-1);
      return end(forge.join(said.parts.map(forge.reword)), said.text, last.text ?? last);
    }
    const template = find(own.sentences, said.template);
    if (template === undefined) return said.text;
    return end(fillAll(raise(template, said.text, said.template), said.values), said.text, said.template);
  };
})();
