"""The prose of templates: Markdown with ``{{name}}`` and ``$LaTeX$``, compiled once, filled per variant.

There is no logic in prose and HTML is off. Placeholders and formulas are taken out before Markdown sees the text and
put back after the result was sanitised, so that neither a value nor an author's text can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import nh3
from markdown_it import MarkdownIt
from math_core import LatexError, LatexToMathML

from . import values
from .values import Scope
from .words import Both

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
_BEFORE = re.compile(r"(?:[-+*/]|\\(?:times|cdot|div))\s*$")
_BEHIND = re.compile(r"\s*\^")
_MARK = re.compile("(<p>)?\ue000(\\d+)\ue001(</p>)?")

_markdown = MarkdownIt("js-default", {"html": False, "linkify": False}).disable(["link", "autolink", "image", "entity"])
_converter = LatexToMathML(fancy_error=False)


class MarkupError(ValueError):
    """Prose or a formula that cannot be rendered; the message says where and why."""

    def __init__(self, message: Both) -> None:
        super().__init__(message)


class Text(NamedTuple):
    """Something to read, as plain text and as safe HTML."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Value:
    name: str
    alone: bool = False  # the only thing in its paragraph: a matrix may stand here
    operand: bool = False  # behind an operator of a formula or raised to a power: a negative number needs parentheses


@dataclass(frozen=True, slots=True)
class _Formula:
    pieces: tuple[str | _Value, ...]


_Piece: TypeAlias = str | _Value | _Formula


@dataclass(frozen=True, slots=True)
class Prose:
    """Compiled prose; ``names`` are the placeholders it reads.

    What is the same in every variant is rendered once; ``slots`` and ``plain_slots`` say where the rest goes.
    """

    source: str
    names: frozenset[str]
    parts: tuple[str, ...]
    slots: tuple[tuple[int, _Value | _Formula], ...]
    plain_parts: tuple[str, ...]
    plain_slots: tuple[tuple[int, _Value], ...]

    def render(self, scope: Scope) -> Text:
        """Fill in the values of ``scope``."""
        if not self.names:
            return Text(self.source, self.parts[0])
        parts = list(self.parts)
        for index, piece in self.slots:
            parts[index] = _value_html(piece, scope) if isinstance(piece, _Value) else _formula_html(piece, scope)
        return Text(self.plain(scope), "".join(parts))

    def plain(self, scope: Scope) -> str:
        """The source with plain values, as a terminal or a screen without HTML would show it."""
        parts = list(self.plain_parts)
        for index, piece in self.plain_slots:
            text = values.plain(scope[piece.name])
            parts[index] = f"({text})" if piece.operand and text[0] == "-" else text
        return "".join(parts)

    def inline(self) -> Iterator[str]:
        """Names that stand inside a sentence, where a matrix cannot be shown."""
        return (piece.name for _, piece in self.slots if isinstance(piece, _Value) and not piece.alone)


def compile_prose(source: str) -> Prose:
    """Compile Markdown with ``{{name}}`` and ``$LaTeX$``.

    >>> compile_prose("A *filter* of {{F}}").render({"F": 3}).html
    '<p>A <em>filter</em> of 3</p>'
    """
    if len(source) > MAX_PROSE:
        raise MarkupError(Both(f"長すぎます。{MAX_PROSE}文字までです。", f"longer than {MAX_PROSE} characters"))
    if "\ue000" in source or "\ue001" in source:
        raise MarkupError(Both("私用領域の文字は表示できません。", "private-use characters cannot be shown"))
    taken: list[_Value | _Formula] = []
    names: set[str] = set()

    def take(match: re.Match[str]) -> str:
        taken.append(_formula(match["latex"], names) if match["latex"] else _value(match["name"].strip(), names))
        return f"\ue000{len(taken) - 1}\ue001"

    marked = _PIECE.sub(take, source)
    if "{{" in marked or "}}" in marked:
        message = Both("{{名前}} の括弧が閉じていません。", "a placeholder is not closed: write {{name}}")
        raise MarkupError(message)
    if "$" in marked:
        raise MarkupError(Both("数式の $…$ が閉じていません。", "a formula is not closed: write $…$"))
    html = nh3.clean(_markdown.render(marked), tags=_TAGS, attributes={}).strip()
    pieces = _split(html, taken)
    plain, plain_slots = _plain(source)
    return Prose(
        source,
        frozenset(names),
        tuple(piece if isinstance(piece, str) else "" for piece in pieces),
        tuple((index, piece) for index, piece in enumerate(pieces) if not isinstance(piece, str)),
        plain,
        plain_slots,
    )


