"""Every address of the project, from Django's own resolver."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Route and pattern of each, as ``request.resolver_match.route`` has it."""
    yield from _below("", get_resolver())


def _below(prefix: str, resolver: URLResolver) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        written = str(pattern.pattern)
        route = prefix + (written.removeprefix("^") if prefix else written)
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from _below(route, pattern)
