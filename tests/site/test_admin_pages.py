"""Every page of the admin in real Chromium: accessible, contained and quiet, in both languages, themes and widths."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.lengths import LONG
from tests.serving import ROOT
from tests.site.test_quality import LANGUAGES, RULES

PASSWORD = "a password of theirs"
PAGES = {
    "index": "/admin/",
    "drafts": "/admin/quizzes/drafts/",
    "templates": "/admin/quizzes/questiontemplate/?q=conv",
    "template": "/admin/quizzes/questiontemplate/{template}/change/",
    "source": "/admin/quizzes/questiontemplate/{template}/versions/1/",
    "voiding": "/admin/quizzes/questiontemplate/{template}/versions/1/void/",
    "statistics": "/admin/quizzes/questiontemplate/{template}/statistics/",
    "topics": "/admin/quizzes/topic/",
    "topic": "/admin/quizzes/topic/{topic}/change/",
    "misconceptions": "/admin/quizzes/misconception/?q=forgot",
    "misconception": "/admin/quizzes/misconception/{misconception}/change/",
    "import": "/admin/quizzes/import/",
    "export": "/admin/quizzes/export/",
    "people": "/admin/quizzes/user/",
    "person": "/admin/quizzes/user/{user}/change/",
}
# Django's own list of people: its pages' colours and landmarks are not ours.
DJANGOS = {"people": {"region"}, "person": {"region"}, "templates": {"region"}}


@pytest.fixture(scope="module")
def names(site: str, site_environment: dict[str, str]) -> dict[str, str]:
    """What the names in the addresses stand for; and a superuser."""
    code = (
        "import json\nfrom quizzes.models import Misconception, QuestionTemplate, Topic, User\n"
        f"user = User.objects.create_superuser('all@example.org', {PASSWORD!r})\n"
        "print(json.dumps({'template': str(QuestionTemplate.objects.get(slug='conv-output-size').id), "
        "'topic': str(Topic.objects.get(slug='output-size').id), 'user': str(user.id), "
        "'misconception': str(Misconception.objects.get(code='forgot-plus-one').id)}))"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    told = subprocess.run(command, cwd=ROOT, env=site_environment, check=True, capture_output=True, text=True)
    found: dict[str, str] = json.loads(told.stdout)
    return found


LOOKS = [("ja", "light", 1280), *([("en", "dark", 768)] if LONG else [])]


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_all_pages_keep_to_the_rules(
    browser: Browser, site: str, names: dict[str, str], language: str, theme: str, width: int
) -> None:
    context = browser.new_context(
        locale=LANGUAGES[language],
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.goto(f"{site}/admin/login/?next=/admin/")
    page.locator("[name=login]").fill("all@example.org")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(f"{site}/admin/")
    found = []
    for name, address in PAGES.items():
        page.goto(f"{site}{address.format(**names)}")
        if name == "template":  # its variants come by themselves
            page.wait_for_selector("#sample .specimen")
        found += [f"{name}: {problem}" for problem in _problems(page, DJANGOS.get(name, set()))]
    context.close()
    assert not found, "\n".join(found)
    assert not complaints, "\n".join(complaints)


def _problems(page: Page, excused: set[str]) -> list[str]:
    violations = Axe().run(page, options={**RULES, "preload": False}).response["violations"]
    found = [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes']][:3]}"
        for one in violations
        if one["id"] not in excused
    ]
    sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([f"scrolls sideways by {sideways} px"] if sideways > 0 else [])]
