"""Calls that may take too much: they run in a process of their own, with limits, and end with it.

The worker keeps a *nursery*: a small process with one thread that has the code loaded and forks a child for every
call. A worker has several threads and connections to the database, so it must never fork itself.
"""

from .here import within
from .pool import Busy, Exceeded, Excess, Failed, Limits, Pool

__all__ = ["Busy", "Exceeded", "Excess", "Failed", "Limits", "Pool", "within"]
