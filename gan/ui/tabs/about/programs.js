/* For programs: the endpoints as the server itself lists them, and examples that call them. */
(() => {
  const forge = window.DigitForge;

  const fetchEndpoints = async (root, place) => {
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
      place.replaceChildren(forge.makeElement("dd", forge.word("about.api.none")));
    }
  };

  forge.fillPrograms = (find, commands) => {
    const root = forge.locate("/").href.replace(/\/$/, "");
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
    fetchEndpoints(root, find("endpoints"));
  };
})();
