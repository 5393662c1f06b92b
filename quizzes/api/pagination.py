"""Long lists in pages. A cursor names the item that a page borders on, so no change to a list repeats or skips others.

Pages have the form of DRF's cursor pagination, which needs a query: these lists are in memory already, because their
tags are made of them.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

T = TypeVar("T")

Side: TypeAlias = Literal["after", "before"]


class Cursor(NamedTuple):
    """Where a page begins or ends: next to the item with this key, which is not on it."""

    side: Side
    key: str

    def text(self) -> str:
        """As clients hold it: they need not know what is in it."""
        return urlsafe_b64encode(f"{self.side}:{self.key}".encode()).decode().rstrip("=")


class Page(NamedTuple, Generic[T]):
    """A part of a list with the addresses of the pages around it."""

    items: Sequence[T]
    next: str | None
    previous: str | None


def read(text: str) -> Cursor:
    """The cursor that a client sent back. Raises DRF's ``ValidationError``."""
    try:
        side, _colon, key = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
        cursor = Cursor("after" if side == "after" else "before", key)
        if cursor.text() == text:
            return cursor
    except ValueError:  # neither base64 nor text
        pass
    raise serializers.ValidationError({"cursor": [_("This is not a cursor that was given here.")]}, "invalid")


def page(request: Request, items: Sequence[T], key: Callable[[T], str], cursor: Cursor | None, limit: int) -> Page[T]:
    """The page at ``cursor`` of ``items``, which are sorted by ``key``; no two have the same."""
    if cursor is None:
        start, stop = 0, limit
    elif cursor.side == "after":
        start = bisect_right(items, cursor.key, key=key)
        stop = start + limit
    else:
        stop = bisect_left(items, cursor.key, key=key)
        start = max(stop - limit, 0)
    stop = min(stop, len(items))

    def address(side: Side, key: str) -> str:
        return replace_query_param(request.build_absolute_uri(), "cursor", Cursor(side, key).text())

    following = preceding = None
    if stop < len(items):
        following = address("after", key(items[stop - 1]) if stop else "")
    if start > 0:  # what stood behind the cursor may be gone: then the page before ends with the cursor's own item
        preceding = address("before", key(items[start]) if start < len(items) else f"{cursor and cursor.key}\0")
    return Page(items[start:stop], following, preceding)
