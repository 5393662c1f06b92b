"""``manage.py backup``: the database and the secret key in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from quizzes.backups import BackupError, back_up


class Command(BaseCommand):
    """Safe while the site runs; what was acknowledged before it began is in it."""

    help = "Back up the database and the secret key into one file; the site may run meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument(
            "target", nargs="?", type=Path, default=Path(), help="a new file, or a folder (default: this one)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """A line for every tenth, then where it is."""
        try:
            file, manifest = back_up(options["target"], Progress(self.stdout, options["verbosity"]))
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{file}: {sum(manifest.rows.values()):,} rows of {len(manifest.rows)} tables, "
            f"{file.stat().st_size / 1e6:,.1f} MB. It is as secret as the site: keep it on another machine."
        )
        if not manifest.key:
            self.stdout.write("The secret key comes from the environment and is not in it: keep SECRET_KEY too.")


class Progress:
    """Tells how far a long step is, at every tenth."""

    def __init__(self, out: OutputWrapper, verbosity: int) -> None:
        self.out, self.verbosity, self.told = out, verbosity, ""

    def __call__(self, what: str, done: int, whole: int) -> None:
        """``done`` of ``whole`` are done; the last line is written even when nothing was left to do."""
        line = f"{what}: {done * 10 // whole * 10 if whole else 100} %"
        if self.verbosity > 0 and line != self.told:
            self.told = line
            self.out.write(line)
            self.out.flush()
