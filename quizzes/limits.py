"""How much one learner or one address may ask, counted in windows of time that all workers share."""

from __future__ import annotations

import ipaddress
import math
import time
from typing import cast
from zlib import crc32

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest


class TooMany(Exception):
    """It was asked more often than its limit allows; ``wait``: in how many seconds it may be asked again."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"to be asked again in {wait} s")
        self.wait = wait


def check(limit: str, who: str) -> None:
    """Count one more request of ``who`` under a limit of ``settings.API_LIMITS``. Raises :class:`TooMany`."""
    rate = settings.API_LIMITS.get(limit)
    if rate is None:
        return
    allowed, seconds = rate
    # Windows begin for everybody at a time of their own, or all who wait would come back at once.
    window, passed = divmod(time.time() + crc32(who.encode()) % seconds, seconds)
    if _count(f"{limit}:{who}:{window:.0f}", seconds) > allowed:
        raise TooMany(math.ceil(seconds - passed))


def address(request: HttpRequest) -> str:
    """Where a request comes from: the client, not the proxies that we trust; a household of IPv6 is one client."""
    remote = request.META.get("REMOTE_ADDR", "")
    trusted = cast(int, settings.REST_FRAMEWORK["NUM_PROXIES"])
    if trusted and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR")):
        hops = forwarded.split(",")
        remote = hops[-min(trusted, len(hops))].strip()
    return _household(remote) if ":" in remote else remote


def _household(text: str) -> str:
    try:
        found = ipaddress.IPv6Address(text)
    except ValueError:  # written by a proxy that we trust, so it is told apart as it stands
        return text
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((found, 64), strict=False))


def _count(key: str, seconds: int) -> int:
    """How often it was counted in its window, this time included; no request of another worker is lost."""
    counts = caches["limits"]
    while True:
        try:
            return counts.incr(key)
        except ValueError:  # the first of its window, unless another worker is quicker
            if counts.add(key, 1, seconds):
                return 1
