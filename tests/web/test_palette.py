"""The colours of the style sheet can be read: contrast as WCAG 2.2 defines it, from the variables themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "quizzes" / "static" / "quizzes" / "site.css").read_text()
PAIRS = {name: colours for name, *colours in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", CSS)}
SCHEMES = {"light": 0, "dark": 1}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21_to_1() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        *((front, back, 4.5) for front in ("text", "muted", "accent", "ok", "bad") for back in ("bg", "cell")),
        ("on-accent", "accent", 4.5),
        ("window", "bg", 4.5),
        *(("line", back, 3.0) for back in ("bg", "cell")),
    ],
)
def test_what_is_to_be_read_stands_out(front: str, back: str, least: float, scheme: str) -> None:
    colours = [PAIRS[name][SCHEMES[scheme]] for name in (front, back)]
    assert contrast(*colours) >= least
