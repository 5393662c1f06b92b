"""``manage.py loadbank``: load or update the question bank."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.authoring import load_bank
from quizzes.questions import TemplateError
from quizzes.questions.catalogue import BANK, read_bank


class Command(BaseCommand):
    """Idempotent; changed text becomes a new version."""

    help = "Load or update topics, misconceptions and templates from the question bank."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, for a bank kept elsewhere."""
        parser.add_argument("folder", nargs="?", type=Path, default=BANK, help="a folder of the bank's layout")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load everything or nothing."""
        try:
            report = load_bank(read_bank(options["folder"]), lambda where: self._verbose(where, options))
        except TemplateError as error:
            raise CommandError("\n".join(map(str, error.problems))) from None
        if options["verbosity"] == 0:
            return
        for slug in report.created:
            self.stdout.write(f"new      {slug}")
        for slug in report.updated:
            self.stdout.write(f"changed  {slug}")
        for slug in report.absent:
            self.stdout.write(f"kept     {slug} (published, but not in this bank)")
        self.stdout.write(
            f"{len(report.created)} new, {len(report.updated)} changed, {len(report.unchanged)} unchanged"
        )

    def _verbose(self, where: str, options: dict[str, Any]) -> None:
        if options["verbosity"] > 1:
            self.stdout.write(where)
