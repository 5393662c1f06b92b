"""The syllabus: words, order and requirements of its topics. A topic stands after everything that it requires."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from quizzes.models import QuestionTemplate, Topic
from quizzes.questions import Language
from quizzes.questions.catalogue import TopicEntry, unreadable
from quizzes.questions.values import LANGUAGES
from quizzes.reader import language as reader

from .naming import texts_of_topic
from .standing import check_standing


class Refused(ValueError):
    """Why the catalogue stays as it is: sentences for the author, by the field concerned; ``""`` for the whole."""

    def __init__(self, problems: Mapping[str, Sequence[str]]) -> None:
        super().__init__(str(dict(problems)))
        self.problems = problems


def save_topic(
    topic: Topic,
    words: Mapping[str, str],
    requires: Collection[Topic],
    example: QuestionTemplate | None,
    stood: str = "",
) -> None:
    """Write what a topic says, needs and shows; a new one goes to the end.

    ``words`` are the columns of titles, texts and formulas, ``stood`` the :func:`standing` that was read before.
    Raises :class:`Refused` and :class:`Changed`.
    """
    with transaction.atomic():
        rows = {one.id: one for one in Topic.objects.select_for_update()}  # the order stays while this is written
        if topic.id in rows:
            check_standing(rows.pop(topic.id), stood)
        others = list(rows.values())
        is_new = topic._state.adding
        if is_new:
            topic.position = max((one.position for one in others), default=-1) + 1
        for column, text in words.items():
            setattr(topic, column, text)
        topic.example = example
        problems = topic_problems(topic, requires)
        if is_new and any(one.slug == topic.slug for one in others):
            problems["slug"] = [_("There is a topic of this name already.")]
        if problems:
            raise Refused(problems)
        topic.save()
        topic.requires.set(requires)


def topic_problems(topic: Topic, requires: Collection[Topic]) -> dict[str, list[str]]:
    """What keeps a topic from being written as it is filled in, by field."""
    problems: dict[str, list[str]] = {}
    entry = TopicEntry(
        topic.slug, _both(topic, "title"), (), _both(topic, "text"), _both(topic, "formula"), "example"
    )  # fmt: skip
    for language in LANGUAGES:
        for problem in unreadable(entry, cast("Language", language)):
            field = "text" if ".text." in problem.where else "formula"
            problems.setdefault(f"{field}_{language}", []).append(problem.message[reader()])
    if bool(topic.formula_ja) != bool(topic.formula_en):
        missing = "formula_ja" if topic.formula_en else "formula_en"
        problems.setdefault(missing, []).append(_("The formula stands in both languages, or in none."))
    later = [one for one in requires if one.id == topic.id or one.position >= topic.position]
    if later:
        told = _("It would stand before what it needs: %(topics)s. Move it further down first.")
        problems["requires"] = [told % {"topics": ", ".join(one.slug for one in later)}]
    example = topic.example
    if example is not None and (
        example.topic_id != topic.id or example.kind != "question" or example.current_id is None
    ):
        problems["example"] = [_("The example is a published question of this topic.")]
    return problems


def move_topic(topic: Topic, place: int) -> None:
    """Put a topic at a place of the order, counted from 0. Raises :class:`Refused`."""
    with transaction.atomic():
        order = list(Topic.objects.select_for_update().order_by("position", "slug"))
        required = _required(order)
        moved = next(one for one in order if one.id == topic.id)
        order.remove(moved)
        order.insert(max(0, min(place, len(order))), moved)
        if problems := _misplaced(order, required):
            raise Refused({"": problems})
        put_in_order(order)


def delete_topic(topic: Topic) -> None:
    """Delete a topic that nothing uses. Raises :class:`Refused`."""
    with transaction.atomic():
        if problems := topic_uses(topic):
            raise Refused({"": problems})
        topic.delete()


def topic_uses(topic: Topic) -> list[str]:
    """What keeps a topic from being deleted."""
    problems = []
    templates = set(topic.templates.values_list("slug", flat=True))
    templates |= {text.template.slug for text in texts_of_topic(topic.slug)}
    if templates:
        problems.append(_("Templates are in this topic: %(names)s.") % {"names": ", ".join(sorted(templates))})
    if needing := list(topic.required_by.values_list("slug", flat=True)):
        problems.append(_("Topics need it: %(names)s.") % {"names": ", ".join(needing)})
    return problems


def put_in_order(order: Sequence[Topic]) -> None:
    """Write the positions that are not as the order has them."""
    for position, topic in enumerate(order):
        if topic.position != position:
            topic.position = position
            topic.save(update_fields=["position"])


def _required(topics: Sequence[Topic]) -> dict[str, set[str]]:
    required: dict[str, set[str]] = {topic.slug: set() for topic in topics}
    for slug, needed in Topic.requires.through.objects.values_list("from_topic__slug", "to_topic__slug"):
        required[slug].add(needed)
    return required


def _misplaced(order: Sequence[Topic], required: Mapping[str, set[str]]) -> list[str]:
    """For each topic that would stand before what it requires, that it would."""
    problems, before = [], set[str]()
    for topic in order:
        if late := sorted(required[topic.slug] - before):
            told = _("The topic %(topic)s would stand before what it needs: %(topics)s.")
            problems.append(told % {"topic": topic.slug, "topics": ", ".join(late)})
        before.add(topic.slug)
    return problems


def _both(topic: Topic, name: str) -> dict[Language, str]:
    return {cast("Language", language): getattr(topic, f"{name}_{language}") for language in LANGUAGES}
