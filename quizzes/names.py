"""What topics and misconceptions are called in the reader's language: one query each, however many there are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from quizzes.models import Misconception, Topic
from quizzes.prepared import Prepared
from quizzes.questions import Language


def topics(language: Language) -> dict[str, str]:
    """The title of every topic by its slug."""
    return dict(_topics(language=language))


def misconceptions(codes: Iterable[str], language: Language) -> dict[str, str]:
    """The titles by code; of what was merged, the title of what it is now.

    A code that has left the catalogue has none: answers of before still name it.
    """
    return dict(_misconceptions([*codes], language=language))


def _all_topics(language: Language) -> QuerySet[Topic, tuple[str, str]]:
    return Topic.objects.order_by("position").values_list("slug", f"title_{language}")


def _as_they_are_now(codes: list[str], language: Language) -> QuerySet[Misconception, tuple[str, str]]:
    title = Coalesce(f"merged_into__title_{language}", f"title_{language}")
    return Misconception.objects.filter(code__in=codes).values_list("code", title)


_topics, _misconceptions = Prepared(_all_topics), Prepared(_as_they_are_now, str)
