"""The bank of this repository, read once for all tests of a process."""

from __future__ import annotations

from quizzes.questions.catalogue import read_bank

BANK = read_bank()
