"""What the latest sitting came to, what comes next, and for guests the offer to keep it."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quizzes import progress, scheduling
from quizzes.models import Misconception, User
from quizzes.reader import language


@never_cache
@require_safe
def summary(request: HttpRequest) -> HttpResponseBase:
    """The end of a sitting."""
    if not isinstance(request.user, User):
        return redirect("home")
    user, now = request.user, timezone.now()
    session = progress.session(user.id, now)
    if session.started_at is None:
        return redirect("home")
    reviews = progress.reviews(user, now)
    rows = Misconception.objects.filter(code__in={*session.met, *session.closed})
    titles = dict(rows.values_list("code", f"title_{language()}"))
    context = {
        "session": session,
        "reviews": reviews,
        "met": [(code, titles[code]) for code in session.met if code in titles and code not in session.closed],
        "closed": [titles[code] for code in session.closed if code in titles],
        "next_due": session.next_due_day and scheduling.date_of(session.next_due_day),
    }
    return render(request, "quizzes/session.html", context)
