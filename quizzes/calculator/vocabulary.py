"""The words that a line of a network is made of. They are compared without case, spaces, hyphens and long marks."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .layers import ACTIVATIONS

_LEFT_OUT = re.compile(r"[\s_ー-]")


def key(words: str) -> str:
    """Words as they are compared.

    >>> key("Max Pooling"), key("カーネル")
    ('maxpooling', 'カネル')
    """
    return _LEFT_OUT.sub("", words.lower())


_LAYERS: Mapping[str, str] = {
    "input": "input inputs input_shape shape 入力",
    "conv2d": "conv conv2d convolution convolution2d 畳み込み 畳込み 畳み込み層",
    "conv_transpose2d": "transposed convtranspose convtranspose2d conv2dtranspose transposedconv "
    "transposedconvolution deconv 転置畳み込み 逆畳み込み",
    "depthwise": "depthwise depthwiseconv depthwiseconv2d 深さ方向の畳み込み",
    "max_pool2d": "maxpool maxpool2d maxpooling maxpooling2d pool pooling 最大値プーリング 最大プーリング プーリング",
    "mean_pool2d": "meanpool meanpool2d meanpooling avgpool avgpool2d averagepool averagepooling averagepooling2d "
    "平均値プーリング 平均プーリング",
    "lp_pool2d": "lppool lppool2d lppooling lpプーリング",
    "gap": "gap globalavgpool globalaveragepool globalaveragepooling globalaveragepooling2d globalmeanpool "
    "大域平均プーリング グローバル平均プーリング",
    "gmp": "gmp globalmaxpool globalmaxpooling globalmaxpooling2d 大域最大プーリング",
    "adaptive_mean_pool2d": "adaptiveavgpool adaptiveavgpool2d adaptivemeanpool 適応的平均値プーリング",
    "flatten": "flatten 平坦化",
    "linear": "linear fc dense fullyconnected affine 全結合 全結合層",
    "batch_norm": "batchnorm batchnorm2d batchnormalization batchnormalisation bn バッチ正規化",
    "dropout": "dropout dropout2d ドロップアウト",
    "softmax": "softmax ソフトマックス",
    **{name: name for name in ACTIVATIONS},
}
NAMES: Mapping[str, str] = {key(name): kind for kind, names in _LAYERS.items() for name in names.split()}
"""What each name of a layer means."""

WRITTEN: Mapping[str, str] = {kind: names.split()[0] for kind, names in _LAYERS.items()}
"""How each kind is written by us: its first name."""

SHOWN = "input", "conv", "transposed", "maxpool", "meanpool", "relu", "batchnorm", "dropout", "flatten", "gap", "linear"
"""The names that a message offers where none was understood."""

_SETTINGS: Mapping[str, str] = {
    "out_channels": "out out_channels filters channels 出力 出力チャネル 出力チャネル数 フィルタ数",
    "in_channels": "in in_channels num_features",
    "out_features": "out out_features outputs units 出力 出力数",
    "in_features": "in in_features",
    "kernel": "kernel k f kernel_size pool_size filter size window カーネル カーネルサイズ フィルタ フィルタサイズ 窓",
    "stride": "stride s strides ストライド",
    "padding": "padding p pad パディング",
    "output_padding": "output_padding op 出力パディング",
    "dilation": "dilation d dilation_rate 膨張率",
    "groups": "groups g グループ グループ数",
    "bias": "bias b use_bias バイアス",
    "ceil_mode": "ceil ceil_mode 切り上げ",
    "p": "p norm norm_type",
    "output": "output out output_size 出力",
    "rate": "rate p 割合",
}
SETTINGS: Mapping[str, tuple[str, ...]] = {
    setting: tuple(map(key, words.split())) for setting, words in _SETTINGS.items()
}
"""What each setting may be called; which setting a word means depends on the layer."""

FLAGS = frozenset(("true", "false", "yes", "no", "on", "off", "あり", "なし"))
"""The words that are values, like numbers."""

PADDINGS = frozenset(("same", "valid"))
"""The words that are values of the padding."""

IGNORED = frozenset(map(key, ["eps", "momentum", "affine", "track_running_stats", "inplace", "dim"]))
"""Settings that change neither shape nor counts."""
