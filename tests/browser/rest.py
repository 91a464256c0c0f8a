"""When a page is at rest: nothing that it asked is unanswered, nothing waits to begin, and all of it is drawn.

A test that drags, types or slides and then reads would else read the picture of a move before the last one, on a
machine that is busy enough. Each page of a `new_context` keeps this watch from its first script on.
"""

import itertools
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE = 60_000  # milliseconds, for a busy machine; nothing waits this long where all is well
QUESTIONS = itertools.count(1)

# Counted: requests of the tabs until their answers are read, moves by a socket and questions to a Worker until theirs
# come, pictures until they are decoded, and timers that are short enough to be a hand's pause. `frames` is how many
# were drawn since then.
WATCH = """(() => {
  const LONGEST = 1000;  // milliseconds; what waits longer (a word that changes back) is no part of an answer
  let underWay = 0;
  let frames = 0;
  let asked = null;
  const begin = (ended) => {
    underWay++;
    const end = () => underWay--;
    ended.then(end, end);
  };

  const fetch = window.fetch;
  window.fetch = (...words) => {
    const answer = fetch(...words);
    if (String(words[0]?.url ?? words[0]).includes("/component_server")) {
      begin(answer.then((one) => one.clone().arrayBuffer()));
    }
    return answer;
  };

  const decode = HTMLImageElement.prototype.decode;
  HTMLImageElement.prototype.decode = function () {
    const decoded = decode.call(this);
    begin(decoded);
    return decoded;
  };

  window.WebSocket = class extends WebSocket {
    #unanswered = [];
    constructor(...words) {
      super(...words);
      this.addEventListener("message", () => this.#unanswered.shift()?.());
      this.addEventListener("close", () => this.#unanswered.splice(0).forEach((end) => end()));
    }
    send(data) {
      begin(new Promise((end) => this.#unanswered.push(end)));
      super.send(data);
    }
  };

  // The page's own engine: a question is unanswered until a message with its number comes back
  window.Worker = class extends Worker {
    #unanswered = new Map();
    constructor(...words) {
      super(...words);
      this.addEventListener("message", ({ data }) => {
        this.#unanswered.get(data.id)?.();
        this.#unanswered.delete(data.id);
      });
    }
    postMessage(data, ...words) {
      begin(new Promise((end) => this.#unanswered.set(data.id, end)));
      super.postMessage(data, ...words);
    }
    terminate() {
      super.terminate();
      for (const end of this.#unanswered.values()) end();
    }
  };

  const waiting = new Set();
  const later = new Set();
  const { setTimeout, clearTimeout, setInterval, clearInterval } = window;
  window.setTimeout = (work, wait = 0, ...words) => {
    if (typeof work !== "function") return setTimeout(work, wait, ...words);
    const place = wait <= LONGEST ? waiting : later;
    const own = setTimeout(() => {
      place.delete(own);
      work(...words);
    }, wait);
    place.add(own);
    return own;
  };
  const ticking = new Set();
  window.setInterval = (...words) => {
    const own = setInterval(...words);
    ticking.add(own);
    return own;
  };
  // To a browser a timer and an interval are one kind, and either function ends both
  const forget = (own) => [waiting, later, ticking].forEach((place) => place.delete(own));
  window.clearTimeout = (own) => {
    forget(own);
    clearTimeout(own);
  };
  window.clearInterval = (own) => {
    forget(own);
    clearInterval(own);
  };
  window.countToCome = () => waiting.size + later.size + ticking.size;

  // The page without a server begins a tab when it is opened
  const begun = (one) => !window.DigitForge?.alone || one.checkVisibility();
  window.isAtRest = (question) => {  // asked once a frame
    const unsettled = [...document.querySelectorAll('[data-settled="false"]')].some(begun);
    const busy = underWay > 0 || waiting.size > 0 || unsettled;
    frames = busy || asked !== question ? 0 : frames + 1;
    asked = question;
    return frames > 3;
  };
  window.whyNoRest = () => JSON.stringify({ underWay, timers: waiting.size });
})();"""


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """A visitor who was never there, with Playwright's options; each of his pages keeps the watch."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(WATCH)
    return context


def wait_until_rest(page: Page) -> None:
    """Return when the page has drawn the answer to the last thing that was done to it."""
    page.wait_for_function("(question) => window.isAtRest(question)", arg=next(QUESTIONS))


def count_to_come(page: Page) -> int:
    """How many timers and intervals will do something yet, however long they wait."""
    return int(page.evaluate("() => window.countToCome()"))


def wait_for_a_frame(page: Page) -> None:
    """Return when the page has drawn once more."""
    page.evaluate("() => new Promise(requestAnimationFrame)")
