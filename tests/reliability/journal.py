"""What clients have sent, and what they were told: the memory that :mod:`.audit` holds against the database."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["attempt", "act"]


@dataclass
class Entry:
    """One event, by its id. ``learner`` is empty for a visitor of the pages, whose id no page tells."""

    learner: str
    kind: Kind
    acknowledged: bool = False
    verdict: str | None = None


class Journal:
    """Shared by all clients of a site. ``problems`` are those that the clients see themselves."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.counts: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        self.begun = datetime.now(UTC)
        self.refusals: list[float] = []  # when requests began that were answered with 503
        self._lock = threading.Lock()

    @property
    def acknowledged(self) -> int:
        """How many attempts were acknowledged so far."""
        return self.counts["acknowledged"]

    def send(self, id: str, learner: str, kind: Kind) -> None:
        """Note an event before it is sent for the first time."""
        with self._lock:
            self.entries.setdefault(id, Entry(learner, kind))

    def acknowledge(self, id: str, verdict: str | None) -> None:
        """Note what was answered; another verdict than before is a problem."""
        with self._lock:
            entry = self.entries[id]
            if not entry.acknowledged:
                entry.acknowledged, entry.verdict = True, verdict
                self.counts["acknowledged" if entry.kind == "attempt" else "acts"] += 1
            elif entry.verdict != verdict:
                self.problems[f"another verdict on resend: {entry.verdict}, then {verdict}"] += 1

    def count(self, what: str) -> None:
        """One more of it."""
        with self._lock:
            self.counts[what] += 1

    def problem(self, what: str) -> None:
        """Something that must not happen."""
        with self._lock:
            self.problems[what] += 1

    def refuse(self, begun: float) -> None:
        """A request that began then was answered with 503."""
        with self._lock:
            self.counts["answered 503"] += 1
            self.refusals.append(begun)

    def told(self) -> dict[str, Any]:
        """All entries, and since when there are learners of this journal, to be written as JSON."""
        with self._lock:
            entries = {id: asdict(entry) for id, entry in self.entries.items()}
        return {"begun": self.begun.isoformat(), "entries": entries}


def now() -> float:
    """The clock of the journal."""
    return time.monotonic()
