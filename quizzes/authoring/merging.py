"""Make one of two: topics, misconceptions. First it is told what would be done, then it is done – all of it or nothing.

What learners believe follows after a merge of misconceptions: :func:`quizzes.study.merge_beliefs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from quizzes.models import Misconception, QuestionTemplate, Topic, User
from quizzes.questions import TemplateError
from quizzes.questions.rewriting import with_misconception, with_topic
from quizzes.reader import language

from .naming import NewTexts, drafts_that_name, new_texts, texts_of_misconception, texts_of_topic, write
from .topics import Refused, put_in_order


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge does; ``problems`` keep it from being done. ``drafts`` that name the old one stay as they are."""

    texts: tuple[NewTexts, ...]
    problems: tuple[str, ...]
    drafts: int = 0
    requires: tuple[Topic, ...] = ()  # what the topic needs afterwards
    required_by: tuple[Topic, ...] = ()  # what needs it then
    order: tuple[Topic, ...] = ()  # all topics as they stand then


def topic_merge(old: Topic, new: Topic) -> Merge:
    """What :func:`merge_topics` would do."""
    if old.id == new.id:
        return Merge((), (_("A topic cannot be merged into itself."),))
    both = {old.id, new.id}
    requires = {one.id: one for topic in (old, new) for one in topic.requires.all() if one.id not in both}
    required_by = {one.id: one for topic in (old, new) for one in topic.required_by.all() if one.id not in both}
    order, problems = _placed(new, old, requires.keys(), required_by.keys())
    texts = new_texts(texts_of_topic(old.slug), lambda source: with_topic(source, old.slug, new.slug))
    return Merge(
        tuple(texts),
        (*problems, *_unwritable(texts)),
        drafts_that_name(old.slug),
        tuple(requires.values()),
        tuple(required_by.values()),
        tuple(order),
    )


def merge_topics(old: Topic, new: Topic, *, by: User | None) -> Merge:
    """Put the templates of ``old`` into ``new`` by new versions, join what they require, and delete ``old``.

    Raises :class:`Refused`; nothing is changed then.
    """
    with transaction.atomic():
        list(Topic.objects.select_for_update())
        plan = topic_merge(old, new)
        _write(plan, by, f"{old.slug} → {new.slug}", lambda proof: proof)
        new.requires.set(plan.requires)
        for topic in plan.required_by:
            topic.requires.add(new)
        if new.example_id is None:
            new.example_id = old.example_id
            new.save(update_fields=["example"])
        put_in_order(plan.order)
        QuestionTemplate.objects.filter(topic=old).update(topic=new)  # whose texts are all voided
        old.delete()
    return plan


def misconception_merge(old: Misconception, new: Misconception) -> Merge:
    """What :func:`merge_misconceptions` would do."""
    problems = []
    if old.id == new.id:
        return Merge((), (_("A misconception cannot be merged into itself."),))
    for one in (old, new):
        if one.merged_into is not None:
            told = _("The misconception %(code)s was merged into %(other)s already.")
            problems.append(told % {"code": one.code, "other": one.merged_into.code})
    found = texts_of_misconception(old.code)
    also = {text.version.id for text in texts_of_misconception(new.code)}
    if clashing := sorted({text.template.slug for text in found if text.version.id in also}):
        told = _("Both stand in these templates: %(names)s. Take one of them out there first, and publish.")
        problems.append(told % {"names": ", ".join(clashing)})
    texts = new_texts(found, lambda source: with_misconception(source, old.code, new.code))
    if not clashing:
        problems += _unwritable(texts)
    return Merge(tuple(texts), tuple(problems), drafts_that_name(old.code))


def merge_misconceptions(old: Misconception, new: Misconception, *, by: User | None) -> Merge:
    """Let templates name ``new`` instead of ``old`` by new versions; answers keep ``old`` and count for ``new``.

    A template that names both is refused, as its two rules are two formulas: an author has to choose. Raises
    :class:`Refused`; nothing is changed then.
    """
    with transaction.atomic():
        rows = Misconception.objects.select_for_update(of=("self",)).select_related("merged_into")
        held = {row.id: row for row in rows.filter(id__in=[old.id, new.id])}
        old, new = held[old.id], held[new.id]
        plan = misconception_merge(old, new)
        if plan.problems:
            raise Refused({"": plan.problems})
        # First, so that the new versions are listed under the new one; in one step from all that led to the old one.
        Misconception.objects.filter(merged_into=old).update(merged_into=new)
        Misconception.objects.filter(id=old.id).update(merged_into=new)
        _write(plan, by, f"{old.code} → {new.code}", lambda proof: _renamed(proof, old.code, new.code))
        for template in QuestionTemplate.objects.filter(misconceptions=old):  # archived, with texts all voided
            template.misconceptions.remove(old)
            template.misconceptions.add(new)
    return plan


def _write(plan: Merge, by: User | None, note: str, proof: Any) -> None:
    if plan.problems:
        raise Refused({"": plan.problems})
    for texts in plan.texts:
        try:
            write(texts, by=by, note=note, proof=proof)
        except TemplateError as error:
            told = [f"{texts.template.slug}: {problem.told(language())}" for problem in error.problems]
            raise Refused({"": told}) from None


def _unwritable(texts: Sequence[NewTexts]) -> list[str]:
    return [f"{one.template.slug}: {problem}" for one in texts for problem in one.problems]


def _placed(new: Topic, old: Topic, requires: Any, required_by: Any) -> tuple[list[Topic], list[str]]:
    """The order without ``old``, in which ``new`` is moved no further than it has to be; and why there is none."""
    order = list(Topic.objects.order_by("position", "slug"))
    stood = [topic for topic in order if topic.id != old.id]
    place = next(number for number, topic in enumerate(stood) if topic.id == new.id)
    others = [topic for topic in stood if topic.id != new.id]
    first = max((number + 1 for number, topic in enumerate(others) if topic.id in requires), default=0)
    last = min((number for number, topic in enumerate(others) if topic.id in required_by), default=len(others))
    if first > last:
        told = _("It would have to stand after %(needed)s and before %(needing)s, which comes earlier.")
        return stood, [told % {"needed": others[first - 1].slug, "needing": others[last].slug}]
    others.insert(min(max(place, first), last), new)
    return others, []


def _renamed(proof: Any, old: str, new: str) -> Any:
    """A proof with another name for a misconception; what was found stays the same."""
    if isinstance(proof, dict):
        return {new if key == old else key: _renamed(value, old, new) for key, value in proof.items()}
    if isinstance(proof, list):
        return [_renamed(item, old, new) for item in proof]
    return new if proof == old else proof
