"""Sources of small templates, where the bank's would be too large to reason about."""

from __future__ import annotations

_SUM = """
schema = 1
slug = "{slug}"
topic = "{topic}"
level = {level}
source = "the tests"
title = {{ ja = "和", en = "Sum" }}
stem = {{ ja = "{words}{{{{a}}}}に1を足すと？", en = "{words}What is {{{{a}}}} + 1?" }}
parameters = {{ a = {{ integers = [{low}, {high}] }} }}
answers = [{{ name = "s", type = "integer", value = "{value}", label = {{ ja = "和", en = "Sum" }} }}]
misconceptions = [{{ code = "{code}", value = "a" }}]
solution = {{ text = {{ ja = "{{{{a}}}}に1を足します。", en = "Add 1 to {{{{a}}}}." }} }}
"""

_CARD = """
schema = 1
topic = "{topic}"
[[flashcards]]
slug = "{slug}"
source = "the tests"
front = {{ ja = "表", en = "Front" }}
back = {{ ja = "裏", en = "Back" }}
"""


def sum_source(
    slug: str = "sum",
    *,
    topic: str = "sums",
    level: int = 1,
    low: int = 1,
    high: int = 500,
    value: str = "a + 1",
    words: str = "",
    code: str = "forgot-one",
) -> str:
    """A question with as many variants as numbers from ``low`` to ``high``."""
    return _SUM.format(**locals())


def card_source(slug: str = "card", *, topic: str = "sums") -> str:
    """A file with one flashcard."""
    return _CARD.format(slug=slug, topic=topic)
