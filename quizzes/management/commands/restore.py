"""``manage.py restore``: back to what ``manage.py backup`` has kept."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.backups import BackupError, restore

from .backup import Progress


class Command(BaseCommand):
    """Everything or nothing; the site must not run meanwhile."""

    help = "Put the database and the secret key of a backup in place, while the site is stopped."
    requires_system_checks = ()  # the database may be missing or broken: that is why

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file."""
        parser.add_argument("file", type=Path, help="what `manage.py backup` has written")
        parser.add_argument("--replace", action="store_true", help="also where a database is, which is kept aside")

    def handle(self, *args: Any, **options: Any) -> None:
        """What is in place now, where the old one is, and what to do next."""
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        try:
            done = restore(options["file"], Progress(self.stdout, options["verbosity"]), replace=options["replace"])
        except BackupError as error:
            raise CommandError(f"{error}\nNothing was changed.") from None
        self.stdout.write(
            f"Restored what was there at {done.manifest.made_at}: {sum(done.manifest.rows.values()):,} rows "
            f"of {len(done.manifest.rows)} tables."
        )
        for aside in (done.aside, done.key_aside):
            if aside:
                self.stdout.write(f"Kept aside: {aside}. Delete it when it is not needed any more.")
        if not done.manifest.key:
            self.stdout.write("The secret key was not in it: give the site the same SECRET_KEY as before.")
        self.stdout.write(
            f"{done.pending} migrations are newer than it. "
            * bool(done.pending)
            + "Now start the site with `make run`, which migrates and loads the bank; "
            "or run `manage.py migrate` and restart every worker."
        )
