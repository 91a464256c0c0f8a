/* The classes that a model can be asked for, and how text names them.

     DigitForge.askClasses(source, tab, model) -> Promise<names>    none of a model that knows no classes
     DigitForge.readDigits(text)             its digits, of any script, as 0 to 9
     DigitForge.readMarks(text)              its digits, of any script, as 0 to 9; its marks as . - / : and ,
     DigitForge.readClasses(text, names)     the classes that a text names, as numbers; NaN for what is none
     DigitForge.writeClasses(labels, names)  the same back: "2026", or "A,Z" or "0,25" where there are more than ten
     DigitForge.fillClasses(select, names)   a <select>'s options
     DigitForge.FEW_CLASSES                  as many as there are digits: more are named with commas between, and chosen */
(() => {
  const forge = window.DigitForge;
  // As gan/drawing/arguments.py has them
  const MARKS = { "．": ".", "。": ".", "－": "-", "／": "/", "：": ":", "，": ",", "、": "," };
  const DATES = "年月日号號时時分秒・";

  /* Each script has its digits in a row, 0 to 9, and some have several such rows (Unicode, general category Nd) */
  const readDigit = (mark) => {
    const code = mark.codePointAt(0);
    let first = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
    return String((code - first) % 10);
  };

  const readMark = (mark) => {
    if (MARKS[mark]) return MARKS[mark];
    if (DATES.includes(mark)) return " ";
    return /\p{Nd}/u.test(mark) ? readDigit(mark) : mark;
  };

  forge.FEW_CLASSES = 10;

  forge.readDigits = (text) => text.replace(/\p{Nd}/gu, readDigit);

  forge.readMarks = (text) => [...text].map(readMark).join("");

  forge.askClasses = async (source, tab, model) => (await source.ask(tab, "classes", { model })).classes;

  forge.readClasses = (text, names) => {
    const read = forge.readMarks(String(text ?? ""));
    if (!read.includes(",")) return [...read].filter((mark) => /[0-9]/.test(mark)).map(Number);
    const words = read.split(",").map((word) => word.trim());
    return words.filter(Boolean).map((word) => (/^[0-9]+$/.test(word) ? Number(word) : names.indexOf(word)));
  };

  forge.writeClasses = (labels, names) => {
    if (names.length <= forge.FEW_CLASSES) return labels.join("");
    // By name where that is not to be taken for anything else
    const plain = names.every((name) => name && name === name.trim() && !/[,，、]|^[0-9]+$/.test(name));
    const words = labels.map((label) => (plain ? names[label] : label));
    return words.length === 1 ? `${words[0]},` : words.join(",");
  };

  forge.fillClasses = (select, names) => {
    if (select.dataset.names === names.join("\n")) return;
    const { value } = select;
    select.dataset.names = names.join("\n");
    select.replaceChildren(...names.map((name, label) => new Option(name, label)));
    if (value !== "" && Number(value) < names.length) select.value = value;
  };
})();
