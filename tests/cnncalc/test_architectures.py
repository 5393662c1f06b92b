from __future__ import annotations

from functools import cache

import pytest

from cnncalc import Softmax, Summary, summarize
from cnncalc.architectures import ARCHITECTURES

PUBLISHED = {
    "lenet5": 61_706,
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "mobilenet-v1": 4_231_976,
    "densenet121": 7_978_856,
}


@cache
def summary_of(name: str) -> Summary:
    return summarize(ARCHITECTURES[name].layers, ARCHITECTURES[name].input_shape)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_layers_of_known_networks_have_the_published_number_of_parameters(name: str) -> None:
    assert summary_of(name).parameter_count == PUBLISHED[name] == ARCHITECTURES[name].published_parameter_count


def test_no_network_is_without_a_published_number() -> None:
    assert ARCHITECTURES.keys() == PUBLISHED.keys()
    assert all(len(architecture.source) > 20 for architecture in ARCHITECTURES.values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vgg16", 0),
        pytest.param("resnet50", 53_120, id="Keras' ResNet50"),
        pytest.param("mobilenet-v1", 21_888, id="Keras' MobileNet"),
        pytest.param("densenet121", 83_648, id="Keras' DenseNet121"),
    ],
)
def test_running_means_and_variances_are_the_published_ones(name: str, expected: int) -> None:
    assert summary_of(name).non_trainable_count == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lenet5", 416_520),
        ("alexnet", 714_188_480),
        ("vgg11", 7_609_090_048),
        ("vgg16", 15_470_264_320),
        ("vgg19", 19_632_062_464),
        ("resnet18", 1_814_073_344),
        ("resnet34", 3_663_761_408),
        ("resnet50", 4_089_184_256),
        pytest.param("mobilenet-v1", 568_740_352, id="569 million in the paper of MobileNet"),
        ("densenet121", 2_834_161_664),
    ],
)
def test_multiplications_are_those_that_pytorch_makes_in_the_same_modules(name: str, expected: int) -> None:
    """Counted there as the size of each convolution's and linear layer's weight times the cells of its output map."""
    assert summary_of(name).macs == expected


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("lenet5", "pool2", (16, 5, 5)),
        ("alexnet", "conv1", (64, 55, 55)),
        ("alexnet", "pool5", (256, 6, 6)),
        ("alexnet", "flatten", (9216,)),
        ("vgg11", "pool5", (512, 7, 7)),
        ("vgg16", "pool3", (256, 28, 28)),
        ("vgg16", "pool5", (512, 7, 7)),
        ("vgg16", "flatten", (25_088,)),
        ("vgg19", "conv5_4", (512, 14, 14)),
        ("resnet18", "maxpool", (64, 56, 56)),
        ("resnet18", "layer1.block2", (64, 56, 56)),
        ("resnet18", "layer2.block1.shortcut.conv", (128, 28, 28)),
        ("resnet34", "layer3.block6", (256, 14, 14)),
        ("resnet50", "layer1.block1.shortcut.norm", (256, 56, 56)),
        ("resnet50", "layer2.block1.main.conv1", (128, 56, 56)),
        ("resnet50", "layer2.block1.main.conv2", (128, 28, 28)),
        ("resnet50", "layer4.block3", (2048, 7, 7)),
        ("mobilenet-v1", "conv1", (32, 112, 112)),
        ("mobilenet-v1", "block7.conv_depthwise", (256, 14, 14)),
        ("mobilenet-v1", "block14.conv_pointwise", (1024, 7, 7)),
        ("densenet121", "denseblock1.layer6", (256, 56, 56)),
        ("densenet121", "transition1.3", (128, 28, 28)),
        ("densenet121", "transition3.3", (512, 7, 7)),
        ("densenet121", "norm5", (1024, 7, 7)),
    ],
)
def test_stages_have_the_sizes_of_the_papers_tables(name: str, row: str, expected: tuple[int, ...]) -> None:
    assert {found.name: found.output_shape for found in summary_of(name).rows}[row] == expected


@pytest.mark.parametrize(
    ("name", "weighted"), [("vgg11", 11), ("vgg16", 16), ("vgg19", 19), ("resnet18", 18), ("resnet34", 34),
                           ("resnet50", 50), ("densenet121", 121), ("mobilenet-v1", 28)]
)  # fmt: skip
def test_networks_have_as_many_weighted_layers_as_their_names_say(name: str, weighted: int) -> None:
    rows = summary_of(name).rows
    on_the_way = [row for row in rows if row.kind in ("Conv2d", "Linear") and ".shortcut." not in row.name]
    assert len(on_the_way) == weighted


@pytest.mark.parametrize("name", PUBLISHED)
def test_networks_can_be_continued_and_compared(name: str) -> None:
    architecture = ARCHITECTURES[name]
    classes = summary_of(name).output_shape
    with_softmax = (*architecture.layers, ("softmax", Softmax()))
    assert summarize(with_softmax, architecture.input_shape).output_shape == classes
    assert classes == ((10,) if name == "lenet5" else (1000,))
    assert len({architecture, *ARCHITECTURES.values()}) == len(ARCHITECTURES)


def test_networks_with_adaptive_or_global_pooling_take_larger_pictures() -> None:
    for name in ("alexnet", "vgg16", "resnet50", "mobilenet-v1", "densenet121"):
        summary = summarize(ARCHITECTURES[name].layers, (3, 256, 320))
        assert summary.output_shape == (1000,)
        assert summary.parameter_count == PUBLISHED[name]


def test_a_wrong_picture_is_refused_at_the_first_layer() -> None:
    with pytest.raises(ValueError, match=r"^layer 'conv1' \(Conv2d\) with input shape \(1, 224, 224\)"):
        summarize(ARCHITECTURES["resnet18"].layers, (1, 224, 224))


def test_the_head_of_vgg16_holds_most_of_its_parameters() -> None:
    in_head = sum(row.parameter_count for row in summary_of("vgg16").rows if row.kind == "Linear")
    assert in_head == 123_642_856
    assert round(in_head / PUBLISHED["vgg16"], 2) == 0.89
