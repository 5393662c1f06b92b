"""How long a refused sign-in takes where there is such an account, and where there is none: the two should not differ.

``python -m tests.reliability.login_times [--tries 40]`` asks a site of its own, with Django's real hashing of passwords
and without the limits of tries, by turns, and prints the two medians. It fails where they differ by more than a tenth
of the longer, unless that is less than the times of one kind differ among each other: then the machine is too busy.
That both take the same number of hashings is what tests/web/test_sign_in.py makes sure of.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.serving import NO_LIMITS, running

KNOWN, UNKNOWN = "author@example.org", "nobody@example.org"
PASSWORD = "correct horse battery"
ALLOWED = 0.1


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
    """The site without allauth's limits, for its workers; what takes the time is as it is."""
    from django.conf import settings

    from studysite.wsgi import application as site

    settings.ACCOUNT_RATE_LIMITS = False
    return site(environ, start)


def refused(address: str, email: str) -> float:
    """Seconds that one try takes which is refused as it should be."""
    body = json.dumps({"email": email, "password": "wrong password"}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/_allauth/app/v1/auth/login", body, headers)
    begun = time.perf_counter()
    try:
        urllib.request.urlopen(request, timeout=300).close()
    except urllib.error.HTTPError as error:
        taken, status, said = time.perf_counter() - begun, error.code, error.read()
    else:
        raise AssertionError("a wrong password was let in")
    if status != 400 or b"email_password_mismatch" not in said:
        raise AssertionError(f"another answer than that of a wrong password: {status} {said!r}")
    return taken


def measure(tries: int) -> dict[str, list[float]]:
    """The times of each kind, taken by turns so that a busy moment hits both."""
    found: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    with (
        tempfile.TemporaryDirectory() as folder,
        running(
            Path(folder), "tests.reliability.login_times:application", **NO_LIMITS, DJANGO_AUTHOR_PASSWORD=PASSWORD
        ) as site,
    ):
        site.manage("createauthor", KNOWN, "--no-input")
        for email in (KNOWN, UNKNOWN) * 2:
            refused(site.address, email)
        for _ in range(tries):
            for email, times in found.items():
                times.append(refused(site.address, email))
    return found


def main(arguments: list[str]) -> int:
    """Print the figures; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=40, help="of each kind")
    found = measure(parser.parse_args(arguments).tries)
    middle = {email: median(times) for email, times in found.items()}
    spread = 0.0
    for email, times in found.items():
        first, _second, third = quantiles(times, n=4)
        name = "known" if email == KNOWN else "unknown"
        sys.stdout.write(
            f"{name:8} median {1000 * middle[email]:7.1f} ms, middle half {1000 * first:.1f} to {1000 * third:.1f} ms, "
            f"{len(times)} tries\n"
        )
        spread = max(spread, third - first)
    apart = abs(middle[KNOWN] - middle[UNKNOWN])
    share = apart / max(middle.values())
    told = ", which is less than tries of one kind differ among each other" if apart < spread else ""
    sys.stdout.write(f"they differ by {100 * share:.1f} %{told}\n")
    return int(share > ALLOWED and not told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
