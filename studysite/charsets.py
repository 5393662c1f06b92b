"""A request may name the encoding of its words; some of the names that Python knows are no encodings of text."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from email.message import Message
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

UNREAD = "application/octet-stream"


def of_text(application: WSGIApplication) -> WSGIApplication:
    """``application``, which sees a body of a charset that is none (``base64``) as what it is: bytes without words.

    Django fails on it while it makes the request, before any middleware or error page can help.
    """

    def checked(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "charset" in environ.get("CONTENT_TYPE", "").lower() and not is_of_text(environ["CONTENT_TYPE"]):
            environ["CONTENT_TYPE"] = UNREAD
        return application(environ, start_response)

    return checked


def is_of_text(content_type: str) -> bool:
    """Whether the charset of a content type can be read, or is a name that nobody knows, which Django passes over.

    >>> is_of_text("text/plain; charset=utf-8"), is_of_text("text/plain; charset=base64")
    (True, False)
    """
    message = Message()
    message["Content-Type"] = content_type.encode("ascii", "replace").decode()
    charset = message.get_content_charset("utf-8")
    try:
        codecs.lookup(charset)
    except LookupError:
        return True
    try:
        b"a=b".decode(charset, "replace")
    except (LookupError, UnicodeError):
        return False
    return True
