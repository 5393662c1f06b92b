"""Who is served, as far as words depend on it."""

from __future__ import annotations

from django.utils.translation import get_language

from cnncalc.words import Language


def language() -> Language:
    """The language of whoever is served."""
    return "ja" if (get_language() or "").startswith("ja") else "en"
