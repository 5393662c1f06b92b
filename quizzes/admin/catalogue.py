"""Topics and misconceptions."""

from __future__ import annotations

from django.urls import URLPattern

from . import misconceptions, topics

urls: list[URLPattern] = [*topics.urls, *misconceptions.urls]
