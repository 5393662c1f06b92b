"""The editor: texts become previews, proofs, versions – and are never lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from quizzes import authoring
from quizzes.authoring import skeletons, workshop
from quizzes.bounded import Limits, Pool
from quizzes.models import Draft, Misconception, QuestionTemplate, TemplateVersion, User
from quizzes.questions import load
from quizzes.questions.lint import lint
from quizzes.questions.remedies import REMEDIES
from tests.admin.conftest import Staff, signed_in
from tests.bank import BANK
from tests.quizzes.sources import card_source, sum_source

Small = Callable[..., QuestionTemplate]

PARTS = ("draft", "draft_preview", "draft_proof", "draft_answer")
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    """The process in which texts are looked at ends with the tests of this file."""
    yield
    workshop._pool.close()


@pytest.fixture
def author(staff: Staff) -> User:
    return staff("author")


@pytest.fixture
def client(author: User) -> Client:
    return signed_in(author)


@pytest.fixture
def draft(author: User, small: Small) -> Draft:
    """A draft of a published template, as it was begun."""
    return authoring.start(author, small("sum"))


def post(client: Client, name: str, draft: Draft, source: str, *, htmx: bool = False, **values: Any) -> Any:
    url = reverse(f"admin:{name}", args=[draft.id])
    return client.post(url, {"source": source, "language": "en", **values}, headers=HTMX if htmx else None)


def text(response: Any) -> str:
    return str(response.content.decode())


# Beginning and ending


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", skeletons.KINDS)
def test_a_skeleton_lints_clean_and_speaks_one_language(kind: str, language: Any, db: None) -> None:
    source = skeletons.skeleton(kind, language)
    report = lint(load(source), {topic.slug for topic in BANK.topics}, {one.code for one in BANK.misconceptions})
    assert [str(problem) for problem in report.problems] == []
    comments = [line for line in source.splitlines() if line.startswith("#")]
    assert len(comments) >= 5
    assert all(bool(re.search(r"[ぁ-んァ-ヶ一-龠]", line)) == (language == "ja") for line in comments)
    assert all(line.startswith("# ") for line in comments)


def test_a_skeleton_takes_a_slug_that_is_free(client: Client, small: Small) -> None:
    small("new-integer")
    client.post(reverse("admin:start_draft"), {"skeleton": "integer"})
    assert load(Draft.objects.get().source).slug == "new-integer-2"


def test_a_copy_has_its_own_slug_and_no_template(client: Client, small: Small) -> None:
    template = small("sum")
    small("sum-copy")
    response = client.post(reverse("admin:start_draft"), {"copy": str(template.id)})
    draft = Draft.objects.get()
    assert response["Location"] == reverse("admin:draft", args=[draft.id])
    assert (draft.template, load(draft.source).slug) == (None, "sum-copy-2")


def test_a_template_is_edited_from_its_newest_version_with_an_addition(client: Client, small: Small) -> None:
    template = small("sum")
    addition = '[[misconceptions]]\r\ncode = "forgot-two"\r\nvalue = "a - 1"'
    client.post(reverse("admin:start_draft"), {"template": str(template.id), "addition": addition})
    draft = Draft.objects.get()
    assert (draft.template, draft.base) == (template, 1)
    assert draft.source == sum_source("sum").rstrip() + "\n\n" + addition.replace("\r\n", "\n") + "\n"


@pytest.mark.parametrize("wrong", [{}, {"skeleton": "novel"}, {"template": "x"}, {"copy": str(UUID(int=7))}])
def test_an_unknown_beginning_is_not_found(client: Client, wrong: dict[str, str]) -> None:
    assert client.post(reverse("admin:start_draft"), wrong).status_code == 404


def test_the_list_shows_ones_own_drafts_and_the_ways_to_begin(client: Client, draft: Draft, staff: Staff) -> None:
    authoring.start(staff("editor"), source='slug = "not-mine"')
    authoring.start(draft.author, source='slug = "brand-new"')
    page = text(client.get(reverse("admin:drafts")))
    assert "sum" in page
    assert "brand-new" in page
    assert "not-mine" not in page
    for kind in skeletons.KINDS:
        assert f'name="skeleton" value="{kind}"' in page
    Draft.objects.all().delete()
    assert "You have no drafts." in text(client.get(reverse("admin:drafts")))
    assert reverse("admin:drafts") in text(client.get(reverse("admin:index")))


def test_discarding_asks_first(client: Client, draft: Draft) -> None:
    url = reverse("admin:draft_discard", args=[draft.id])
    assert "What is" in text(client.post(url))
    assert Draft.objects.exists()
    assert client.post(url, {"sure": "yes"})["Location"] == reverse("admin:drafts")
    assert not Draft.objects.exists()


# Who may


def test_who_may_write(draft: Draft, staff: Staff, learner_client: Client) -> None:
    addresses = [reverse("admin:drafts"), reverse("admin:draft", args=[draft.id])]
    for url in addresses:
        assert "/admin/login/" in Client().get(url)["Location"]
        assert "/admin/login/" in learner_client.get(url)["Location"]
        assert signed_in(staff("administrator", email=f"{len(url)}@example.org")).get(url).status_code == 403
        assert signed_in(draft.author).get(url).status_code == 200
    stranger = signed_in(staff("author", "editor", email="other@example.org"))
    assert stranger.get(addresses[1]).status_code == 404
    for name in (*PARTS, "draft_discard"):
        assert post(stranger, name, draft, "mine now").status_code == 404
    assert signed_in(staff("author", "editor", email="b@example.org")).get(addresses[0]).status_code == 200
    draft.refresh_from_db()
    assert "mine now" not in draft.source


@pytest.fixture
def learner_client(db: None) -> Client:
    return signed_in(User.objects.create_user("learner@example.org", "a password of theirs"))


@pytest.mark.parametrize("name", ["start_draft", "draft_preview", "draft_proof", "draft_answer", "draft_discard"])
def test_what_changes_something_is_posted(client: Client, draft: Draft, name: str) -> None:
    url = reverse(f"admin:{name}", args=[] if name == "start_draft" else [draft.id])
    assert client.get(url).status_code == 405


# Nothing is lost


@pytest.mark.parametrize("name", PARTS)
def test_a_refused_post_gives_the_text_back_and_stores_nothing(draft: Draft, name: str) -> None:
    before = draft.source
    url = reverse(f"admin:{name}", args=[draft.id])
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(draft.author, backend="django.contrib.auth.backends.ModelBackend")
    for client, status in ((strict, 403), (Client(), 401)):
        refused = client.post(url, {"source": "typed <b>\r\nfor hours", "note": "why"})
        assert refused.status_code == status
        assert "typed &lt;b&gt;\nfor hours</textarea>" in text(refused)
        assert f'action="{url}"' in text(refused)
        part = client.post(url, {"source": "typed"}, headers=HTMX)
        assert (part.status_code, part["HX-Retarget"]) == (status, "#notice")
        assert 'hx-swap-oob="true"' in text(part)
    draft.refresh_from_db()
    assert draft.source == before


def test_a_text_that_was_given_back_can_be_sent_again(draft: Draft) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(draft.author, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("admin:draft", args=[draft.id])
    given = text(strict.post(url, {"source": sum_source("sum", words="New. ")}))
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', given)
    assert found is not None
    source = sum_source("sum", words="New. ")
    sent = strict.post(url, {"source": source, "csrfmiddlewaretoken": found[1]})
    assert sent.status_code == 302
    assert TemplateVersion.objects.get(number=2).source == source


def test_a_text_whose_draft_is_gone_becomes_another(client: Client, draft: Draft) -> None:
    draft.delete()
    gone = client.post(reverse("admin:draft", args=[UUID(int=1)]), {"source": "typed"})
    assert gone.status_code == 404
    assert "typed</textarea>" in text(gone)
    assert f'action="{reverse("admin:start_draft")}"' in text(gone)
    client.post(reverse("admin:start_draft"), {"source": "typed"})
    assert Draft.objects.get().source == "typed"


@pytest.mark.parametrize("name", PARTS)
def test_every_post_keeps_the_text_whatever_it_is(client: Client, draft: Draft, name: str) -> None:
    response = post(client, name, draft, "not = = TOML\r\n</textarea>")
    draft.refresh_from_db()
    assert draft.source == "not = = TOML\n</textarea>"
    assert "not = = TOML\n&lt;/textarea&gt;</textarea>" in text(response)


# Saving


def test_saving_makes_a_version_and_publishes_nothing(client: Client, draft: Draft) -> None:
    template = draft.template
    assert template is not None
    saved = post(client, "draft", draft, sum_source("sum", words="New. "), note="clearer")
    assert saved["Location"] == reverse("admin:quizzes_questiontemplate_change", args=[template.id])
    version = template.versions.get(number=2)
    assert (version.author, version.note, version.origin) == (draft.author, "clearer", "admin")
    template.refresh_from_db()
    assert template.current is not None
    assert template.current.number == 1
    assert not Draft.objects.exists()


def test_a_text_that_cannot_be_saved_stays_with_its_problems(client: Client, draft: Draft) -> None:
    refused = post(client, "draft", draft, sum_source("sum", topic="nowhere"), note="why")
    page = text(refused)
    assert refused.status_code == 422
    assert "Nothing was saved" in page
    assert "[unknown-topic]" in page
    assert 'data-line="4"' in page
    assert 'value="why"' in page
    assert Draft.objects.get().source == sum_source("sum", topic="nowhere")


def test_a_note_that_is_too_long_is_said_at_its_field(client: Client, draft: Draft) -> None:
    refused = post(client, "draft", draft, draft.source, note="x" * 201)
    assert refused.status_code == 422
    assert "At most 200 characters." in text(refused)
    assert Draft.objects.exists()


def test_a_conflict_shows_both_texts_and_loses_none(client: Client, draft: Draft, staff: Staff) -> None:
    theirs, mine = sum_source("sum", words="Theirs. "), sum_source("sum", words="Mine. ")
    authoring.append(theirs, by=staff("editor"))
    page = post(client, "draft", draft, mine)
    assert page.status_code == 409
    assert "editor@example.org" in text(page)
    lines = re.findall(r'<tr class="(out|in)">.*?<code>(.*?)</code>', text(page), re.S)
    assert [kind for kind, _line in lines] == ["out", "in"]
    assert ["Theirs" in lines[0][1], "Mine" in lines[1][1]] == [True, True]
    assert post(client, "draft", draft, mine, base="2").status_code == 302
    assert list(TemplateVersion.objects.order_by("number").values_list("source", flat=True))[1:] == [theirs, mine]


def test_going_on_from_theirs_keeps_mine_as_another_draft(client: Client, draft: Draft) -> None:
    theirs, mine = sum_source("sum", words="Theirs. "), sum_source("sum", words="Mine. ")
    authoring.append(theirs)
    assert post(client, "draft", draft, mine, save="theirs").status_code == 302
    draft.refresh_from_db()
    assert (draft.source, draft.base) == (theirs, 2)
    assert Draft.objects.get(template=None).source == mine
    assert post(client, "draft", draft, theirs).status_code == 302


def test_the_page_says_beforehand_that_somebody_saved(client: Client, draft: Draft) -> None:
    assert "Somebody else saved" not in text(client.get(reverse("admin:draft", args=[draft.id])))
    authoring.append(sum_source("sum", words="Theirs. "))
    assert "Somebody else saved" in text(client.get(reverse("admin:draft", args=[draft.id])))


# Seeing


def test_the_page_shows_six_variants_without_writing(client: Client, draft: Draft) -> None:
    before = draft.updated_at
    page = text(client.get(reverse("admin:draft", args=[draft.id]) + "?language=en"))
    assert page.count('<details class="variant"') == 6
    assert page.count("+ 1?") == 1 + 6 + 1  # the text, the variants, and one to be answered
    assert page.count("Add 1 to") == 1  # the text alone
    draft.refresh_from_db()
    assert draft.updated_at == before


def test_the_preview_follows_what_the_author_wants_to_see(client: Client, draft: Draft) -> None:
    after = text(post(client, "draft_preview", draft, draft.source, side="after", seeds="7, 9", htmx=True))
    assert after.count('<details class="variant"') == 2
    assert after.count("Add 1 to") == 2
    assert "(draw 9)" in after
    japanese = text(post(client, "draft_preview", draft, draft.source, language="ja", htmx=True))
    assert "1を足すと？" in japanese
    rerolled = text(post(client, "draft_preview", draft, draft.source, seeds="1 2 3 4 5 6", reroll="yes", htmx=True))
    assert "(draw 12)" in rerolled
    assert 'value="7 8 9 10 11 12"' in rerolled
    again = text(post(client, "draft_preview", draft, draft.source, seeds="7 8 9 10 11 12", htmx=True))
    assert re.findall(r"a = \d+", again) == re.findall(r"a = \d+", rerolled)


def test_a_problem_stands_at_its_line_and_the_last_preview_stays(client: Client, draft: Draft) -> None:
    broken = draft.source.replace('value = "a + 1"', 'value = "a + b"')
    part = post(client, "draft_preview", draft, broken, htmx=True, shown="yes")
    line = next(at for at, one in enumerate(broken.splitlines(), start=1) if "a + b" in one)
    assert part["HX-Reswap"] == "none"
    assert f'data-line="{line}"' in text(part)
    assert "[expression]" in text(part)
    assert 'class="variant"' not in text(part)


def test_a_text_that_becomes_readable_brings_its_fields(client: Client, draft: Draft) -> None:
    part = text(post(client, "draft_preview", draft, draft.source, htmx=True))
    assert '<div id="trial" hx-swap-oob="true">' in part
    assert 'name="try.s"' in part
    assert 'id="trial"' not in text(post(client, "draft_preview", draft, draft.source, htmx=True, tried="1"))


def test_wrong_rules_stand_with_their_values(client: Client, draft: Draft) -> None:
    Misconception.objects.filter(code="forgot-one").update(title_en="Forgot the one")
    page = text(client.get(reverse("admin:draft", args=[draft.id]) + "?language=en"))
    table = page[page.index('class="wrong-rules"') :]
    assert "Forgot the one" in table
    numbers = re.findall(r"<span>a = (\d+)", page)
    assert re.findall(r"<td>(\d+)</td>", table)[:6] == numbers


def test_an_answer_is_read_graded_and_diagnosed_as_a_learners(client: Client, draft: Draft) -> None:
    Misconception.objects.filter(code="forgot-one").update(title_en="Forgot the one", wrong_en="You left it out.")
    shown = text(post(client, "draft_answer", draft, draft.source, **{"try": "3"}, htmx=True))
    assert 'name="tried" value="3"' in shown
    number = re.search(r"What is (?:<[^>]+>)*(\d+)", shown)
    assert number is not None
    given: dict[str, Any] = {"tried": "3", "try.s": number[1]}
    wrong = text(post(client, "draft_answer", draft, draft.source, **given, htmx=True))
    assert "Not correct" in wrong
    assert "Forgot the one" in wrong
    assert "You left it out." in wrong
    right = text(post(client, "draft_answer", draft, draft.source, **{**given, "try.s": str(int(number[1]) + 1)}))
    assert "✓ Correct" in right
    unread = text(post(client, "draft_answer", draft, draft.source, **{**given, "try.s": "many"}, htmx=True))
    assert 'aria-invalid="true"' in unread
    assert 'value="many"' in unread
    assert "Not correct" not in unread


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_japanese_author_is_told_in_japanese_whatever_the_preview_speaks(
    client: Client, draft: Draft, language: str
) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ja"
    broken = draft.source.replace('"a + 1"', '"a + c"')
    for name, htmx in (("draft_preview", True), ("draft_preview", False), ("draft_proof", False), ("draft", False)):
        page = unescape(text(post(client, name, draft, broken, language=language, htmx=htmx)))
        assert "5文字目：'c' という名前はありません（使える名前：a）。" in page
        assert REMEDIES["expression"]["ja"] in page
        assert "unknown name" not in page
    renamed = unescape(text(post(client, "draft", draft, draft.source.replace('"sum"', '"other"'), language=language)))
    assert "名前が sum から変わっています。テンプレートの名前は変えられません。" in renamed
    told = "与える値と答えの例を、少なくとも1つ書いてください。"
    found = unescape(proved(client, draft, draft.source, until=told, language=language, htmx=True))
    assert told in found
    assert "write at least one example" not in found


def proved(client: Client, draft: Draft, source: str, until: str = "(all of them)", **more: Any) -> str:
    """The proof; children of a very busy machine may get too little of the processor to look at everything."""
    for _ in range(20):
        part = text(post(client, "draft_proof", draft, source, **more))
        if until in part:
            break
    return part


def test_the_proof_counts_all_variants(client: Client, draft: Draft) -> None:
    source = sum_source(high=220)
    part = proved(client, draft, source, htmx=True)
    assert "220" in part
    assert "(all of them)" in part
    assert "[no-test]" in part
    assert 'id="findings"' in part
    whole = proved(client, draft, source)
    assert "(all of them)" in whole
    assert "<textarea" in whole
    unreadable = text(post(client, "draft_proof", draft, "x = = 1", htmx=True))
    assert "There is nothing to prove" in unreadable


def test_a_flashcard_shows_its_back_afterwards(client: Client, author: User, small: Small) -> None:
    small("card", kind="flashcard")
    draft = authoring.start(author, source=card_source("other"))
    before = text(post(client, "draft_preview", draft, draft.source, htmx=True))
    assert "Front" in before
    assert "Back" not in before
    assert "Back" in text(post(client, "draft_preview", draft, draft.source, side="after", htmx=True))
    assert "rated by its learner" in text(post(client, "draft_answer", draft, draft.source, tried="1", htmx=True))


def test_ids_are_unique_though_six_figures_stand_on_the_page(client: Client, author: User, bank: None) -> None:
    for slug in ("conv-output-size", "max-pool-matrix"):
        draft = authoring.start(author, QuestionTemplate.objects.get(slug=slug))
        page = text(post(client, "draft_preview", draft, draft.source, side="after"))
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert page.count("<svg") > 6
        assert sorted(ids) == sorted(set(ids))
        named = [name for names in re.findall(r'aria-labelledby="([^"]+)"', page) for name in names.split()]
        assert set(named) <= set(ids)


def test_a_matrix_and_a_shape_are_answered_cell_by_cell(client: Client, author: User, bank: None) -> None:
    draft = authoring.start(author, QuestionTemplate.objects.get(slug="max-pool-matrix"))
    wrong = post(client, "draft_answer", draft, draft.source, tried="1", htmx=True, **{"try.Y.0.0": "99"})
    assert 'value="99"' in text(wrong)
    assert "Not correct" in text(wrong)
    shape = authoring.start(author, QuestionTemplate.objects.get(slug="overview-final-shape"))
    given: dict[str, Any] = {"try.shape.0": "1", "try.shape.1": "2", "try.shape.2": "3"}
    assert "Not correct" in text(post(client, "draft_answer", shape, shape.source, tried="1", htmx=True, **given))


# What takes too much, or has to wait


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any text gives more than can be shown."""
    monkeypatch.setattr(workshop, "LIMITS", Limits(2.0, 256, output=10))


