"""The worked steps of a calculation: mathematics only, for texts in any language.

Every function is named as the one whose calculation it shows and takes the same positional arguments; the
value of its last step is what that function returns. The keys of the steps are stable names for texts to
refer to; ``cnncalc.words`` has such texts.
"""

from cnncalc.trace.adaptive import (
    adaptive_max_pool2d,
    adaptive_mean_pool2d,
    global_max_pool2d,
    global_mean_pool2d,
)
from cnncalc.trace.convolution import conv2d, conv2d_backward, conv_transpose2d
from cnncalc.trace.counts import (
    batch_norm_parameter_count,
    conv2d_macs,
    conv2d_parameter_count,
    conv_transpose2d_macs,
    depthwise_separable_macs,
    depthwise_separable_parameter_count,
    flatten_size,
    linear_macs,
    linear_parameter_count,
)
from cnncalc.trace.inverse import kernels_giving, paddings_giving, strides_giving
from cnncalc.trace.losses import cross_entropy, cross_entropy_gradient, softmax
from cnncalc.trace.lp import lp_pool2d
from cnncalc.trace.pooling import max_pool2d, mean_pool2d
from cnncalc.trace.pooling_backward import max_pool2d_backward, mean_pool2d_backward
from cnncalc.trace.receptive import receptive_field, receptive_fields
from cnncalc.trace.sizes import (
    output_size,
    same_output_size,
    same_padding,
    tensorflow_same_padding,
    transposed_output_size,
    valid_output_size,
)
from cnncalc.trace.steps import Step, Trace, Window
from cnncalc.trace.windows import col2im, im2col, im2col_expansion, im2col_shape

__all__ = [
    "Step",
    "Trace",
    "Window",
    "adaptive_max_pool2d",
    "adaptive_mean_pool2d",
    "batch_norm_parameter_count",
    "col2im",
    "conv2d",
    "conv2d_backward",
    "conv2d_macs",
    "conv2d_parameter_count",
    "conv_transpose2d",
    "conv_transpose2d_macs",
    "cross_entropy",
    "cross_entropy_gradient",
    "depthwise_separable_macs",
    "depthwise_separable_parameter_count",
    "flatten_size",
    "global_max_pool2d",
    "global_mean_pool2d",
    "im2col",
    "im2col_expansion",
    "im2col_shape",
    "kernels_giving",
    "linear_macs",
    "linear_parameter_count",
    "lp_pool2d",
    "max_pool2d",
    "max_pool2d_backward",
    "mean_pool2d",
    "mean_pool2d_backward",
    "output_size",
    "paddings_giving",
    "receptive_field",
    "receptive_fields",
    "same_output_size",
    "same_padding",
    "softmax",
    "strides_giving",
    "tensorflow_same_padding",
    "transposed_output_size",
    "valid_output_size",
]
