"""Layers as data: the shape that comes out of them, the number of their parameters and of their multiplications."""

from cnncalc.layers.blocks import Concatenation, Part, Residual, Sequential
from cnncalc.layers.convolution import Conv2d, ConvTranspose2d, DepthwiseSeparableConv2d
from cnncalc.layers.elementwise import Activation, BatchNorm2d, Dropout, Softmax
from cnncalc.layers.layer import Layer
from cnncalc.layers.linear import Flatten, Linear
from cnncalc.layers.pooling import (
    AdaptiveMaxPool2d,
    AdaptiveMeanPool2d,
    GlobalMaxPool2d,
    GlobalMeanPool2d,
    LpPool2d,
    MaxPool2d,
    MeanPool2d,
)

__all__ = [
    "Activation",
    "AdaptiveMaxPool2d",
    "AdaptiveMeanPool2d",
    "BatchNorm2d",
    "Concatenation",
    "Conv2d",
    "ConvTranspose2d",
    "DepthwiseSeparableConv2d",
    "Dropout",
    "Flatten",
    "GlobalMaxPool2d",
    "GlobalMeanPool2d",
    "Layer",
    "Linear",
    "LpPool2d",
    "MaxPool2d",
    "MeanPool2d",
    "Part",
    "Residual",
    "Sequential",
    "Softmax",
]
