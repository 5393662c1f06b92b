"""Pages as tests read them: their words without the markup, and what all of them must keep to."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
SPOKEN = ("aria-label", "alt", "title", "placeholder", "label")


class Words(HTMLParser):
    """Texts and spoken attributes, but not of what is marked as being in another language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.foreign = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.foreign = self.foreign or (tag if "lang" in given and tag != "html" else "")
        self.found += [str(given[name]) for name in SPOKEN if given.get(name) and not self.foreign]

    def handle_endtag(self, tag: str) -> None:
        if tag == self.foreign:
            self.foreign = ""

    def handle_data(self, data: str) -> None:
        if not self.foreign and data.strip():
            self.found.append(" ".join(data.split()))


def words(page: str) -> list[str]:
    """All that a page says in its own language, piece by piece."""
    return Words(page).found


def text(page: str) -> str:
    """The same in one line."""
    return re.sub(r"\s+", " ", " ".join(words(page)))


def look(client: Client, path: str, language: str = "en") -> str:
    """A page that is there and keeps to the policy: no inline script or style, nothing from elsewhere."""
    response: Any = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    page = str(response.content.decode())
    assert f'<html lang="{language}"' in page
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|data:", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert page.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    return page


def check_languages(client: Client, path: str, same: set[str]) -> None:
    """No Japanese on the English page; in Japanese nothing is left in English but the names ``same``."""
    english, japanese = words(look(client, path, "en")), words(look(client, path, "ja"))
    assert [one for one in english if JAPANESE.search(one)] == []
    left = {one for one in set(english) & set(japanese) if re.search(r"[A-Za-z]{3}", one)}
    assert left <= same, left - same
