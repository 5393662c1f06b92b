"""Options of a choice: an author's own, or the misconceptions' values beside the answer.

The order is a hash of each option's own content, so that it neither depends on which option is right nor tells it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeAlias

from . import values
from .markup import Text
from .template import AnswerField, is_of_type
from .values import Value, same
from .variants import Variant
from .words import Language

MIN_DISTRACTORS = 3
MAX_DISTRACTORS = 4
_KEYS = "abcdefgh"

Posed: TypeAlias = tuple[str, Text, Value]  # key, what is shown, the value it stands for


def offers_choice(variant: Variant) -> bool:
    """Whether the variant can be posed as multiple choice: one answer, three distinct wrong values of its kind."""
    answers = variant.template.answers
    return len(answers) == 1 and answers[0].type != "choice" and len(_distractors(variant)) >= MIN_DISTRACTORS


def options(variant: Variant, answer: AnswerField, language: Language) -> Sequence[Posed]:
    """The options of ``answer`` in the order in which they are shown; empty where a value is typed."""
    if answer.type == "choice":
        ordered = sorted(answer.choices, key=lambda choice: _rank(variant, choice.key))
        return [(choice.key, choice.label[language].render(variant.scope), choice.key) for choice in ordered]
    if variant.format != "choice":
        return []
    found = [variant.answers[answer.name], *_distractors(variant)[:MAX_DISTRACTORS]]
    shown = [(Text(values.plain(v, answer.places or None), values.html(v, answer.places or None)), v) for v in found]
    ordered_values = sorted(shown, key=lambda pair: _rank(variant, pair[0].text))
    return [(key, text, value) for key, (text, value) in zip(_KEYS, ordered_values, strict=False)]


def _distractors(variant: Variant) -> list[Value]:
    """Wrong values that look like answers: of the answer's kind, not the answer, all different."""
    answer = variant.template.answers[0]
    name, right = answer.name, variant.answers[answer.name]
    found: list[Value] = []
    for by_field in variant.wrong.values():
        value = by_field.get(name)
        if value is not None and is_of_type(value, answer) and not any(same(value, v) for v in [right, *found]):
            found.append(value)
    return found


def _rank(variant: Variant, content: str) -> bytes:
    return sha256(f"{variant.template.slug}\x1f{variant.seed}\x1foption\x1f{content}".encode()).digest()
