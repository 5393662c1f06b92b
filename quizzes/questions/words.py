"""The words that the pure part says by itself, in both languages: what is wrong with a text, unreadable responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnncalc.words import Language


@dataclass(frozen=True, slots=True)
class Both:
    """One thing said in both languages; ``str()`` is the English, for logs and terminals."""

    ja: str
    en: str

    def __str__(self) -> str:
        return self.en

    def __getitem__(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en


def said(error: Exception) -> Both:
    """What ``error`` says: our own errors carry a :class:`Both`; any other's text stands behind a sentence of ours."""
    words = error.args[0] if error.args else None
    if isinstance(words, Both):
        return words
    if isinstance(error, ZeroDivisionError):
        return Both("0で割ることはできません。", str(error))
    return Both(f"計算できません：{error}", str(error))


RESPONSES: Mapping[str, Mapping[Language, str]] = {
    "empty": {"ja": "答えを入力してください。", "en": "Type an answer."},
    "too-long": {"ja": "入力が長すぎます。", "en": "That is too long."},
    "not-plain-digits": {
        "ja": "上付き文字や丸数字は使えません。0〜9の数字で入力してください。",
        "en": "Superscripts and circled digits cannot be read. Use the digits 0–9.",
    },
    "not-an-integer": {
        "ja": "整数を数字で入力してください（例：14、-3、1,290）。",
        "en": "Type a whole number in digits, such as 14, -3 or 1,290.",
    },
    "not-a-decimal": {
        "ja": "数値を入力してください（例：2.5、-0.75、1/3）。",
        "en": "Type a number, such as 2.5, -0.75 or 1/3.",
    },
    "missing-cell": {
        "ja": "空いているマスがあります。すべてのマスを埋めてください。",
        "en": "A cell is empty. Fill in every cell of your answer.",
    },
    "ragged": {
        "ja": "どの行も同じ個数の数を入力してください。",
        "en": "Every row needs the same number of cells.",
    },
    "not-a-matrix": {
        "ja": "行列として読み取れません。1行ずつ、数を空白で区切って入力してください。",
        "en": "This cannot be read as a matrix. Type one row per line, numbers separated by spaces.",
    },
    "not-a-shape": {
        "ja": "それぞれに数を1つずつ入力してください（例：3×4）。",
        "en": "Type one number for each part, such as 3×4.",
    },
    "not-a-choice": {"ja": "選択肢から1つ選んでください。", "en": "Choose one of the options."},
    "unknown-field": {"ja": "この問題にない欄です。", "en": "This question has no such field."},
}
