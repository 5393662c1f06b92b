"""Figures as Chromium draws them: no word is cut off at the border, none lies over another."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from quizzes.questions import Language, explain, generate, load, render, walk
from tests.bank import BANK

SEEDS = 3
CUT_OFF = """() => [...document.querySelectorAll("svg")].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].filter(text => {
        const box = text.getBoundingClientRect();
        return box.left < frame.left - 1 || box.right > frame.right + 1
            || box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
    }).map(text => `${svg.dataset.of}: ${text.textContent}`);
})"""
OVERLAPPING = """() => [...document.querySelectorAll("svg")].flatMap(svg => {
    const boxes = [...svg.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()]);
    return boxes.flatMap(([one, a], index) => boxes.slice(index + 1)
        .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.45 * Math.min(a.height, b.height))
        .map(([other]) => `${svg.dataset.of}: ${one} | ${other}`));
})"""


def pictures(language: Language) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for _, source in BANK.sources:
        template = load(source)
        for seed in range(SEEDS if template.figure else 0):
            variant = generate(template, seed)
            figures = [render(variant, language).figure, explain(variant, language).figure]
            svgs = [figure.svg for figure in figures if figure]
            svgs += [frame.svg for frame in walk(variant, language)] if seed == 0 else []
            found += [(f"{template.slug} {number}", svg) for number, svg in enumerate(svgs)]
    return found


@pytest.fixture(scope="module", params=["ja", "en"])
def drawn(browser: Browser, request: pytest.FixtureRequest) -> Any:
    """A page with the figures of the whole bank, before and after the answer, and the steps of one variant each."""
    named = [svg.replace("<svg ", f'<svg data-of="{name}" ', 1) for name, svg in pictures(request.param)]
    page = browser.new_page()
    page.set_content(f'<html lang="{request.param}"><body style="font: 16px system-ui, sans-serif">{"".join(named)}')
    yield page
    page.close()


def test_no_word_of_a_figure_is_cut_off(drawn: Any) -> None:
    assert drawn.locator("svg").count() > 300
    assert drawn.evaluate(CUT_OFF) == []


def test_no_word_of_a_figure_lies_over_another(drawn: Any) -> None:
    assert drawn.evaluate(OVERLAPPING) == []
