"""Versions of templates: append a text, publish it, take it back.

A version never changes. A template points at the one that learners are asked, or at none: then it is a draft, or
archived. Whoever is in the middle of a question finishes on the version that was asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from quizzes.models import Misconception, Publication, QuestionTemplate, TemplateVersion, Topic, User
from quizzes.questions import Problem, Template, TemplateError, load
from quizzes.questions.catalogue import unknown_references
from quizzes.questions.words import Both

Origin: TypeAlias = Literal["admin", "bank", "import"]


class Conflict(Exception):
    """Somebody else has saved meanwhile; ``newest`` is their version."""

    def __init__(self, newest: TemplateVersion) -> None:
        super().__init__(f"version {newest.number} was saved meanwhile")
        self.newest = newest


class NotPublishable(ValueError):
    """Why a version cannot be what learners are asked; ``problems`` are those of its proof that stand in the way.

    ``unproved``: prove it first. ``errors``: mend them. ``warnings``: somebody has to accept them. ``voided``: never
    again. ``never-published``: there is no version to go back to.
    """

    Code: TypeAlias = Literal["unproved", "errors", "warnings", "voided", "never-published"]

    def __init__(self, code: Code, problems: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.problems = tuple(problems)


def append(
    source: str,
    *,
    by: User | None = None,
    origin: Origin = "admin",
    note: str = "",
    to: QuestionTemplate | None = None,
    base: int | None = None,
) -> tuple[TemplateVersion, bool]:
    """Keep ``source`` as the newest version of its template; the newest text again changes nothing.

    A slug that is new makes a new template, unless the text has to be a version of ``to``. ``base`` is the newest
    version that the author knows of. Returns the version and whether it is new. Raises :class:`TemplateError` for a
    source that does not load, that names an unknown topic or misconception, or that would rename its template or turn
    it into one of another kind, and :class:`Conflict` where ``base`` is not the newest any more.
    """
    template = load(source)
    topic = topic_of(template)
    with transaction.atomic():
        version, is_new = _append(source, template, topic, by=by, origin=origin, note=note, to=to, base=base)
        if is_new and version.template.current_id is None:  # nobody is asked it: its newest text says where it belongs
            describe(version.template, template, topic)
    return version, is_new


def _append(
    source: str,
    template: Template,
    topic: Topic,
    *,
    by: User | None,
    origin: Origin,
    note: str = "",
    to: QuestionTemplate | None = None,
    base: int | None = None,
) -> tuple[TemplateVersion, bool]:
    """Keep ``source``, which ``template`` was compiled from, as the newest version."""
    if to is not None and template.slug != to.slug:
        message = Both(
            f"名前が {to.slug} から変わっています。テンプレートの名前は変えられません。",
            f"was {to.slug}: a template keeps its name for ever",
        )
        raise TemplateError([Problem("schema", "slug", message)])
    row, created = QuestionTemplate.objects.select_for_update().get_or_create(
        slug=template.slug, defaults={"topic": topic, "kind": template.kind, "level": template.level}
    )
    if to is None and base is not None and not created:
        message = Both(
            f"{template.slug} というテンプレートはすでにあります。", f"there is a template {template.slug} already"
        )
        raise TemplateError([Problem("duplicate-slug", "slug", message)])
    if row.kind != template.kind:
        raise TemplateError([of_other_kind(row)])
    newest = row.versions.order_by("-number").first()
    if newest is not None:
        if base is not None and newest.number != base:
            raise Conflict(newest)
        if newest.source == source:
            return newest, False
    version = TemplateVersion.objects.create(
        template=row,
        number=newest.number + 1 if newest else 1,
        source=source,
        author=by,
        origin=origin,
        note=note,
    )
    return version, True


def publish_version(version: TemplateVersion, *, by: User | None = None) -> bool:
    """Let learners be asked ``version`` from now on, an older one too; whether it was not the published one before.

    Raises :class:`TemplateError` where it does not load any more, and :class:`NotPublishable` where it was voided.
    """
    template = load(version.source)
    with transaction.atomic():
        return _publish(version, template, topic_of(template), by=by)


def _publish(version: TemplateVersion, template: Template, topic: Topic, *, by: User | None) -> bool:
    """Let learners be asked ``version``, which ``template`` was compiled from."""
    row = QuestionTemplate.objects.select_for_update().get(id=version.template_id)
    changed = row.current_id != version.id
    if TemplateVersion.objects.filter(id=version.id, voided_at__isnull=False).exists():  # perhaps meanwhile
        raise NotPublishable("voided")
    row.current, row.archived_at = version, None
    describe(row, template, topic)
    if changed:
        Publication.objects.create(template=row, version=version, act="publish", by=by)
    version.template = row  # as it is now
    return changed


def archive(template: QuestionTemplate, *, by: User | None = None) -> None:
    """Stop asking a template. Its versions, attempts and cards stay; publishing a version brings it back."""
    with transaction.atomic():
        row = QuestionTemplate.objects.select_for_update().get(id=template.id)
        if row.archived_at is not None:
            return
        row.current, row.archived_at = None, timezone.now()
        row.save(update_fields=["current", "archived_at"])
        Publication.objects.create(template=row, version=None, act="archive", by=by)


def publish(source: str, *, by: User | None = None, origin: Origin = "admin") -> tuple[TemplateVersion, bool]:
    """Append ``source`` and publish it; the published text again changes nothing. Raises as both do."""
    template = load(source)
    topic = topic_of(template)
    with transaction.atomic():
        version, _ = _append(source, template, topic, by=by, origin=origin)
        return version, _publish(version, template, topic, by=by)


def describe(row: QuestionTemplate, template: Template, topic: Topic) -> None:
    """Write what lists and choices go by, of the version that counts."""
    row.topic, row.level, row.calculates = topic, template.level, bool(template.parameters)
    codes = template.misconception_codes()
    in_use = Q(code__in=codes, merged_into=None) | Q(merged__code__in=codes)  # what was merged counts as what it is now
    row.misconceptions.set(Misconception.objects.filter(in_use).distinct())
    row.save(update_fields=["topic", "level", "current", "calculates", "archived_at"])


def topic_of(template: Template) -> Topic:
    """The topic that a text names. Raises :class:`TemplateError` for an unknown topic or misconception."""
    topic = Topic.objects.filter(slug=template.topic).first()
    codes = Misconception.objects.filter(code__in=template.misconception_codes()).values_list("code", flat=True)
    problems = list(unknown_references(template, [topic.slug] if topic is not None else (), set(codes)))
    if problems or topic is None:
        raise TemplateError(problems)
    return topic


def of_other_kind(row: QuestionTemplate) -> Problem:
    """A question cannot become a flashcard, nor a flashcard a question."""
    kind = {"question": "問題", "flashcard": "フラッシュカード"}[row.kind]
    return Problem(
        "schema",
        "slug",
        Both(f"{row.slug} という名前の{kind}がすでにあります。", f"{row.slug} is a {row.kind} already"),
    )
