"""What each step of a worked calculation is called, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["ja", "en"]

STEPS: Mapping[str, Mapping[Language, str]] = {
    "formula": {"ja": "公式", "en": "Formula"},
    "substitution": {"ja": "数値を代入します", "en": "Put the numbers in"},
    "division": {"ja": "割り算を計算します", "en": "Divide"},
    "rounding": {"ja": "割り切れないので端数を処理します", "en": "It does not divide exactly, so round"},
    "last-window": {
        "ja": "最後の窓が右側のパディングから始まるため、1つ減らします",
        "en": "The last window would start in the padding at the end, so take one away",
    },
    "output": {"ja": "出力サイズを求めます", "en": "Find the output size"},
    "total": {"ja": "パディングの合計を求めます", "en": "Find the padding in total"},
    "field-formula": {
        "ja": "受容野の大きさ R、間隔 J、開始位置 A の公式",
        "en": "Formulas of the receptive field: its size R, jump J and start A",
    },
    "layer": {"ja": "層を順にたどります", "en": "Go from layer to layer"},
    "bounds": {"ja": "切り捨てを不等式で表します", "en": "Write the rounding down as inequalities"},
    "solution": {"ja": "不等式を解きます", "en": "Solve the inequalities"},
    "depthwise": {"ja": "深さ方向（depthwise）の畳み込みを計算します", "en": "Count the depthwise convolution"},
    "pointwise": {"ja": "1×1（pointwise）の畳み込みを計算します", "en": "Count the pointwise convolution"},
    "maximum": {"ja": "最大値を求めます", "en": "Find the maximum"},
    "shift": {"ja": "オーバーフローを防ぐため、最大値を引きます", "en": "Subtract the maximum against overflow"},
    "exponentials": {"ja": "指数関数の値を計算します", "en": "Calculate the exponentials"},
    "sum": {"ja": "合計を求めます", "en": "Add up"},
    "one-hot": {"ja": "正解ラベルをone-hotベクトルで表します", "en": "Write the target as a one-hot vector"},
    "window-rows": {"ja": "窓が占める行の範囲を求めます", "en": "Find the rows of each window"},
    "window-columns": {"ja": "窓が占める列の範囲を求めます", "en": "Find the columns of each window"},
    "window": {"ja": "窓ごとに計算します", "en": "Window by window"},
    "cell": {"ja": "入力のセルごとに、重なる値を合計します", "en": "Add up what lies on each input cell"},
    "stamp": {
        "ja": "入力の値ごとにカーネルを掛け、出力に重ねて足します",
        "en": "Add the kernel times each input value to the output",
    },
    "gradient-weights": {"ja": "重みの勾配を計算します", "en": "Calculate the gradients of the weights"},
    "gradient-input": {"ja": "入力の勾配を計算します", "en": "Calculate the gradients of the input"},
    "gradient-bias": {"ja": "バイアスの勾配を計算します", "en": "Calculate the gradients of the bias"},
    "result": {"ja": "答え", "en": "Answer"},
}

LABELS: Mapping[str, Mapping[Language, str]] = {
    "height": {"ja": "高さ", "en": "Height"},
    "width": {"ja": "幅", "en": "Width"},
    "layer": {"ja": "層", "en": "Layer"},
    "kind": {"ja": "種類", "en": "Kind"},
    "output-shape": {"ja": "出力の形状", "en": "Output shape"},
    "parameters": {"ja": "学習するパラメータ数", "en": "Trainable parameters"},
    "non-trainable": {"ja": "学習しないパラメータ数", "en": "Other parameters"},
    "macs": {"ja": "積和演算数（MAC）", "en": "MACs"},
}
