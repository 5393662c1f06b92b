"""How a given or an expected value is shown after the answer: to people as text, to programs as a response."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnncalc.words import Language

from . import values
from .choices import options
from .markup import Text
from .template import AnswerField
from .values import Value, same
from .variants import Variant


def shown(variant: Variant, answer: AnswerField, value: Value, language: Language) -> Text:
    """The value, or the option that stands for it, as it was posed."""
    for _, text, option in options(variant, answer, language):
        if same(option, value):
            return text
    places = answer.places if answer.is_decimal else None
    return Text(values.plain(value, places), values.html(value, places))


def as_response(variant: Variant, answer: AnswerField, value: Value) -> Any:
    """The value in the form in which a client would have sent it: text, lists of text, or an option's key."""
    for key, _, option in options(variant, answer, "en"):
        if same(option, value):
            return key
    return _typed(value, answer.places if answer.is_decimal else None)


def _typed(value: Any, places: int | None) -> Any:
    if isinstance(value, np.ndarray):
        return [[_typed(cell, places) for cell in row] for row in value.tolist()]
    if isinstance(value, tuple):
        return [_typed(item, places) for item in value]
    return values.plain(value, places).replace(",", "")
