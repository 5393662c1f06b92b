"""Text to append to a template: a misconception that somebody has yet to name."""

from __future__ import annotations

import json
from collections.abc import Sequence

BLANK = "…"  # what the author fills in


def misconception_block(comments: Sequence[str], formula: str | None = None, field: str | None = None) -> str:
    """A ``[[misconceptions]]`` block with ``comments`` above it; ``field`` where there are several answers.

    >>> print(misconception_block(["H = 7 gives 3"], "H // 2", "O"))
    # H = 7 gives 3
    [[misconceptions]]
    code = "…"
    value = { O = "H // 2" }
    """
    value = _quoted(BLANK if formula is None else formula)
    lines = ["# " + "".join(character for character in line if character.isprintable()) for line in comments]
    lines += ["[[misconceptions]]", f"code = {_quoted(BLANK)}"]
    return "\n".join([*lines, f"value = {value}" if field is None else f"value = {{ {field} = {value} }}"])


def _quoted(text: str) -> str:
    """A basic string of TOML; JSON's escapes are among its own."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
