"""One stranger's way through the site in real Chromium: wrong, diagnosed, second question; in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parents[2]


def _givens(page: Page) -> tuple[int, ...]:
    """H, F, P, S from the figure's table of numbers."""
    return tuple(int(n) for n in page.locator("figure td").all_text_contents()[:4])


def _forgetting_plus_one(page: Page) -> int:
    size, kernel, padding, stride = _givens(page)
    return (size + 2 * padding - kernel) // stride


def test_a_stranger_answers_wrong_and_learns_which_misconception_it_was(page: Page, site: str) -> None:
    page.goto(site)
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.locator("svg[role=img]")).to_be_visible()
    wrong = _forgetting_plus_one(page)
    page.get_by_label("出力の高さ").fill("３²")
    page.get_by_role("button", name="回答する").click()
    expect(page.get_by_role("alert")).to_contain_text("上付き文字")
    expect(page.get_by_label("出力の高さ")).to_have_value("３²")
    page.get_by_label("出力の高さ").fill(str(wrong))
    page.get_by_role("button", name="回答する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("不正解")
    expect(page.get_by_role("heading", name="最後の「+1」を忘れた")).to_be_visible()
    right = page.locator(".comparison tbody td").last.inner_text()
    assert int(right) == wrong + 1
    expect(page.get_by_role("heading", name="解き方")).to_be_visible()
    expect(page.locator(".steps math").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"{site}/question/\?variant="))
    expect(page.locator("h1")).not_to_contain_text("不正解")


def test_the_language_changes_without_losing_the_question_or_what_was_typed(page: Page, site: str) -> None:
    page.goto(site)
    givens = _givens(page)
    page.get_by_label("出力の高さ").fill("１４")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert _givens(page) == givens
    expect(page.get_by_label("Output height")).to_have_value("１４")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(".comparison tbody td").first).to_contain_text("14")


def test_every_kind_of_question_can_be_answered(page: Page, site: str, site_environment: dict[str, str]) -> None:
    """From question to question as they come, until each kind of field was met.

    The first answer makes the learner, who then wants more new templates a day than are usual.
    """
    page.goto(site)
    seen: set[str] = set()
    for number in range(120):
        if number == 1:
            _offer_many_new_templates(site_environment)
            page.goto(f"{site}/practice/")  # which does not end with the day
        if page.get_by_role("button", name="回答する").count():
            seen |= _fill(page)
            page.get_by_role("button", name="回答する").click()
            expect(page.get_by_role("heading", level=2, name="解き方")).to_be_visible()
            page.get_by_role("link", name="次の問題へ").click()
        else:
            seen.add("flashcard")
            page.get_by_role("button", name="答えを見る").click()
            page.locator("[name=rating][value=good]").click()
        expect(page.locator(".ratings, .solution")).to_have_count(0)
        expect(page.locator("#answer")).to_be_visible()
        if seen == KINDS:
            break
    assert seen == KINDS


def _offer_many_new_templates(environment: dict[str, str]) -> None:
    code = "from quizzes.models import User; User.objects.update(new_per_day=100, daily_minutes=600)"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


KINDS = {"number", "choice", "shape", "matrix", "flashcard"}


