"""The words of the calculator in both languages: fields, layers, headings, and what is wrong with an input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from cnncalc.words import Language
from quizzes.questions.words import RESPONSES

Words: TypeAlias = Mapping[Language, str]

FIELDS: Mapping[str, Words] = {
    "input": {"ja": "入力（チャネル×高さ×幅）", "en": "Input (channels × height × width)"},
    "any_input": {"ja": "入力の長さ、または チャネル×高さ×幅", "en": "Input length, or channels × height × width"},
    "in_channels": {"ja": "入力チャネル数", "en": "Input channels"},
    "out_channels": {"ja": "出力チャネル数", "en": "Output channels"},
    "kernel": {"ja": "カーネル", "en": "Kernel"},
    "stride": {"ja": "ストライド", "en": "Stride"},
    "padding": {"ja": "パディング", "en": "Padding"},
    "output_padding": {"ja": "出力パディング", "en": "Output padding"},
    "dilation": {"ja": "膨張率（dilation）", "en": "Dilation"},
    "groups": {"ja": "グループ数", "en": "Groups"},
    "bias": {"ja": "バイアス", "en": "Bias"},
    "ceil_mode": {"ja": "端数", "en": "Rounding"},
    "p": {"ja": "p", "en": "p"},
    "in_features": {"ja": "入力の長さ", "en": "Inputs"},
    "out_features": {"ja": "出力の長さ", "en": "Outputs"},
    "output": {"ja": "出力の高さと幅", "en": "Output height and width"},
    "rate": {"ja": "割合", "en": "Rate"},
    "network": {"ja": "ネットワーク（1行に1つの層）", "en": "Network (one layer per line)"},
    "x": {"ja": "入力の行列", "en": "Input matrix"},
    "w": {"ja": "フィルタの行列", "en": "Filter matrix"},
    "b": {"ja": "バイアス", "en": "Bias"},
    "normalized": {"ja": "要素数で割るか", "en": "Divide by the count"},
    "count_include_pad": {"ja": "平均の分母", "en": "Divisor of the mean"},
}

CHOICES: Mapping[str, Mapping[str, Words]] = {
    "bias": {"1": {"ja": "あり", "en": "Yes"}, "0": {"ja": "なし", "en": "No"}},
    "ceil_mode": {"0": {"ja": "切り捨て", "en": "Round down"}, "1": {"ja": "切り上げ", "en": "Round up"}},
    "normalized": {"0": {"ja": "割らない", "en": "No"}, "1": {"ja": "割る", "en": "Yes"}},
    "count_include_pad": {
        "1": {"ja": "パディングを数える", "en": "Counts padding"},
        "0": {"ja": "パディングを数えない", "en": "Leaves padding out"},
    },
}

LAYERS: Mapping[str, Words] = {
    "conv2d": {"ja": "畳み込み", "en": "Convolution"},
    "conv_transpose2d": {"ja": "転置畳み込み", "en": "Transposed convolution"},
    "depthwise": {"ja": "深さ方向の畳み込み", "en": "Depthwise convolution"},
    "max_pool2d": {"ja": "最大値プーリング", "en": "Max pooling"},
    "mean_pool2d": {"ja": "平均値プーリング", "en": "Mean pooling"},
    "lp_pool2d": {"ja": "Lpプーリング", "en": "Lp pooling"},
    "linear": {"ja": "全結合層", "en": "Fully connected layer"},
    "gap": {"ja": "大域平均プーリング（GAP）", "en": "Global Average Pooling"},
    "gmp": {"ja": "大域最大プーリング", "en": "Global max pooling"},
    "adaptive_mean_pool2d": {"ja": "適応的平均値プーリング", "en": "Adaptive mean pooling"},
    "flatten": {"ja": "平坦化（flatten）", "en": "Flatten"},
    "batch_norm": {"ja": "バッチ正規化", "en": "Batch normalisation"},
    "dropout": {"ja": "ドロップアウト", "en": "Dropout"},
    "softmax": {"ja": "ソフトマックス", "en": "Softmax"},
}

MODES: Mapping[str, Words] = {
    "layer": {"ja": "1つの層", "en": "One layer"},
    "network": {"ja": "ネットワーク全体", "en": "Whole network"},
    "numbers": {"ja": "数値で計算", "en": "With numbers"},
}

PRESETS: Mapping[str, str] = {
    "lenet5": "LeNet-5",
    "alexnet": "AlexNet",
    "vgg11": "VGG-11",
    "vgg16": "VGG-16",
    "vgg19": "VGG-19",
}

RESULTS: Mapping[str, Words] = {
    "maps": {"ja": "出力の形状（チャネル×高さ×幅）", "en": "Output shape (channels × height × width)"},
    "vector": {"ja": "出力の長さ", "en": "Output length"},
    "parameters": {"ja": "パラメータ数", "en": "Parameters"},
    "non-trainable": {"ja": "学習しない値の数", "en": "Values that are not trained"},
    "macs": {"ja": "積和演算数（MAC）", "en": "Multiply–adds (MACs)"},
}

HEADINGS: Mapping[str, Words] = {
    "padding": {"ja": "パディング（same）", "en": "Padding (same)"},
    "padding-height": {"ja": "高さ方向のパディング（same）", "en": "Padding along the height (same)"},
    "padding-width": {"ja": "幅方向のパディング（same）", "en": "Padding along the width (same)"},
    "size": {"ja": "出力の高さと幅", "en": "Output height and width"},
    "height": {"ja": "出力の高さ", "en": "Output height"},
    "width": {"ja": "出力の幅", "en": "Output width"},
    "flatten": {"ja": "平坦化した長さ", "en": "Length after flattening"},
    "parameters": RESULTS["parameters"],
    "macs": RESULTS["macs"],
}

NOTES: Mapping[str, Words] = {
    "channels": {
        "ja": "出力チャネル数は、フィルタの枚数と同じ{channels}です。",
        "en": "There are as many output channels as filters: {channels}.",
    },
    "pooling": {
        "ja": "プーリングはチャネルごとに行うので、チャネル数は{channels}のままです。学習するパラメータはありません。",
        "en": "Pooling works on each channel by itself: there are still {channels} channels, and nothing to train.",
    },
    "gap": {
        "ja": "チャネルごとに{cells}個の値の平均を1つ取るので、出力の長さはチャネル数と同じ{channels}です。"
        "学習するパラメータはありません。",
        "en": "The mean of the {cells} values of each channel is one number, so the output is as long as there are "
        "channels: {channels}. There is nothing to train.",
    },
    "flatten": {
        "ja": "値を1列に並べるだけなので、学習するパラメータはありません。",
        "en": "The values are only put in a row: there is nothing to train.",
    },
    "batch-norm": {
        "ja": "形状は変わりません。チャネルごとにスケールとシフトを1つずつ学習します。"
        "移動平均と移動分散の{kept}個は、保持しますが学習しません。",
        "en": "The shape stays. A scale and a shift are trained for each channel; "
        "{kept} running means and variances are kept, not trained.",
    },
    "no-figure": {
        "ja": "この設定の図はありません。",
        "en": "There is no figure for these settings.",
    },
}

HINTS: Mapping[str, Words] = {
    "windows": {
        "ja": "高さと幅で違う値は 3x5 のように書きます。空欄は既定値（ストライド1、パディング0）です。",
        "en": "Write 3x5 where height and width differ. Empty boxes take the usual values: stride 1, padding 0.",
    },
    "same": {
        "ja": "パディングには same（出力を入力と同じ大きさに保つ）も使えます。",
        "en": "Padding may also be same, which keeps the size.",
    },
    "pooling": {
        "ja": "高さと幅で違う値は 3x5 のように書きます。ストライドを空欄にすると、カーネルと同じになります。",
        "en": "Write 3x5 where height and width differ. An empty stride is as large as the kernel.",
    },
    "notation": {
        "ja": "例：conv 16 kernel 3 padding 1（短く conv 16 k3 p1）、maxpool 2 s2、linear 10。"
        "relu、batchnorm、dropout、flatten、gap も使えます。# から後は読みません。",
        "en": "For example: conv 16 kernel 3 padding 1 (or short: conv 16 k3 p1), maxpool 2 s2, linear 10; also relu, "
        "batchnorm, dropout, flatten, gap. What follows a # is not read.",
    },
    "torch": {
        "ja": "nn.Conv2d(1, 6, 5) のようなPyTorchの行も読めます。",
        "en": "Lines of PyTorch such as nn.Conv2d(1, 6, 5) are read too.",
    },
    "numbers": {
        "ja": "行列は1行ずつ、数を空白で区切って入力します（10×10まで）。",
        "en": "Type a matrix row by row, numbers separated by spaces (up to 10×10).",
    },
}

_AXES: Mapping[str, Words] = {"height": {"ja": "高さ", "en": "height"}, "width": {"ja": "幅", "en": "width"}}
AXES = _AXES["height"], _AXES["width"]

MESSAGES: Mapping[str, Words] = {
    "not-plain-digits": RESPONSES["not-plain-digits"],
    "too-long": RESPONSES["too-long"],
    "ragged": RESPONSES["ragged"],
    "missing-cell": RESPONSES["missing-cell"],
    "missing": {"ja": "値を入力してください。", "en": "Type a value."},
    "number": {
        "ja": "{low}から{high}までの整数を入力してください。",
        "en": "Type a whole number from {low} to {high}.",
    },
    "pair": {
        "ja": "{low}から{high}までの整数を1つ、または高さと幅の2つを入力してください（例：3、3x5）。",
        "en": "Type a whole number from {low} to {high}, or two for height and width, such as 3 or 3x5.",
    },
    "shape": {
        "ja": "チャネル、高さ、幅の順に、1から{high}までの整数を3つ入力してください（例：3x32x32）。",
        "en": "Type three whole numbers from 1 to {high}: channels, height, width, such as 3x32x32.",
    },
    "any-shape": {
        "ja": "長さを1つ（例：400）、またはチャネル、高さ、幅の3つ（例：16x5x5）を、"
        "1から{high}までの整数で入力してください。",
        "en": "Type a length such as 400, or channels, height and width such as 16x5x5, "
        "in whole numbers from 1 to {high}.",
    },
    "batch": {
        "ja": "バッチの数は書かずに、1つのデータの形状「チャネル×高さ×幅」を入力してください（例：3x32x32）。",
        "en": "Leave the batch out: type channels, height and width of one example, such as 3x32x32.",
    },
    "exponent": {
        "ja": "0より大きく{high}以下の数を入力してください（例：2、1.5）。",
        "en": "Type a number above 0, up to {high}, such as 2 or 1.5.",
    },
    "rate": {"ja": "0から1までの数を入力してください（例：0.5）。", "en": "Type a number from 0 to 1, such as 0.5."},
    "flag": {"ja": "1（あり）か 0（なし）を指定してください。", "en": "Give 1 for yes or 0 for no."},
    "decimal": {
        "ja": "−{high}から{high}までの数を入力してください（例：2、-0.5、1/3）。",
        "en": "Type a number from −{high} to {high}, such as 2, -0.5 or 1/3.",
    },
    "matrix": {
        "ja": "{side}×{side}までの行列を、1行ずつ、数を空白で区切って入力してください。",
        "en": "Type a matrix of at most {side}×{side}: one row per line, numbers separated by spaces.",
    },
    "cell": {
        "ja": "行列には−{high}から{high}までの数を入力してください。",
        "en": "The numbers of a matrix must lie between −{high} and {high}.",
    },
    "many-windows": {
        "ja": "窓が{windows}か所になり、多すぎます（{most}か所まで）。"
        "パディングを減らすか、ストライドを大きくしてください。",
        "en": "That makes {windows} windows, which is too many (at most {most}). Take less padding or a larger stride.",
    },
    "needs-maps": {
        "ja": "この層の入力は「チャネル×高さ×幅」ですが、ここに来るのは長さ{length}のベクトルです。"
        "平坦化（flatten）や全結合層より前に置いてください。",
        "en": "This layer takes channels × height × width, but what comes in is a vector of length {length}. "
        "Put it before flattening and before fully connected layers.",
    },
    "needs-vector": {
        "ja": "全結合層の入力はベクトルですが、ここに来るのは{shape}です。前の行に flatten か gap を入れてください。",
        "en": "A fully connected layer takes a vector, but what comes in is {shape}. "
        "Put a line with flatten or gap before it.",
    },
    "in-count": {
        "ja": "{given}と書かれていますが、ここに来るのは{actual}です。",
        "en": "It says {given}, but what comes in has {actual}.",
    },
    "same-stride": {
        "ja": "same はストライドが1のときだけ使えます。パディングを数で指定してください。",
        "en": "same works with stride 1 only. Give the padding as a number.",
    },
    "same-even": {
        "ja": "{axis}方向のカーネルの広がりが{extent}（偶数）なので、両側に等しいパディングでは"
        "同じ大きさになりません。パディングを数で指定するか、カーネルを奇数にしてください。",
        "en": "Along the {axis} the kernel extends over {extent}, an even number: no equal padding on both sides keeps "
        "the size. Give the padding as a number, or take an odd kernel.",
    },
    "kernel-too-large": {
        "ja": "カーネルが入力に収まりません。{axis}方向の広がり{extent}が、パディングを含む入力の{axis}{room}より"
        "大きくなっています。カーネルを小さくするか、パディングを増やしてください。",
        "en": "The kernel does not fit: along the {axis} it extends over {extent}, but the input with its padding has "
        "only {room}. Take a smaller kernel or more padding.",
    },
    "pool-padding": {
        "ja": "プーリングのパディングは、カーネルの半分までです（カーネル{kernel}なら{most}まで）。",
        "en": "The padding of pooling is at most half the kernel: {most} for a kernel of {kernel}.",
    },
    "pool-empty": {
        "ja": "パディングしか含まない窓ができます。パディングか膨張率を小さくしてください。",
        "en": "A window would hold nothing but padding. Take less padding or a smaller dilation.",
    },
    "large-dilated": {
        "ja": "膨張率が2以上のプーリングは、この大きさでは計算できません。入力かカーネルを小さくしてください。",
        "en": "Pooling with a dilation of 2 or more cannot be calculated at this size. Take a smaller input or kernel.",
    },
    "groups": {
        "ja": "グループ数{groups}で、入力チャネル数{inputs}と出力チャネル数{outputs}の両方が割り切れる必要があります。",
        "en": "The {groups} groups must divide both the {inputs} input channels and the {outputs} output channels.",
    },
    "output-padding": {
        "ja": "出力パディングは、ストライドか膨張率より小さくしてください（{most}まで）。",
        "en": "The output padding must be smaller than the stride or the dilation: at most {most}.",
    },
    "nothing-left": {
        "ja": "パディングが大きすぎて、出力が残りません（パディング前の{axis}は{full}）。",
        "en": "The padding cuts everything off: before it the output has a {axis} of {full}.",
    },
    "too-large": {
        "ja": "計算結果が大きすぎます（{high}まで）。",
        "en": "The result is too large to show (at most {high}).",
    },
    "text-too-long": {
        "ja": "長すぎます。{high}文字までにしてください。",
        "en": "That is too long: at most {high} characters.",
    },
    "no-lines": {
        "ja": "層を1行に1つずつ書いてください。最初の行は入力です（例：input 1x28x28）。",
        "en": "Write one layer per line. The first line is the input, such as: input 1x28x28",
    },
    "many-layers": {
        "ja": "層が多すぎます。{high}層までにしてください。",
        "en": "Too many layers: at most {high}.",
    },
    "no-input": {
        "ja": "最初の行に入力の形状を書いてください（例：input 1x28x28）。",
        "en": "Begin with the shape of the input, such as: input 1x28x28",
    },
    "second-input": {
        "ja": "入力は最初の行に1回だけ書いてください。",
        "en": "The input stands in the first line only.",
    },
    "unknown-layer": {
        "ja": "この層の名前は読み取れません。使えるのは {names} などです。",
        "en": "This is no layer that can be read. Write one of {names}.",
    },
    "unknown-setting": {
        "ja": "「{word}」は読み取れません。{layer}に書けるのは {names} です。",
        "en": "“{word}” cannot be read. A line with {layer} may have: {names}.",
    },
    "no-settings": {
        "ja": "「{word}」は要りません。{layer}に設定はありません。",
        "en": "“{word}” is not needed: {layer} has no settings.",
    },
    "twice": {"ja": "2回書かれています。", "en": "It stands there twice."},
}

LINES: Words = {"ja": "{line}行目「{text}」", "en": "Line {line}, “{text}”"}
"""Which line of a network a message is about."""
