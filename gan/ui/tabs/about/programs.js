/* For programs: the endpoints as the server itself lists them, and examples that call them. A page without a server says
   where these would be. */
(() => {
  const forge = window.DigitForge;
  const AT_HOME = "http://127.0.0.1:7860"; // where a server on one's own machine is

  const sayNone = (find, text) => {
    find("none").textContent = text;
    find("none").hidden = false;
    find("endpoints").replaceChildren();
  };

  const fetchEndpoints = async (root, find) => {
    const place = find("endpoints");
    try {
      const info = await (await fetch(`${root}/gradio_api/info`)).json();
      place.replaceChildren();
      for (const [name, endpoint] of Object.entries(info.named_endpoints).sort()) {
        const term = forge.makeElement("dt");
        term.append(forge.makeElement("code", name));
        const key = `endpoint.${name.slice(1)}`;
        const known = forge.word(key);
        const text = known === key ? String(endpoint.description || "").split(/(?<=\.)\s/)[0] : known;
        place.append(term, forge.makeElement("dd", text));
      }
    } catch {
      sayNone(find, forge.word("about.api.none"));
    }
  };

  forge.fillPrograms = (find, commands) => {
    const root = forge.alone ? AT_HOME : forge.locate("/").href.replace(/\/$/, "");
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
      `${commands.sample} digits --digits 2026 --out sheet.png`;
    find("mcp").textContent =
      `${commands.serve} --mcp\n\n{"mcpServers": {"digit-forge": {"url": "${root}/gradio_api/mcp/"}}}`;
    find("api-link").hidden = Boolean(forge.alone);
    if (forge.alone) sayNone(find, forge.word("about.api.alone", { command: "make demo" }));
    else fetchEndpoints(root, find);
  };
})();