def _fill(page: Page) -> set[str]:
    """Something readable in every field of the question."""
    kinds = set()
    for box in page.locator("#answer .box").all():
        if box.locator("[type=radio]").count():
            kinds.add("choice")
            box.locator("[type=radio]").first.check()
        elif box.locator("table.board").count():
            kinds.add("matrix")
            box.locator("input").first.fill("−３")
        else:
            inputs = box.locator("input").all()
            kinds.add("number" if len(inputs) == 1 else "shape")
            for number in inputs:
                number.fill("１，２９０")
    return kinds


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize(("locale", "language"), [("ja-JP", "ja"), ("en-US", "en")])
def test_enter_answers_and_never_switches_the_language(
    browser: Browser, site: str, locale: str, language: str, script: bool
) -> None:
    """The first button of a form is the one that Enter presses, and the languages stand above the question."""
    context = browser.new_context(locale=locale, java_script_enabled=script)
    page = context.new_page()
    page.goto(site)
    page.locator("[name=O]").focus()
    page.keyboard.type("十四くらい")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=O]")).to_have_value("十四くらい")
    page.locator("[name=O]").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("１４")
    page.keyboard.press("Enter")
    expect(page.locator(".solution")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", language)
    context.close()


def test_the_button_that_enter_presses_is_not_met_on_the_way(page: Page, site: str) -> None:
    page.goto(site)
    page.locator("[name=O]").focus()
    met = [""]
    while met[-1] != "skip" and len(met) < 20:
        page.keyboard.press("Shift+Tab")
        met.append(page.evaluate("document.activeElement.className"))
    assert met[-1] == "skip"
    assert "unseen" not in met


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("locale", ["ja-JP", "en-US"])
def test_nothing_scrolls_sideways_and_everything_works_without_javascript(
    browser: Browser, site: str, width: int, locale: str
) -> None:
    context = browser.new_context(locale=locale, viewport={"width": width, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    _fits(page, width)
    answer = _forgetting_plus_one(page)
    page.locator("[name=O]").fill(str(answer))
    page.locator(".actions [value=answer]").click()
    expect(page.locator(".misconception")).to_be_visible()
    assert re.fullmatch(rf"{site}/attempts/[0-9a-f-]{{36}}/\?practice=%2Freview%2F", page.url)
    _fits(page, width)
    context.close()


def _fits(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_stranger_answers_five_sees_the_summary_signs_up_and_keeps_everything(page: Page, site: str) -> None:
    page.goto(site)
    for _ in range(5):
        if page.locator(".actions [value=give-up]").count():
            page.locator(".actions [value=give-up]").click()
            expect(page.locator(".solution")).to_be_visible()
            page.locator("[data-next]").click()
        else:
            page.locator("#answer button").click()
            page.locator("[name=rating][value=good]").click()
        expect(page.locator(".ratings, .solution")).to_have_count(0)
        expect(page.locator("#answer")).to_be_visible()
    page.get_by_role("link", name="ここで終わる").click()
    expect(page.locator(".figures dd").first).to_have_text("5")
    page.get_by_role("link", name="アカウントを作る").click()
    expect(page.locator("main")).to_contain_text("5件の回答")
    address = f"{abs(hash(site)) % 10**9}@example.org"
    page.locator("[name=email]").fill(address)
    page.locator("[name=password1]").fill("a long enough secret")
    page.locator("[name=password2]").fill("a long enough secret")
    page.locator("main form button.primary").click()
    expect(page.get_by_role("link", name="アカウント", exact=True)).to_be_visible()
    page.goto(f"{site}/session/")
    expect(page.locator(".figures dd").first).to_have_text("5")
    page.goto(f"{site}/accounts/")
    expect(page.locator("main")).to_contain_text(address)
    page.get_by_role("link", name="進捗").click()
    expect(page.locator("main")).to_contain_text("5")
    page.goto(f"{site}/")
    page.get_by_role("link", name="続ける").click()
    expect(page.locator("#answer")).to_be_visible()


def test_a_link_to_a_calculation_shows_the_same_to_whoever_opens_it(page: Page, browser: Browser, site: str) -> None:
    page.goto(f"{site}/calculator/")
    page.locator("[name=input]").fill("３ｘ６４ｘ６４")
    page.locator("[name=stride]").fill("2")
    page.get_by_role("button", name="計算する").click()
    shown = page.locator("main").inner_text()
    assert "16 × 32 × 32" in shown
    friend = browser.new_context(locale="ja-JP", viewport={"width": 390, "height": 800}).new_page()
    friend.goto(page.url)
    assert friend.locator("main").inner_text() == shown
    friend.context.close()
