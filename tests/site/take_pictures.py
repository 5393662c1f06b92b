"""``make pictures``: the pictures of the README and of docs/authoring.md, from a running site.

No test: pytest collects it only by name.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.site import authoring_journey

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"


@pytest.mark.parametrize(("locale", "suffix"), [("en-US", ""), ("ja-JP", ".ja")])
def test_take_the_pictures_of_the_readmes(browser: Browser, site: str, locale: str, suffix: str) -> None:
    context = browser.new_context(locale=locale, viewport={"width": 400, "height": 900}, device_scale_factor=1.5)
    page = context.new_page()
    page.goto(site)
    size, kernel, padding, stride = (int(n) for n in page.locator("figure td").all_text_contents()[:4])
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=PICTURES / f"question{suffix}.png")
    page.locator("[name=O]").fill(str((size + 2 * padding - kernel) // stride))
    page.locator(".actions [value=answer]").click()
    page.wait_for_selector(".solution")
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=PICTURES / f"diagnosis{suffix}.png")
    context.close()


def test_take_the_pictures_of_the_authors_page(browser: Browser, site: str, site_environment: dict[str, str]) -> None:
    def take(name: str, page: Page) -> None:
        page.evaluate("document.activeElement.blur()")
        page.wait_for_selector(".htmx-request", state="detached")  # what is still being drawn
        page.screenshot(path=PICTURES / f"authoring-{name}.png")

    assert authoring_journey.walk(browser, site, site_environment, take) == []
