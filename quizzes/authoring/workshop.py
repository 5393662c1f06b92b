"""What an author's unsaved text does, within limits: in a process of its own, never in the one that serves learners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnncalc.words import Language
from quizzes import bounded
from quizzes.bounded import Busy, Excess, Limits, Pool
from quizzes.models import Misconception, Topic
from quizzes.questions import Format
from quizzes.questions.tables import MAX_SOURCE

__all__ = ["Busy", "TooMuch", "answer", "preview", "prove"]

LIMITS = Limits(seconds=2.0, megabytes=256)
LINTED = 0.85  # of the seconds; the rest is for what cannot be stopped half-way
BENCH = "quizzes.questions.workbench"

_pool = Pool(BENCH)


class TooMuch(Exception):
    """A text took more than its share; ``code`` is ``time``, ``memory`` or ``output``, ``at`` the part that did."""

    def __init__(self, code: Excess, at: str) -> None:
        super().__init__(f"too much {code} at {at}")
        self.code = code
        self.at = at

    def message(self, language: Language) -> str:
        """What was too large, and what to make smaller."""
        part = self.at.split(" ")[0]
        where = _PARTS.get(part, _PARTS[""])[language]
        return f"{_EXCESSES[self.code][language].format(where=where)}{_ADVICE.get(part, _ADVICE[''])[language]}"


def preview(
    source: str,
    *,
    language: Language,
    seeds: Sequence[int],
    revealed: bool = False,
    format: Format = "free",
) -> dict[str, Any]:
    """The variants of ``seeds`` as learners see them, and what keeps them away.

    Raises :class:`TooMuch` and :class:`Busy`.
    """
    return _bounded(
        "preview",
        {"source": source, "language": language, "seeds": list(seeds), "revealed": revealed, "format": format}
        | _known(),
        LIMITS,
        _pool,
    )


def prove(source: str, *, seconds: float = 2.0) -> dict[str, Any]:
    """What the lint finds in ``seconds``. Raises :class:`TooMuch` and :class:`Busy`."""
    return proved(source, Limits(seconds, LIMITS.megabytes), _pool)


def answer(
    source: str, *, seed: int, format: Format, language: Language, response: Mapping[str, Any]
) -> dict[str, Any]:
    """The grade of a response, or what cannot be read of it; where the text gives no variant, ``problems`` say why.

    Raises :class:`TooMuch` and :class:`Busy`.
    """
    arguments = {
        "source": source,
        "seed": seed,
        "format": format,
        "language": language,
        "response": dict(response),
    }
    return _bounded("answer", arguments, LIMITS, _pool)


def proved(source: str, limits: Limits, pool: Pool) -> dict[str, Any]:
    """As :func:`prove`, with limits and a pool of the caller's."""
    arguments = {"source": source, "seconds": limits.seconds * LINTED} | _known()
    return _bounded("prove", arguments, limits, pool)


def _known() -> dict[str, list[str]]:
    return {
        "topics": list(Topic.objects.values_list("slug", flat=True)),
        "codes": list(Misconception.objects.values_list("code", flat=True)),
    }


def _bounded(function: str, arguments: dict[str, Any], limits: Limits, pool: Pool) -> dict[str, Any]:
    arguments["source"] = arguments["source"][: MAX_SOURCE + 1]  # one too many says that it is too long
    try:
        found: dict[str, Any] = pool.run(f"{BENCH}:{function}", arguments, limits)
    except bounded.Exceeded as excess:
        raise TooMuch(excess.code, excess.at) from None
    return found


_EXCESSES: Mapping[Excess, Mapping[Language, str]] = {
    "time": {"ja": "{where}に時間がかかりすぎたため、中断しました。", "en": "{where} took too long and was stopped. "},
    "memory": {
        "ja": "{where}にメモリを使いすぎたため、中断しました。",
        "en": "{where} took too much memory and was stopped. ",
    },
    "output": {
        "ja": "{where}の結果が大きすぎるため、表示できません。",
        "en": "{where} gave more than can be shown. ",
    },
}
_PARTS: Mapping[str, Mapping[Language, str]] = {
    "": {"ja": "この問題の処理", "en": "This text"},
    "loading": {"ja": "本文の読み込み", "en": "Reading the text"},
    "tests": {"ja": "[[tests]] の例の計算", "en": "Calculating the examples in [[tests]]"},
    "variants": {"ja": "全バリアントの計算", "en": "Calculating all variants"},
    "variant": {"ja": "バリアントの計算", "en": "Calculating a variant"},
    "rendering": {"ja": "全バリアントの表示の確認", "en": "Showing the variants"},
    "parameters": {"ja": "パラメータの表示", "en": "Showing the parameters"},
    "stem": {"ja": "問題文の表示", "en": "Showing the stem"},
    "figure": {"ja": "図の描画", "en": "Drawing the figure"},
    "hints": {"ja": "ヒントの表示", "en": "Showing the hints"},
    "solution": {"ja": "解説の作成", "en": "Working out the solution"},
    "answers": {"ja": "答えの表示", "en": "Showing the answers"},
    "misconceptions": {"ja": "誤答の計算", "en": "Calculating the wrong answers"},
    "answer": {"ja": "採点", "en": "Grading the response"},
}
_ADVICE: Mapping[str, Mapping[Language, str]] = {
    "": {"ja": "行列、文章、式を小さくしてください。", "en": "Make matrices, texts and formulas smaller."},
    "loading": {
        "ja": "本文を短くし、式の数と入れ子を減らしてください。",
        "en": "Shorten it: fewer formulas, less nesting.",
    },
    "tests": {"ja": "例に小さな値を使ってください。", "en": "Use smaller values in the examples."},
    "variants": {
        "ja": "[parameters] の行列や範囲を小さくし、[derived] の式を減らしてください。",
        "en": "Make matrices and ranges in [parameters] smaller, and use fewer formulas in [derived].",
    },
    "variant": {
        "ja": "[parameters] の行列を小さくし、[derived] の式を減らし、[require] の条件を緩めてください。",
        "en": "Make matrices in [parameters] smaller, use fewer formulas in [derived], and relax the conditions.",
    },
    "parameters": {
        "ja": "[parameters] の行列を小さくしてください。",
        "en": "Make the matrices in [parameters] smaller.",
    },
    "stem": {"ja": "問題文を短くし、数式を減らしてください。", "en": "Shorten the stem, with fewer formulas in it."},
    "figure": {"ja": "図の引数を小さくしてください。", "en": "Make the figure's arguments smaller."},
    "hints": {"ja": "ヒントを短くしてください。", "en": "Shorten the hints."},
    "solution": {
        "ja": "trace の値を小さくし、解説の文を短くしてください。",
        "en": "Use smaller values in trace, and a shorter text.",
    },
    "misconceptions": {
        "ja": "[[misconceptions]] の式を簡単にしてください。",
        "en": "Use simpler formulas in [[misconceptions]].",
    },
}
