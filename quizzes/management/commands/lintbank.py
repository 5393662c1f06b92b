"""``manage.py lintbank``: prove things about every template of the bank."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.bounded import Exceeded, Limits, within
from quizzes.questions import Problem, TemplateError, load
from quizzes.questions.catalogue import Bank, read_bank, read_sources, stands_twice, unfit_examples
from quizzes.questions.lint import Report, lint
from quizzes.questions.lint.report import problem_json
from quizzes.questions.words import Both

SECONDS = 30.0  # for one text, of the processor: more than ten times what the largest of the bank takes
MEGABYTES = 512

_HEAD = f"{'template':36} {'level':>5} {'variants':>9} {'diagnosable':>11} {'same guess':>10} {'as choice':>9} {'s':>6}"


@dataclass(slots=True)
class _Result:
    """One template's report, or what kept it from being loaded."""

    where: str
    report: Report | None
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0


class Command(BaseCommand):
    """Needs no database; exits with 1 where an error stands."""

    help = "Lint the templates of the bank, or the given files and folders."
    requires_system_checks: list[str] = []  # noqa: RUF012  # Django's own declaration

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to lint, and how to print it."""
        parser.add_argument("paths", nargs="*", type=Path, help="template files or folders; the whole bank if none")
        parser.add_argument("--json", action="store_true", help="print the full reports as JSON")
        parser.add_argument("--strict", action="store_true", help="let warnings count as errors")
        parser.add_argument("--every", action="store_true", help="render every variant, not some spread evenly")
        parser.add_argument("--seconds", type=float, default=SECONDS, help="of the processor, for one text at most")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line per template and a line per problem, as they are found."""
        try:
            bank = read_bank()
            sources = read_sources(options["paths"], Path.cwd()) if options["paths"] else bank.sources
        except TemplateError as error:
            raise CommandError("\n".join(map(str, error.problems))) from None
        topics = [topic.slug for topic in bank.topics]
        codes = [misconception.code for misconception in bank.misconceptions]
        results = []
        if not options["json"]:
            self.stdout.write(_HEAD)
        limits = Limits(options["seconds"], MEGABYTES)
        for result in _results(sources, topics, codes, limits, every=options["every"]):
            results.append(result)
            if options["json"]:
                self.stderr.write(f"{len(results)}/{len(sources)} {result.where}")
            else:
                self._print(result)
        if not options["paths"]:
            results += self._unfit(bank, results, quiet=options["json"])
        errors = sum(problem.severity == "error" for result in results for problem in result.problems)
        if options["json"]:
            self.stdout.write(json.dumps(_summary(results), ensure_ascii=False, indent=1))
        else:
            self.stdout.write(_conclusion(results, errors, "the bank" if not options["paths"] else "what was given"))
        warnings = sum(len(result.problems) for result in results) - errors
        if errors or (warnings and options["strict"]):
            raise CommandError(_counted(errors, "error") if errors else _counted(warnings, "warning"))

    def _unfit(self, bank: Bank, results: list[_Result], *, quiet: bool) -> list[_Result]:
        """What is wrong with the topics' examples, which only the whole bank can tell."""
        templates = [result.report.template for result in results if result.report is not None]
        problems = unfit_examples(bank.topics, {one.slug: (one.topic, one.kind) for one in templates})
        found = [_Result("topics.toml", None, problems)] if problems else []
        for result in found if not quiet else ():
            self._print(result)
        return found

    def _print(self, result: _Result) -> None:
        self.stdout.write(_line(result))
        for problem in result.problems:
            style = self.style.ERROR if problem.severity == "error" else self.style.WARNING
            self.stdout.write(style(f"    {problem.severity}: {problem}"))


def _results(
    sources: tuple[tuple[str, str], ...], topics: list[str], codes: list[str], limits: Limits, *, every: bool
) -> Iterator[_Result]:
    places: dict[str, str] = {}
    for where, source in sources:
        start = perf_counter()
        try:
            with within(limits):
                report = lint(load(source), topics, codes, every=every)
        except TemplateError as error:
            yield _Result(where, None, error.problems)
            continue
        except Exceeded as excess:
            yield _Result(where, None, [_too_much(excess, limits)], perf_counter() - start)
            continue
        slug = report.template.slug
        if slug in places:
            report.problems.append(stands_twice(slug, places[slug]))
        places[slug] = where
        yield _Result(where, report, report.problems, perf_counter() - start)


def _too_much(excess: Exceeded, limits: Limits) -> Problem:
    """Authors are not trusted with the machine here either."""
    if excess.code == "time":
        most = Both(f"{limits.seconds:g}秒のプロセッサ時間", f"{limits.seconds:g} s of the processor")
        allow = Both("--seconds で上限を増やすこともできます。", ", or allow more with --seconds")
    else:
        most = Both(f"{limits.megabytes} MBのメモリ", f"{limits.megabytes} MB of memory")
        allow = Both("", "")
    message = Both(
        f"検証が{most.ja}を超えたため、中断しました。行列・範囲・文章・式を小さくしてください。{allow.ja}",
        f"its proof took more than {most} and was stopped: make matrices, ranges, texts and formulas smaller{allow}",
    )
    return Problem("render", "", message)


def _line(result: _Result) -> str:
    report = result.report
    if report is None:
        return result.where
    template = report.template
    about = "" if report.exhaustive else "~"  # ~: of a sample
    if template.kind == "flashcard":
        return f"{template.slug:36} {template.level:5} {about + str(report.variants):>9}"
    return (
        f"{template.slug:36} {template.level:5} {about + str(report.variants):>9} "
        f"{report.share(report.diagnosable):11.1%} {report.share(report.guess[1]):10.1%} "
        f"{report.share(report.posable):9.0%} {result.seconds:6.2f}"
    )


def _diagnosable(results: list[_Result]) -> list[float]:
    """The yields of the questions that have wrong rules to tell apart."""
    reports = [result.report for result in results if result.report is not None]
    return [report.share(report.diagnosable) for report in reports if report.template.misconceptions]


def _conclusion(results: list[_Result], errors: int, what: str) -> str:
    yields = _diagnosable(results)
    warnings = sum(problem.severity == "warning" for result in results for problem in result.problems)
    half = f", half of the questions yield at least {median(yields):.1%} diagnosable variants" if yields else ""
    found = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
    return f"{_counted(len(results), 'template')} in {what}: {found}{half}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _summary(results: list[_Result]) -> dict[str, Any]:
    yields = _diagnosable(results)
    return {
        "median_diagnosable": median(yields) if yields else None,
        "seconds": round(sum(result.seconds for result in results), 2),
        "templates": [
            {"where": r.where, "seconds": round(r.seconds, 3)}
            | (r.report.to_json() if r.report else {"problems": [problem_json(p) for p in r.problems]})
            for r in results
        ],
    }
