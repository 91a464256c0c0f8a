/* What is asked of a hand, checked; twin of gan/handwriting/edits.py, in the same sentences. */
import { MEASURES } from "../../../engine/measures.js";
import { PAIRS, PLANES, REACH } from "../../../engine/planes.js";
import { checkCount, checkWord, readNumber } from "../../../local/checks.js";
import { cut, repr, tell, tellShort } from "../../../local/python.js";
import { FieldError, checked, say } from "../../../local/say.js";

export const UNITS = { slant: "°", thickness: "px", width: "px", height: "px" };

const checkCoordinate = (value, name) => {
  const number = readNumber(value);
  if (number >= -REACH && number <= REACH) return number;
  const values = { what: name, value: cut(tell(value), 40), low: -REACH, high: REACH };
  throw new FieldError(say("{what} is {value}; it must be a number from {low:g} to {high:g}.", values), name);
};

const checkPlane = (plane) => checkWord(plane, PLANES, "the {what} is {value}; it can be {list}.", { what: "plane" });

const checkMeasure = (name, value, ranges) => {
  const [low, high] = ranges[name], number = readNumber(value); // prettier-ignore
  // A slider's ends are rounded for the eye, and so is what comes back from them
  if (number >= low - 0.06 && number <= high + 0.06) return Math.min(Math.max(number, low), high);
  const shown = Number.isNaN(number) ? cut(repr(value), 40) : tellShort(number);
  const values = { what: name, value: shown, many: `${name}${name.endsWith("s") ? "es" : "s"}`, low, high, unit: UNITS[name] };
  const template = "the {what} is {value}; this model's hands have {many} from {low:.1f} to {high:.1f} {unit}.";
  throw new FieldError(say(template, values), name);
};

/* {plane, pair, x, y, slant, thickness, width, height} of a request, null or "" for what is not asked -> checked. */
export const checkEdits = (model, request) => {
  const given = (name, usual) => ((request[name] ?? "") === "" ? usual : request[name]);
  const edits = {
    plane: checked("plane", checkPlane, given("plane", "pca")),
    pair: checked("pair", checkCount, given("pair", 1), PAIRS),
    x: checkCoordinate(given("x", 0), "x"),
    y: checkCoordinate(given("y", 0), "y"),
  };
  const { ranges } = model.parts.planes;
  for (const name of MEASURES) if (given(name, null) !== null) edits[name] = checkMeasure(name, request[name], ranges);
  return edits;
};

/* As a recipe keeps it: nothing of the plane at its middle, nothing that was not asked for. */
export const tellEdits = ({ plane, pair, x, y, ...asked }) => ({ ...(x || y ? { plane, pair, x, y } : {}), ...asked });
