"""Words that more than one figure uses, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from cnncalc.words import Language

ALL_STEPS = 9  # up to so many windows a walk shows each
SOME_STEPS = 6
WORDS: Mapping[str, Mapping[Language, str]] = {
    "input": {"ja": "入力", "en": "Input"},
    "filter": {"ja": "フィルタ", "en": "Filter"},
    "gradient": {"ja": "勾配", "en": "Gradient"},
    "output": {"ja": "出力", "en": "Output"},
    "map": {"ja": "特徴マップ", "en": "Feature map"},
    "window": {"ja": "窓", "en": "Window"},
    "stride": {"ja": "ストライド", "en": "Stride"},
    "padding": {"ja": "パディング", "en": "Padding"},
    "dilation": {"ja": "膨張率（dilation）", "en": "Dilation"},
    "channels": {"ja": "チャネル数", "en": "Channels"},
    "height": {"ja": "高さ", "en": "Height"},
    "width": {"ja": "幅", "en": "Width"},
    "parameters": {"ja": "パラメータ数", "en": "Parameters"},
    "row": {"ja": "行", "en": "Row"},
    "column": {"ja": "列", "en": "Column"},
    "value": {"ja": "値", "en": "Value"},
}


def by(numbers: tuple[int, int]) -> str:
    """Height by width."""
    return f"{numbers[0]:,}×{numbers[1]:,}"


def around(padding: tuple[tuple[int, int], tuple[int, int]]) -> str:
    """A padding as short as it can be written: one number, or top, bottom, left and right."""
    (top, bottom), (left, right) = padding
    if top == bottom == left == right:
        return str(top)
    return f"{top:,}, {bottom:,}, {left:,}, {right:,}" if top != bottom or left != right else f"{top:,}, {left:,}"


def chosen(rows: int, columns: int) -> tuple[tuple[tuple[int, int], ...], bool]:
    """The windows that a walk stops at, and whether these are all.

    All of them where they are few; else the first four, then the second row's first (or the fifth), and the last.

    >>> chosen(1, 3), chosen(20, 20)[0][-3:]
    ((((0, 0), (0, 1), (0, 2)), True), ((0, 3), (1, 0), (19, 19)))
    """
    if rows * columns <= ALL_STEPS:
        return tuple((row, column) for row in range(rows) for column in range(columns)), True
    first = [divmod(number, columns) for number in range(SOME_STEPS - 2)]
    next_row = rows > 1 and columns > SOME_STEPS - 2
    fifth = (1, 0) if next_row else divmod(SOME_STEPS - 2, columns)
    return (*first, fifth, (rows - 1, columns - 1)), False


def counted(number: int, total: int, language: Language) -> str:
    """Which window of how many a step shows, where a walk shows only some of them."""
    return f"（全{total:,}か所の{number:,}番目）" if language == "ja" else f" (window {number:,} of {total:,})"
