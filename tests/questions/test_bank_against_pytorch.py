"""The answers of the bank are those that PyTorch gives, where it has what is asked for."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from quizzes.questions import Template, generate, load
from quizzes.questions.grading import is_right
from quizzes.questions.values import matrix
from tests.bank import BANK

SOURCES = dict(BANK.sources)
Expected = Mapping[str, Any]


class Torch:
    """PyTorch in the words of the questions: layers, shapes, counts, and matrices in and out."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.nn = torch.nn
        self.f = torch.nn.functional

    def shape(self, shape: tuple[int, ...], *layers: Any) -> tuple[int, ...]:
        """The (channels, height, width) or length that comes out for one image of ``shape``."""
        with self.torch.no_grad():
            return tuple(self.nn.Sequential(*layers)(self.torch.zeros((1, *shape))).shape[1:])

    def side(self, size: int, *layers: Any) -> int:
        return self.shape((1, size, size), *layers)[1]

    def parameters(self, *layers: Any) -> int:
        return sum(parameter.numel() for layer in layers for parameter in layer.parameters())

    def macs(self, shape: tuple[int, ...], *layers: Any) -> int:
        with self.torch.utils.flop_counter.FlopCounterMode(display=False) as counter, self.torch.no_grad():
            self.nn.Sequential(*layers)(self.torch.zeros((1, *shape)))
        return int(counter.get_total_flops()) // 2

    def conv(self, into: int, out: int, kernel: Any, stride: Any = 1, padding: Any = 0, **options: Any) -> Any:
        return self.nn.Conv2d(into, out, kernel, stride, padding, **options)

    def pool(self, kernel: int, stride: int | None = None, padding: int = 0, **options: Any) -> Any:
        return self.nn.MaxPool2d(kernel, stride, padding, **options)

    def map(self, x: Any) -> Any:
        """One map of one image."""
        return self.torch.tensor(np.asarray(x, dtype=float))[None, None]

    def back(self, y: Any) -> Any:
        return y.detach()[0, 0].numpy()

    def gradient(self, function: Callable[[Any], Any], x: Any, dy: Any) -> Any:
        """What reaches ``x`` of the gradient ``dy`` behind ``function``."""
        given = self.map(x).requires_grad_()
        function(given).backward(self.map(dy))
        return given.grad[0, 0].numpy()


Rule = Callable[[Torch, Any], Expected]


def _batch_norm(t: Torch, v: Any, x: Any) -> Any:
    """The normalisation of training, with the given mean and deviation where there are any."""
    return t.f.batch_norm(
        t.torch.tensor([[float(x)]]), t.torch.tensor([float(v.M)]), t.torch.tensor([float(v.SD) ** 2]),
        t.torch.tensor([float(v.G)]), t.torch.tensor([float(v.B)]), eps=0.0,
    ).item()  # fmt: skip


def _softmax_gradient(t: Torch, v: Any) -> Expected:
    logits = t.torch.log(t.torch.tensor([[v.A, v.C, 100 - v.A - v.C]]).double() / 100).requires_grad_()
    t.f.cross_entropy(logits, t.torch.tensor([v.T - 1])).backward()
    return {"D": logits.grad.numpy()}


def _linear_backward(t: Torch, v: Any) -> Expected:
    x = t.torch.tensor([[v.x1, v.x2]]).double().requires_grad_()
    w = t.torch.tensor(v.W.astype(float)).requires_grad_()
    t.f.linear(x, w).backward(t.torch.tensor([[v.g1, v.g2]]).double())
    return {"DW": w.grad.numpy(), "DX": x.grad.numpy()}


def _weight_gradient(t: Torch, v: Any) -> Expected:
    size = len(v.X) - len(v.G) + 1
    w = t.torch.zeros((1, 1, size, size)).double().requires_grad_()
    t.f.conv2d(t.map(v.X), w).backward(t.map(v.G))
    return {"D": w.grad[0, 0].numpy()}


def _bottleneck(t: Torch, v: Any) -> Expected:
    layers = [t.conv(v.C, v.D, 1, bias=False), t.nn.BatchNorm2d(v.D), t.conv(v.D, v.D, 3, 1, 1, bias=False),
              t.nn.BatchNorm2d(v.D), t.conv(v.D, 4 * v.D, 1, bias=False), t.nn.BatchNorm2d(4 * v.D)]  # fmt: skip
    shortcut = [t.conv(v.C, 4 * v.D, 1, bias=False), t.nn.BatchNorm2d(4 * v.D)]
    return {"N": t.parameters(*layers, *shortcut)}


