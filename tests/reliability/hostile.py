"""``python -m tests.reliability.hostile``: the long form of the proofs about hostile texts; exit status 1 on failure.

``bombs``: every text of the corpus as import and ``loadbank`` read it, and whole uploads, each with its processor time.
``api`` and ``forms``: every text in every place, over HTTP, on a site of its own. ``browser``: every script in every
address and on all pages in Chromium, in both languages, and the two broken builds that show that this can fail.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import django

from tests.serving import NO_LIMITS, Site, running

MOST = 5.0  # seconds of the processor for any one text


def say(line: str) -> None:
    """Progress, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def _site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), **NO_LIMITS) as site:
        yield site


def bombs(every: int) -> bool:
    """Each text read once; whether none took long."""
    from tests.reliability.hostile_bombs import read, texts

    costs = sorted((read(name, text) for name, text in list(texts())[::every]), key=lambda cost: -cost.seconds)
    for cost in costs[:10]:
        say(f"{cost.seconds:6.2f} s  {cost.name:36} {cost.outcome[:60]}")
    say(f"{len(costs)} texts, the longest took {costs[0].seconds:.2f} s of the processor")
    return costs[0].seconds <= MOST


def api(every: int) -> bool:
    """Every place of the API, over HTTP."""
    from tests.reliability import hostile_api
    from tests.reliability.hostile_doors import over_http

    with _site() as site:
        tally = hostile_api.run(over_http(site.address), every=every, say=say)
        bugs = site.bugs()
    return _told([*tally.lines(), *bugs], good=not tally.wrong)


def forms(every: int) -> bool:
    """Every field of every form, as a stranger and as a superuser, over HTTP."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")  # addresses are told apart by their routes
    django.setup()
    from tests.reliability import hostile_forms
    from tests.reliability.hostile_doors import over_http

    good = True
    with _site() as site:
        send = over_http(site.address)
        tally = hostile_forms.run(send, ["/", "/topics/", "/calculator/", "/accounts/signup/"], every=every, say=say)
        good &= _told(tally.lines(), good=not tally.wrong)
        come_back = partial(_signed_in, site, send)
        come_back()
        tally = hostile_forms.run(send, ["/admin/", "/", "/settings/"], come_back, every=every, say=say)
        good &= _told([*tally.lines(), *site.bugs()], good=not tally.wrong)
    return good


def _signed_in(site: Site, send: Any) -> None:
    """A superuser, new where the last was changed by what was sent; signing in by the form."""
    name, password = f"{os.urandom(6).hex()}@example.org", "a password of theirs"
    code = f"from quizzes.models import User; User.objects.create_superuser({name!r}, {password!r})"
    site.manage("shell", "--no-imports", "--command", code)
    page = send("GET", "/accounts/login/?next=/admin/", b"", {}).body.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    if token is None:  # still signed in
        return
    body = f"csrfmiddlewaretoken={token[1]}&login={name}&password={password}&next=/admin/".encode()
    send("POST", "/accounts/login/", body, {"Content-Type": "application/x-www-form-urlencoded"})


def browser(every: int) -> bool:
    """All pages in Chromium, and the builds without escaping and without the policy too."""
    from playwright.sync_api import sync_playwright

    from tests.reliability.hostile_browser import Seen, broken, planted, tour, visit, watched
    from tests.site.conftest import CHROMIUM_FLAGS
    from tests.site.test_xss import FEW

    good = True
    with _site() as site, sync_playwright() as playwright:
        found = planted(site.environment)
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        for language in ("ja", "en"):
            seen = tour(chromium, site.address, found, language, every=every, say=say)
            good &= _told(seen.lines(), good=seen.clean())
        for build, runs in (("xss_unescaped", False), ("xss_unguarded", True)):
            seen = Seen()
            with (
                broken(site, f"tests.reliability.{build}:application") as other,
                watched(chromium, other.address, found["session"], "en", seen) as page,
            ):
                for path in FEW:
                    visit(page, other.address, path, seen)
            say(f"broken build {build}")
            good &= _told(seen.lines(), good=bool(seen.ran) == runs and bool(seen.stopped) != runs)
        chromium.close()
    return good


def _told(lines: list[str], *, good: bool) -> bool:
    for line in lines:
        say(line)
    say("as it should be" if good else "NOT as it should be")
    return good


PROOFS: dict[str, Callable[[int], bool]] = {"bombs": bombs, "api": api, "forms": forms, "browser": browser}


def main() -> None:
    """The proofs that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("proofs", nargs="*", help=f"of {', '.join(PROOFS)}; all where none is named")
    parser.add_argument("--every", type=int, default=1, help="of the texts at a place only each so many")
    given = parser.parse_args()
    if unknown := {*given.proofs} - PROOFS.keys():
        parser.error(f"there is no proof {', '.join(sorted(unknown))}")
    results = {}
    for name in given.proofs or PROOFS:
        say(f"== {name}")
        results[name] = PROOFS[name](given.every)
    say("  ".join(f"{name}: {'good' if good else 'FAILED'}" for name, good in results.items()))
    sys.exit(0 if all(results.values()) else 1)


if __name__ == "__main__":
    main()
