/* A way's arguments, checked; twin of gan/recipes/way.py and of gan/ui/tabs/interpolate/way.py, in the same sentences. */
import { article, plural } from "../../../local/captions.js";
import { checkPsi, checkSeed, checkWord, parseClass } from "../../../local/checks.js";
import { Refusal, checked, quote, say } from "../../../local/say.js";

const MAX_ENDS = 12;
const STRIP = 11; // frames shown side by side
const METHODS = ["slerp", "lerp"];
const TRAVELS = ["both", "noise", "class"];
const LOOPS = ["back", "round"];

export const checkMethod = (value) => checkWord(value, METHODS, "the {what} is {value}; it can be {list}.", { what: "method" });
export const checkLoop = (value) => checkWord(value, LOOPS, "the {what} is {value}; it can be {list}.", { what: "loop" });
export const checkTravels = (value) => checkWord(value, TRAVELS, "what travels is {value}; it can be {list}.");

/* "3.4,8.7" -> [{digit, seed}, ...]. */
export const parseEnds = (text, model) => {
  const refuse = (template, values) => {
    throw new Refusal(say(template, values));
  };
  const isEmpty = Array.isArray(text) && !text.length;
  if (typeof text !== "string" && !isEmpty) refuse("the ends must be text such as 3.4,8.7 (digit.seed).");
  if ([...text].length > 1000) refuse("the way can have from 2 to {most} ends.", { most: MAX_ENDS });
  const ends = (isEmpty ? [] : text.split(",")).map((part, i) => {
    const dot = part.indexOf("."), place = i + 1; // prettier-ignore
    if (dot < 0) refuse("end {place} is {value}; it must be digit.seed, as in 3.4,8.7.", { place, value: quote(part) });
    try {
      return { digit: parseClass(part.slice(0, dot), model), seed: checkSeed(part.slice(dot + 1)) };
    } catch (error) {
      return refuse("end {place}: {why}.", { place, why: error.said });
    }
  });
  if (ends.length >= 2 && ends.length <= MAX_ENDS) return ends;
  const values = { count: ends.length, s: plural(ends.length), most: MAX_ENDS };
  return refuse("the way has {count} end{s}; it can have from 2 to {most}.", values);
};

/* As many frames as meet every end. */
const countFrames = (ends, loop) => {
  const legs = loop === "round" ? ends : ends - 1;
  return legs * Math.max(20, Math.floor(60 / legs)) + 1;
};

/* The whole of a way's request. */
export const readWay = (model, { ends, method, travels, loop, psi }) => {
  const stops = checked("ends", parseEnds, ends, model);
  const kind = checked("loop", checkLoop, loop);
  return {
    ends: stops,
    travels: checked("travels", checkTravels, travels),
    method: checked("method", checkMethod, method),
    loop: kind,
    truncation: checked("psi", checkPsi, psi),
    frames: countFrames(stops.length, kind),
  };
};

/* The indices of STRIP frames, evenly spread and with both ends (all of them where there are fewer). */
export const chooseStrip = (count) => {
  const shown = Math.min(STRIP, count);
  return Array.from({ length: shown }, (_, i) => roundToEven((i * (count - 1)) / (shown - 1)));
};

/* As Python rounds. */
const roundToEven = (value) => {
  const near = Math.round(value);
  return value % 1 === 0.5 && near % 2 ? near - 1 : near;
};

export const describeWay = (stops, model) => {
  const [start, end] = [stops[0].seed, stops.at(-1).seed];
  if (!model.conditional) return say("from seed {start} to seed {end}", { start, end });
  const [first, last] = [stops[0], stops.at(-1)].map(({ digit }) => model.class_names[digit]);
  const values = { a: article(first), first, start, b: article(last), last, end };
  if (stops.length === 2) return say("from {a} {first}, seed {start}, to {b} {last}, seed {end}", values);
  const more = stops.length - 2;
  return say("from {a} {first}, seed {start}, by {more} more, to {b} {last}, seed {end}", { ...values, more });
};
