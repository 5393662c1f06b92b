"""``manage.py lintbank``: prove things about every template of the bank."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.questions import TemplateError, load, split
from quizzes.questions.catalogue import BANK, read_bank
from quizzes.questions.lint import Report, lint


class Command(BaseCommand):
    """Needs no database; exits with 1 where an error stands."""

    help = "Lint the templates of the bank, or the given files."
    requires_system_checks: list[str] = []  # noqa: RUF012  # Django's own declaration

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files to lint instead of the whole bank."""
        parser.add_argument("paths", nargs="*", type=Path, help="template files; the whole bank if none")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line per template and a line per problem."""
        try:
            bank = read_bank()
            given = [(str(path), source) for path in options["paths"] for source in split(path.read_text())]
        except (TemplateError, OSError) as error:
            raise CommandError(str(error)) from None
        topics = [topic.slug for topic in bank.topics]
        codes = [misconception.code for misconception in bank.misconceptions]
        sources = given or list(bank.sources)
        errors = 0
        for where, source in sources:
            try:
                report = lint(load(source), topics, codes)
            except TemplateError as error:
                problems = error.problems
                self.stdout.write(where)
            else:
                problems = report.problems
                self.stdout.write(_line(report))
            for problem in problems:
                self.stdout.write(self.style.ERROR(f"    {problem}"))
            errors += len(problems)
        self.stdout.write(
            f"{len(sources)} templates in {BANK.name if not given else 'the given files'}, {errors} errors"
        )
        if errors:
            raise CommandError(f"{errors} errors")


def _line(report: Report) -> str:
    how = "all" if report.exhaustive else "sampled"
    return (
        f"{report.template.slug:32} {report.variants:>6} variants ({how}), "
        f"{report.diagnosable_share:4.0%} tell all misconceptions apart"
    )
