"""The editor in real Chromium: quick, quiet, and no letter is lost."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.lengths import LONG
from tests.serving import ROOT
from tests.site.test_quality import LANGUAGES, RULES

PASSWORD = "a password of theirs"


@dataclass
class Author:
    """Somebody who has signed in to the admin; what the console and the network complain about is kept."""

    context: BrowserContext
    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def begin(self, kind: str = "integer") -> None:
        self.page.goto(f"{self.site}/admin/quizzes/drafts/")
        self.page.locator(f"[name=skeleton][value={kind}]").click()
        self.page.wait_for_selector("#preview .variant")

    def sign_in(self, page: Page | None = None) -> None:
        page = page or self.page
        page.goto(f"{self.site}/admin/login/?next=/admin/quizzes/drafts/")
        page.locator("[name=login]").fill("author@example.org")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form button, main form [type=submit]").first.click()
        page.wait_for_url("**/admin/quizzes/drafts/")


@pytest.fixture(scope="module")
def with_author(site: str, site_environment: dict[str, str]) -> str:
    """The site, with an author."""
    code = (
        "from django.contrib.auth.models import Group\nfrom quizzes.models import User\n"
        f"user = User.objects.create_user('author@example.org', {PASSWORD!r}, is_staff=True)\n"
        "user.groups.set(Group.objects.filter(name__in=['author', 'editor']))"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    subprocess.run(command, cwd=ROOT, env=site_environment, check=True)
    return site


@pytest.fixture(params=["en"])
def author(browser: Browser, with_author: str, request: pytest.FixtureRequest) -> Iterator[Author]:
    language, _, theme = request.param.partition("-")
    context = browser.new_context(
        locale=LANGUAGES[language],
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": 1280, "height": 800},
        reduced_motion="reduce",
    )
    page = context.new_page()
    signed_in = Author(context, page, with_author)
    page.on("console", lambda message: signed_in.complaints.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: signed_in.complaints.append(f"{page.url}: {error}"))
    signed_in.sign_in()
    yield signed_in
    context.close()


def test_the_preview_follows_and_the_cursor_stays(author: Author) -> None:
    author.begin()
    page = author.page
    source = page.locator("#source")
    at = source.evaluate("""area => {
        const at = area.value.indexOf("What is the height")
        area.focus(); area.setSelectionRange(at, at); area.scrollTop = 200; return at }""")
    page.locator("#preview .variant summary").nth(1).click()
    source.focus()
    page.keyboard.type("Now then: ")
    expect(page.locator("#preview .stem").nth(0)).to_contain_text("Now then: What is the height", timeout=10_000)
    expect(page.locator("#preview .stem").nth(1)).to_be_visible()  # what was opened stays open
    assert source.evaluate("area => [area.selectionStart, document.activeElement === area]") == [at + 10, True]
    expect(page.locator("#proof .measures")).to_be_visible(timeout=20_000)  # by itself
    expect(page.locator("[data-clash-of]").first).not_to_have_text("–")
    first = page.locator("#preview .variant summary").first.inner_text()
    page.locator("[name=reroll]").last.click()
    expect(page.locator("#preview .variant summary").first).not_to_have_text(first)
    page.locator("[name=language][value=ja]").check()
    expect(page.locator("#preview .stem").first).to_contain_text("出力の高さはいくつですか")
    assert author.complaints == []


def test_a_problem_stands_at_its_line_and_leads_there(author: Author) -> None:
    author.begin()
    page, source = author.page, author.page.locator("#source")
    broken = source.input_value().replace('value = "span + 1"', 'value = "spam + 1"')
    line = broken[: broken.index("spam")].count("\n") + 1
    source.fill(broken)
    link = page.locator(f"#problems [data-goto='{line}']")
    expect(link).to_be_visible(timeout=10_000)
    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("#preview .variant")).to_have_count(6)
    expect(page.locator(f".gutter div:nth-child({line})")).to_have_class("error")
    link.click()
    selected = source.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)")
    assert selected == 'value = "spam + 1"'
    source.fill(broken.replace("spam", "span"))
    expect(page.locator("#stale")).to_be_hidden(timeout=10_000)
    expect(page.locator(".gutter .error")).to_have_count(0)
    assert author.complaints == []


def test_what_was_typed_comes_back_after_a_reload(author: Author) -> None:
    author.begin()
    page, source = author.page, author.page.locator("#source")
    before = source.input_value()
    page.route("**/preview/", lambda route: route.abort())
    source.press("Control+End")
    page.keyboard.type("# the server never saw this")
    expect(page.locator("#unsent")).to_be_visible(timeout=10_000)
    page.unroute("**/preview/")
    page.reload()
    expect(page.locator("#restored")).to_be_visible()
    assert source.input_value() == before + "# the server never saw this"
    page.locator("#swap-texts").click()
    assert source.input_value() == before
    page.locator("#swap-texts").click()
    assert source.input_value().endswith("never saw this")
    with page.expect_response("**/preview/"):
        page.keyboard.press("Tab")
    page.wait_for_function("!Object.keys(localStorage).some(key => key.startsWith('draft:'))", timeout=10_000)
    page.reload()
    assert source.input_value().endswith("never saw this")
    expect(page.locator("#restored")).to_be_hidden()


def test_an_expired_session_loses_nothing(author: Author) -> None:
    author.begin()
    page, source = author.page, author.page.locator("#source")
    author.context.clear_cookies()
    source.press("Control+End")
    page.keyboard.type("# signed out")
    expect(page.locator("#notice")).to_contain_text("sign in again", ignore_case=True, timeout=10_000)
    expect(page.locator("#preview .variant")).to_have_count(6)
    assert page.evaluate("Object.keys(localStorage).some(key => key.startsWith('draft:'))")
    other = author.context.new_page()
    author.sign_in(other)
    other.close()
    page.keyboard.type(", and in again")
    expect(page.locator("#notice")).to_be_empty(timeout=10_000)  # though the form is older than the session
    page.reload()
    assert source.input_value().endswith("# signed out, and in again")


def test_without_scripts_a_form_sent_too_late_comes_back(browser: Browser, with_author: str) -> None:
    context = browser.new_context(locale="en-US", java_script_enabled=False)
    page = context.new_page()
    author = Author(context, page, with_author)
    author.sign_in()
    author.begin("choice")
    context.clear_cookies()
    typed = page.locator("#source").input_value() + "# typed for hours\n"
    page.locator("#source").fill(typed)
    page.locator("[name=save][value=version]").click()
    assert page.locator("#source").input_value() == typed
    other = context.new_page()
    author.sign_in(other)
    page.locator("button.default").click()  # the form of the time before signing in
    assert page.locator("#source").input_value() == typed
    page.locator("button.default").click()
    page.wait_for_url("**/questiontemplate/**")
    context.close()


def test_everything_can_be_done_by_keyboard(author: Author) -> None:
    page = author.page
    page.goto(f"{author.site}/admin/quizzes/drafts/")
    _tab_to(page, "[name=skeleton][value=decimal]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#preview .variant")
    _tab_to(page, "#source")
    page.keyboard.press("Tab")  # leaves the text: nobody is caught in it
    assert not page.evaluate("document.activeElement.matches('#source')")
    _tab_to(page, "[name=try]")
    page.keyboard.press("Enter")
    expect(page.locator("#trial input:not([type=hidden])").first).to_be_focused()
    page.keyboard.type("12345")
    page.keyboard.press("Enter")
    expect(page.locator("#trial .verdict")).to_contain_text("Not correct", timeout=10_000)
    assert author.complaints == []


@pytest.mark.parametrize("author", ["en-dark", *(["ja"] if LONG else [])], indirect=True)
def test_the_pages_are_accessible_and_contained(author: Author) -> None:
    axe, page = Axe(), author.page
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        expect(page.locator(".htmx-request")).to_have_count(0, timeout=30_000)  # what is on its way is paler
        results = axe.run(page, options=RULES).response["violations"]
        found[name] = [f"{one['id']}: {node['html'][:200]}" for one in results for node in one["nodes"]]
        for width in (768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found[name].append(f"wider than {width} px")

    look("drafts")
    for kind in ("integer", "matrix", "choice", "flashcard") if LONG else ("matrix", "flashcard"):
        author.begin(kind)
        page.locator("[name=side][value=after]").check()
        if kind != "flashcard":
            expect(page.locator("#preview .solution").first).to_be_visible(timeout=10_000)
            page.locator("#answer").click()
            page.wait_for_selector("#trial .mistake, #trial .verdict")
        expect(page.locator("#proof .verdict")).to_be_visible(timeout=20_000)
        for summary in page.locator("#preview summary").all()[1:]:
            summary.click()
        look(kind)
    page.locator("#source").fill(page.locator("#source").input_value().replace("schema = 1", "schema = 2"))
    page.wait_for_selector("#problems .error")
    look("problems")
    page.locator(".discarding button").click()
    page.wait_for_url(re.compile("discard"))
    look("discard")
    page.goto(f"{author.site}/admin/quizzes/drafts/")
    look("drafts, some")
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert author.complaints == []


def _tab_to(page: Page, selector: str) -> None:
    for _step in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")
