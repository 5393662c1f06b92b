"""The LaTeX of the traces as text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SYMBOL = re.compile(r"\\begin\{\w+\}|\\end\{\w+\}|\\[A-Za-z]+|\\.|.", re.DOTALL)

_SIGNS = {
    r"\approx": "≈",
    r"\cdot": "·",
    r"\emptyset": "∅",
    r"\ge": "≥",
    r"\in": "∈",
    r"\lceil": "⌈",
    r"\ldots": "…",
    r"\le": "≤",
    r"\left": "",
    r"\lfloor": "⌊",
    r"\ln": "ln",
    r"\max": "max",
    r"\partial": "∂",
    r"\quad": "  ",
    r"\rceil": "⌉",
    r"\rfloor": "⌋",
    r"\right": "",
    r"\sum": "Σ",
    r"\times": "×",
    r"\to": "→",
    r"\{": "{",
    r"\}": "}",
}
_LOWERED = dict(zip("0123456789+-=()ijnop", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₙₒₚ", strict=True))
_RAISED = dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True))


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of one width; the middle one continues the line of text."""

    lines: tuple[str, ...]


def plain(latex: str) -> str:
    """Write a formula of ``cnncalc.trace`` as text; matrices take several lines.

    Raises ``ValueError`` for LaTeX that the traces do not use.

    >>> print(plain(r"O = \\left\\lfloor \\frac{28 + 2 \\cdot 0 - 3}{2} \\right\\rfloor + 1"))
    O = ⌊(28 + 2 · 0 - 3)/2⌋ + 1
    >>> print(plain(r"A \\times \\begin{pmatrix} 1 & -20 \\\\ 3 & 4 \\end{pmatrix}"))
        ⎛ 1  -20 ⎞
    A × ⎝ 3    4 ⎠
    """
    symbols = iter(_SYMBOL.findall(latex))
    blocks = _row(symbols, closing="")
    height = max((len(block.lines) for block in blocks), default=1)
    lines = ["".join(cells) for cells in zip(*(_raised_to(block, height) for block in blocks), strict=True)]
    return "\n".join(line.rstrip() for line in lines)


def _row(symbols: Iterator[str], closing: str) -> list[_Block]:
    """Read until ``closing``, text and matrices side by side."""
    blocks: list[_Block] = []
    text = ""
    for symbol in symbols:
        if symbol == closing:
            break
        if symbol.startswith(r"\begin"):
            blocks += [_Block((text,)), _matrix(symbols)]
            text = ""
        else:
            text = _joined(text, _piece(symbol, symbols), after_matrix=bool(blocks))
    else:
        if closing:
            raise ValueError(f"{closing} is missing")
    return [*blocks, _Block((text,))]


def _joined(text: str, piece: str, *, after_matrix: bool) -> str:
    """Brackets stand close: LaTeX writes a space after a command, which is no space."""
    if piece == " " and (text[-1] in " ⌊⌈(" if text else not after_matrix):
        return text
    if piece in ("⌋", "⌉", ")") and text.endswith(" "):
        return text[:-1] + piece
    return text + piece


def _piece(symbol: str, symbols: Iterator[str]) -> str:
    if symbol == r"\frac":
        return f"{_bracketed(_argument(symbols))}/{_bracketed(_argument(symbols))}"
    if symbol == r"\sqrt":
        return _root(symbols)
    if symbol == "{":
        return _inline(symbols, "}")
    if symbol in "^_":
        return _shifted(_argument(symbols), _RAISED if symbol == "^" else _LOWERED, symbol)
    if symbol.startswith("\\"):
        if symbol not in _SIGNS:
            raise ValueError(f"{symbol} is not LaTeX that the traces use")
        return _SIGNS[symbol]
    return symbol


def _argument(symbols: Iterator[str]) -> str:
    symbol = next(symbols, "")
    if not symbol:
        raise ValueError("an argument is missing")
    return _piece(symbol, symbols)


def _inline(symbols: Iterator[str], closing: str) -> str:
    blocks = _row(symbols, closing)
    if len(blocks) > 1:
        raise ValueError("a matrix stands inside another piece")
    return blocks[0].lines[0].strip()


def _root(symbols: Iterator[str]) -> str:
    symbol = next(symbols, "")
    degree = _inline(symbols, "]") if symbol == "[" else ""
    body = _argument(symbols) if degree else _piece(symbol, symbols)
    raised = _shifted(degree, _RAISED, "") if degree else ""
    return f"{raised}√{body}" if body.isalnum() else f"{raised}√({body})"


def _bracketed(text: str) -> str:
    return f"({text})" if re.search(r"[ +·×/]|(?<!^)-", text) else text


def _shifted(text: str, letters: dict[str, str], sign: str) -> str:
    if all(letter in letters for letter in text):
        return "".join(letters[letter] for letter in text)
    return f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"


def _matrix(symbols: Iterator[str]) -> _Block:
    rows: list[list[str]] = [[]]
    cell = ""
    for symbol in symbols:
        if symbol == "&":
            rows[-1].append(cell.strip())
            cell = ""
        elif symbol == r"\\":
            rows[-1].append(cell.strip())
            rows.append([])
            cell = ""
        elif symbol.startswith(r"\end"):
            rows[-1].append(cell.strip())
            break
        else:
            cell += _piece(symbol, symbols)
    else:
        raise ValueError("the end of a matrix is missing")
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    inner = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    if len(inner) == 1:
        return _Block((f"( {inner[0]} )",))
    left, right = "⎛" + "⎜" * (len(inner) - 2) + "⎝", "⎞" + "⎟" * (len(inner) - 2) + "⎠"
    return _Block(tuple(f"{a} {line} {b}" for a, line, b in zip(left, inner, right, strict=True)))


def _raised_to(block: _Block, height: int) -> list[str]:
    """Fill up to ``height`` lines so that the middles meet; the middle of two lines is the second."""
    width = len(block.lines[0])
    above = height // 2 - len(block.lines) // 2
    below = height - len(block.lines) - above
    return [" " * width] * above + list(block.lines) + [" " * width] * below
