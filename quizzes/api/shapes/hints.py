"""Hints."""

from __future__ import annotations

from .variants import TextPart


class Hint(TextPart):
    """A hint to a posed question."""

    example = {
        "text": "The filter fits $H - F$ times further.",
        "html": "<p>The filter fits <math>…</math> times further.</p>",
    }
