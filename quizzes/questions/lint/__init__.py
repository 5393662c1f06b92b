"""What holds over the variants of a template: proved by enumeration where there are few, else sampled.

:func:`questions.load` has checked what can be seen in the source. Each check has a stable id.
"""

from .checks import lint
from .report import Report

__all__ = ["Report", "lint"]
