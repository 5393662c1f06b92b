"""The page of one template: publishing what is proved, going back, archiving, voiding, and what changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from quizzes import authoring, study
from quizzes.admin.template_diff import difference
from quizzes.models import CardAction, Draft, Publication, QuestionTemplate, TemplateVersion, User
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.sources import sum_source

from .conftest import Staff, signed_in

Make = Callable[..., QuestionTemplate]
QUERIES = 11
FINDING = {
    "check": "no-test",
    "severity": "warning",
    "where": "tests",
    "message": {"ja": "例を書いてください。", "en": "write an example"},
    "line": 3,
}
ERROR = {
    "check": "solution-answer",
    "severity": "error",
    "where": "solution",
    "message": {"ja": "答えが示されていません。", "en": "not the answer"},
    "line": 4,
}


@pytest.fixture
def editor(staff: Staff) -> Client:
    return signed_in(staff("editor", email="editor@example.org"))


def address(template: QuestionTemplate, what: str = "change/") -> str:
    return f"/admin/quizzes/questiontemplate/{template.id}/{what}"


def html(client: Client, path: str, **query: Any) -> str:
    answer = client.get(path, {**query}, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.headers
    return answer.content.decode()


def post(client: Client, path: str, **values: Any) -> str:
    answer = client.post(path, {**values}, follow=True, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.headers
    return unescape(answer.content.decode())


def saved(words: str = "Now: ", **proof: Any) -> TemplateVersion:
    version, _ = authoring.append(sum_source(words=words))
    if proof:
        version.proof = proof
        version.save()
    return version


def current(template: QuestionTemplate) -> int | None:
    template.refresh_from_db()
    return template.current.number if template.current else None


def with_warnings() -> str:
    """A question in which the lint finds no error, but things to warn of."""
    text = sum_source(words="Now: ", value="r").replace("answers = [", 'derived = { r = "a + 1" }\nanswers = [')
    return text.replace("Add 1 to {{a}}.", "Add 1: {{r}}.").replace("{{a}}に1を足します。", "1を足すと{{r}}です。")


# Looking


def test_the_page_tells_where_the_template_stands(small: Make, editor: Client, staff: Staff) -> None:
    template = small("sum", level=2)
    writer = staff("author", email="writer@example.org")
    authoring.append(sum_source(words="Now: "), by=writer, note="clearer words")
    page = html(editor, address(template))
    for text in ("Sum", "sums", "Level 2", "asked in version 1", "Newer draft version", "Publish version 2",
                 "It was not proved yet", "clearer words", "writer@example.org", "version 1 published"):  # fmt: skip
        assert text in page, text
    assert "<script>" not in page
    assert " style=" not in page


def test_edit_and_duplicate_lead_to_drafts(small: Make, editor: Client) -> None:
    template = small("sum")
    page = html(editor, address(template))
    assert f'name="template" value="{template.id}"' in page
    assert f'name="copy" value="{template.id}"' in page
    editor.post("/admin/quizzes/drafts/start/", {"template": str(template.id)})
    assert Draft.objects.get().template == template
    assert "Go on with my draft" in html(editor, address(template))


def test_three_variants_are_shown_in_both_languages(small: Make, editor: Client) -> None:
    template = small("sum")
    assert "What is" in html(editor, address(template, "preview/"), language="en")
    page = html(editor, address(template, "preview/"), language="ja")
    assert page.count("に1を足すと？") == 3
    assert "Versions" in page  # the whole page, without scripts
    part = editor.get(address(template, "preview/"), {"language": "ja"}, headers={"hx-request": "true"})
    assert part.content.decode().count("に1を足すと？") == 3
    assert "<html" not in part.content.decode()


def test_the_number_of_queries_does_not_grow(small: Make, editor: Client, learner: User) -> None:
    template = small("sum")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            html(editor, address(template))
        return len(found)

    queries()
    assert queries() == QUERIES
    for number in range(8):
        authoring.publish(sum_source(words=f"{number}: "))
        ask_and_answer(learner.id, "sum")
    authoring.void(TemplateVersion.objects.latest("number"))
    assert queries() == QUERIES


# Proving and publishing


def test_publishing_proves_first_and_asks_once_more_on_warnings(small: Make, editor: Client) -> None:
    template = small("sum")
    version, _ = authoring.append(with_warnings())
    page = post(editor, address(template, "publish/"), number=2)
    assert "no-test" in page
    assert "Publish all the same" in page
    assert current(template) == 1
    version.refresh_from_db()
    assert version.proof is not None
    page = post(editor, address(template, "publish/"), number=2, accept="warnings")
    assert "Learners are asked version 2 from now on." in page
    assert current(template) == 2
    latest = Publication.objects.latest("at", "id")
    assert (latest.act, latest.by and latest.by.email) == ("publish", "editor@example.org")


def test_errors_are_shown_and_nothing_is_published(small: Make, editor: Client) -> None:
    template = small("sum")
    saved(problems=[ERROR, FINDING])
    page = post(editor, address(template, "publish/"), number=2, accept="warnings")
    assert "not the answer" in page
    assert "Publish all the same" not in page
    assert current(template) == 1
    answer = editor.get(address(template), headers={"accept-language": "ja"}).content.decode()
    assert "答えが示されていません。" in answer
    assert "not the answer" not in answer


def test_an_error_that_the_lint_finds_keeps_it_from_being_published(small: Make, editor: Client) -> None:
    template = small("sum")
    authoring.append(sum_source(low=1, high=20))  # too few variants
    page = post(editor, address(template, "publish/"), number=2, accept="warnings")
    assert "few-variants" in page
    assert current(template) == 1


def test_what_is_clean_is_published_at_once(small: Make, editor: Client) -> None:
    template = small("sum")
    saved(problems=[])
    assert "Learners are asked version 2" in post(editor, address(template, "publish/"), number=2)
    assert "was published already" in post(editor, address(template, "publish/"), number=2)
    assert Publication.objects.filter(act="publish").count() == 2


@pytest.mark.parametrize("htmx", [True, False])
def test_prove_again_keeps_what_it_finds(small: Make, staff: Staff, htmx: bool) -> None:
    template = small("sum")
    client = signed_in(staff("author"))
    headers = {"hx-request": "true", "accept-language": "en"} if htmx else {"accept-language": "en"}
    answer = client.post(address(template, "prove/"), headers=headers, follow=True)
    page = answer.content.decode()
    assert "no-test" in page
    assert ("<html" in page) is not htmx
    proof = TemplateVersion.objects.get().proof
    assert proof is not None
    assert proof["variants"] == 500
    assert "500 (all of them)" in re.sub(r"\s+", " ", page)


def test_rolling_back_takes_one_step(small: Make, editor: Client) -> None:
    template = small("sum")
    authoring.publish(sum_source(words="Now: "))
    assert "Roll back to version 1" in html(editor, address(template))
    page = post(editor, address(template, "publish/"), number=1)
    assert "Learners are asked version 1 from now on." in page
    assert current(template) == 1


def test_archiving_and_bringing_back(small: Make, editor: Client) -> None:
    template = small("sum")
    assert "Bring back" in post(editor, address(template, "archive/"))
    assert current(template) is None
    assert "Learners are asked version 1" in post(editor, address(template, "bring-back/"))
    assert current(template) == 1


def test_a_draft_that_was_archived_is_a_draft_again(small: Make, editor: Client) -> None:
    small("other")
    template = authoring.append(sum_source("sum"))[0].template
    post(editor, address(template, "archive/"))
    assert "It is a draft again." in post(editor, address(template, "bring-back/"))
    assert current(template) is None
    assert template.archived_at is None


def test_a_topic_that_is_gone_keeps_it_from_being_asked_and_says_so(small: Make, editor: Client) -> None:
    template = small("sum", topic="sums")
    small("other", topic="others")
    authoring.publish(sum_source("sum", topic="others"))
    template.topic.delete()
    assert "there is no topic 'sums'" in post(editor, address(template, "publish/"), number=1)
    assert current(template) == 2


# Voiding


def test_voiding_asks_first_and_then_takes_back_every_answer(small: Make, editor: Client, learner: User) -> None:
    template = small("sum")
    authoring.publish(sum_source(words="Wrong: "))
    ask_and_answer(learner.id, "sum", "forgot-one")
    page = html(editor, address(template, "versions/2/void/"))
    assert "Answers to it that stop counting: 1." in page
    assert "asked version 1, published before" in page
    assert current(template) == 2
    page = post(editor, address(template, "versions/2/void/"))
    assert current(template) == 1
    assert "Continue" in page
    assert not CardAction.objects.exists()
    page = post(editor, address(template, "versions/2/voiding/"))
    assert "Done: no answer to this version counts any more." in page
    assert "Learners concerned: 1." in page
    assert CardAction.objects.get().act == "void"
    page = html(editor, address(template))
    assert "version 2 voided" in page
    assert "Roll back to version 2" not in page
    assert "never published again" in post(editor, address(template, "publish/"), number=2)


def test_voiding_goes_on_in_steps(small: Make, editor: Client, learner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    template = small("sum")
    ask_and_answer(learner.id, "sum")
    other, _ = study.create_guest("other")
    ask_and_answer(other.user_id, "sum")
    authoring.void(TemplateVersion.objects.get())
    step = study.void_step
    monkeypatch.setattr(study, "void_step", lambda version, after: step(version, after=after, seconds=0))
    path, headers = address(template, "versions/1/voiding/"), {"hx-request": "true", "accept-language": "en"}
    part = editor.post(path, headers=headers).content.decode()
    assert "Learners done: 1 …" in part
    assert "<html" not in part
    values = dict(re.findall(r'name="(after|learners)" value="([^"]*)"', part))
    assert values["after"] == str(min(learner.id, other.user_id))
    part = editor.post(path, values, headers=headers).content.decode()
    values = dict(re.findall(r'name="(after|learners)" value="([^"]*)"', part))
    part = editor.post(path, values, headers=headers).content.decode()
    assert "Learners concerned: 2." in part
    assert "Done" in html(editor, path)


def test_only_a_voided_version_has_a_page_of_its_voiding(small: Make, editor: Client) -> None:
    template = small("sum")
    assert editor.post(address(template, "versions/1/voiding/")).status_code == 404
    assert not CardAction.objects.exists()


# What changed


def test_the_difference_of_two_versions_marks_the_words(small: Make, editor: Client) -> None:
    template = small("sum")
    authoring.append(sum_source(value="a + 2"))
    page = html(editor, address(template, "diff/1/2/"))
    assert "<del>" in page
    assert '<span class="changed">1</span>' in page
    assert '<span class="changed">2</span>' in page
    assert "taken out" in page
    answer = editor.get(address(template, "diff/"), {"old": "2", "new": "1"})
    assert answer.headers["Location"].endswith("/diff/2/1/")
    assert "The two texts are the same" in html(editor, address(template, "diff/1/1/"))


@pytest.mark.parametrize("chosen", [{}, {"old": "1"}, {"old": "1", "new": "7"}, {"old": "x", "new": "²"}])
def test_a_comparison_of_what_is_not_there_is_not_found(small: Make, editor: Client, chosen: dict[str, str]) -> None:
    assert editor.get(address(small("sum"), "diff/"), chosen).status_code == 404


def test_a_version_can_be_read_line_by_line(small: Make, editor: Client) -> None:
    page = html(editor, address(small("sum"), "versions/1/"))
    assert 'id="line-3"' in page
    assert "slug = &quot;sum&quot;" in page


TEXTS = st.lists(st.sampled_from(["a = 1", "a = 2", "", "b = [1, 2]", "[x]", "言葉"]), max_size=30).map("\n".join)


@given(old=TEXTS, new=TEXTS)
def test_the_lines_of_a_difference_are_those_of_the_texts(old: str, new: str) -> None:
    before, after = old.splitlines(), new.splitlines()
    lines = difference(old, new)
    assert bool(lines) == (before != after)
    for line in lines:
        assert line.old is None or before[line.old - 1] == line.text
        assert line.new is None or after[line.new - 1] == line.text
    left, right = list(before), list(after)
    for line in lines:
        if line.kind == "out" and line.old:
            left[line.old - 1] = "\0"
        if line.kind == "in" and line.new:
            right[line.new - 1] = "\0"
    assert [one for one in left if one != "\0"] == [one for one in right if one != "\0"]


def test_long_texts_are_compared_in_bounded_time() -> None:
    old, new = "\n".join(["x"] * 30_000), "\n".join(["y"] * 30_000)
    assert len(difference(old, new)) == 60_000
    wide = difference("a " * 30_000, "b " * 30_000)
    assert [line.kind for line in wide] == ["out", "in"]


# Who may

ACTS = {
    "change/": ("get", "author"),
    "preview/": ("get", "author"),
    "versions/1/": ("get", "author"),
    "diff/1/1/": ("get", "author"),
    "prove/": ("post", "author"),
    "publish/": ("post", "editor"),
    "archive/": ("post", "editor"),
    "bring-back/": ("post", "editor"),
    "versions/1/void/": ("post", "editor"),
    "versions/1/voiding/": ("post", "editor"),
}


@pytest.mark.parametrize("what", ACTS)
def test_who_may_do_what(small: Make, staff: Staff, learner: User, client: Client, what: str) -> None:
    template = small("sum")
    method, role = ACTS[what]
    path, values = address(template, what), {"number": "1"} if what == "publish/" else {}
    assert getattr(client, method)(path, values).status_code == 302  # to sign in
    assert getattr(signed_in(learner), method)(path, values).status_code in (302, 403)
    assert getattr(signed_in(staff("administrator")), method)(path, values).status_code == 403
    assert current(template) == 1
    statuses = {
        name: getattr(signed_in(staff(name)), method)(path, values).status_code for name in ("author", "editor")
    }
    assert (statuses["author"] == 403) == (role == "editor")
    assert statuses["editor"] != 403
    unknown = path.replace(str(template.id), str(uuid4()))
    assert getattr(signed_in(staff("editor", email="other@example.org")), method)(unknown, values).status_code == 404


@pytest.mark.parametrize(
    "what", [what for what, (method, _) in ACTS.items() if method == "post" and "void" not in what]
)
def test_looking_changes_nothing(small: Make, editor: Client, what: str) -> None:
    assert editor.get(address(small("sum"), what)).status_code == 405


def test_an_author_sees_no_buttons_that_only_an_editor_has(small: Make, staff: Staff) -> None:
    template = small("sum")
    saved()
    page = html(signed_in(staff("author")), address(template))
    for button in ("Publish version", "Roll back", "Archive", "Void"):
        assert button not in page
    assert "Duplicate" in page


@pytest.mark.parametrize("number", ["", "9", "x", "²", "1" * 30])
def test_a_version_that_is_not_there_is_not_found(small: Make, editor: Client, number: str) -> None:
    template = small("sum")
    assert editor.post(address(template, "publish/"), {"number": number}).status_code == 404
    assert current(template) == 1
