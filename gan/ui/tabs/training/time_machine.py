"""The Training tab's time machine: the same z at every moment of a released run. No Gradio here.

From Python:

    from gan.ui.tabs.training.time_machine import TimeMachine
    film = TimeMachine(service).draw("digits", seed=1)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gan.data import to_uint8
from gan.drawing.arguments import check_seed
from gan.drawing.generator import Generator
from gan.drawing.noise import draw_noise
from gan.drawing.sheets import encode_png, make_sheet
from gan.errors import say
from gan.recipes.recipe import make_recipe
from gan.store.snapshots import History
from gan.ui.captions import list_digits
from gan.ui.inputs import checked
from gan.ui.service import Recent, Service

HANDS = 4  # rows of a moment's sheet
COLUMNS = 10
KEEP_FILMS = 8


@dataclass(frozen=True)
class Film:
    """Every moment's sheet below the other in one picture, and what is known of the moments.

    images uint8 (moments * rows * columns, 1, 28, 28); moments and curves as gan.history has them.
    """

    images: Tensor
    columns: int
    rows: int
    moments: list[dict[str, Any]]
    curves: dict[str, Any]
    recipe: dict[str, Any]
    alt: str
    milliseconds: float

    def to_png(self) -> bytes:
        """All sheets as one PNG; moment k's begins at row k * rows of digits."""
        return encode_png(make_sheet(self.images, self.columns), self.recipe)


class TimeMachine:
    """Draws the snapshots of a released run. Safe to call from any thread."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._films = Recent[tuple[Any, ...], Film](KEEP_FILMS)

    def draw(self, model: object, seed: object) -> Film:
        """The same z at every moment of the model's run: HANDS rows, one z each, of up to ten classes.

        Without classes each picture has a z of its own. FieldError for a bad model or seed; HistoryError, one
        sentence, for a model that has no history here.
        """
        generator = self.service.get(model)
        number = checked("seed", check_seed, seed)
        key, history = self.service.get_history(generator)
        film = self._films.look((*key, number))
        if film is None:
            film = self._draw(generator, history, number)  # others look on meanwhile
            self._films.put((*key, number), film)
        return film

    def _draw(self, generator: Generator, history: History, seed: int) -> Film:
        config = history.config
        if generator.conditional:
            columns = min(COLUMNS, generator.num_classes)
            indices = [row for row in range(HANDS) for _ in range(columns)]
            y = torch.arange(columns).repeat(HANDS)
            digits = list_digits(list(generator.class_names[:columns]))
            shown = say("{digits}, {rows} rows, one hand each", digits=digits, rows=HANDS)
        else:
            columns = COLUMNS
            indices = list(range(HANDS * columns))
            y = torch.zeros(len(indices), dtype=torch.int64)
            shown = say("whichever digits it likes, {rows} rows", rows=HANDS)
        z = draw_noise(seed, indices, config.z_dim, config.noise)
        sheets, spent = [], 0.0
        for place in range(len(history.moments)):
            network = history.build(place)

            def draw(part: slice, network: Callable[..., Tensor] = network) -> Tensor:
                with torch.inference_mode():
                    return to_uint8(network(z[part], y[part]))

            with self.service.draws() as clock:  # laid down between moments: other visitors draw too
                sheets.append(self.service.share(draw, len(y)))
            spent += clock()
        recipe = make_recipe(generator, seed=seed, moments=[row["images"] for row in history.moments])
        return Film(torch.cat(sheets), columns, HANDS, history.moments, history.curves, recipe, shown, spent)
