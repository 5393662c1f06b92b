"""The calculator's page: every query has one, nothing typed is lost, and its links lead to what they promise.

None of these tests has a database: the page asks it nothing.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.calculator import networks, opened

ADDRESS = "/calculator/"


def shown(query: str = "", language: str = "en") -> str:
    response = Client(headers={"accept-language": language}).get(f"{ADDRESS}?{query}")
    assert response.status_code == 200
    return response.content.decode()


def links(page: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="/calculator/\?([^"#]*)', page)]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", ("計算機", "出力の形状", "16 × 32 × 32", "1,216", "計算する")),
        ("en", ("Calculator", "Output shape", "1,216")),
    ],
)
def test_it_opens_with_an_example_already_calculated(language: str, words: tuple[str, ...]) -> None:
    page = shown(language=language)
    assert all(word in page for word in words)
    assert "<math" in page
    assert "<svg" in page
    assert "<details" in page


def test_a_result_is_an_address() -> None:
    page = shown("layer=conv2d&input=3x32x32&out_channels=16&kernel=5&padding=2&stride=1")
    assert "16 × 32 × 32" in page
    assert "1,228,800" in page


@pytest.mark.parametrize("query", ["", "layer=linear", "layer=batch_norm", "preset=vgg16", "numbers=lp_pool2d"])
def test_every_link_of_the_page_leads_to_a_result(query: str) -> None:
    found = links(shown(query))
    assert len(found) > 5
    for link in set(found):
        assert "aria-invalid" not in shown(link), link


def test_another_layer_takes_over_what_was_typed() -> None:
    page = shown("layer=conv2d&input=7x20x20&out_channels=4&kernel=5")
    assert "layer=max_pool2d&input=7x20x20&kernel=5&stride=1" in links(page)
    assert "layer=gap&input=7x20x20" in links(page)


def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost() -> None:
    typed = {"layer": "conv2d", "input": "3x32x32", "out_channels": "<b>", "kernel": "５", "padding": "p"}
    page = shown(urlencode(typed), "ja")
    assert page.count('aria-invalid="true"') == 2
    assert 'id="out_channels-error" role="alert">1から1,000,000までの整数' in page
    assert 'value="&lt;b&gt;"' in page
    assert 'value="５"' in page
    assert "<b>" not in page


def test_a_network_with_a_mistake_keeps_its_text_and_names_the_line() -> None:
    page = shown(urlencode({"network": "input 1x28x28\r\nconv 6 k5\r\nlinear <10>"}))
    assert "Line 3, “linear &lt;10&gt;”" in page
    assert "input 1x28x28\nconv 6 k5\nlinear &lt;10&gt;</textarea>" in page.replace("\r\n", "\n")
    assert "6 × 24 × 24" in page


def test_a_network_shows_its_totals_and_links_its_layers_to_their_steps() -> None:
    page = shown("preset=lenet5")
    assert "61,706" in page
    assert "layer=linear&input=400&out_features=120" in links(page)


def test_numbers_are_calculated_with_their_figure() -> None:
    page = shown(urlencode({"numbers": "max_pool2d", "x": "1 3\n5 6", "kernel": "2"}))
    assert "Window A" in page
    assert '<table class="matrix"><tbody><tr><td>6</td></tr></tbody></table>' in page


def test_height_first_is_asked_back() -> None:
    page = shown("layer=max_pool2d&input=28x28x1&kernel=1")
    assert "Did you mean 1x28x28?" in page
    assert "layer=max_pool2d&input=1x28x28&kernel=1" in links(page)


def test_the_page_keeps_the_policy() -> None:
    for query in ("", "preset=alexnet", "numbers=mean_pool2d", "layer=conv2d&input="):
        page = shown(query)
        assert not re.search(r"<[^>]+ (style|on\w+)=|<script(?! src)|<style", page)


def test_it_is_looked_at_only() -> None:
    assert Client().post(ADDRESS).status_code == 405


def test_the_longest_known_network_fits_in_an_address() -> None:
    longest = max((networks.preset(name) for name in ("alexnet", "vgg19")), key=len)
    assert len(urlencode({"network": longest.replace("\n", "\r\n")})) < 3000


NAMES = st.sampled_from(
    ["layer", "numbers", "network", "preset", "input", "out_channels", "out_features", "kernel", "stride", "padding",
     "dilation", "groups", "bias", "ceil_mode", "output_padding", "p", "x", "w", "b", "normalized", "junk"]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        ["conv2d", "conv_transpose2d", "max_pool2d", "lp_pool2d", "linear", "gap", "flatten", "batch_norm", "relu",
         "3x32x32", "1x1x1", "400", "1000000x1000000x1000000", "1", "2", "0", "-1", "1000000", "same", "1e9", "inf",
         "nan", "٣", "1 2\n3 4", "[[1,2],[3,4]]", "input 3x9x9\nconv 3 k3\n", "9" * 50, "\x00", "１０", "3x5"]
    ),
    st.text(max_size=30),
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=9))
def test_junk_has_a_page_too(query: dict[str, str]) -> None:
    assert opened(query, "ja").boxes
    shown(urlencode(query))
