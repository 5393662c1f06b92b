"""What changed between two texts, line by line, with the words that changed inside a line.

The work is bounded: what is too long to compare word by word, or line by line, is shown as taken out and put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, NamedTuple, TypeAlias

CONTEXT = 3  # unchanged lines around a change
MAX_LINES = 1_500  # that are compared, of each text
MAX_WORDS = 120  # of a line
ALIKE = 0.4  # from here on two lines are one that was changed

Kind: TypeAlias = Literal["same", "out", "in", "gap"]
_WORD = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)


class Piece(NamedTuple):
    """A part of a line; ``changed``: the other line does not have it."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its number in the old and in the new text; a gap stands for unchanged lines left out."""

    kind: Kind
    old: int | None = None
    new: int | None = None
    pieces: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """The whole of it."""
        return "".join(piece.text for piece in self.pieces)


def difference(old: str, new: str) -> list[Line]:
    """The lines that changed, with some around them; none for equal texts.

    >>> [(line.kind, line.text) for line in difference("a\\nb = 1", "a\\nb = 2")]
    [('same', 'a'), ('out', 'b = 1'), ('in', 'b = 2')]
    """
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return []
    lines: list[Line] = []
    end = 0
    for group in _groups(before, after):
        if group[0][1] > end:
            lines.append(Line("gap"))
        for act, i, j, k, m in group:
            if act == "equal":
                lines += [Line("same", i + n + 1, k + n + 1, (Piece(before[i + n]),)) for n in range(j - i)]
            else:
                lines += _changed(before[i:j], after[k:m], i, k)
        end = group[-1][2]
    if end < len(before):
        lines.append(Line("gap"))
    return lines


Opcode: TypeAlias = tuple[str, int, int, int, int]


def _groups(before: Sequence[str], after: Sequence[str]) -> Iterator[Sequence[Opcode]]:
    if max(len(before), len(after)) <= MAX_LINES:
        yield from SequenceMatcher(None, before, after).get_grouped_opcodes(CONTEXT)
    else:
        yield [("replace", 0, len(before), 0, len(after))]


def _changed(before: Sequence[str], after: Sequence[str], i: int, k: int) -> list[Line]:
    """Lines taken out, then those put in; where one stands for the other, word by word."""
    out: list[tuple[Piece, ...]] = [(Piece(text),) for text in before]
    put: list[tuple[Piece, ...]] = [(Piece(text),) for text in after]
    if max(len(before), len(after)) <= MAX_LINES:
        for number, (was, now) in enumerate(zip(before, after, strict=False)):
            out[number], put[number] = _words(was, now)
    return [
        *(Line("out", old=i + number + 1, pieces=pieces) for number, pieces in enumerate(out)),
        *(Line("in", new=k + number + 1, pieces=pieces) for number, pieces in enumerate(put)),
    ]


def _words(was: str, now: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    a, b = _WORD.findall(was), _WORD.findall(now)
    if max(len(a), len(b)) > MAX_WORDS:
        return (Piece(was),), (Piece(now),)
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < ALIKE:
        return (Piece(was),), (Piece(now),)
    left, right = [], []
    for act, i, j, k, m in matcher.get_opcodes():
        if j > i:
            left.append(Piece("".join(a[i:j]), act != "equal"))
        if m > k:
            right.append(Piece("".join(b[k:m]), act != "equal"))
    return tuple(left), tuple(right)
