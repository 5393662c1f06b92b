"""Pages full of hostile texts in real Chromium: what runs, what asks, and what the Content Security Policy stops."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext, Dialog, Page
from playwright.sync_api import Error as PageError

from tests.reliability.texts import CANARY, SCRIPTS
from tests.serving import ROOT, Site, free_port

LOCALES = {"ja": "ja-JP", "en": "en-US"}
SETTLED = 150  # milliseconds after a page is there, in which a script would have run
WATCH = (
    "window.__stopped = [];"
    "document.addEventListener('securitypolicyviolation', event => window.__stopped.push("
    "`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`.slice(0, 200)));"
)
PLANT = (
    "import json\nfrom tests.reliability.hostile_rows import plant\n"
    "print('planted ' + json.dumps(plant()))"
)  # fmt: skip


@dataclass
class Seen:
    """What happened on all pages together."""

    pages: int = 0
    ran: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def clean(self) -> bool:
        """Whether nothing ran, nothing asked and nothing had to be stopped."""
        return not (self.ran or self.dialogs or self.stopped or self.complaints or self.failed)

    def lines(self) -> list[str]:
        """The figures."""
        return [
            f"{self.pages} pages: {len(self.ran)} ran a script, {len(self.dialogs)} dialogs, {len(self.stopped)} "
            f"violations of the policy, {len(self.complaints)} complaints, {len(self.failed)} failed",
            *self.ran[:5], *self.dialogs[:5], *self.stopped[:5], *self.complaints[:5], *self.failed[:5],
        ]  # fmt: skip


def planted(environment: Mapping[str, str]) -> dict[str, Any]:
    """Fill the database of a site with scripts; where they are shown."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", PLANT]
    told = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, text=True)
    if told.returncode:
        raise RuntimeError(told.stderr[-3000:])
    found: dict[str, Any] = json.loads(told.stdout.partition("planted ")[2])
    return found


@contextmanager
def broken(site: Site, application: str) -> Iterator[Site]:
    """Another build on the same database, served beside it."""
    port = free_port()
    other = Site({**site.environment, "PORT": str(port)}, application)
    try:
        other.start()
        yield other
    finally:
        if other.runs:
            other.stop()


@contextmanager
def watched(browser: Browser, site: str, session: str, language: str, seen: Seen) -> Iterator[Page]:
    """A browser that is signed in; whatever happens in it is noted in ``seen``."""
    context: BrowserContext = browser.new_context(locale=LOCALES[language], viewport={"width": 1000, "height": 800})
    context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    context.add_init_script(WATCH)
    page = context.new_page()

    def dismissed(dialog: Dialog) -> None:
        seen.dialogs.append(f"{page.url}: {dialog.message}")
        dialog.dismiss()

    def said(kind: str, text: str) -> None:
        if "Content Security Policy" in text:
            seen.stopped.append(f"{page.url}: {text[:200]}")
        elif kind == "error" and "status of 40" not in text and "Deprecated: escaping deep link" not in text:
            seen.complaints.append(f"{page.url}: {text[:200]}")

    page.on("dialog", dismissed)
    page.on("console", lambda message: said(message.type, message.text))
    page.on("pageerror", lambda error: seen.complaints.append(f"{page.url}: {str(error)[:200]}"))
    try:
        yield page
    finally:
        context.close()


def look(page: Page, seen: Seen) -> None:
    """Open whatever can be opened on the page, wait, and note what ran."""
    try:
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.wait_for_timeout(SETTLED)
        # Of the page alone: a frame that the policy keeps empty never answers, and what runs in one tells its parent.
        ran, stopped = page.evaluate(f"[!!window.{CANARY}, window.__stopped || []]")
    except PageError as error:
        seen.failed.append(f"{page.url}: {str(error)[:200]}")
        return
    seen.pages += 1
    if ran:
        seen.ran.append(page.url)
    seen.stopped += [f"{page.url}: {one}" for one in stopped]


def visit(page: Page, site: str, path: str, seen: Seen) -> bool:
    """Go to a page and look; whether it is there."""
    try:
        answer = page.goto(f"{site}{path}", wait_until="load")
    except PageError as error:
        seen.failed.append(f"{path}: {str(error)[:200]}")
        return False
    if answer is None or answer.status >= 500:
        seen.failed.append(f"{path}: {answer and answer.status}")
    look(page, seen)
    return answer is not None and answer.status < 400