def _plain(source: str) -> tuple[tuple[str, ...], tuple[tuple[int, _Value], ...]]:
    """The source in pieces, with a place for every value."""
    parts: list[str] = []
    slots: list[tuple[int, _Value]] = []
    end = 0
    for match in _PLACEHOLDER.finditer(source):
        in_formula = source.count("$", 0, match.start()) % 2 == 1
        parts += [source[end : match.start()], ""]
        slots.append((len(parts) - 1, _Value(match[1], operand=in_formula and _is_operand(source, match))))
        end = match.end()
    return (*parts, source[end:]), tuple(slots)


def _value(name: str, names: set[str]) -> _Value:
    if not name.isidentifier():
        raise MarkupError(Both(f"{{{{{name}}}}} の中身は名前ではありません。", f"{{{{{name}}}}} is not a name"))
    names.add(name)
    return _Value(name)


def _formula(latex: str, names: set[str]) -> _Formula:
    pieces: list[str | _Value] = []
    end = 0
    for match in _PLACEHOLDER.finditer(latex):
        value = replace(_value(match[1], names), operand=_is_operand(latex, match))
        pieces += [latex[end : match.start()], value]
        end = match.end()
    pieces.append(latex[end:])
    formula = _Formula(tuple(piece for piece in pieces if piece != ""))
    mathml("".join(piece if isinstance(piece, str) else "7" for piece in formula.pieces))
    return formula


def _is_operand(text: str, placeholder: re.Match[str]) -> bool:
    return bool(_BEFORE.search(text, 0, placeholder.start()) or _BEHIND.match(text, placeholder.end()))


def _split(html: str, taken: list[_Value | _Formula]) -> list[_Piece]:
    """Static HTML and what is filled in per variant, in turns; a formula without values is static."""
    pieces: list[_Piece] = [""]
    end = 0

    def static(text: str) -> None:
        last = pieces[-1]
        if isinstance(last, str):
            pieces[-1] = last + text
        else:
            pieces.append(text)

    for match in _MARK.finditer(html):
        opened, index, closed = match.groups()
        piece = taken[int(index)]
        alone = isinstance(piece, _Value) and bool(opened) and bool(closed)
        static(html[end : match.start()] + ("" if alone else opened or ""))
        if isinstance(piece, _Value):
            pieces.append(replace(piece, alone=alone))
        elif all(isinstance(part, str) for part in piece.pieces):
            static(_formula_html(piece, {}))
        else:
            pieces.append(piece)
        end = match.end() if alone else match.end() - len(closed or "")
    static(html[end:])
    return pieces


def _value_html(piece: _Value, scope: Scope) -> str:
    shown = values.html(scope[piece.name])
    return f"<p>{shown}</p>" if piece.alone and not shown.startswith("<table") else shown


def _formula_html(formula: _Formula, scope: Scope) -> str:
    return mathml("".join([part if isinstance(part, str) else f"{{{_latex(part, scope)}}}" for part in formula.pieces]))


def _latex(piece: _Value, scope: Scope) -> str:
    text = values.latex(scope[piece.name])
    return f"({text})" if piece.operand and text[0] == "-" else text


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
        raise MarkupError(Both(f"LaTeXとして読めません：{error}", f"LaTeX: {error}")) from None
    if len(result) > MAX_MATHML:
        raise MarkupError(Both("LaTeXの数式が長すぎます。", "LaTeX: the formula is too long"))
    if any(attribute in result for attribute in (" style=", " href=", " id=", "<annotation")):
        message = Both(
            f"LaTeXの {latex!r} は色・書式・リンクを指定していますが、数式には使えません。",
            f"LaTeX: {latex!r} asks for a colour, style or link, which formulas do not carry",
        )
        raise MarkupError(message)
    return result
