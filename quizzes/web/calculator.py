"""The calculator: every result has an address of its own, so that it can be kept and shared."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from quizzes.calculator import opened
from quizzes.reader import language


@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """What the address asks for, or an example."""
    return render(request, "quizzes/calculator.html", {"page": opened(request.GET.dict(), language())})
