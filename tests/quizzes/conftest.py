"""Small templates of the tests' own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quizzes.authoring import publish
from quizzes.models import Misconception, QuestionTemplate, Topic
from quizzes.questions import split
from quizzes.questions.catalogue import BANK
from tests.quizzes.sources import card_source, sum_source


@pytest.fixture
def small(db: None) -> Callable[..., QuestionTemplate]:
    """Publish a small question, or a flashcard with ``kind="flashcard"``, in topics that come in order of making."""
    words = {f"{name}_{language}": "…" for name in ("title", "wrong", "remedy") for language in ("ja", "en")}
    for code in ("forgot-one", "forgot-two"):
        Misconception.objects.get_or_create(code=code, defaults=words)

    def make(slug: str = "sum", *, topic: str = "sums", kind: str = "question", **others: Any) -> QuestionTemplate:
        Topic.objects.get_or_create(
            slug=topic, defaults={"position": 100 + Topic.objects.count(), "title_ja": topic, "title_en": topic}
        )
        if kind == "flashcard":
            (source,) = split(card_source(slug, topic=topic))
        else:
            source = sum_source(slug, topic=topic, **others)
        version, _ = publish(source)
        return version.template

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small bank in a folder of its own."""
    for name in ("topics.toml", "misconceptions.toml"):
        (tmp_path / name).write_text((BANK / name).read_text())
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "sum.toml").write_text(sum_source(topic="overview", code="forgot-plus-one"))
    return tmp_path
