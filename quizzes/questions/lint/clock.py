"""How much of the time for a lint has gone."""

from __future__ import annotations

import time


class Clock:
    """Starts when it is made; without ``seconds`` it never ends."""

    def __init__(self, seconds: float | None) -> None:
        self.start = time.monotonic()
        self.seconds = seconds

    def is_past(self, share: float) -> bool:
        """Whether more than ``share`` of the time has gone."""
        return self.seconds is not None and time.monotonic() - self.start > share * self.seconds

    def gone(self) -> float:
        """The share that has gone; 0 where there is no end."""
        return (time.monotonic() - self.start) / self.seconds if self.seconds else 0.0
