"""What is wrong, in a sentence that is data until it is shown: Refusal, the base of all errors for people; say().

A sentence remembers the template and the values that it was made of, so that whoever shows it may say it in another
language (gan/ui/words/*.json hold templates) without taking it apart. Everywhere else it is the English text.

    raise InputError(say("the seed is {value}; it must be from 0 to {most}.", value=seed, most=MAX_SEED))

Stdlib only, so that a command that refuses at once starts at once.
"""

from collections.abc import Sequence
from typing import Any


class Sentence(str):
    """English text that remembers its template and its values; of several sentences, joined, the parts.

    values: strings and numbers as they are shown, or sentences and lists, which other languages say in their own way.
    """

    template: str
    values: dict[str, Any]
    parts: tuple[str, ...]

    def __new__(
        cls, text: str, template: str = "", values: dict[str, Any] | None = None, parts: Sequence[str] = ()
    ) -> "Sentence":
        """The text as it is, with what it is made of."""
        made = super().__new__(cls, text)
        made.template, made.values, made.parts = template, dict(values or {}), tuple(parts)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Sentence, (str(self), self.template, self.values, self.parts)


class Listing(str):
    """A list in words, "a, b or c", that remembers its items and the word between the last two ("" for a comma)."""

    items: tuple[str, ...]
    word: str

    def __new__(cls, items: Sequence[Any], word: str = "") -> "Listing":
        """The items' texts, joined as English joins them."""
        texts = [item if isinstance(item, str) else str(item) for item in items]
        *first, last = texts or [""]
        made = super().__new__(cls, f"{', '.join(first)}{f' {word} ' if word else ', '}{last}" if first else last)
        made.items, made.word = tuple(texts), word
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Listing, (list(self.items), self.word)


def say(template: str, **values: Any) -> Sentence:
    """A sentence: the template with `{name}` and `{name:format}` filled in, as str.format does it.

    A value that is a sentence stands inside without its full stop. Write templates as literals at the call: a test
    reads them there, and looks each up in every language.
    """
    shown = {name: strip_stop(value) if isinstance(value, Sentence) else value for name, value in values.items()}
    filled = {name: value if isinstance(value, str) else _Shown(value) for name, value in shown.items()}
    text = template.format(**filled)
    kept = {name: value.tell() if isinstance(value, _Shown) else value for name, value in filled.items()}
    return Sentence(text, template, kept)


class _Shown:
    """A number that remembers how the template showed it: "{count:,}" gives "60,000" in every language."""

    def __init__(self, value: Any) -> None:
        self.value, self.last = value, ""

    def __format__(self, form: str) -> str:
        self.last = format(self.value, form)
        return self.last

    def tell(self) -> str:
        """As it was shown, or as it is where the template did not show it."""
        return self.last or str(self.value)


def _retell(sentence: str, text: str) -> str:
    """`text` in place of a sentence, made of what that was made of."""
    if isinstance(sentence, Sentence):
        return Sentence(text, sentence.template, sentence.values, sentence.parts)
    return text


def join(sentences: Sequence[str], between: str = " ") -> str:
    """Several sentences one after the other, each still data."""
    kept = [one for one in sentences if one]
    return kept[0] if len(kept) == 1 else Sentence(between.join(kept), parts=kept)


def strip_stop(sentence: str) -> str:
    """Without its full stop, as inside another sentence; what it is made of is kept."""
    return _retell(sentence, sentence[:-1]) if sentence.endswith(".") else sentence


def capitalize(sentence: str) -> str:
    """With a capital at its beginning, where that is a word and no file's name; what it is made of is kept."""
    if not sentence.partition(" ")[0].isalpha():
        return sentence
    return _retell(sentence, sentence[:1].upper() + sentence[1:])


def complete(sentence: str, *, capital: bool = True) -> str:
    """As a sentence of its own: with a capital, unless it is to stand as it is, and a full stop where it has no end."""
    text = capitalize(sentence) if capital else sentence
    if text.endswith((".", "?", "!", ".)", ":")):
        return text
    return _retell(text, f"{text}.")


def pack(sentence: str) -> Any:
    """A sentence as JSON, what it is made of included: what `unpack` takes.

    {"text", "template", "values"}, of several {"text", "parts"}, of a list {"text", "items", "word"}; plain text stays.
    """
    if isinstance(sentence, Listing):
        return {"text": str(sentence), "items": [pack(item) for item in sentence.items], "word": sentence.word}
    if not isinstance(sentence, Sentence):
        return sentence
    if sentence.parts:
        return {"text": str(sentence), "parts": [pack(part) for part in sentence.parts]}
    if not sentence.template:
        return str(sentence)
    values = {name: pack(value) for name, value in sentence.values.items()}
    return {"text": str(sentence), "template": sentence.template, "values": values}


def unpack(data: Any) -> str:
    """The sentence, the list or the text that `pack` made this of, in another process."""
    if not isinstance(data, dict):
        return str(data)
    if "items" in data:
        return Listing([unpack(item) for item in data["items"]], data["word"])
    if "parts" in data:
        return Sentence(data["text"], parts=[unpack(part) for part in data["parts"]])
    values = {name: unpack(value) for name, value in data["values"].items()}
    return Sentence(data["text"], data["template"], values)


class Refusal(ValueError):
    """What was asked for cannot be done; the message is one sentence for a person. Base of all such errors.

    `sentence` is the message as it was raised: a Sentence where it was said by `say`.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.sentence: str = message


class InputError(Refusal):
    """What was asked for cannot be drawn or read; the message is one sentence for a visitor."""
