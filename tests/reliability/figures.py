"""What a proof under load came to, as a table, and whether it catches what is broken on purpose."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.serving import Site

from .audit import audit
from .journal import Journal


@dataclass(frozen=True, slots=True)
class Figures:
    """A run is good where there are no ``problems``."""

    counts: dict[str, Any]
    problems: dict[str, int]

    @classmethod
    def of(cls, site: Site, journal: Journal, said: int, counts: dict[str, Any]) -> Figures:
        """Of a run that has ended; ``said`` is where the site's log ended before it."""
        found, errors = audit(site, journal), _errors(site, said)
        told = journal.counts
        figures = {
            **counts,
            "requests": told["requests"],
            "sent twice": told["sent again"],
            "without answer, sent again": told["without answer"],
            "answered 503, sent again": told["answered 503"],
            "attempts acknowledged": told["acknowledged"],
            "attempts kept": found["attempts"],
            "acts acknowledged": told["acts"],
            "acts kept": found["acts"],
            "cards compared": found["cards"],
        }
        problems = {**journal.problems, **found["problems"]} | ({"errors in the log": errors} if errors else {})
        return cls(figures, problems)

    def lines(self) -> list[str]:
        """As a table."""
        rows = {**self.counts, "problems": sum(self.problems.values())}
        return [f"{name:<34}{value:>10}" for name, value in rows.items()] + self.found()

    def found(self) -> list[str]:
        """A line for each problem."""
        return [f"  {count} × {name}" for name, count in self.problems.items()]


def controls(broken: Mapping[str, str], run: Callable[[str], Figures]) -> list[str]:
    """Run each build that is broken on purpose; those in which no problem was found, for they were missed."""
    missed = []
    for name, application in broken.items():
        figures = run(application)
        say(f"control: {name}: {'caught' if figures.problems else 'NOT CAUGHT'}")
        say("\n".join(figures.found()))
        if not figures.problems:
            missed.append(name)
    return missed


def say(text: str) -> None:
    """At once, also through a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _errors(site: Site, said: int) -> int:
    """How many errors the log tells since then."""
    with site.log.open("rb") as log:
        log.seek(said)
        return sum(b" ERROR " in line or b" CRITICAL " in line for line in log)
