"""The three things that the workshop does with a draft's text, each ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quizzes.authoring import workshop
from quizzes.authoring.telling import findings
from quizzes.authoring.workshop import Busy, TooMuch
from quizzes.questions import TemplateError
from quizzes.questions.workbench import described
from quizzes.reader import language

from . import editor_shown as shown
from .editor_form import Wish


def preview(source: str, wish: Wish) -> dict[str, Any]:
    """The variants, the table of distractors and the problems; or ``unavailable``, why there is nothing to see."""
    try:
        made = _preview(source, wish)
    except (Busy, TooMuch) as error:
        return {"wish": wish, "unavailable": _why(error)}
    variants = shown.variants(made)
    return {
        "wish": wish,
        "made": made,
        "variants": variants,
        "wrong_rules": shown.wrong_rules(made, wish.language),
        "problems": findings(made, language()),
        "is_card": made["kind"] == "flashcard",
        "too_few": wish.format == "choice" and any(_is_typed(variant) for variant in variants),
    }


def proof(source: str, wish: Wish) -> dict[str, Any]:
    """What holds over all variants; or ``unavailable``."""
    try:
        report = workshop.prove(source)
    except (Busy, TooMuch) as error:
        return {"unavailable": _why(error)}
    problems = findings(report, language())
    if "variants" not in report:  # it does not load: its problems stand beside the text already
        return {"problems": problems, "unreadable": True}
    named = shown.diagnoses(
        {*report["clashes"], *(code for pair in report["pairs"] for code in pair["codes"])}, wish.language
    )
    titles = {code: found.title for code, found in named.items()}
    checks = {problem["check"] for problem in problems}
    return {
        "problems": problems,
        "report": report,
        "is_card": report["kind"] == "flashcard",
        "errors": sum(problem["severity"] == "error" for problem in problems),
        "warnings": sum(problem["severity"] == "warning" for problem in problems),
        "diagnosable": shown.percent(report["diagnosable"]),
        "choice_form": shown.percent(report["choice_form"]),
        "guess": shown.percent(report["constant_guess"]["share"]),
        "guess_is_high": "constant-guess" in checks,
        "bars": shown.bars(report["answers"]),
        "clashes": [
            (code, titles.get(code, ""), shown.percent(share)) for code, share in report["clashes"].items() if share
        ],
        "pairs": [
            ([(code, titles.get(code, "")) for code in pair["codes"]], shown.percent(pair["share"]))
            for pair in sorted(report["pairs"], key=lambda pair: -pair["share"])
        ],
        "tests": "failed" if "test" in checks else "missing" if "no-test" in checks else "passed",
    }


def trial(source: str, wish: Wish, seed: int, typed: Mapping[str, str], *, grade: bool) -> dict[str, Any]:
    """One variant as a learner has it, with what was typed and, where ``grade`` says so, how it is graded."""
    try:
        made = _preview(source, replace(wish, seeds=(seed,)))
        if not made["variants"]:
            return {"seed": seed, "unreadable": True}
        fields = made["variants"][0]["fields"]
        result = None
        if grade and fields:
            result = workshop.answer(
                source,
                seed=seed,
                format=wish.format,
                language=wish.language,
                response=shown.response(fields, typed),
            )
    except (Busy, TooMuch) as error:
        return {"seed": seed, "unavailable": _why(error)}
    return trial_of(made, wish, seed, typed, result)


def trial_of(
    made: Mapping[str, Any],
    wish: Wish,
    seed: int,
    typed: Mapping[str, str] | None = None,
    result: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The first variant of a preview, to be answered."""
    (variant,) = shown.variants({"variants": made["variants"][:1]}, "t")
    errors = (result or {}).get("errors", {})
    problems = findings(result, language()) if result and "problems" in result else ()
    context: dict[str, Any] = {
        "seed": seed,
        "variant": variant,
        "boxes": shown.boxes(variant["fields"], typed or {}, errors),
        "error": problems[0]["message"] if problems else "",
    }
    if result is not None and not errors and not problems:
        codes = [found["code"] for found in result["misconceptions"]]
        named = shown.diagnoses(codes, wish.language)
        context |= {"result": result, "found": [(code, named.get(code)) for code in codes]}
    return context


def problems(source: str, error: TemplateError) -> list[dict[str, Any]]:
    """Why a text was not saved, as the workshop tells it."""
    return findings({"problems": described(error.problems, source)}, language())


def _preview(source: str, wish: Wish) -> dict[str, Any]:
    """Always with the answers, for the table of distractors; what is shown of them is the page's business."""
    return workshop.preview(source, language=wish.language, seeds=wish.seeds, revealed=True, format=wish.format)


def _is_typed(variant: Mapping[str, Any]) -> bool:
    return any(not field["choices"] for field in variant["fields"])


def _why(error: Busy | TooMuch) -> dict[str, Any]:
    return {"busy": isinstance(error, Busy), "message": "" if isinstance(error, Busy) else error.message(language())}
