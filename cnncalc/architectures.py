"""Known networks, layer by layer. They end with one number per class; a softmax would follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnncalc.arguments import Padding
from cnncalc.layers import (
    Activation,
    AdaptiveMeanPool2d,
    BatchNorm2d,
    Concatenation,
    Conv2d,
    Dropout,
    Flatten,
    GlobalMeanPool2d,
    Layer,
    Linear,
    MaxPool2d,
    MeanPool2d,
    Part,
    Residual,
    Sequential,
)
from cnncalc.shapes import Shape

CLASSES = 1000
IMAGENET = (3, 224, 224)

RELU = Activation("ReLU")


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network for ``cnncalc.network.summarize``, and the number of trained parameters published for it."""

    layers: tuple[Part, ...]
    input_shape: Shape
    published_parameter_count: int
    source: str


def _lenet5() -> tuple[Part, ...]:
    return (
        ("conv1", Conv2d(1, 6, 5)),
        ("tanh1", Activation("Tanh")),
        ("pool1", MeanPool2d(2)),
        ("conv2", Conv2d(6, 16, 5)),
        ("tanh2", Activation("Tanh")),
        ("pool2", MeanPool2d(2)),
        ("flatten", Flatten()),
        ("fc1", Linear(400, 120)),
        ("tanh3", Activation("Tanh")),
        ("fc2", Linear(120, 84)),
        ("tanh4", Activation("Tanh")),
        ("fc3", Linear(84, 10)),
    )


def _alexnet() -> tuple[Part, ...]:
    return (
        ("conv1", Conv2d(3, 64, 11, stride=4, padding=2)),
        ("relu1", RELU),
        ("pool1", MaxPool2d(3, stride=2)),
        ("conv2", Conv2d(64, 192, 5, padding=2)),
        ("relu2", RELU),
        ("pool2", MaxPool2d(3, stride=2)),
        ("conv3", Conv2d(192, 384, 3, padding=1)),
        ("relu3", RELU),
        ("conv4", Conv2d(384, 256, 3, padding=1)),
        ("relu4", RELU),
        ("conv5", Conv2d(256, 256, 3, padding=1)),
        ("relu5", RELU),
        ("pool5", MaxPool2d(3, stride=2)),
        ("pool", AdaptiveMeanPool2d(6)),
        ("flatten", Flatten()),
        ("dropout6", Dropout(0.5)),
        ("fc6", Linear(256 * 6 * 6, 4096)),
        ("relu6", RELU),
        ("dropout7", Dropout(0.5)),
        ("fc7", Linear(4096, 4096)),
        ("relu7", RELU),
        ("fc8", Linear(4096, CLASSES)),
    )


def _vgg(convolutions: Sequence[int]) -> tuple[Part, ...]:
    """Five stages of 3 × 3 convolutions, as many as given, each stage with a pooling."""
    parts: list[Part] = []
    channels = 3
    for stage, (count, width) in enumerate(zip(convolutions, (64, 128, 256, 512, 512), strict=True), 1):
        for number in range(1, count + 1):
            parts += [(f"conv{stage}_{number}", Conv2d(channels, width, 3, padding=1)), (f"relu{stage}_{number}", RELU)]
            channels = width
        parts.append((f"pool{stage}", MaxPool2d(2)))
    return (
        *parts,
        ("pool", AdaptiveMeanPool2d(7)),
        ("flatten", Flatten()),
        ("fc6", Linear(512 * 7 * 7, 4096)),
        ("relu6", RELU),
        ("dropout6", Dropout(0.5)),
        ("fc7", Linear(4096, 4096)),
        ("relu7", RELU),
        ("dropout7", Dropout(0.5)),
        ("fc8", Linear(4096, CLASSES)),
    )


