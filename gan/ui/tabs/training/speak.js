/* What the tab's parts share: numbers as the visitor reads them. What is null or undefined is said to be not known.

     DigitForge.training.count(images), .percent(share, options), .decimal(value), .spell(seconds) -> text
     DigitForge.training.known(value)
     DigitForge.training.capitalize(text)
     DigitForge.training.sayShares(one)    what D says of real and of forged digits, of {prob_real, prob_fake} */
(() => {
  const forge = window.DigitForge;
  const known = (value) => value !== null && value !== undefined;
  /* In running text, where a number must not part from its sign */
  const percent = (share, options) =>
    known(share) ? forge.percent(share, options).replace(" ", "\u00a0") : forge.word("training.unknown");

  forge.training = Object.assign(forge.training || {}, {
    known,
    percent,
    count: (number) => Number(number).toLocaleString("en-US"),
    capitalize: (text) => text.replace(/^[a-z]/, (letter) => letter.toUpperCase()),
    decimal: (value) => (known(value) ? value.toFixed(2) : forge.word("training.unknown")),
    spell: (seconds) =>
      seconds < 90
        ? forge.word("training.seconds", { count: seconds < 10 ? seconds.toFixed(1) : Math.round(seconds) })
        : forge.word("training.long", { count: (seconds / 60).toFixed(1) }),
    sayShares: ({ prob_real: real, prob_fake: fake }) =>
      forge.word("training.says", { real: percent(real), fake: percent(fake) }),
  });
})();
