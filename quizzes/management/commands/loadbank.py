"""``manage.py loadbank``: load or update the question bank."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.authoring import load_bank
from quizzes.authoring.reconciling import Divergence
from quizzes.questions import TemplateError
from quizzes.questions.catalogue import BANK, read_bank

_KEPT = {
    "merged": "merged into another in the admin, and stays so",
    "deleted": "deleted in the admin, and stays so",
    "voided": "this text was voided in the admin, and is not published again",
    "example": "the bank's is not asked in this topic any more; the admin's stays",
}


class Command(BaseCommand):
    """Idempotent; changed text becomes a new version. What was edited in the admin stays."""

    help = "Load or update topics, misconceptions and templates from the question bank."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, for a bank kept elsewhere."""
        parser.add_argument("folder", nargs="?", type=Path, default=BANK, help="a folder of the bank's layout")
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="publish the bank's texts also where the admin has others; the admin's stay as versions",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load everything or nothing."""
        try:
            bank = read_bank(options["folder"])
            report = load_bank(bank, lambda where: self._verbose(where, options), overwrite=options["overwrite"])
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
        for one in report.diverged:
            self.stdout.write(_line(one))
        self.stdout.write(
            f"{len(report.created)} new, {len(report.updated)} changed, {len(report.unchanged)} unchanged"
        )

    def _verbose(self, where: str, options: dict[str, Any]) -> None:
        if options["verbosity"] > 1:
            self.stdout.write(where)


def _line(one: Divergence) -> str:
    """What the bank says otherwise than the admin, and what can be done about it."""
    if one.why in _KEPT:
        return f"kept     {one.name} ({_KEPT[one.why]})"
    way = "loadbank --overwrite takes the bank's"
    if one.version is None:
        return f"diverged {one.name} (edited in the admin too, whose words stay; {way})"
    what = "archived" if one.why == "archived" else "edited"
    return (
        f"diverged {one.name} ({what} in the admin, which stays; the bank's text is kept as version {one.version}: "
        f"publish it there if it is the better one, or {way})"
    )