def _resnet(blocks: Sequence[int], bottleneck: bool) -> tuple[Part, ...]:
    """Four stages of residual blocks, as many as given; the first block of a stage halves the maps (not in stage 1)."""
    stages: list[Part] = []
    channels = 64
    for stage, count in enumerate(blocks, 1):
        width = 32 * 2**stage
        out = 4 * width if bottleneck else width
        inside: list[Part] = []
        for number in range(1, count + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            main = _bottleneck(channels, width, out, stride) if bottleneck else _basic(channels, width, stride)
            shortcut = () if channels == out and stride == 1 else _conv_norm("", channels, out, 1, stride)
            inside += [(f"block{number}", Residual(main, shortcut)), (f"relu{number}", RELU)]
            channels = out
        stages.append((f"layer{stage}", Sequential(inside)))
    return (
        *_conv_norm("1", 3, 64, 7, 2, 3),
        ("relu", RELU),
        ("maxpool", MaxPool2d(3, stride=2, padding=1)),
        *stages,
        ("meanpool", GlobalMeanPool2d()),
        ("fc", Linear(channels, CLASSES)),
    )


def _basic(channels: int, width: int, stride: int) -> tuple[Part, ...]:
    return (
        *_conv_norm("1", channels, width, 3, stride, 1),
        ("relu1", RELU),
        *_conv_norm("2", width, width, 3, 1, 1),
    )


def _bottleneck(channels: int, width: int, out: int, stride: int) -> tuple[Part, ...]:
    return (
        *_conv_norm("1", channels, width, 1),
        ("relu1", RELU),
        *_conv_norm("2", width, width, 3, stride, 1),
        ("relu2", RELU),
        *_conv_norm("3", width, out, 1),
    )


def _mobilenet() -> tuple[Part, ...]:
    """Odd padding of strided convolutions stands after the input, as in TensorFlow."""
    channels = 32
    parts: list[Part] = [*_conv_norm("1", 3, channels, 3, 2, ((0, 1), (0, 1))), ("relu1", Activation("ReLU6"))]
    plan = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
    for number, (width, stride) in enumerate(plan, 2):
        padding: Padding = 1 if stride == 1 else ((0, 1), (0, 1))
        block = (
            *_conv_norm("_depthwise", channels, channels, 3, stride, padding, groups=channels),
            ("relu_depthwise", Activation("ReLU6")),
            *_conv_norm("_pointwise", channels, width, 1),
            ("relu_pointwise", Activation("ReLU6")),
        )
        parts.append((f"block{number}", Sequential(block)))
        channels = width
    return (*parts, ("meanpool", GlobalMeanPool2d()), ("fc", Linear(channels, CLASSES)))


def _densenet(blocks: Sequence[int], growth: int, channels: int) -> tuple[Part, ...]:
    """Dense blocks, each of as many layers as given, with transitions between them that halve channels and maps."""
    parts: list[Part] = [
        *_conv_norm("0", 3, channels, 7, 2, 3),
        ("relu0", RELU),
        ("pool0", MaxPool2d(3, stride=2, padding=1)),
    ]
    for stage, count in enumerate(blocks, 1):
        dense = [(f"layer{n + 1}", _dense_layer(channels + n * growth, growth)) for n in range(count)]
        parts.append((f"denseblock{stage}", Sequential(dense)))
        channels += count * growth
        if stage < len(blocks):
            halving = (BatchNorm2d(channels), RELU, Conv2d(channels, channels // 2, 1, bias=False), MeanPool2d(2))
            parts.append((f"transition{stage}", Sequential(halving)))
            channels //= 2
    return (
        *parts,
        ("norm5", BatchNorm2d(channels)),
        ("relu5", RELU),
        ("meanpool", GlobalMeanPool2d()),
        ("fc", Linear(channels, CLASSES)),
    )


def _dense_layer(channels: int, growth: int) -> Layer:
    added: tuple[Part, ...] = (
        ("norm1", BatchNorm2d(channels)),
        ("relu1", RELU),
        ("conv1", Conv2d(channels, 4 * growth, 1, bias=False)),
        ("norm2", BatchNorm2d(4 * growth)),
        ("relu2", RELU),
        ("conv2", Conv2d(4 * growth, growth, 3, padding=1, bias=False)),
    )
    return Concatenation(((), added))


def _conv_norm(
    label: str, channels: int, out: int, kernel: int, stride: int = 1, padding: Padding = 0, groups: int = 1
) -> tuple[Part, Part]:
    conv = Conv2d(channels, out, kernel, stride, padding, groups=groups, bias=False)
    return (f"conv{label}", conv), (f"norm{label}", BatchNorm2d(out))


_VGG = "Simonyan & Zisserman 2015, table 1, configuration {}; count of torchvision's {}"
_RESNET = "He et al. 2016, table 1, with a block's stride in its 3 × 3 convolution; count of torchvision's {}"

ARCHITECTURES: Mapping[str, Architecture] = {
    "lenet5": Architecture(
        _lenet5(),
        (1, 32, 32),
        61_706,
        "LeCun et al. 1998, figure 2, with C3 connected to all maps and without trained pooling and radial outputs",
    ),
    "alexnet": Architecture(
        _alexnet(), IMAGENET, 61_100_840, "Krizhevsky 2014, 'One weird trick'; count of torchvision's alexnet"
    ),
    "vgg11": Architecture(_vgg((1, 1, 2, 2, 2)), IMAGENET, 132_863_336, _VGG.format("A", "vgg11")),
    "vgg16": Architecture(_vgg((2, 2, 3, 3, 3)), IMAGENET, 138_357_544, _VGG.format("D", "vgg16")),
    "vgg19": Architecture(_vgg((2, 2, 4, 4, 4)), IMAGENET, 143_667_240, _VGG.format("E", "vgg19")),
    "resnet18": Architecture(_resnet((2, 2, 2, 2), False), IMAGENET, 11_689_512, _RESNET.format("resnet18")),
    "resnet34": Architecture(_resnet((3, 4, 6, 3), False), IMAGENET, 21_797_672, _RESNET.format("resnet34")),
    "resnet50": Architecture(_resnet((3, 4, 6, 3), True), IMAGENET, 25_557_032, _RESNET.format("resnet50")),
    "mobilenet-v1": Architecture(
        _mobilenet(), IMAGENET, 4_231_976, "Howard et al. 2017, table 1; count of Keras' MobileNet"
    ),
    "densenet121": Architecture(
        _densenet((6, 12, 24, 16), growth=32, channels=64),
        IMAGENET,
        7_978_856,
        "Huang et al. 2017, table 1; count of torchvision's densenet121",
    ),
}
"""The known networks by name."""