def _mobilenet(t: Torch, v: Any) -> Expected:
    depthwise = [t.conv(v.C, v.C, 3, 1, 1, groups=v.C, bias=False), t.nn.BatchNorm2d(v.C)]
    return {"N": t.parameters(*depthwise, t.conv(v.C, v.M, 1, bias=False), t.nn.BatchNorm2d(v.M))}


def _alexnet(t: Torch, v: Any) -> Expected:
    first = [t.conv(3, 64, 11, 4, 2), t.pool(3, 2)]
    rest = [t.conv(64, 192, 5, 1, 2), t.pool(3, 2), t.conv(192, 384, 3, 1, 1), t.conv(384, 256, 3, 1, 1),
            t.conv(256, 256, 3, 1, 1), t.pool(3, 2)]  # fmt: skip
    image = (3, v.H, v.W)
    return {"A": t.shape(image, *first), "B": t.shape(image, *first, *rest)}


def _lenet_shapes(t: Torch, v: Any) -> Expected:
    layers = [t.conv(1, v.C1, 5), t.pool(2), t.conv(v.C1, v.C2, 5), t.pool(2), t.nn.Flatten()]
    image = (1, v.N, v.N)
    return {"P": t.shape(image, *layers[:2]), "L": t.shape(image, *layers)[0]}


