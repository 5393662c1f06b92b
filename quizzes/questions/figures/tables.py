"""The numbers of a figure as HTML tables, for those who read them rather than see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

from cnncalc.words import Language

from .words import WORDS


def named(rows: Iterable[tuple[str, str]]) -> str:
    """Names and what they stand for."""
    body = "".join([f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows])
    return f"<table><tbody>{body}</tbody></table>"


def listed(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a head over every column; the first cell of a row is its name."""
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for name, *cells in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def matrix(caption: str, texts: Sequence[Sequence[str]], language: Language) -> str:
    """A matrix with its rows and columns numbered from 1; ``texts`` are formatted numbers."""
    rows = "".join(
        [
            f'<tr><th scope="row">{number}</th><td>{"</td><td>".join(row)}</td></tr>'
            for number, row in enumerate(texts, 1)
        ]
    )
    return f"<table><caption>{escape(caption)}</caption>{_head(len(texts[0]), language)}<tbody>{rows}</tbody></table>"


@lru_cache(maxsize=64)
def _head(columns: int, language: Language) -> str:
    corner = f"{WORDS['row'][language]}＼{WORDS['column'][language]}" if language == "ja" else "Row / column"
    cells = "".join(f'<th scope="col">{number}</th>' for number in range(1, columns + 1))
    return f'<thead><tr><th scope="col">{corner}</th>{cells}</tr></thead>'
