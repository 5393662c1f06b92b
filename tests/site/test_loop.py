"""The way from question to question as people go it: by keyboard, without scripts, interrupted, back and forth."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.site.conftest import ask

PHONE: ViewportSize = {"width": 390, "height": 800}


@pytest.fixture
def desk(browser: Browser) -> Page:
    """A Japanese desktop with a mouse."""
    return browser.new_context(locale="ja-JP", viewport={"width": 1280, "height": 850}).new_page()


def answer_wrong(page: Page, site: str) -> None:
    """A stranger's first answer makes the guest."""
    page.goto(site)
    page.locator("[name=O]").fill("1")
    page.keyboard.press("Enter")
    expect(page.locator(".solution")).to_be_visible()


@pytest.fixture
def asked(desk: Page, site: str, site_environment: dict[str, str]) -> Page:
    """A guest's desk with a fresh question for a number on it."""
    answer_wrong(desk, site)
    (path,) = ask(site_environment, "conv-output-size")
    desk.goto(site + path)
    return desk


def until_htmx_is_there(page: Page) -> None:
    """Asked from outside: Playwright's own way of waiting evaluates text in the page, which our policy forbids."""
    for _ in range(200):
        if page.evaluate("'htmx' in window"):
            return
        page.wait_for_timeout(50)
    pytest.fail("htmx did not come")


def said(page: Page) -> Locator:
    """What the page tells beside the question."""
    return page.locator(".notice[role=status]")


def test_a_session_by_keyboard_alone(desk: Page, site: str) -> None:
    page = desk
    page.goto(site)
    expect(page.locator("[name=O]")).to_be_focused()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator("#solution")).to_be_focused()
    page.keyboard.press("f")
    expect(page.locator("#flag")).to_have_attribute("open", "")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator(".verdict").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_visible()
    page.goto(f"{site}/cards/")
    page.keyboard.press("Space")
    expect(page.locator(".ratings")).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator(".ratings")).to_be_hidden()


