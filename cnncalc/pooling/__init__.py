"""Pooling of maps ``(..., H, W)`` and its gradients."""

from cnncalc.pooling.adaptive import (
    adaptive_axes,
    adaptive_max_pool2d,
    adaptive_mean_pool2d,
    adaptive_windows,
    global_max_pool2d,
    global_mean_pool2d,
)
from cnncalc.pooling.adaptive_backward import (
    adaptive_max_pool2d_backward,
    adaptive_mean_pool2d_backward,
    global_max_pool2d_backward,
    global_mean_pool2d_backward,
)
from cnncalc.pooling.axes import mean_divisors, pooling_axes
from cnncalc.pooling.backward import lp_pool2d_backward, max_pool2d_backward, mean_pool2d_backward
from cnncalc.pooling.lp import lp_pool2d
from cnncalc.pooling.maximum import max_pool2d
from cnncalc.pooling.mean import mean_pool2d

__all__ = [
    "adaptive_axes",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_backward",
    "adaptive_mean_pool2d",
    "adaptive_mean_pool2d_backward",
    "adaptive_windows",
    "global_max_pool2d",
    "global_max_pool2d_backward",
    "global_mean_pool2d",
    "global_mean_pool2d_backward",
    "lp_pool2d",
    "lp_pool2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "mean_divisors",
    "mean_pool2d",
    "mean_pool2d_backward",
    "pooling_axes",
]
