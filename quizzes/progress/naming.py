"""What templates are called. A title stands in the text of a version, which never changes: each is read once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from quizzes import questions
from quizzes.models import TemplateVersion
from quizzes.questions import GenerationError, Language, TemplateError
from quizzes.questions.tables import read_toml

from .catalogue import Published

logger = logging.getLogger(__name__)

EXAMPLE_SEED = 1  # the numbers in the name of a flashcard that has any

_known: dict[UUID, Mapping[Language, str]] = {}


def titles(templates: Sequence[Published]) -> dict[str, Mapping[Language, str]]:
    """By slug: a question's title, a flashcard's front as plain text.

    One query where a version was not named before by this process.
    """
    missing = {template.version: template for template in templates if template.version not in _known}
    if missing:
        for version, source in TemplateVersion.objects.filter(id__in=missing).values_list("id", "source"):
            _known[version] = title_in(source, missing[version].slug)
    return {template.slug: _known[template.version] for template in templates}


def title_in(source: str, slug: str) -> Mapping[Language, str]:
    """The title in a text; ``slug`` where there is none that can be read."""
    try:
        title: Mapping[Language, str] | None = read_toml(source).get("title")
        if title is not None:  # to compile the whole question takes five times as long
            return {"ja": title["ja"], "en": title["en"]}
        card = questions.generate(questions.load(source), EXAMPLE_SEED)
        return {"ja": questions.title(card, "ja"), "en": questions.title(card, "en")}
    except (TemplateError, GenerationError, ArithmeticError, LookupError):
        logger.exception("a version of %s has no title that can be read", slug)
        return {"ja": slug, "en": slug}
