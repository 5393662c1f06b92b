"""Whether a request can be read at all: an address that is text, a body whose length is known."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.request import Request

_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})|%00|\x00")


class MalformedQuery(exceptions.APIException):
    """What stands behind the question mark is no text."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "malformed-query"
    default_detail = _("The query of the address is not UTF-8 in percent encoding, or contains NUL.")


class LengthRequired(exceptions.APIException):
    """A body in chunks: WSGI programs see none of it."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_code = "length-required"
    default_detail = _("Send the body with its Content-Length, not in chunks.")


def check(request: Request) -> None:
    """Refuse an address or a body that would be read as something else than was sent."""
    if "\x00" in request.path_info:  # no name of anything contains it, and PostgreSQL cannot even look for it
        raise exceptions.NotFound
    query = request.META.get("QUERY_STRING", "")
    if query and (_BROKEN.search(query) or not _is_text(query)):
        raise MalformedQuery
    if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        raise LengthRequired


def _is_text(query: str) -> bool:
    try:
        unquote_to_bytes(query.encode("latin-1")).decode()  # WSGI hands over bytes as if they were latin-1
    except UnicodeError:
        return False
    return True
