"""Texts to begin with: a commented question of each answer type, a flashcard, a copy under a free name."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import Path

from quizzes.models import QuestionTemplate
from quizzes.questions import Language

KINDS = ("integer", "decimal", "shape", "matrix", "choice", "flashcard")
_FOLDER = Path(__file__).with_name("skeletons")
_SLUG = re.compile(r"""(?m)^(\s*slug\s*=\s*)(["'])([^"'\n]*)\2""")
_LONGEST = 80


def skeleton(kind: str, language: Language) -> str:
    """The commented text of this kind, its comments in ``language`` and its slug free. Raises ``KeyError``."""
    if kind not in KINDS:
        raise KeyError(kind)
    other = "en" if language == "ja" else "ja"
    lines = (_FOLDER / f"{kind}.toml").read_text(encoding="utf-8").splitlines()
    kept = (line for line in lines if not line.startswith(f"#{other} "))
    text = "\n".join(re.sub(rf"^#{language} ", "# ", line) for line in kept) + "\n"
    return renamed(text, slug_of(text), _taken(f"new-{kind}"))


def copy_of(template: QuestionTemplate) -> str:
    """The newest text of ``template`` under a slug of its own."""
    newest = template.versions.order_by("-number").first()
    stem = f"{template.slug[: _LONGEST - 9]}-copy"
    return renamed(newest.source if newest else "", stem, _taken(stem))


def slug_of(source: str) -> str:
    """The slug that a text claims, though it may not load; empty where there is none."""
    found = _SLUG.search(source)
    return found[3] if found else ""


def renamed(source: str, slug: str, taken: Container[str]) -> str:
    """``source`` called ``slug``, or ``slug-2``, ``slug-3`` … where that is taken."""
    free, number = slug, 1
    while free in taken:
        number += 1
        free = f"{slug}-{number}"
    return _SLUG.sub(lambda found: f"{found[1]}{found[2]}{free}{found[2]}", source, count=1)


def _taken(prefix: str) -> set[str]:
    return set(QuestionTemplate.objects.filter(slug__startswith=prefix).values_list("slug", flat=True))
