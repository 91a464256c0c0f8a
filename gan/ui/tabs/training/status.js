/* A run's status: how it stands, what is missing for one, its alarms and what came of it.

     DigitForge.training.isActive(status)    whether a run goes on
     const line = DigitForge.training.makeStatus(find)
     line.show(status)    of the source's "status" */
(() => {
  const forge = window.DigitForge;
  const ACTIVE = ["preparing", "fetching", "running", "paused", "stopping"];
  forge.training = forge.training || {};

  forge.training.isActive = ({ state }) => ACTIVE.includes(state);

  const describeState = ({ state, now, run, step, images, seconds, result }) => {
    const { known, count, percent, spell } = forge.training;
    if (state === "running" && known(now.images)) {
      return forge.word("training.state.running", {
        images: count(now.images),
        time: spell(now.seconds),
        rate: count(Math.round(now.rate || 0)),
        done: percent(now.fraction),
        minutes: run.minutes,
      });
    }
    if (state === "running") return forge.word("training.state.preparing");
    if (state === "ended") {
      const word = result.there ? "training.state.ended" : "training.state.ended.none";
      return forge.word(word, { images: count(images), time: spell(seconds) });
    }
    return forge.word(`training.state.${state}`, { images: count(Math.max(now?.images || 0, step?.images || 0)) });
  };

  const describe = (status) => {
    const watching = forge.training.isActive(status) && !status.mine;
    const left = status.left && forge.reword(status.left);
    return forge.join([describeState(status), left, watching && forge.word("training.watching")]);
  };

  const showMissing = (find, status) => {
    const { allowed, about, trouble, missing, why, megabytes } = status;
    const box = find("training-missing");
    const button = find("training-download");
    const said = allowed ? (about === "data" && trouble) || missing : why;
    box.hidden = !said || forge.training.isActive(status);
    box.querySelector("p").textContent = forge.training.capitalize(said ? forge.reword(said) : "");
    button.hidden = !allowed;
    button.textContent = forge.word("training.download", { name: "MNIST", size: megabytes || "" });
    find("training-part").classList.toggle("dt-off", !allowed);
  };

  const showResult = (find, { result, mine, run }) => {
    const box = find("training-result");
    const there = Boolean(result?.there && mine);
    if (there && box.hidden) find("training-name-input").value = `my-${run.preset}`;
    box.hidden = !there;
    if (!there) return;
    box.querySelector("p").textContent = forge.word("training.result");
    find("training-kept").textContent = result.kept ? forge.word("training.kept", { name: result.kept }) : "";
  };

  const makeAlarms = (list) => {
    let rung = "";
    return (alarms) => {
      const key = JSON.stringify(alarms);
      if (key === rung) return; // said aloud when it changes
      rung = key;
      const rows = alarms.map(({ images, message }) => {
        const values = { images: forge.training.count(images), message: forge.reword(message) };
        const item = document.createElement("li");
        item.textContent = forge.word("training.alarm", values);
        return item;
      });
      list.replaceChildren(...rows);
    };
  };

  forge.training.makeStatus = (find) => {
    const showAlarms = makeAlarms(find("training-alarms"));
    const note = find("training-figure").querySelector(".df-note");
    return {
      show(status) {
        find("training-part").dataset.state = status.state;
        showAlarms(status.alarms);
        note.textContent = describe(status);
        showMissing(find, status);
        showResult(find, status);
      },
    };
  };
})();
