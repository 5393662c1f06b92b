"""What an editor does with versions that are there: publish what is proved, go back, archive and bring back."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from quizzes.models import QuestionTemplate, TemplateVersion, User

from .versions import NotPublishable, publish_version


def publish_proved(version: TemplateVersion, *, by: User | None, accept_warnings: bool = False) -> bool:
    """Publish a version that was proved; whether it was not the published one before.

    A proof for which the time ran out has to be accepted like one with warnings. To go back to a version that learners
    were asked before takes no new proof, but what was found to be wrong stays refused. Raises
    :class:`NotPublishable` (with the problems) and :class:`TemplateError`.
    """
    if version.voided_at is not None:
        raise NotPublishable("voided")
    known = version.publications.filter(act="publish").exists()
    if version.proof is None:
        if not known:
            raise NotPublishable("unproved")
        return publish_version(version, by=by)
    errors = [problem for problem in version.proof["problems"] if problem["severity"] == "error"]
    if errors:
        raise NotPublishable("errors", errors)
    doubtful = version.proof["problems"] or version.proof.get("cut")
    if doubtful and not accept_warnings and not known:
        raise NotPublishable("warnings", version.proof["problems"])
    return publish_version(version, by=by)


def bring_back(template: QuestionTemplate, *, by: User | None) -> TemplateVersion:
    """Ask an archived template again, in the version that was published last.

    Raises :class:`NotPublishable` (``never-published``: it can only be a draft again, or ``errors``) and
    :class:`TemplateError`.
    """
    versions = published_before(template)
    if not versions:
        raise NotPublishable("never-published")
    publish_proved(versions[0], by=by)
    return versions[0]


def unarchive(template: QuestionTemplate) -> None:
    """Make an archived template a draft again: it is listed, but not asked."""
    with transaction.atomic():
        row = QuestionTemplate.objects.select_for_update().get(id=template.id)
        row.archived_at = None
        row.save(update_fields=["archived_at"])


def published_before(template: QuestionTemplate) -> list[TemplateVersion]:
    """The versions that learners were asked and that were not voided, the one published last first."""
    asked = template.versions.filter(voided_at=None, publications__act="publish")
    return list(asked.annotate(asked_at=Max("publications__at")).order_by("-asked_at", "-number"))
