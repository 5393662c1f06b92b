"""Raw text as people type it → values. Unreadable input is a :class:`ResponseError`, never a wrong answer."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from cnncalc.words import Language

from .choices import options
from .template import AnswerField
from .values import Matrix, Number, Scope, Value, exact, matrix
from .variants import Variant
from .words import RESPONSES

MAX_NUMBER_TEXT = 40
MAX_DIGITS = 18
MAX_MATRIX_TEXT = 2000
MAX_SIDE = 16

_MINUSES = str.maketrans(dict.fromkeys("−‐‑‒–—―ー⁃﹣", "-"))
_WHOLE = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"
_PLAIN = re.compile(r"-?[0-9]{1,18}")  # what nearly everybody types, and no other reading is possible
_INTEGER = re.compile(rf"[+-]?{_WHOLE}")
_DECIMAL = re.compile(rf"([+-]?)({_WHOLE}?)(?:\.([0-9]*))?")
_FRACTION = re.compile(rf"([+-]?)({_WHOLE}) ?/ ?({_WHOLE})")
_LIST_COMMAS = str.maketrans("、､", ",,")
_SEVERAL = re.compile(r"[\s;\[]")  # between the numbers of a matrix, never inside one of them
_FRACTION_BAR = re.compile(r"[ \t]*/[ \t]*")
_TIMES = re.compile(r" ?[x×*✕✖⨯;] ?")
_ARRAY = re.compile(r"(?:(?:np|numpy|torch)\.)?(?:array|tensor|matrix)\((.*)\)", re.DOTALL)
_ROW = re.compile(r"\[([^\[\]]*)\]")


class ResponseError(ValueError):
    """A response that cannot be read; ``codes`` maps each field to the reason. Nothing may be recorded."""

    def __init__(self, codes: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {code}" for name, code in codes.items()))
        self.codes = codes

    def messages(self, language: Language) -> dict[str, str]:
        """What to tell the learner, per field."""
        return {name: RESPONSES[code][language] for name, code in self.codes.items()}


class Unreadable(ValueError):
    """Text that cannot be read; the argument is the code of the reason."""


def parse(variant: Variant, response: Mapping[str, Any]) -> Scope:
    """Read what was typed, per answer field.

    ``response`` holds text, numbers, lists and mappings as JSON has them. Raises :class:`ResponseError` with a
    reason for each field that cannot be read, for fields that are missing and for fields the question does not have.
    """
    read: dict[str, Value] = {}
    codes: dict[str, str] = {}
    for answer in variant.template.answers:
        try:
            read[answer.name] = _value(variant, answer, response.get(answer.name))
        except Unreadable as error:
            codes[answer.name] = str(error)
    codes |= dict.fromkeys((str(name) for name in response if name not in read and name not in codes), "unknown-field")
    if codes:
        raise ResponseError(codes)
    return read


def _value(variant: Variant, answer: AnswerField, typed: Any) -> Value:
    if answer.type == "choice" or variant.format == "choice":
        return _choice(variant, answer, typed)
    if answer.type == "integer":
        return integer(typed)
    if answer.type == "decimal":
        return decimal(typed)
    if answer.type == "shape":
        return _shape(answer, typed)
    return grid(typed)


def integer(typed: Any) -> int:
    """A whole number; full-width digits, any dash as minus and thousands commas are read, superscripts refused."""
    if type(typed) is str and _PLAIN.fullmatch(typed):
        return int(typed)
    if type(typed) is int and abs(typed) < 10**MAX_DIGITS:
        return typed
    text = normalised(typed, "not-an-integer", MAX_NUMBER_TEXT)
    if not _INTEGER.fullmatch(text):
        raise Unreadable("not-an-integer")
    return int(_digits(text))


def integers(typed: str) -> tuple[int, ...]:
    """As many whole numbers as there are, from a text such as ``3×4``, ``(3, 4)`` or ``3 4``.

    >>> integers("3×４"), integers("(1, 28, 28)")
    ((3, 4), (1, 28, 28))
    """
    return tuple(integer(part) for part in _parts_of_text(normalised(typed, "not-a-shape", MAX_MATRIX_TEXT)))


def decimal(typed: Any) -> Number:
    """A decimal number or a fraction such as 1/3, exactly as typed."""
    if type(typed) is str and _PLAIN.fullmatch(typed):
        return int(typed)
    if type(typed) in (int, float):
        typed = str(typed)
    text = normalised(typed, "not-a-decimal", MAX_NUMBER_TEXT)
    if quotient := _FRACTION.fullmatch(text):
        sign, above, below = quotient[1], int(_digits(quotient[2])), int(_digits(quotient[3]))
        if below == 0:
            raise Unreadable("not-a-decimal")
        return exact(Fraction(-above if sign == "-" else above, below))
    found = _DECIMAL.fullmatch(text)
    if not found or not (found[2] or found[3]):
        raise Unreadable("not-a-decimal")
    return exact(Fraction(f"{found[1]}{_digits(found[2]) or 0}.{_digits(found[3] or '') or 0}"))


def _digits(text: str) -> str:
    digits = text.replace(",", "")
    if len(digits) > MAX_DIGITS:
        raise Unreadable("too-long")
    return digits


def normalised(typed: Any, code: str, longest: int) -> str:
    """NFKC and ASCII minus. NFKC would read ² and ① as digits: such characters are refused before it."""
    if typed is None:
        raise Unreadable("empty")
    if not isinstance(typed, str):
        raise Unreadable(code)
    if len(typed) > longest:
        raise Unreadable("too-long")
    if any(unicodedata.category(c) == "No" for c in typed):
        raise Unreadable("not-plain-digits")
    text = unicodedata.normalize("NFKC", typed).translate(_MINUSES).strip()
    if not text:
        raise Unreadable("empty")
    return text


def _shape(answer: AnswerField, typed: Any) -> Value:
    """One number for each part: by name, as a list, or as one text such as ``3×4``, ``(3, 4)`` or ``3 4``."""
    if isinstance(typed, Mapping) and set(typed) <= set(answer.parts):
        typed = [typed.get(part) for part in answer.parts]
    if isinstance(typed, str):
        typed = _parts_of_text(normalised(typed, "not-a-shape", MAX_MATRIX_TEXT))
    if not isinstance(typed, list | tuple) or len(typed) != len(answer.parts):
        raise Unreadable("empty" if typed is None else "not-a-shape")
    return tuple(integer(part) for part in typed)


def _parts_of_text(text: str) -> list[str]:
    """``1,024×3`` and ``1,024, 3`` keep their thousands commas; where commas are all there is, they separate."""
    if (text[0], text[-1]) in {("(", ")"), ("[", "]")}:
        text = text[1:-1].strip()
    parts = _TIMES.split(text.lower().translate(_LIST_COMMAS))
    return parts if len(parts) > 1 else _cells(parts[0])


def grid(typed: Any) -> Matrix:
    """A grid, or a text that stands for one; also as the only thing in a grid, pasted into one of its cells."""
    filled = _filled_extent(_rows_of_text(typed) if isinstance(typed, str) else typed)
    cell, *others = [cell for row in filled for cell in row]
    if not others and isinstance(cell, str) and _SEVERAL.search(cell.strip()):
        filled = _filled_extent(_rows_of_text(cell))
    if len({len(row) for row in filled}) != 1:
        raise Unreadable("ragged")
    if any(_blank(cell) for row in filled for cell in row):
        raise Unreadable("missing-cell")
    return matrix([[decimal(cell) for cell in row] for row in filled])


def _rows_of_text(typed: str) -> list[Any]:
    """Rows on lines (or after semicolons), cells between spaces, tabs or commas; or lists as JSON or NumPy write."""
    text = _FRACTION_BAR.sub("/", normalised(typed, "not-a-matrix", MAX_MATRIX_TEXT).translate(_LIST_COMMAS))
    if called := _ARRAY.fullmatch(text):
        text = called[1].strip()
    if "[" not in text:
        return [_cells(line) for line in re.split(r"[\n;]", text) if line.strip()]
    try:
        return list(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return _printed_rows(text)


def _printed_rows(text: str) -> list[list[str]]:
    """``[[1 2]`` and ``[3 4]]`` on lines, as NumPy prints an array, or ``[1 2; 3 4]``."""
    if not (text.startswith("[") and text.endswith("]")):
        raise Unreadable("not-a-matrix")
    inner = text[1:-1]
    if "[" not in inner and ";" in inner:
        return [_cells(line) for line in inner.split(";") if line.strip()]
    if _ROW.sub("", inner).strip(" ,\r\n\t"):
        raise Unreadable("not-a-matrix")
    return [_cells(row) for row in _ROW.findall(inner)]


def _cells(line: str) -> list[str]:
    """A tab stands for itself, because an empty cell of a spreadsheet is nothing between two tabs."""
    line = line.strip(" \r\n")
    separator = r"\t" if "\t" in line else r"\s+" if re.search(r"\s", line) else ","
    return [cell.strip().rstrip(",") for cell in re.split(separator, line)]


def _filled_extent(rows: Any) -> list[list[Any]]:
    """The part of a larger board that was used: from the first to the last row and column with something in it."""
    if rows is None:
        raise Unreadable("empty")
    if not isinstance(rows, list) or len(rows) > MAX_SIDE or not all(map(_is_row, rows)):
        raise Unreadable("not-a-matrix")
    used = [row for row, cells in enumerate(rows) if not all(map(_blank, cells))]
    if not used:
        raise Unreadable("empty")
    filled = [column for cells in rows for column, cell in enumerate(cells) if not _blank(cell)]
    first, last = min(filled), max(filled)
    return [cells[first : last + 1] for cells in rows[used[0] : used[-1] + 1]]


def _is_row(row: Any) -> bool:
    return isinstance(row, list) and len(row) <= MAX_SIDE


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _choice(variant: Variant, answer: AnswerField, typed: Any) -> Value:
    for key, _, value in options(variant, answer, "en"):
        if key == typed:
            return value
    raise Unreadable("not-a-choice")
