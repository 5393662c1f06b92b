"""What topics and misconceptions are called in the reader's language: one query each, however many there are."""

from __future__ import annotations

from collections.abc import Iterable

from quizzes.models import Misconception, Topic
from quizzes.questions import Language


def topics(language: Language) -> dict[str, str]:
    """The title of every topic by its slug."""
    return dict(Topic.objects.order_by("position").values_list("slug", f"title_{language}"))


def misconceptions(codes: Iterable[str], language: Language) -> dict[str, str]:
    """The titles by code. A code that has left the catalogue has none: answers of before still name it."""
    return dict(Misconception.objects.filter(code__in=[*codes]).values_list("code", f"title_{language}"))
