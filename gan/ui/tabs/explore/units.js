/* Measures of a hand as text: each with its unit and as many places as one can see. */
(() => {
  const forge = window.DigitForge;

  /* names, units: ["slant", ...], ["°", ...], as the server has them; asked and measured may be null. */
  forge.makeUnits = (names, units) => {
    const unitOf = Object.fromEntries(names.map((name, i) => [name, units[i] === "°" ? "°" : ` ${units[i]}`]));
    const places = Object.fromEntries(names.map((name, i) => [name, units[i] === "°" ? 1 : 2]));
    const write = (name, value) => (value === null ? "" : value.toFixed(places[name]));
    return {
      names,
      write,
      places: (name) => places[name],
      /* "12.3°" */
      say: (name, value) => `${write(name, value)}${unitOf[name]}`,
      /* "Slant, °" */
      head: (name) => `${forge.word(`explore.${name}`)},${unitOf[name] === "°" ? " °" : unitOf[name]}`,
      /* What explore.asked and explore.follows are filled with */
      fill: (name, asked, found) => ({
        unit: unitOf[name],
        found: write(name, found),
        asked: write(name, asked),
      }),
    };
  };
})();
