"""From an idea to a published, proven question and what learners make of it: what docs/authoring.md tells, in Chromium.

The test walks it; ``make pictures`` walks it once more and keeps what it sees.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.serving import ROOT
from tests.site.conftest import ask

PASSWORD = "a password of theirs"
STACKED = (Path(__file__).parent / "stacked.toml").read_text(encoding="utf-8")
MISSING = """[[misconceptions]]
code = "stride-ignored"
value = "output_size(H, A, 1, P) - B + 1"

"""
MISSPELT = ('value = "O"\nlabel', 'value = "Out"\nlabel')

Picture = Callable[[str, Page], None]


def walk(browser: Browser, site: str, environment: dict[str, str], picture: Picture) -> list[str]:
    """Walk it; gives what the browser complained about."""
    _make_staff(environment)
    complaints: list[str] = []
    author = _signed_in(browser, site, "writer@example.org", complaints)
    address = _write(author, site, picture)
    editor = _signed_in(browser, site, "publisher@example.org", complaints)
    _publish(editor, address, picture)
    learner = _page(browser, complaints, width=400)
    _answer_wrongly(learner, site, environment, picture)
    _look_at_answers(editor, address, picture)
    _publish_another(editor, address, picture)
    for page in (author, editor, learner):
        page.context.close()
    return complaints


def _write(page: Page, site: str, picture: Picture) -> str:
    """A new question from a skeleton, an error mended, a misconception added, saved; its template's page."""
    page.goto(f"{site}/admin/")
    page.get_by_role("link", name="My drafts").first.click()
    picture("begin", page)
    page.get_by_role("button", name="A whole number").click()
    expect(page.locator("#preview .variant").first).to_be_visible()
    source = page.get_by_role("textbox", name="Source text in TOML")
    source.fill(STACKED.replace(MISSING, "").replace(*MISSPELT))
    problem = page.locator("#problems li").first
    expect(problem).to_contain_text("Out", timeout=10_000)
    line = STACKED.replace(MISSING, "").split(MISSPELT[0])[0].count("\n") + 1
    expect(problem).to_contain_text(str(line))
    picture("problem", page)
    problem.get_by_role("link", name="Line").click()
    at = source.evaluate("area => area.value.slice(0, area.selectionStart).split('\\n').length")
    assert at == line, (at, line)
    source.fill(STACKED.replace(MISSING, ""))
    stem = page.locator("#preview .stem").first
    expect(stem).to_contain_text("What is the height of the last output?", timeout=10_000)
    page.get_by_role("radio", name="日本語").check()
    expect(stem).to_contain_text("最後の出力の高さはいくつですか", timeout=10_000)
    picture("japanese", page)
    page.get_by_role("radio", name="English").check()
    findings = page.locator("#findings")
    expect(findings).to_contain_text("few-distractors", timeout=20_000)
    source.fill(STACKED)
    expect(page.locator("#preview")).to_contain_text("stride-ignored", timeout=10_000)
    expect(findings).to_contain_text("None.", timeout=20_000)
    page.get_by_role("radio", name="After it").check()
    expect(page.locator("#preview .variant").first).to_contain_text("→ O =", timeout=10_000)
    picture("clean", page)
    page.get_by_label("Why (a note").fill("Two layers, as exams ask")
    page.get_by_role("button", name="Save version").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Output height after two convolutions")
    assert page.get_by_role("button", name="Publish version 1").count() == 0  # authors do not publish
    return page.url


def _publish(page: Page, address: str, picture: Picture) -> None:
    page.goto(address)
    picture("template", page)
    page.get_by_role("button", name="Publish version 1").first.click()
    expect(page.locator(".facts")).to_contain_text("asked in version 1", timeout=60_000)


def _answer_wrongly(page: Page, site: str, environment: dict[str, str], picture: Picture) -> None:
    """Somebody new answers the first question, then the new one: with the size before the last layer."""
    page.goto(site)
    page.locator("[name=O]").fill("1")
    page.locator(".actions [value=answer]").click()
    page.wait_for_selector(".solution")
    (question,) = ask(environment, "conv-output-stacked")
    page.goto(f"{site}{question}")
    size, kernel, _, padding, stride = map(int, re.findall(r"\d+", _in_order(page.locator(".stem").inner_text())))
    page.locator("[name=O]").fill(str((size + 2 * padding - kernel) // stride + 1))
    page.locator(".actions [value=answer]").click()
    page.wait_for_selector(".solution")
    expect(page.locator(".misconception").first).to_contain_text("One layer was left out")
    picture("diagnosis", page)


def _in_order(stem: str) -> str:
    """The first sentence names filter (twice), size, padding and stride; here the size goes first."""
    kernel, again, size, padding, stride = re.findall(r"\d+", stem)[:5]
    return f"{size} {kernel} {again} {padding} {stride}"


def _look_at_answers(page: Page, address: str, picture: Picture) -> None:
    page.goto(address)
    page.get_by_role("link", name="Statistics").click()
    expect(page.locator("main, #content").first).to_contain_text("one-layer-too-few")
    picture("statistics", page)


def _publish_another(page: Page, address: str, picture: Picture) -> None:
    """A second version, published; then back to the first in one step."""
    page.goto(address)
    page.get_by_role("button", name="Edit").click()
    source = page.get_by_role("textbox", name="Source text in TOML")
    source.fill(STACKED.replace("H = { integers = [20, 64] }", "H = { integers = [24, 72] }"))
    page.get_by_role("button", name="Save version").click()
    page.get_by_role("button", name="Publish version 2").first.click()
    expect(page.locator(".facts")).to_contain_text("asked in version 2", timeout=60_000)
    page.get_by_role("link", name="against version 1").click()
    expect(page.locator("ins").first).to_contain_text("72")
    picture("difference", page)
    page.goto(address)
    page.get_by_role("button", name="Roll back to version 1").click()
    expect(page.locator(".facts")).to_contain_text("asked in version 1")
    picture("rolled-back", page)


def _page(browser: Browser, complaints: list[str], width: int = 1280) -> Page:
    context = browser.new_context(locale="en-US", viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    return page


def _signed_in(browser: Browser, site: str, email: str, complaints: list[str]) -> Page:
    page = _page(browser, complaints)
    page.goto(f"{site}/admin/login/?next=/admin/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in").first.click()
    page.wait_for_url(f"{site}/admin/")
    return page


def _make_staff(environment: dict[str, str]) -> None:
    code = (
        "from quizzes.authoring import give_roles\nfrom quizzes.models import User\n"
        "for name, role in (('writer', 'author'), ('publisher', 'editor')):\n"
        f"    give_roles(User.objects.create_user(name + '@example.org', {PASSWORD!r}), [role])\n"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