def _small_network(t: Torch, v: Any) -> Expected:
    layers = [t.conv(1, v.K1, v.F, 1, v.F // 2), t.pool(2), t.conv(v.K1, v.K2, v.F), t.pool(2), t.nn.Flatten()]
    image = (1, v.H, v.H)
    sides = {"conv2": 3, "pool2": 4}
    return {name: t.shape(image, *layers[:count])[1] for name, count in sides.items()} | {
        "length": t.shape(image, *layers)[0]
    }


def _unfolded(t: Torch, v: Any, images: int, padding: int, stride: int) -> tuple[int, int]:
    """Rows and columns with the windows of all images side by side."""
    cut = t.nn.Unfold(v.F, 1, padding, stride)(t.torch.zeros((images, v.C, v.H, v.H))).shape
    return int(cut[1]), int(cut[0] * cut[2])


def _image_expansion(t: Torch, v: Any) -> Expected:
    rows, columns = _unfolded(t, v, 1, v.P, v.S)
    return {"ratio": rows * columns / (v.C * v.H * v.H)}


RULES: dict[str, Rule] = {
    "alexnet-shapes": _alexnet,
    "batch-norm-parameters": lambda t, v: {"K": t.parameters(t.nn.BatchNorm2d(v.C))},
    "batch-norm-value": lambda t, v: {"Y": _batch_norm(t, v, v.X)},
    "conv-input-gradient": lambda t, v: {"D": t.gradient(lambda x: t.f.conv2d(x, t.map(v.W)), np.zeros((3, 3)), v.G)},
    "conv-macs": lambda t, v: {"N": t.macs((v.CI, v.H, v.H), t.conv(v.CI, v.CO, v.F, v.S, v.P))},
    "conv-output-size": lambda t, v: {"O": t.side(v.H, t.conv(1, 1, v.F, v.S, v.P))},
    "conv-weight-gradient": _weight_gradient,
    "convolution-bias-free-parameters": lambda t, v: {"N": t.parameters(t.conv(v.C, v.K, (v.Fh, v.Fw), bias=False))},
    "convolution-matrix": lambda t, v: {"Y": t.back(t.f.conv2d(t.map(v.X), t.map(v.W)))},
    "convolution-one-value": lambda t, v: {"y": t.back(t.f.conv2d(t.map(v.X), t.map(v.W))).item()},
    "convolution-output-maps": lambda t, v: {
        "shape": (*t.shape((v.C, v.H, v.H), t.conv(v.C, v.K, v.F))[1:], v.K),
    },
    "convolution-parameters": lambda t, v: {"N": t.parameters(t.conv(v.C, v.K, v.F))},
    "convolution-two-channels": lambda t, v: {
        "y": t.f.conv2d(
            t.torch.tensor(np.stack([v.A, v.B]).astype(float))[None],
            t.torch.tensor(np.stack([v.U, v.V]).astype(float))[None],
            t.torch.tensor([float(v.b)]).double(),
        ).item()
    },
    "depthwise-parameters": lambda t, v: {"N": t.parameters(t.conv(v.C, v.C, v.F, groups=v.C))},
    "depthwise-separable-parameters": lambda t, v: {
        "N": t.parameters(t.conv(v.C, v.C, v.F, groups=v.C, bias=False), t.conv(v.C, v.M, 1, bias=False))
    },
    "depthwise-separable-ratio": lambda t, v: {
        "Q": t.parameters(t.conv(v.C, v.C, v.F, groups=v.C, bias=False), t.conv(v.C, v.M, 1, bias=False))
        / t.parameters(t.conv(v.C, v.M, v.F, bias=False))
    },
    "dilation-output-size": lambda t, v: {"O": t.side(v.H, t.conv(1, 1, v.F, v.S, v.P, dilation=v.D))},
    "fc-flatten-parameters": lambda t, v: {"N": t.parameters(t.nn.Linear(v.C * v.H * v.H, v.K))},
    "fc-flatten-size": lambda t, v: {"n": t.shape((v.C, v.H, v.W), t.nn.Flatten())[0]},
    "fc-parameters": lambda t, v: {"N": t.parameters(t.nn.Linear(v.n, v.m))},
    "gap-head-parameters": lambda t, v: {"N": t.parameters(t.nn.AdaptiveAvgPool2d(1), t.nn.Linear(v.C, v.K))},
    "gap-value": lambda t, v: {"y": t.f.adaptive_avg_pool2d(t.map(v.X), 1).item()},
    "gap-vs-fc-hidden-head": lambda t, v: {
        "FC": t.parameters(t.nn.Linear(v.C * v.H * v.H, v.M), t.nn.Linear(v.M, v.K)),
        "GAP": t.parameters(t.nn.Linear(v.C, v.K)),
    },
    "gap-vs-fc-parameters": lambda t, v: {
        "FC": t.parameters(t.nn.Linear(v.C * v.H * v.H, v.K)),
        "GAP": t.parameters(t.nn.Linear(v.C, v.K)),
    },
    "gap-vs-fc-saved": lambda t, v: {
        "saved": t.parameters(t.nn.Linear(v.C * v.H * v.H, v.K)) - t.parameters(t.nn.Linear(v.C, v.K))
    },
    "grouped-parameters": lambda t, v: {"N": t.parameters(t.conv(v.CI, v.CO, v.F, groups=v.G))},
    "im2col-expansion": _image_expansion,
    "im2col-matrix": lambda t, v: {"M": t.f.unfold(t.map(v.X), 2)[0].numpy()},
    "im2col-rows-layout": lambda t, v: {"shape": _unfolded(t, v, 1, v.P, 1)[::-1]},
    "im2col-shape": lambda t, v: {"shape": _unfolded(t, v, v.N, 0, v.S)},
    "lenet-shapes": _lenet_shapes,
    "lenet-total": lambda t, v: {
        "N": t.parameters(t.conv(1, v.C1, 5), t.conv(v.C1, v.C2, 5), t.nn.Linear(v.C2 * 25, v.U), t.nn.Linear(v.U, v.K))
    },
    "linear-backward": _linear_backward,
    "lp-pool-value": lambda t, v: {"y": t.f.lp_pool2d(t.map(v.X), v.p, 2).item()},
    "max-pool-backward": lambda t, v: {"D": t.gradient(lambda x: t.f.max_pool2d(x, 2), v.X, v.G)},
    "max-pool-matrix": lambda t, v: {"Y": t.back(t.f.max_pool2d(t.map(v.X), 2))},
    "max-pool-negative-padding": lambda t, v: {"Y": t.back(t.f.max_pool2d(t.map(v.X), 2, 2, 1))},
    "max-pool-overlapping": lambda t, v: {"Y": t.back(t.f.max_pool2d(t.map(v.X), 3, 2))},
    "mean-pool-backward": lambda t, v: {"D": t.gradient(lambda x: t.f.avg_pool2d(x, 2, 1), v.X, 2 * v.H)},
    "mean-pool-matrix": lambda t, v: {"Y": t.back(t.f.avg_pool2d(t.map(v.X), 2))},
    "mobilenet-block-parameters": _mobilenet,
    "output-size-ceil-mode": lambda t, v: {"O": t.side(v.H, t.pool(v.F, v.S, v.P, ceil_mode=True))},
    "output-size-last-window": lambda t, v: {"O": t.side(v.H, t.pool(v.F, v.S, v.P, ceil_mode=True))},
    "output-size-find-the-bug": lambda t, v: {"shape": t.shape((1, v.H, v.W), t.conv(1, 1, v.F, v.S, v.P))[1:]},
    "output-size-rectangle": lambda t, v: {
        "shape": (*t.shape((1, v.H, v.W), t.conv(1, v.K, (v.Fh, v.Fw), v.S, v.P))[1:], v.K)
    },
    "output-size-two-layers": lambda t, v: {
        "O": t.side(v.H, t.conv(1, 1, v.F1, v.S1, v.P), t.pool(v.F2, v.S2)),
    },
    "overview-parameters-by-layer": lambda t, v: {
        "conv": t.parameters(t.conv(v.C, v.K, v.F)),
        "pool": t.parameters(t.pool(2)),
        "fc": t.parameters(t.nn.Linear(v.K * v.n * v.n, v.N)),
    },
    "overview-small-network": _small_network,
    "padding-output-size": lambda t, v: {"O": t.side(v.H, t.conv(1, 1, v.F, 1, v.P))},
    "pointwise-cost": lambda t, v: {
        "N": t.parameters(t.conv(v.C, v.M, 1)),
        "Q": t.macs((v.C, v.H, v.H), t.conv(v.C, v.M, 1)),
    },
    "pooling-downsampling-chain": lambda t, v: {"O": t.side(v.H, *[t.pool(2)] * 3)},
    "pooling-output-size": lambda t, v: {"O": t.side(v.H, t.pool(v.F, v.S))},
    "pooling-parameters": lambda t, v: {"N": t.parameters(t.conv(v.C, v.K, v.F), t.pool(v.k))},
    "pooling-saved-work": lambda t, v: {"macs": t.macs((v.C, v.H // 2, v.H // 2), t.conv(v.C, v.K, v.F, 1, v.F // 2))},
    "reduced-macs": lambda t, v: {
        "D": t.macs((v.C, v.H, v.H), t.conv(v.C, v.M, v.F, 1, v.F // 2)),
        "Q": t.macs((v.C, v.H, v.H), t.conv(v.C, v.R, 1), t.conv(v.R, v.M, v.F, 1, v.F // 2)),
    },
    "relu-backward": lambda t, v: {"D": t.gradient(t.f.relu, v.X, v.G)},
    "resnet-bottleneck-parameters": _bottleneck,
    "softmax-gradient": _softmax_gradient,
    "stride-output-size": lambda t, v: {"O": t.side(v.H, t.conv(1, 1, v.F, v.S))},
    "stride-rounding-down": lambda t, v: {"O": t.side(v.H, t.conv(1, 1, v.F, v.S))},
    "transposed-by-hand": lambda t, v: {"Y": t.back(t.f.conv_transpose2d(t.map(v.X), t.map(v.W)))},
    "transposed-output-size": lambda t, v: {
        "O": t.side(v.H, t.nn.ConvTranspose2d(1, 1, v.F, v.S, v.P, v.A)),
    },
    "transposed-stride-two": lambda t, v: {"Y": t.back(t.f.conv_transpose2d(t.map(v.X), t.map(v.W), None, 2, 1))},
    "vgg-block-parameters": lambda t, v: {
        "T": t.parameters(t.conv(v.C, v.M, 3), *(t.conv(v.M, v.M, 3) for _ in range(v.N - 1)))
    },
    "zero-padding-corner": lambda t, v: {"y": t.back(t.f.conv2d(t.map(v.X), t.map(v.W), padding=1))[0, 0].item()},
}


class Values:
    """The values of a variant by name."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.__dict__.update(scope)


@pytest.mark.parametrize("slug", sorted(RULES))
def test_the_answer_is_pytorchs(slug: str, torch: Any) -> None:
    template = load(SOURCES[f"questions/{slug}.toml"])
    for seed in range(12):
        variant = generate(template, seed)
        expected = RULES[slug](Torch(torch), Values(variant.scope))
        assert expected.keys() == variant.answers.keys()
        for answer in template.answers:
            found = expected[answer.name]
            assert agrees(template, answer.name, found, variant.answers[answer.name]), (variant.parameters, found)


def agrees(template: Template, name: str, found: Any, right: Any) -> bool:
    """PyTorch's floats are those numbers to a millionth; decimals also within the tolerance that learners have."""
    answer = next(answer for answer in template.answers if answer.name == name)
    if isinstance(found, np.ndarray):
        return found.shape == right.shape and bool(np.allclose(found, right.astype(float), atol=1e-6))
    if isinstance(found, float):
        return abs(found - float(right)) <= 1e-5 * max(1.0, abs(found))
    return is_right(answer, matrix(found) if isinstance(found, list) else found, right)
