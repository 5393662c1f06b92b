"""Every screen in real Chromium: accessible, contained, quiet, within its budgets – both languages, both themes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.lengths import LONG
from tests.site.conftest import ask

TEMPLATES = {
    "number": "conv-output-size",
    "shape": "overview-final-shape",
    "matrix": "max-pool-matrix",
    "choice": "concept-im2col-02",
    "flashcard": "output-size-06",
}
PAGES = {
    "today": "/",
    "session": "/session/",
    "topics": "/topics/",
    "topic": "/topics/output-size/",
    "progress": "/progress/",
    "calculator": "/calculator/",
    "settings": "/settings/",
    "delete": "/settings/delete/",
    "worksheet": "/practice/pooling/worksheet/?count=5&sheet=7",
    "about": "/about/",
    "login": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "not found": "/nowhere/",
}
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
LANGUAGES = {"ja": "ja-JP", "en": "en-US"}
# What a finger must hit. Links inside of sentences are as high as their line, which WCAG allows.
TARGETS = (
    "button, summary, select, textarea, input:not([type=hidden]), .button, nav a, .also a, .sitting a, .topic-links a"
)


@dataclass
class Visit:
    """A learner's browser; what the console and the network complain about is kept."""

    context: BrowserContext
    page: Page
    site: str
    look: int
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Response | None:
        return self.page.goto(f"{self.site}{path}")

    def answer(self, **typed: str) -> None:
        for name, value in typed.items():
            self.page.locator(f"[name='{name}']").fill(value)
        self.page.locator(".actions [value=answer]").click()
        self.page.wait_for_selector(".solution")


# A short run looks at each screen in one of the first two.
LOOKS = [("ja", "light"), ("en", "dark"), *([("ja", "dark"), ("en", "light")] if LONG else [])]


@pytest.fixture(params=LOOKS, ids="-".join)
def visit(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    language, theme = request.param
    context = browser.new_context(
        locale=LANGUAGES[language], color_scheme=theme, viewport={"width": 390, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    visited = Visit(context, page, site, LOOKS.index(request.param))
    page.on("console", lambda message: visited.complaints.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: visited.complaints.append(f"{page.url}: {error}"))
    yield visited
    context.close()


@pytest.fixture(scope="session")
def axe() -> Axe:
    return Axe()


def test_every_screen_is_accessible_contained_and_quiet(
    visit: Visit, axe: Axe, site_environment: dict[str, str]
) -> None:
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found[name] = []
        if LONG or len(found) % len(LOOKS) == visit.look:
            found[name] += [*_violations(visit.page, axe), *_small_targets(visit.page), *_sideways(visit.page)]

    page = visit.page
    visit.open("/")
    look("stranger")
    for name, path in PAGES.items():
        if name in ("topics", "topic", "progress", "settings"):
            visit.open(path)
            look(f"{name} of a stranger")
    visit.open("/")
    visit.answer(O="1２")
    look("number, answered wrong")
    kinds = list(TEMPLATES)
    for kind, path in zip(kinds, ask(site_environment, *TEMPLATES.values()), strict=True):
        visit.open(path)
        look(kind)
        if kind == "flashcard":
            page.locator("#answer button").click()
            page.wait_for_selector(".ratings")
            look("flashcard, turned over")
            page.locator("[value=good]").click()
            continue
        if kind == "number":
            page.locator(".actions [value=hint]").click()
            page.wait_for_selector(".hint")
            page.locator("[name=O]").fill("x")
            page.locator(".actions [value=answer]").click()
            page.wait_for_selector(".error")
            look("number, with a hint and an error")
        page.locator(".actions [value=give-up]").click()
        page.wait_for_selector(".solution")
        look(f"{kind}, given up")
    complaints = list(visit.complaints)
    for name, path in PAGES.items():
        visit.open(path)
        look(name)
    complaints += [text for text in visit.complaints[len(complaints) :] if "/nowhere/" not in text]
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert complaints == []


def _violations(page: Page, axe: Axe) -> list[str]:
    results = axe.run(page, options=RULES).response["violations"]
    return [f"{found['id']}: {node['html'][:200]}" for found in results for node in found["nodes"]]


def _small_targets(page: Page) -> list[str]:
    script = """targets => [...document.querySelectorAll(targets)].filter(one => {
        const shown = one.closest('label') && one.matches('[type=radio], [type=checkbox]') ? one.closest('label') : one
        const box = shown.getBoundingClientRect()
        const met = shown.checkVisibility() && !shown.closest('.unseen, .skip')
        return met && (box.height < 43.5 || box.width < 24)
    }).map(one => 'small: ' + one.outerHTML.slice(0, 160))"""
    return list(page.evaluate(script, TARGETS))


def _sideways(page: Page) -> list[str]:
    wide = []
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(f"wider than {width} px")
    return wide