def test_letters_do_nothing_while_typing_and_nothing_at_all_when_turned_off(asked: Page) -> None:
    page = asked
    box = page.locator("[name=O]")
    box.focus()
    page.keyboard.type("h?s")
    expect(box).to_have_value("h?s")
    expect(page.locator(".hint")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("h")
    expect(page.locator(".hint")).to_have_count(1)
    page.evaluate("document.documentElement.dataset.shortcuts = 'off'; document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()


def test_an_input_method_that_takes_its_word_with_enter_answers_nothing(desk: Page, site: str) -> None:
    desk.goto(site)
    desk.locator("[name=O]").focus()
    session = desk.context.new_cdp_session(desk)
    session.send("Input.imeSetComposition", {"text": "１４", "selectionStart": 2, "selectionEnd": 2})
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Enter"})
    desk.wait_for_timeout(200)
    expect(desk.locator(".solution")).to_have_count(0)
    session.send("Input.insertText", {"text": "１４"})
    expect(desk.locator("[name=O]")).to_have_value("１４")


def test_a_session_without_scripts(browser: Browser, site: str) -> None:
    page = browser.new_context(locale="en-US", viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(site)
    for _ in range(4):
        if page.locator(".actions [value=give-up]").count():
            page.locator(".actions [value=give-up]").click()
            expect(page.locator(".solution")).to_be_visible()
            page.locator("[data-next]").click()
        else:
            page.locator("#answer button").click()
            page.locator("[value=good]").click()
    page.get_by_role("link", name="Stop here").click()
    expect(page.locator(".figures dd").first).to_have_text("4")
    page.get_by_role("link", name="Sign up").click()
    expect(page.locator("input[type=email]")).to_be_visible()
    page.context.close()


def test_what_was_typed_survives_reload_back_and_a_lost_connection(asked: Page, site: str) -> None:
    page = asked
    address = page.url
    box = page.locator("[name=O]")
    box.fill("１２３")
    page.reload()
    expect(box).to_have_value("１２３")
    page.goto(f"{site}/about/")
    page.go_back()
    expect(page).to_have_url(address)
    expect(box).to_have_value("１２３")
    until_htmx_is_there(page)
    page.context.set_offline(True)
    page.locator(".actions [value=answer]").click()
    expect(page.locator("#unsent")).to_be_visible()
    expect(box).to_have_value("１２３")
    page.context.set_offline(False)
    page.locator(".actions [value=answer]").click()
    expect(page.locator(".solution, .error").first).to_be_visible()


def test_a_form_that_was_open_for_too_long_is_asked_again(asked: Page) -> None:
    page = asked
    box = page.locator("[name=O]")
    box.fill("９９")
    page.evaluate("document.querySelector('#answer [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    page.locator(".actions [value=answer]").click()
    expect(said(page)).to_contain_text("残っています")
    expect(box).to_have_value("９９")
    page.locator(".actions [value=answer]").click()
    expect(page.locator(".solution")).to_be_visible()


def test_a_double_click_and_two_tabs_are_one_answer(asked: Page, site: str) -> None:
    twin = asked.context.new_page()
    twin.goto(asked.url)
    for page in (asked, twin):
        page.locator(".actions [value=give-up]").dblclick()
        expect(page.locator(".solution")).to_be_visible()
    expect(said(twin)).to_contain_text("最初の回答")
    asked.goto(f"{site}/session/")
    expect(asked.locator(".figures dd").first).to_have_text("2")


def test_a_matrix_on_a_phone(browser: Browser, site: str, site_environment: dict[str, str]) -> None:
    """Arrows move, a pasted block fills the grid, the sign has a button, and the grid tells no size."""
    context = browser.new_context(
        locale="ja-JP", viewport=PHONE, has_touch=True, is_mobile=True, permissions=["clipboard-read"]
    )
    page = context.new_page()
    answer_wrong(page, site)
    (path,) = ask(site_environment, "max-pool-matrix")
    page.goto(site + path)
    cells = page.locator(".board input")
    cells.first.focus()
    page.keyboard.press("ArrowRight")
    expect(cells.nth(1)).to_be_focused()
    cells.first.focus()
    page.evaluate(
        """() => { const data = new DataTransfer(); data.setData("text", "1\\t2\\n3\\t4")
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true})) }"""
    )
    width = page.locator(".board tr").first.locator("input").count()
    assert [cells.nth(place).input_value() for place in (0, 1, width, width + 1)] == ["1", "2", "3", "4"]
    cells.first.focus()
    page.locator("[data-sign]").click()
    expect(cells.first).to_have_value("-1")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert cells.first.get_attribute("inputmode") == "decimal"
    page.locator(".actions [value=answer]").click()
    expect(page.locator(".solution")).to_be_visible()
    context.close()


def test_the_steps_of_a_figure(desk: Page, site: str) -> None:
    page = desk
    answer_wrong(page, site)
    frames = page.locator(".frames")
    expect(frames.locator("details:visible")).to_have_count(1)
    first = frames.locator("summary:visible").inner_text()
    frames.get_by_role("button", name="次へ").click()
    assert frames.locator("summary:visible").inner_text() != first
    frames.get_by_role("button", name="前へ").click()
    assert frames.locator("summary:visible").inner_text() == first
    frames.get_by_role("slider").press("ArrowRight")
    assert frames.locator("summary:visible").inner_text() != first


def test_taking_back_and_putting_aside(desk: Page, site: str) -> None:
    page = desk
    answer_wrong(page, site)
    page.locator("#flag summary").click()
    page.locator("[value=undo]").click()
    expect(said(page)).to_contain_text("取り消しました")
    page.goto(f"{site}/session/")
    expect(page).to_have_url(f"{site}/")


def test_a_question_is_light(browser: Browser, site: str) -> None:
    """Until it can be answered: page, style, script and icon. htmx comes afterwards, and once."""
    context = browser.new_context(locale="ja-JP", viewport=PHONE)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: dict[str, float] = {}
    addresses: dict[str, str] = {}
    session.on(
        "Network.requestWillBeSent", lambda sent: addresses.__setitem__(sent["requestId"], sent["request"]["url"])
    )
    session.on("Network.loadingFinished", lambda done: sizes.__setitem__(done["requestId"], done["encodedDataLength"]))
    page.goto(site, wait_until="load")
    until_htmx_is_there(page)
    page.wait_for_timeout(300)
    assert all(address.startswith(site) for address in addresses.values())
    htmx = [request for request, address in addresses.items() if "/htmx" in address]
    assert len(htmx) == 1
    assert len(addresses) - len(htmx) <= 4
    assert sum(size for request, size in sizes.items() if request not in htmx) <= 20_000
    script = page.locator("script[src*=site]").get_attribute("src")
    assert len(page.request.get(f"{site}{script}").body()) <= 10_000
    context.close()


def test_the_accessibility_tree_names_fields_and_formulas(
    desk: Page, site: str, site_environment: dict[str, str]
) -> None:
    answer_wrong(desk, site)
    tree = desk.locator("main").aria_snapshot()
    assert re.search(r"heading .*不正解", tree)
    assert "math" in tree
    for path in ask(site_environment, "conv-output-size", "max-pool-matrix", "overview-final-shape"):
        desk.goto(site + path)
        names = [box.get_attribute("aria-label") or box.evaluate("box => box.labels[0].innerText")
                 for box in desk.locator(".answer .box input").all()]  # fmt: skip
        assert all(names)
        assert len(set(names)) == len(names)
