/* The short way for moves of a control: a WebSocket (gan/ui/moves.py) that stays open.

     DigitForge.hasten(server, path, want) -> server
         the same server, but its requests of this `want` go by the socket at `path`. While there is no socket they go
         as all others: before it is open, after it was lost, and where a proxy lets none through. What fails is tried
         again later and later, then no more: each try is an error in the console, which no script can keep back */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});
  const PATIENCE = 25000; // milliseconds for an answer: the server itself gives up before that
  const PAUSES = [0, 10000, 60000]; // before the next try, after so many in a row that failed; then there is none

  const locate = (path) => {
    const address = forge.locate(path);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    return address;
  };

  /* How many tries in a row came to nothing, and whether it is time for another. */
  const makeTries = () => {
    let failed = 0;
    let since = 0;
    return {
      may: () => failed < PAUSES.length && performance.now() >= since + PAUSES[failed],
      fail() {
        failed += 1;
        since = performance.now();
      },
      succeed: () => (failed = 0),
    };
  };

  const connect = (path) => {
    try {
      return new WebSocket(locate(path));
    } catch {
      return null; // the page may open none at all
    }
  };

  forge.hasten = (server, path, want) => {
    const tries = makeTries();
    let socket = null;
    let lose = () => {};
    const waiting = []; // what waits for an answer, oldest first: they come in turn

    const open = () => {
      const mine = connect(path);
      if (!mine) return tries.fail();
      let opened = false;
      let answered = false;
      socket = mine;
      lose = () => {
        if (socket !== mine) return;
        socket = null;
        if (!answered && (!opened || waiting.length)) tries.fail(); // else it was good, or nobody asked it yet
        mine.close();
        for (const { reject } of waiting.splice(0)) reject();
      };
      mine.onopen = () => (opened = true);
      mine.onclose = lose;
      mine.onmessage = ({ data }) => {
        if (socket !== mine) return;
        answered = true;
        tries.succeed();
        waiting.shift()?.resolve(JSON.parse(data));
      };
    };

    const send = (request) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(lose, PATIENCE);
        const settled = (then) => (value) => {
          clearTimeout(late);
          then(value);
        };
        waiting.push({ resolve: settled(resolve), reject: settled(reject) });
        socket.send(JSON.stringify(request));
      });

    return {
      async answer(request) {
        if (request.want === want) {
          if (!socket && tries.may()) open();
          if (socket?.readyState === WebSocket.OPEN) {
            try {
              return await send(request);
            } catch {
              // lost on the way: asked once more as all others
            }
          }
        }
        return server.answer(request);
      },
    };
  };
})();
