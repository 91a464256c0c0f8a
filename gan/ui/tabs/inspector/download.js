/* No real digits: why, and the button that fetches them, or, where the page has no server, reads them from files.

     const missing = DigitForge.inspector.makeMissing(element, source, getModel, done)    done() when they are there
     missing.show(why)    {said, download, source, pick} of the answer to "view"; null where nothing is missing */
(() => {
  const forge = window.DigitForge;
  const TAB = "inspector";
  const POLL_MILLISECONDS = 500;
  forge.inspector = forge.inspector || {};

  const describe = ({ said, bytes, of: all }) => {
    const [got, of] = [bytes, all].map((number) => (number / 1e6).toFixed(1));
    if (said) return forge.reword(said);
    if (!all) return forge.word("inspector.got.any", { got });
    return bytes < all ? forge.word("inspector.got", { got, of }) : forge.word("inspector.unpacking");
  };

  forge.inspector.makeMissing = (element, source, getModel, done) => {
    const find = (name) => element.querySelector(`#inspector-${name}`);
    const [box, button, progress, choice] = ["missing", "download", "progress", "pick"].map(find);
    const [why, note] = [".di-missing-why", ".di-missing-note"].map((name) => box.querySelector(name));
    let following = false;

    const showProgress = (now) => {
      progress.hidden = false;
      button.disabled = true;
      if (now.of) progress.value = Math.min(1, now.bytes / now.of);
      else progress.removeAttribute("value");
      note.textContent = describe(now);
    };

    /* Until it is there, failed, or was never begun. */
    const poll = async () => {
      for (;;) {
        const now = await source.ask(TAB, "progress");
        if (now.state === "failed") note.textContent = forge.reword(now.said);
        if (now.state === "done") done();
        if (["idle", "failed", "done"].includes(now.state)) return;
        showProgress(now);
        await new Promise((due) => setTimeout(due, POLL_MILLISECONDS));
      }
    };
    const follow = async () => {
      if (following) return;
      following = true;
      try {
        await poll();
      } catch (problem) {
        note.textContent = problem.message;
      }
      progress.hidden = true;
      button.disabled = false;
      following = false;
    };

    const takeFiles = async (files) => {
      if (!files.length) return;
      note.textContent = forge.word("inspector.reading");
      try {
        const read = files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }));
        await source.ask(TAB, "pick", { model: getModel(), files: await Promise.all(read) });
        note.textContent = "";
        done();
      } catch (problem) {
        note.textContent = problem.message;
      }
    };
    const input = choice.querySelector("input");
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      takeFiles(files);
    });

    button.addEventListener("click", async () => {
      button.disabled = true;
      note.textContent = "";
      try {
        await source.ask(TAB, "download", { model: getModel() });
        follow();
      } catch (problem) {
        note.textContent = problem.message;
        button.disabled = false;
      }
    });

    return {
      show(missing) {
        const was = box.hidden;
        box.hidden = !missing;
        if (!missing) return;
        const { said, download, source: name } = missing;
        why.textContent = forge.reword(said);
        button.hidden = !download;
        choice.hidden = !missing.pick;
        const word = download > 0 ? "inspector.download" : "inspector.download.any";
        button.textContent = forge.word(word, { source: name, size: download });
        if (was && download) follow();
      },
    };
  };
})();
