"""Misconceptions that turned out to be others: which code goes by which now.

Answers keep the codes that they were graded with; whatever is read from them goes through here. A merged misconception
always leads to one that is in use, so one step is enough (:func:`quizzes.authoring.merge_misconceptions` sees to it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .models import Misconception
from .prepared import Prepared


@dataclass(frozen=True, slots=True)
class Merges:
    """The codes that lead to others."""

    into: Mapping[str, str] = field(default_factory=dict)

    def code(self, code: str) -> str:
        """The code that this one goes by now."""
        return self.into.get(code, code)

    def codes(self, codes: Iterable[str]) -> list[str]:
        """Those that these go by now, each once."""
        return list(dict.fromkeys(self.into.get(code, code) for code in codes)) if self.into else [*codes]

    def sources(self, code: str) -> list[str]:
        """The codes that were merged into this one."""
        return [old for old, new in self.into.items() if new == code]


def merges() -> Merges:
    """All merges. One query; inside the transaction that holds a learner's lock it sees every merge that counts."""
    return Merges(dict(_merged()))


_merged = Prepared(
    lambda: Misconception.objects.filter(merged_into__isnull=False).values_list("code", "merged_into__code")
)