def learners_pages(found: Mapping[str, Any]) -> list[str]:
    """Where learners meet authors' texts and their own."""
    return [
        "/", "/topics/", "/topics/xss-00/", "/progress/", "/settings/", "/accounts/", "/accounts/email/", "/session/",
        "/practice/xss-00/worksheet/?count=5&sheet=7", "/practice/xss-00/worksheet/?count=5&sheet=7&answers=1",
        *(f"/question/?variant={quote(token)}&practice=/review/" for token in found["questions"]),
        *(f"/attempts/{one}/" for one in found["attempts"]),
        "/settings/delete/", "/api/docs/",
    ]  # fmt: skip


def authors_pages(found: Mapping[str, Any]) -> list[str]:
    """Where authors meet each other's."""
    one = found["templates"][0]
    template = f"/admin/quizzes/questiontemplate/{one}"
    return [
        "/admin/", "/admin/quizzes/drafts/", *(f"/admin/quizzes/drafts/{draft}/" for draft in found["drafts"]),
        "/admin/quizzes/questiontemplate/", *(
            f"/admin/quizzes/questiontemplate/{other}/{what}/"
            for other in found["templates"] for what in ("change", "statistics")
        ),
        f"{template}/versions/1/", f"{template}/versions/1/void/", f"{template}/diff/1/2/", f"{template}/history/",
        f"{template}/preview/", "/admin/quizzes/topic/", f"/admin/quizzes/topic/{found['topic']}/change/",
        "/admin/quizzes/misconception/", f"/admin/quizzes/misconception/{found['misconception']}/change/",
        "/admin/quizzes/export/", "/admin/quizzes/user/", f"/admin/quizzes/user/{found['user']}/change/",
        f"/admin/quizzes/user/{found['user']}/history/",
    ]  # fmt: skip


def addresses(every: int = 1) -> list[str]:
    """Addresses that hold a script themselves."""
    forms = (
        "/topics/{}/", "/nowhere/{}", "/?next={}", "/accounts/login/?next={}", "/question/?variant={}&practice={}",
        "/calculator/?layer={}&input={}&kernel={}&text={}", "/admin/quizzes/questiontemplate/?q={}",
        "/admin/quizzes/user/?q={}", "/admin/quizzes/misconception/?q={}&o={}", "/admin/quizzes/topic/?{}",
        "/accounts/password/reset/key/1-{}/", "/api/docs/?url={}&configUrl={}#{}", "/admin/{}/",
    )  # fmt: skip
    texts = list(SCRIPTS.values())
    found = []
    for number, form in enumerate(forms):
        for text in texts[number % every :: every]:
            found.append(form.format(*[quote(text.replace("/", "%2F") if form.endswith("/{}/") else text)] * 4))
    return found


def answer(page: Page, site: str, token: str, text: str, seen: Seen) -> None:
    """Type a script as the answer to a question, then a number: the form comes again, then what is told."""
    for typed in (text, "7"):
        page.goto(f"{site}/question/?variant={quote(token)}&practice=/review/")
        box = page.locator("main form input[name=T]:not([type=radio]):not([type=hidden])").first
        if box.count() == 0:
            return
        box.fill(typed)
        page.locator("main form button[type=submit], main form button:not([type])").first.click()
        page.wait_for_load_state("load")
        look(page, seen)


def upload(page: Page, site: str, source: str, seen: Seen) -> None:
    """Import files whose names and texts are scripts, as far as the report."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "<img src=x onerror=window.__xss=1>.toml"
        file.write_text(source)
        page.goto(f"{site}/admin/quizzes/import/")
        page.locator("main input[type=file], #content input[type=file], input[type=file]").first.set_input_files(file)
        page.locator("form:has(input[type=file]) button, form:has(input[type=file]) [type=submit]").first.click()
        page.wait_for_load_state("load")
        look(page, seen)


def tour(
    browser: Browser,
    site: str,
    found: Mapping[str, Any],
    language: str,
    *,
    every: int = 1,
    say: Any = lambda line: None,
) -> Seen:
    """All pages in one language; each ``every``\\ th of the addresses."""
    seen = Seen()
    texts = list(SCRIPTS.values())
    with watched(browser, site, found["session"], language, seen) as page:
        for path in [*learners_pages(found), *authors_pages(found), *addresses(every)]:
            visit(page, site, path, seen)
            if "/drafts/" in path and path != "/admin/quizzes/drafts/":
                page.wait_for_timeout(4 * SETTLED)
                look(page, seen)
        for number, token in enumerate(found["questions"][:1]):
            answer(page, site, token, texts[number * 3].replace("\0", "")[:60], seen)
        upload(page, site, found["upload"], seen)
        say(f"{language}: {seen.lines()[0]}")
    return seen
