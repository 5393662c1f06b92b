"""A request may name the encoding of its words. The site reads UTF-8; what is said to be anything else is bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from email.message import Message
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

UNREAD = "application/octet-stream"


def utf8_only(application: WSGIApplication) -> WSGIApplication:
    """``application``, which sees no charset but those that nobody knows: Django passes over them.

    Django reads the query while it makes a request with a charset, before any middleware or error page can help: a name
    that is none of text (``base64``), or a query that is refused, would be an error of the server. Its own is UTF-8.
    """

    def checked(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        kind = environ.get("CONTENT_TYPE", "")
        if "charset" in kind.lower():
            environ["CONTENT_TYPE"] = without_charset(kind)
        return application(environ, start_response)

    return checked


def without_charset(content_type: str) -> str:
    """The content type without a charset that is known; ``UNREAD`` where that is not UTF-8.

    >>> without_charset("text/plain; charset=UTF8"), without_charset("text/plain; charset=base64")
    ('text/plain', 'application/octet-stream')
    """
    message = Message()
    message["Content-Type"] = content_type.encode("ascii", "replace").decode()
    try:
        if codecs.lookup(message.get_content_charset("utf-8")).name != "utf-8":
            return UNREAD
    except LookupError:
        return content_type
    message.del_param("charset")
    return str(message["Content-Type"])
