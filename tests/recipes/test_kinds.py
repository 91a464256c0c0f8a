"""Kinds of recipes: whatever stands in the table can do what a page and a command ask of it."""

import pytest

from gan.drawing.films import FILMS
from gan.recipes.read import COMMON_KEYS, EXTRA_KEYS, KINDS
from gan.recipes.recipe import MEDIA, Recipe


@pytest.mark.parametrize("kind", KINDS)
def test_kind_names_what_it_has_and_what_it_makes(kind):
    assert issubclass(kind, Recipe)
    assert set(kind.signs) <= set(kind.keys)
    assert not set(kind.keys) & {*COMMON_KEYS, *EXTRA_KEYS}
    assert "png" in kind.formats
    assert set(kind.formats) <= set(MEDIA)


def test_signs_tell_kinds_apart():
    signs = [sign for kind in KINDS for sign in kind.signs]
    assert len(signs) == len(set(signs))
    assert set(FILMS) < set(MEDIA)
