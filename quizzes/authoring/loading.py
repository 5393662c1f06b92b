"""Bring the database in step with a bank, without losing what was written in the admin meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef

from quizzes.models import QuestionTemplate, TemplateVersion
from quizzes.questions import Problem, TemplateError, load
from quizzes.questions.catalogue import Bank, stands_twice, unfit_examples
from quizzes.questions.tables import read_toml

from .reconciling import Divergence, Why, choose_examples, load_misconceptions, load_topics
from .versions import append, publish, publish_version


@dataclass(slots=True)
class BankReport:
    """What loading the bank changed, by slug."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)  # published, but not in this bank; left as they are
    diverged: list[Divergence] = field(default_factory=list)  # changed in the bank and in the admin: the admin's stays


@dataclass(frozen=True, slots=True)
class _State:
    """How a template stands before the bank is loaded."""

    row: QuestionTemplate
    bank: TemplateVersion | None  # the newest version that came from a bank
    newest: int
    later: tuple[str, ...]  # the texts that were written since then
    voided: frozenset[str]  # the texts that turned out to be wrong

    def holds(self, source: str) -> bool:
        """Whether this text of the bank is known: as it was loaded last, or as it went from the admin into the bank."""
        return (
            (self.bank is not None and self.bank.source == source)
            or (self.row.current is not None and self.row.current.source == source)
            or source in self.later
            or source in self.voided
        )

    def follows(self) -> bool:
        """Whether nobody has written, archived or rolled back since the last loading."""
        return self.bank is not None and self.row.current_id == self.bank.id and self.newest == self.bank.number


def load_bank(
    bank: Bank, progress: Callable[[str], None] = lambda line: None, *, overwrite: bool = False
) -> BankReport:
    """Bring topics, misconceptions and templates in step with ``bank``: all of it or nothing; idempotent.

    What was edited in the admin stays as it is there. Where the bank has changed too, its text is kept as a version
    that is not published, and reported as diverged; ``overwrite`` publishes the bank's text all the same.
    """
    report = BankReport()
    places: dict[str, str] = {}
    texts: dict[str, str] = {}
    with transaction.atomic():
        states = _states()
        known = {text for state in states.values() for text in _texts(state)}
        fresh = [source for _, source in bank.sources if source not in known]
        loaded = [source for _, source in bank.sources if source in known]
        report.diverged += load_topics(bank.topics, fresh, loaded, overwrite=overwrite)
        report.diverged += load_misconceptions(bank.misconceptions, fresh, loaded, overwrite=overwrite)
        slugs = {text: slug for slug, state in states.items() for text in _texts(state)}
        for where, source in bank.sources:
            progress(where)
            try:
                slug = slugs.get(source) or slug_of(source) or load(source).slug
                if slug in places:  # each loading would publish one after the other
                    raise TemplateError([stands_twice(slug, places[slug])])
                _load(report, slug, source, states.get(slug), overwrite=overwrite)
            except TemplateError as error:
                raise TemplateError(
                    [Problem(p.check, f"{where}: {p.where}", p.message) for p in error.problems]
                ) from None
            places[slug] = where
            texts[slug] = source
        _check_examples(bank, texts)
        report.diverged += choose_examples(bank.topics, overwrite=overwrite)
        published = QuestionTemplate.objects.filter(current__isnull=False).values_list("slug", flat=True)
        report.absent = sorted(set(published) - places.keys())
    return report


def _load(report: BankReport, slug: str, source: str, state: _State | None, *, overwrite: bool) -> None:
    """Take over one text of the bank, as far as nobody has written something else."""
    if state is None:
        publish(source, origin="bank")
        report.created.append(slug)
    elif source in state.voided and (state.row.current is None or state.row.current.source != source):
        report.diverged.append(Divergence(slug, "voided"))
    elif overwrite:
        (report.updated if _overwrite(state, source) else report.unchanged).append(slug)
    elif state.holds(source):
        report.unchanged.append(slug)
    elif state.follows():
        publish(source, origin="bank")
        report.updated.append(slug)
    else:
        version, _ = append(source, origin="bank", to=state.row)
        why: Why = "archived" if state.row.archived_at is not None else "edited"
        report.diverged.append(Divergence(slug, why, version.number))


def _overwrite(state: _State, source: str) -> bool:
    """Publish the bank's text whatever was done in the admin; whether it was another before."""
    if state.row.current is not None and state.row.current.source == source:
        return False
    if state.bank is not None and state.bank.source == source:
        return publish_version(state.bank)
    publish(source, origin="bank")
    return True


def _states() -> dict[str, _State]:
    """Every template by its slug."""
    versions = TemplateVersion.objects.all()
    same = versions.filter(template=OuterRef("template"))
    after_bank = same.filter(origin="bank", number__gt=OuterRef("number"))
    bank = {one.template_id: one for one in versions.filter(~Exists(after_bank), origin="bank")}
    later: dict[object, list[TemplateVersion]] = {}
    for one in versions.exclude(origin="bank").filter(~Exists(after_bank)).order_by("number"):
        later.setdefault(one.template_id, []).append(one)
    voided: dict[object, set[str]] = {}
    for template, source in versions.filter(voided_at__isnull=False).values_list("template", "source"):
        voided.setdefault(template, set()).add(source)
    states = {}
    for row in QuestionTemplate.objects.select_related("current").select_for_update(of=("self",)):
        mine, others = bank.get(row.id), later.get(row.id, [])
        newest = max([one.number for one in (mine, *others) if one is not None], default=0)
        texts = tuple(one.source for one in others)
        states[row.slug] = _State(row, mine, newest, texts, frozenset(voided.get(row.id, ())))
    return states


def _texts(state: _State) -> Iterable[str]:
    current = state.row.current
    return [*state.later, *([current.source] if current else []), *([state.bank.source] if state.bank else [])]


def slug_of(source: str) -> str:
    """The slug that a text gives itself, without compiling it; ``""`` where it gives none."""
    document = read_toml(source)
    cards = document.get("flashcards")
    table = cards[0] if isinstance(cards, list) and len(cards) == 1 else document
    slug = table.get("slug") if isinstance(table, dict) else None
    return slug if isinstance(slug, str) else ""


def _check_examples(bank: Bank, sources: Mapping[str, str]) -> None:
    """The topics' examples are questions of theirs: by the bank's own texts, else by what is published."""
    wanted = {entry.example for entry in bank.topics} - {""}
    rows = QuestionTemplate.objects.filter(slug__in=wanted).select_related("topic", "current")
    held = {row.slug: (row.topic.slug, row.kind) for row in rows}
    current = {row.slug: row.current.source for row in rows if row.current is not None}
    for slug in wanted & sources.keys():
        if current.get(slug) != sources[slug]:
            template = load(sources[slug])
            held[slug] = (template.topic, template.kind)
    if problems := unfit_examples(bank.topics, held):
        raise TemplateError(problems)
