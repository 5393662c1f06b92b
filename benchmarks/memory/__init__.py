"""Whether predicted recall is right and the schedule is good, on simulated learners whose memory is known.

:mod:`.learners` have memories of two kinds, :mod:`.answering` makes answers of them, :mod:`.models` are compared in
:mod:`.prediction` on a neutral schedule and in :mod:`.schedules` each on its own. Everything follows from fixed seeds.
"""

from .report import Figures, measure, table
from .size import FULL, Size

__all__ = ["FULL", "Figures", "Size", "measure", "table"]
