"""``manage.py finishvoids``: let answers to voided versions stop counting, as far as the admin did not get."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from quizzes import study


class Command(BaseCommand):
    """Safe at any time and as often as one likes."""

    help = "Complete the voiding of versions: take back what answers to them still count."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much at most."""
        parser.add_argument("--limit", type=int, default=None, help="learners at most; all if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction per learner."""
        count = study.finish_voids(options["limit"])
        if options["verbosity"] > 0:
            self.stdout.write(f"answers of {count} {'learner' if count == 1 else 'learners'} taken back")
