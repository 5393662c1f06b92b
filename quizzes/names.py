"""What topics and misconceptions are called in the reader's language: one query each, however many there are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Coalesce

from quizzes.models import Misconception, Topic
from quizzes.questions import Language


def topics(language: Language) -> dict[str, str]:
    """The title of every topic by its slug."""
    return dict(Topic.objects.order_by("position").values_list("slug", f"title_{language}"))


def misconceptions(codes: Iterable[str], language: Language) -> dict[str, str]:
    """The titles by code; of what was merged, the title of what it is now.

    A code that has left the catalogue has none: answers of before still name it.
    """
    title = Coalesce(f"merged_into__title_{language}", f"title_{language}")
    return dict(Misconception.objects.filter(code__in=[*codes]).values_list("code", title))
