"""The prose of templates: Markdown with ``{{name}}`` and ``$LaTeX$``, compiled once, filled per variant.

There is no logic in prose and HTML is off. Placeholders and formulas are taken out before Markdown sees the text and
put back after the result was sanitised, so that neither a value nor an author's text can become markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import nh3
from markdown_it import MarkdownIt
from math_core import LatexError, LatexToMathML

from . import values
from .values import Scope

MAX_PROSE = 4000
MAX_MATHML = 50_000  # LaTeX can define commands that repeat themselves

_TAGS = {
    "p",
    "strong",
    "em",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "br",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_PIECE = re.compile(r"\{\{(?P<name>[^{}]*)\}\}|\$(?P<latex>[^$]+)\$")
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_MARK = re.compile("(<p>)?\ue000(\\d+)\ue001(</p>)?")

_markdown = MarkdownIt("js-default", {"html": False, "linkify": False}).disable(["link", "autolink", "image", "entity"])
_converter = LatexToMathML(fancy_error=False)


class MarkupError(ValueError):
    """Prose or a formula that cannot be rendered; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Text:
    """Something to read, as plain text and as safe HTML."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Value:
    name: str
    alone: bool  # the only thing in its paragraph: a matrix may stand here


@dataclass(frozen=True, slots=True)
class _Formula:
    pieces: tuple[str | _Value, ...]


_Piece: TypeAlias = str | _Value | _Formula


@dataclass(frozen=True, slots=True)
class Prose:
    """Compiled prose; ``names`` are the placeholders it reads."""

    source: str
    names: frozenset[str]
    pieces: tuple[_Piece, ...]

    def render(self, scope: Scope) -> Text:
        """Fill in the values of ``scope``."""
        return Text(self.plain(scope), "".join(_html(piece, scope) for piece in self.pieces))

    def plain(self, scope: Scope) -> str:
        """The source with plain values, as a terminal or a screen without HTML would show it."""
        return _PLACEHOLDER.sub(lambda match: values.plain(scope[match[1]]), self.source)


def compile_prose(source: str) -> Prose:
    """Compile Markdown with ``{{name}}`` and ``$LaTeX$``.

    >>> compile_prose("A *filter* of {{F}}").render({"F": 3}).html
    '<p>A <em>filter</em> of 3</p>'
    """
    if len(source) > MAX_PROSE:
        raise MarkupError(f"longer than {MAX_PROSE} characters")
    if "\ue000" in source or "\ue001" in source:
        raise MarkupError("private-use characters cannot be shown")
    taken: list[_Value | _Formula] = []
    names: set[str] = set()

    def take(match: re.Match[str]) -> str:
        taken.append(_formula(match["latex"], names) if match["latex"] else _value(match["name"].strip(), names))
        return f"\ue000{len(taken) - 1}\ue001"

    marked = _PIECE.sub(take, source)
    if "{{" in marked or "}}" in marked:
        raise MarkupError("a placeholder is not closed: write {{name}}")
    if "$" in marked:
        raise MarkupError("a formula is not closed: write $…$")
    html = nh3.clean(_markdown.render(marked), tags=_TAGS, attributes={}).strip()
    return Prose(source, frozenset(names), tuple(_split(html, taken)))


def _value(name: str, names: set[str]) -> _Value:
    if not name.isidentifier():
        raise MarkupError(f"{{{{{name}}}}} is not a name")
    names.add(name)
    return _Value(name, alone=False)


def _formula(latex: str, names: set[str]) -> _Formula:
    pieces: list[str | _Value] = []
    end = 0
    for match in _PLACEHOLDER.finditer(latex):
        pieces += [latex[end : match.start()], _value(match[1], names)]
        end = match.end()
    pieces.append(latex[end:])
    formula = _Formula(tuple(piece for piece in pieces if piece != ""))
    mathml("".join(piece if isinstance(piece, str) else "7" for piece in formula.pieces))
    return formula


def _split(html: str, taken: list[_Value | _Formula]) -> list[_Piece]:
    pieces: list[_Piece] = []
    end = 0
    for match in _MARK.finditer(html):
        opened, index, closed = match.groups()
        piece = taken[int(index)]
        alone = isinstance(piece, _Value) and bool(opened) and bool(closed)
        before = html[end : match.start()] + ("" if alone else opened or "")
        if before:
            pieces.append(before)
        pieces.append(_Value(piece.name, alone=True) if alone and isinstance(piece, _Value) else piece)
        end = match.end() if alone else match.end() - len(closed or "")
    if html[end:]:
        pieces.append(html[end:])
    return pieces


def _html(piece: _Piece, scope: Scope) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, _Value):
        shown = values.html(scope[piece.name])
        return f"<p>{shown}</p>" if piece.alone and not shown.startswith("<table") else shown
    return mathml("".join(p if isinstance(p, str) else f"{{{values.latex(scope[p.name])}}}" for p in piece.pieces))


@lru_cache(maxsize=4096)
def mathml(latex: str, *, display: bool = False) -> str:
    r"""MathML of a formula.

    Raises :class:`MarkupError` for an unknown command, and for one whose result would need an inline style, which
    the Content Security Policy forbids.

    >>> mathml("3^2")
    '<math><msup><mn>3</mn><mn>2</mn></msup></math>'
    """
    try:
        result = _converter.convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        raise MarkupError(f"LaTeX: {error}") from None
    if len(result) > MAX_MATHML:
        raise MarkupError("LaTeX: the formula is too long")
    if any(attribute in result for attribute in (" style=", " href=", " id=", "<annotation")):
        raise MarkupError(f"LaTeX: {latex!r} asks for a colour, style or link, which formulas do not carry")
    return result
