"""The catalogue of wrong rules. A code is for ever: answers keep it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from quizzes.models import Belief, Misconception, TemplateVersion
from quizzes.questions.rewriting import names_misconception

from .standing import check_standing
from .topics import Refused


def save_misconception(rule: Misconception, words: Mapping[str, str], stood: str = "") -> None:
    """Write a misconception's words: the columns of its titles, of what was done and of what to do instead.

    ``stood`` is the :func:`standing` that was read before. Raises :class:`Refused` where a new one has the code of
    another, and :class:`Changed`.
    """
    with transaction.atomic():
        for row in Misconception.objects.select_for_update().filter(id=rule.id):
            check_standing(row, stood)
        if rule._state.adding and Misconception.objects.filter(code=rule.code).exists():
            raise Refused({"code": [_("There is a misconception of this code already.")]})
        for column, text in words.items():
            setattr(rule, column, text)
        rule.save()


def delete_misconception(rule: Misconception) -> None:
    """Delete a misconception that nothing ever used. Raises :class:`Refused`."""
    with transaction.atomic():
        if problems := misconception_uses(rule):
            raise Refused({"": problems})
        rule.delete()


def misconception_uses(rule: Misconception) -> list[str]:
    """What keeps a misconception from being deleted.

    No answer names a misconception that no version names, so answers need not be looked through.
    """
    problems = []
    rows = TemplateVersion.objects.filter(source__contains=rule.code).values_list("template__slug", "source")
    slugs = sorted({slug for slug, source in rows if names_misconception(source, rule.code)})
    if slugs:
        problems.append(_("Versions of templates name it, old ones too: %(names)s.") % {"names": ", ".join(slugs)})
    if Belief.objects.filter(code=rule.code).exists():
        problems.append(_("Learners have held it."))
    if merged := list(rule.merged.values_list("code", flat=True)):
        problems.append(_("Others were merged into it: %(names)s.") % {"names": ", ".join(merged)})
    return problems
