"""Options of a choice: an author's own, or the misconceptions' values beside the answer.

The order is a hash of each option's own content, so that it neither depends on which option is right nor tells it.
Options are called by letters in this order: an author's own names say which is right, and why another is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from string import ascii_lowercase
from typing import TypeAlias

from cnncalc.words import Language

from . import values
from .grading import is_right
from .markup import Text
from .template import AnswerField, is_of_type
from .values import Value
from .variants import Variant

MIN_DISTRACTORS = 3
MAX_DISTRACTORS = 4
_KEYS = ascii_lowercase

Posed: TypeAlias = tuple[str, Text, Value]  # key, what is shown, the value it stands for


def offers_choice(variant: Variant) -> bool:
    """Whether the variant can be posed as multiple choice: one answer, three distinct wrong values of its kind."""
    answers = variant.template.answers
    return len(answers) == 1 and answers[0].type != "choice" and len(_distractors(variant)) >= MIN_DISTRACTORS


def options(variant: Variant, answer: AnswerField, language: Language) -> Sequence[Posed]:
    """The options of ``answer`` in the order in which they are shown; empty where a value is typed."""
    if answer.type == "choice":
        ordered = sorted(answer.choices, key=lambda choice: _rank(variant, choice.key))
        return [
            (letter, choice.label[language].render(variant.scope), choice.key)
            for letter, choice in zip(_KEYS, ordered, strict=False)
        ]
    if variant.format != "choice":
        return []
    found = [variant.answers[answer.name], *_distractors(variant)[:MAX_DISTRACTORS]]
    places = _places(answer)
    shown = [(Text(values.plain(value, places), values.html(value, places)), value) for value in found]
    ordered_values = sorted(shown, key=lambda pair: _rank(variant, pair[0].text))
    return [(key, text, value) for key, (text, value) in zip(_KEYS, ordered_values, strict=False)]


def exposes(variant: Variant) -> tuple[str, ...]:
    """The misconceptions that would show on this variant: whoever follows one gives a wrong answer."""
    answers = {answer.name: answer for answer in variant.template.answers}
    own = [c.misconception for a in answers.values() if a.type == "choice" for c in a.choices if c.misconception]
    if own:
        return tuple(dict.fromkeys(own))
    offered = _distractors(variant)[:MAX_DISTRACTORS] if variant.format == "choice" else None
    return tuple(
        code
        for code, by_field in variant.wrong.items()
        if any(
            not is_right(answers[name], value, variant.answers[name])
            and (offered is None or any(is_right(answers[name], value, option) for option in offered))
            for name, value in by_field.items()
        )
    )


def _distractors(variant: Variant) -> list[Value]:
    """Wrong values that look like answers: of the answer's kind, not graded as the answer, all different to read."""
    answer = variant.template.answers[0]
    name, right = answer.name, variant.answers[answer.name]
    places = _places(answer)
    found: list[Value] = []
    for by_field in variant.wrong.values():
        value = by_field.get(name)
        if value is None or not is_of_type(value, answer) or is_right(answer, value, right):
            continue
        if not any(values.plain(value, places) == values.plain(v, places) for v in [right, *found]):
            found.append(value)
    return found


def _places(answer: AnswerField) -> int | None:
    return answer.places if answer.is_decimal else None


def _rank(variant: Variant, content: str) -> bytes:
    return sha256(f"{variant.template.slug}\x1f{variant.seed}\x1foption\x1f{content}".encode()).digest()
