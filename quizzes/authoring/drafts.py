"""What an author is writing: kept with every pause, made a version by saving."""

from __future__ import annotations

from django.db import transaction

from quizzes.models import Draft, QuestionTemplate, TemplateVersion, User

from .versions import append


def start(author: User, template: QuestionTemplate | None = None, source: str | None = None) -> Draft:
    """The author's draft of ``template``, begun where there is none; of a new template, with ``source``.

    A ``source`` that is given for a template takes the place of what stands in the draft.
    """
    if template is None:
        return Draft.objects.create(author=author, source=source or "")
    newest = template.versions.order_by("-number").first()
    begun = {"source": newest.source if newest else "", "base": newest.number if newest else 0}
    draft, _ = Draft.objects.get_or_create(author=author, template=template, defaults=begun)
    if source is not None:
        keep(draft, source)
    return draft


def keep(draft: Draft, source: str) -> None:
    """Keep the text as it stands, whatever it is."""
    if draft.source != source:
        draft.source = source
        draft.save(update_fields=["source", "updated_at"])


def save(draft: Draft, *, note: str = "", base: int | None = None) -> TemplateVersion:
    """Make the draft the newest version of its template, and end it.

    ``base`` is the newest version that the author has seen, if it is another than the draft began with. Raises
    :class:`TemplateError` and :class:`Conflict`; the draft stays then.
    """
    with transaction.atomic():
        version, _ = append(
            draft.source, by=draft.author, note=note, to=draft.template, base=draft.base if base is None else base
        )
        draft.delete()
    return version
