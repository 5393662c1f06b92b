"""Calculate convolutional neural networks: sizes, windows, pooling, parameters, and the worked steps.

Pure NumPy, no state. ``cnncalc.trace`` holds the worked steps of the functions below, under the same names.
"""

from cnncalc.geometry import output_size
from cnncalc.layers import (
    Conv2d,
    Flatten,
    GlobalMeanPool2d,
    Linear,
    conv2d_parameter_count,
    flatten_size,
    linear_parameter_count,
)
from cnncalc.pooling import global_mean_pool2d, max_pool2d, mean_pool2d
from cnncalc.windows import sliding_windows

__all__ = [
    "Conv2d",
    "Flatten",
    "GlobalMeanPool2d",
    "Linear",
    "conv2d_parameter_count",
    "flatten_size",
    "global_mean_pool2d",
    "linear_parameter_count",
    "max_pool2d",
    "mean_pool2d",
    "output_size",
    "sliding_windows",
]
