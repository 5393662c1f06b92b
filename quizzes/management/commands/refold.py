"""``manage.py refold``: rebuild cards and beliefs from the log of answers."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from quizzes import study
from quizzes.models import User


class Command(BaseCommand):
    """Safe at any time and as often as one likes: the log itself is only read."""

    help = "Rebuild cards and beliefs from the log, of one learner or of all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose."""
        parser.add_argument("learner", nargs="?", type=UUID, help="id of a learner; all learners if none")

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction per learner; a line for every hundred."""
        learners = User.objects.all() if options["learner"] is None else User.objects.filter(id=options["learner"])
        ids = list(learners.order_by("id").values_list("id", flat=True))
        if options["learner"] is not None and not ids:
            raise CommandError(f"there is no learner {options['learner']}")
        for count, learner in enumerate(ids, 1):
            with transaction.atomic():
                study.refold(study.lock(learner))
            if count % 100 == 0 and options["verbosity"] > 0:
                self.stdout.write(f"{count} of {len(ids)} learners")
        if options["verbosity"] > 0:
            self.stdout.write(f"{len(ids)} {'learner' if len(ids) == 1 else 'learners'} done")
