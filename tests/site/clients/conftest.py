"""The journey in Python is no module of ours: it imports what the test generates."""

from __future__ import annotations

collect_ignore = ["journey.py"]
