"""Switching the language. A question on the page stays the same variant, with what was typed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from . import locale
from .practice import practice_of
from .question import reopen, show
from .visitors import asker


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Use the chosen language from now on."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return redirect("home")
    with translation.override(chosen):
        response = _stay(request)
    locale.keep(response, chosen)
    response["Content-Language"] = chosen
    return response


def _stay(request: HttpRequest) -> HttpResponseBase:
    if "variant" in request.POST:
        who = asker(request)
        question = reopen(request, who)
        if question is not None:
            return show(request, who, question, practice_of(request.POST.get("practice", "")))
    back = request.POST.get("next", "/")
    if not (back.startswith("/") and url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())):
        back = "/"
    return HttpResponseRedirect(back)  # `redirect` would take some texts for the names of views
