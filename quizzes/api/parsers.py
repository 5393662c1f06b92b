"""Request bodies: JSON of a bounded depth that means one thing only, and whose text can be written down again."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any, ClassVar, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import JSONParser

MAX_DEPTH = 16  # the deepest documented body has 7

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # an odd number of backslashes: not one that is escaped itself


class StrictJSONParser(JSONParser):
    """Refuses what Python's parser fails on, changes silently, or takes though no database keeps it.

    UTF-8 only; every name once per object; no NaN, Infinity or numbers that become so; no NUL and no halves of
    surrogate pairs in texts. Django bounds the size.
    """

    check_texts: ClassVar[bool] = True  # or the endpoint looks at its texts itself, one event at a time

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Read the body. Raises ``ParseError``."""
        context = parser_context or {}
        if codecs.lookup(context.get("encoding", "utf-8")).name != "utf-8":
            raise UnsupportedMediaType(media_type or "")
        body = stream.read()
        if len(body) < int(context["request"].META["CONTENT_LENGTH"]):  # even if it happens to be JSON so far
            raise ParseError(_("The body is shorter than its Content-Length."))
        try:
            text = body.decode()
            data = _DECODER.decode(text)
        except RecursionError:
            raise _too_deep() from None
        except UnicodeDecodeError:
            raise ParseError(_("The body is not UTF-8.")) from None
        except json.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            raise ParseError(_("The body is not JSON: line %(line)d, column %(column)d.") % place) from None
        except ValueError:  # thousands of digits
            raise _too_large() from None
        if text.count("[") + text.count("{") > MAX_DEPTH and not _is_shallow(data):
            raise _too_deep()
        if self.check_texts and "\\u" in text and not can_be_kept(data, text):
            raise ParseError(_("A text contains NUL or half of a surrogate pair."))
        return data


def can_be_kept(data: Any, text: str) -> bool:
    """Whether databases can keep the texts in ``data``, which was written as JSON in ``text``."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return _NUL.search(text) is None


def _too_deep() -> ParseError:
    return ParseError(_("The body is nested too deeply."))


def _too_large() -> ParseError:
    return ParseError(_("A number is too large."))


def _is_shallow(data: Any) -> bool:
    level = [data]
    for _depth in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return True
    return not any(isinstance(inner, dict | list) for inner in level)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError(_("A name stands twice in one object."))
    return found


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _too_large()
    return number


def _refuse(text: str) -> NoReturn:
    raise ParseError(_("%(text)s is not a number in JSON.") % {"text": text})


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_finite, parse_constant=_refuse)
