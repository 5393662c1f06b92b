"""The worked steps of a calculation: mathematics only, for texts in any language.

Every function is named as the one whose calculation it shows and takes the same positional arguments; the
value of its last step is what that function returns. The keys of the steps are stable names for texts to
refer to; ``cnncalc.words`` has such texts.
"""

from cnncalc.trace.counts import conv2d_parameter_count, flatten_size, linear_parameter_count
from cnncalc.trace.pooling import max_pool2d, mean_pool2d
from cnncalc.trace.sizes import output_size
from cnncalc.trace.steps import Step, Trace, Window

__all__ = [
    "Step",
    "Trace",
    "Window",
    "conv2d_parameter_count",
    "flatten_size",
    "linear_parameter_count",
    "max_pool2d",
    "mean_pool2d",
    "output_size",
]