@pytest.mark.usefixtures("tight")
@pytest.mark.parametrize("name", ["draft_preview", "draft_answer"])
def test_what_takes_too_much_is_said_and_the_text_kept(client: Client, draft: Draft, name: str) -> None:
    for htmx in (True, False):
        page = text(post(client, name, draft, f"{draft.source}# more\n", htmx=htmx))
        assert "gave more than can be shown" in page
        assert ("# more" in page) is not htmx
    draft.refresh_from_db()
    assert draft.source.endswith("# more\n")


@pytest.mark.parametrize("name", ["draft_preview", "draft_proof"])
def test_a_busy_server_is_asked_again(client: Client, draft: Draft, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = Pool(workshop.BENCH)
    monkeypatch.setattr(workshop, "_pool", busy)
    with busy._lock:
        page = text(post(client, name, draft, draft.source, htmx=True))
    url = reverse(f"admin:{name}", args=[draft.id])
    assert f'hx-post="{url}" hx-trigger="load delay:1s"' in page


def test_a_text_that_cannot_be_read_within_the_bounds_is_not_saved(
    client: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_args: Any, **_options: Any) -> Any:
        raise workshop.TooMuch("time", "")

    monkeypatch.setattr(workshop, "preview", too_much)
    response = post(client, "draft", draft, sum_source(words="New: "))
    assert response.status_code == 422
    assert workshop.TooMuch("time", "").message("en")[:20] in text(response)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ja"  # the preview stays English
    response = post(client, "draft", draft, sum_source(words="New: "))
    assert workshop.TooMuch("time", "").message("ja")[:20] in text(response)
    assert draft.template is not None
    assert draft.template.versions.count() == 1
    assert Draft.objects.get(id=draft.id).source == sum_source(words="New: ")
