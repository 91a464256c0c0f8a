/* What the tab's parts share: words of what D says, and elements.

     DigitForge.inspector.speak(key, kind, values)    a word, in its form for ranks where that is all that D can say
     DigitForge.inspector.percent(share)
     DigitForge.inspector.make(name, attributes, text) -> element */
(() => {
  const forge = window.DigitForge;
  forge.inspector = forge.inspector || {};

  forge.inspector.speak = (key, kind, values) => forge.word(kind === "relative" ? `${key}.rank` : key, values);

  forge.inspector.percent = (share) => forge.percent(share, { careful: true });

  forge.inspector.make = (name, attributes = {}, text = "") => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
})();
