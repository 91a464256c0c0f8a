/* The short way for moves of a control: a WebSocket (gan/ui/moves.py) that stays open.

     DigitForge.hasten(server, path, want) -> server
         the same server, but its requests of this `want` go by the socket at `path`. While there is no socket they go
         as all others: before it is open, after it was lost, and where a proxy lets none through */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});
  const PATIENCE = 25000; // milliseconds for an answer: the server itself gives up before that
  const PAUSE = 10000; // before another try, after a socket that did not open

  const locate = (path) => {
    const address = new URL((window.gradio_config?.root || window.location.origin).replace(/\/$/, "") + path);
    address.protocol = window.location.protocol === "https:" ? "wss:" : "ws:";
    return address;
  };

  forge.hasten = (server, path, want) => {
    let socket = null;
    let notBefore = 0;
    let lose = () => {};
    const waiting = []; // what waits for an answer, oldest first: they come in turn

    const open = () => {
      const mine = new WebSocket(locate(path));
      let opened = false;
      socket = mine;
      lose = () => {
        if (socket !== mine) return;
        socket = null;
        if (!opened) notBefore = performance.now() + PAUSE;
        mine.close();
        for (const { reject } of waiting.splice(0)) reject();
      };
      mine.onopen = () => (opened = true);
      mine.onclose = lose;
      mine.onmessage = ({ data }) => socket === mine && waiting.shift()?.resolve(JSON.parse(data));
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
          if (!socket && performance.now() >= notBefore) open();
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
