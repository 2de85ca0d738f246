"""One look at all sources of a joined system: who is there, and what is said of them.

The plain way, record by record; it is the definition of the columnar one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from provisor.domain.correlating import Correlated, correlate
from provisor.domain.person import (
    IN_QUESTION,
    PERSON,
    Forms,
    Joining,
    PersonQuestion,
    Ref,
    Sighting,
    Ties,
    first_key,
    form_of,
    record_name,
)
from provisor.domain.record import Record, Values, is_blank
from provisor.domain.relative_time import Moment
from provisor.domain.scope import attributes_of_condition, judge
from provisor.domain.surroundings import Surroundings
from provisor.domain.tie_pages import form_page, tie_page
from provisor.domain.uniting import Voice, accounts_of, unite, values_of
from provisor.engine.collect import as_records
from provisor.engine.people.feeds import FeedRead
from provisor.ports.connector import ArrowTable, Rows
from provisor.ports.people import Alike, Portrait
from provisor.ports.store import Observation

ALIKE_SHOWN = 200


@dataclass(frozen=True, slots=True)
class FeedRecords:
    """What one source showed of people, in our names."""

    observation: Observation
    records: tuple[Record, ...]
    repeated: Mapping[str, int]
    unkeyed: int


def records_of(read: FeedRead) -> FeedRecords:
    """Return what a source showed, with our judgement of the read."""
    rowwise = as_records(read.gathered, read.asked)
    rename = read.feed.renamed
    records = tuple(Record(one.key, rename(one.values)) for one in rowwise.records)
    return FeedRecords(read.judged(rowwise.measure), records, rowwise.repeated, rowwise.unkeyed)


@dataclass(frozen=True, slots=True)
class PeopleLook:
    """Everybody, record by record."""

    joining: Joining
    ties: Ties
    voices: Mapping[Ref, Voice]
    correlated: Correlated
    forms: Mapping[Ref, Forms]
    repeated: Mapping[str, int]
    """Keys of people of whom a record stands in several rows, with how many."""
    unkeyed: int
    withheld: frozenset[str]
    """People of whom a record may be in what was not read; of somebody new nobody knows."""
    observations: tuple[Observation, ...] = field(default=())

    def pages(self, attributes: Sequence[str]) -> Iterable[Rows | ArrowTable]:
        """Yield everybody with some of their attributes."""
        wanted = set(attributes) - {PERSON}
        rows: list[Values] = []
        for person, refs in self.correlated.persons.items():
            if person not in self.withheld and person not in self.repeated:
                rows.append(self._row(person, refs, wanted))
        for person, count in self.repeated.items():
            rows += [{PERSON: person}] * count
        yield rows + [{PERSON: ""}] * self.unkeyed

    def _row(self, person: str, refs: Iterable[Ref], wanted: set[str]) -> Values:
        united = unite(self.joining, [self.voices[ref] for ref in refs])
        row = {PERSON: person} | {n: v for n, v in values_of(united).items() if n in wanted}
        question = self.correlated.questions.get(person)
        return row if question is None else row | {IN_QUESTION: question.told}

    def new_ties(self) -> bytes | None:
        """Return a page of what was not known before; None for nothing."""
        return tie_page(self.correlated.ties) if self.correlated.ties else None

    def new_forms(self) -> bytes | None:
        """Return a page of what records are compared by, where that is new; None for nothing."""
        known = self.ties.forms
        fresh = {ref: own for ref, own in self.forms.items() if known.get(ref) != own}
        page = self._settled(fresh)
        return form_page(self.joining.rules, page) if page else None

    def all_forms(self) -> bytes:
        """Return one page of what every record is compared by, those that are gone included."""
        return form_page(self.joining.rules, self._settled({**self.ties.forms, **self.forms}))

    def _settled(self, forms: Mapping[Ref, Forms]) -> list[tuple[Ref, Forms]]:
        settled = self.ties.persons.keys() | {tie.ref for tie in self.correlated.ties}
        return [(ref, forms[ref]) for ref in sorted(forms) if ref in settled]

    def count_ties(self) -> int:
        """Return how many records were never read before."""
        return len(self.correlated.ties)

    def owners(self) -> Mapping[Ref, str]:
        """Return whose every record is, those that are gone included."""
        found = {tie.ref: tie.person for tie in self.correlated.ties}
        asked = {question.ref: key for key, question in self.correlated.questions.items()}
        return {**self.ties.persons, **found, **asked}

    def rules(self) -> Mapping[Ref, str]:
        """Return by which rule every record came to its person."""
        return {**self.ties.rules, **{tie.ref: tie.rule for tie in self.correlated.ties}}

    def questions(self) -> Mapping[str, PersonQuestion]:
        """Return what only people can say."""
        return self.correlated.questions

    def portrait(self, key: str) -> Portrait | None:
        """Return one person; None for nobody."""
        refs = self.correlated.persons.get(key, ())
        owners = self.owners()
        former = sorted(r for r, person in owners.items() if person == key and r not in refs)
        rules = self.rules()
        voices = [self.voices[ref] for ref in refs if ref in self.voices]
        question = self.correlated.questions.get(key)
        return painted(self.joining, key, (refs, former), rules, (voices, question))

    def person_of(self, name: str) -> str | None:
        """Return the key of the person whom a name means; None for nobody, or several."""
        return only_one(name, self.owners().items())

    def agrees(self, persons: Mapping[Ref, str]) -> bool:
        """Say whether others keep the same of all records of whom this look knows the person."""
        known = {**self.ties.persons, **{tie.ref: tie.person for tie in self.correlated.ties}}
        return all(persons.get(ref) == person for ref, person in known.items())

    def alike(self) -> tuple[Alike, ...]:
        """Return known people whom a rule that decides takes for one."""
        deciding = [number for number, rule in enumerate(self.joining.rules) if rule.decides]
        found = [one for number in deciding for one in self._alike(number)]
        return tuple(sorted(found, key=lambda one: (one.rule, one.persons))[:ALIKE_SHOWN])

    def _alike(self, number: int) -> Iterable[Alike]:
        owners, asked = self.owners(), self.correlated.questions
        by_form: dict[str, set[str]] = defaultdict(set)
        for ref, forms in {**self.ties.forms, **self.forms}.items():
            form, person = forms[number], owners.get(ref)
            if form is not None and person is not None and person not in asked:
                by_form[form].add(person)
        rule = self.joining.rules[number].name
        return (Alike(rule, tuple(sorted(one))) for one in by_form.values() if len(one) > 1)


def painted(
    joining: Joining,
    key: str,
    refs: tuple[Sequence[Ref], Sequence[Ref]],
    rules: Mapping[Ref, str],
    said: tuple[Sequence[Voice], PersonQuestion | None],
) -> Portrait | None:
    """Return one person; None for nobody.

    Args:
        joining: sources and rules.
        key: of the person.
        refs: the records that show the person now, and those that did.
        rules: by which each was joined.
        said: what the records say, and what only people can say.
    """
    here, former = refs
    if not here and not former:
        return None
    voices, question = said
    return Portrait(
        key,
        tuple((ref, rules.get(ref, "")) for ref in here),
        tuple((ref, rules.get(ref, "")) for ref in former),
        tuple(accounts_of(joining, voices)),
        question,
    )


def only_one(name: str, owners: Iterable[tuple[Ref, str]]) -> str | None:
    """Return the key of the one person whom a name means; None for nobody, or several."""
    found = {person for ref, person in owners if name in (person, ref[1], record_name(ref))}
    exact = found & {name}
    return next(iter(exact or found)) if len(exact or found) == 1 else None


def look_at_people(
    joining: Joining, reads: Sequence[FeedRead], ties: Ties, moment: Moment
) -> PeopleLook:
    """Say who is there.

    Args:
        joining: sources and rules.
        reads: every source, read for people.
        ties: what was decided before.
        moment: when; conditions may ask.
    """
    feeds = {read.feed.system: records_of(read) for read in reads}
    voices = {
        (system, one.key): _voice(joining, (system, one.key), one, moment)
        for system, feed in feeds.items()
        for one in feed.records
    }
    forms = {
        ref: tuple(form_of(rule, voice.values) for rule in joining.rules)
        for ref, voice in voices.items()
    }
    twice = {(s, key): n for s, feed in feeds.items() for key, n in feed.repeated.items()}
    sightings = [Sighting(ref, own, voices[ref].vouches) for ref, own in forms.items()]
    nothing: Forms = (None,) * len(joining.rules)
    sightings += [Sighting(r, ties.forms.get(r, nothing)) for r in twice if r in ties.persons]
    correlated = correlate(joining, sightings, ties)
    repeated: dict[str, int] = {}
    for ref, count in twice.items():
        person = ties.persons.get(ref) or first_key(joining, ref)
        repeated[person] = max(count, repeated.get(person, 0))
    broken = {s for s, feed in feeds.items() if not feed.observation.complete}
    unseen = (r for r in ties.persons if r[0] in broken and r not in voices and r not in twice)
    withheld = {ties.persons[ref] for ref in unseen}
    if broken:
        known = {*ties.persons.values(), *correlated.questions}
        withheld |= correlated.persons.keys() - known
    return PeopleLook(
        joining,
        ties,
        voices,
        correlated,
        forms,
        repeated,
        sum(feed.unkeyed for feed in feeds.values()),
        frozenset(withheld),
        tuple(feed.observation for feed in feeds.values()),
    )


def _voice(joining: Joining, ref: Ref, record: Record, moment: Moment) -> Voice:
    asked = attributes_of_condition(joining.vouches)
    # A source that says nothing of it denies nobody, and whoever cannot be judged is not gone.
    if joining.vouches is None or all(is_blank(record.value(name)) for name in asked):
        return Voice(ref, record.values)
    answer = judge(joining.vouches, record, Surroundings(moment)).holds
    return Voice(ref, record.values, vouches=answer is not False)


def plain(read: FeedRead) -> FeedRead:
    """Return a read with its columnar pages as rows."""
    pages = read.gathered.pages
    if not any(isinstance(page, ArrowTable) for page in pages):
        return read
    # Columns are imported only where a source gives them.
    from provisor.domain.columns.pages import plain_rows

    rows = tuple(plain_rows(page) if isinstance(page, ArrowTable) else page for page in pages)
    return replace(read, gathered=replace(read.gathered, pages=rows))
