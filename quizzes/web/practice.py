"""What a learner sits down to: today's reviews, a topic, a misconception, flashcards, cramming.

A practice is an address of ours, so that it can be linked, carried through a question's form and returned to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quizzes import study
from quizzes.study import NothingToAsk, Question

from .visitors import Asker, asker, remember

NAMES = ("review", "practice", "practise_misconception", "cards", "cram")
LEVELS = range(1, 5)


@dataclass(frozen=True, slots=True)
class Practice:
    """``name`` is that of the address, ``slug`` a topic or a misconception; ``level`` narrows it further."""

    name: str = "review"
    slug: str = ""
    level: int | None = None

    @property
    def url(self) -> str:
        """Where it is gone on with."""
        path = reverse(self.name, args=[self.slug] if self.slug else [])
        return f"{path}?{urlencode({'level': self.level})}" if self.level else path

    @property
    def is_review(self) -> bool:
        """Whether it ends when the day's work is done."""
        return self.name == "review"

    def next_question(self, who: Asker) -> Question:
        """What comes next in it. Raises :class:`NothingToAsk`."""
        scope: dict[str, Any] = {"level": self.level}
        if self.name == "practise_misconception":
            scope["misconception"] = self.slug
        elif self.slug:
            scope["topic"] = self.slug
        if self.name == "cards":
            scope["kind"] = "flashcard"
        if self.name in ("cram", "practice"):
            scope["purpose"] = self.name
        return study.next_question(who.id, stranger=who.stranger, **scope)


def practice_of(address: str) -> Practice:
    """The practice at an address that came back from a form; today's reviews where it is none of ours."""
    try:
        parts = urlsplit(address)
        match = resolve(parts.path)
    except (Resolver404, ValueError):
        return Practice()
    if match.url_name not in NAMES:
        return Practice()
    return Practice(match.url_name, str(match.kwargs.get("slug", "")), _level(QueryDict(parts.query).get("level", "")))


def question_url(question: Question, practice: Practice, **others: str) -> str:
    """The question's own address: it can be reloaded and gone back to."""
    return f"{reverse('question')}?{urlencode({'variant': question.token, 'practice': practice.url, **others})}"


@never_cache
@require_safe
def begin(request: HttpRequest, slug: str = "") -> HttpResponseBase:
    """Go to the next question of the practice at this address; when the day's work is done, to what it came to."""
    assert request.resolver_match is not None  # noqa: S101  # an address led here
    name = request.resolver_match.url_name or ""
    practice = Practice(name, slug, _level(request.GET.get("level", "")))
    who = asker(request)
    try:
        question = practice.next_question(who)
    except NothingToAsk as nothing:
        return _nothing(request, practice, nothing)
    if practice.is_review and question.extra:
        return redirect("session")
    response = redirect(question_url(question, practice))
    remember(response, who)
    return response


def _nothing(request: HttpRequest, practice: Practice, nothing: NothingToAsk) -> HttpResponseBase:
    if nothing.code in ("unknown-topic", "unknown-misconception"):
        raise Http404
    if nothing.code == "nothing-of-this-kind":
        messages.info(request, _("There is nothing of this kind to practise."))
        return redirect("home")
    return render(request, "quizzes/empty.html")


def _level(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 1 and int(text) in LEVELS else None
