"""What each step of a worked calculation is called, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["ja", "en"]

STEPS: Mapping[str, Mapping[Language, str]] = {
    "formula": {"ja": "公式", "en": "Formula"},
    "substitution": {"ja": "数値を代入します", "en": "Put the numbers in"},
    "division": {"ja": "割り算を計算します", "en": "Divide"},
    "rounding": {"ja": "割り切れないので端数を処理します", "en": "It does not divide exactly, so round"},
    "last-window": {
        "ja": "最後の窓が右側のパディングから始まるため、1つ減らします",
        "en": "The last window would start in the padding at the end, so take one away",
    },
    "window": {"ja": "窓ごとに計算します", "en": "Window by window"},
    "result": {"ja": "答え", "en": "Answer"},
}
