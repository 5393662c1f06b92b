"""An author, an editor and a learner, in real Chromium."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from tests.site import authoring_journey


def test_from_an_idea_to_a_published_question_and_back(
    browser: Browser, site: str, site_environment: dict[str, str]
) -> None:
    seen: list[str] = []

    def look(name: str, page: Page) -> None:
        seen.append(name)
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], f"{name} scrolls sideways"

    assert authoring_journey.walk(browser, site, site_environment, look) == []
    assert len(seen) == 9
