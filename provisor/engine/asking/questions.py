"""What only people can say, with records and accounts side by side; nothing is kept or written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provisor.domain.difference import same
from provisor.domain.hiding import hidden, hidden_in_target
from provisor.domain.mapping import Mapped
from provisor.domain.matching import usable_rules, wanted_name
from provisor.domain.person import PersonQuestion
from provisor.domain.plan import Proposal
from provisor.domain.question import MatchCandidate, Question
from provisor.domain.record import Record, Value, Values, as_text, is_blank
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.seeking import seeker_of
from provisor.engine.assembly import Side
from provisor.engine.chains.borrowing import own_source
from provisor.engine.explain import peek
from provisor.engine.job import Job
from provisor.engine.mapped_lines import mapped_lines
from provisor.engine.survey import Glance
from provisor.ports.people import Alike, JoinsPeople


class Likeness(StrEnum):
    """How a candidate's value stands to the record's."""

    EQUAL = "equal"
    DIFFERENT = "different"
    EMPTY = "empty"
    """The record or the account has nothing there, so that it tells nothing."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One value of a candidate beside the record's."""

    attribute: str
    wanted: Value
    held: Value
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Shown:
    """One candidate as a person has to judge it."""

    candidate: MatchCandidate
    name: str
    rivals: tuple[str, ...]
    """Keys of other records that may be this account's owner, too."""
    values: tuple[Beside, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One question with everything that helps to answer it."""

    question: Question
    what: str
    """Why a person is asked."""
    candidates: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """All questions of one job."""

    questions: tuple[OpenQuestion, ...]
    doubts: tuple[str, ...]
    """Why a read is not complete; then the list may not be, either."""
    people: Mapping[str, PersonQuestion] = field(default_factory=dict)
    """Records of which only people can say whose they are, by the key they have meanwhile."""
    alike: tuple[Alike, ...] = ()
    """Known people whom a rule takes for one."""
    system: str = ""
    """The source, which the answers about people name."""


def open_questions(job: Job) -> OpenQuestions:
    """Return what only people can say about a job's records, from what both sides show now.

    Cost: one full read of both sides, and a proposal of which nothing is kept.
    """
    seen, proposal = peek(job)
    rivals = _claimants(proposal)
    shown = []
    for object_type, rules in job.rules.objects.items():
        asked = [one for one in proposal.questions if one.object_type is object_type]
        shown += _shown(rules, asked, rivals, seen) if asked else []
    people, alike = _about_people(job)
    return OpenQuestions(tuple(shown), seen.doubts, people, alike, job.rules.source)


def _about_people(job: Job) -> tuple[Mapping[str, PersonQuestion], tuple[Alike, ...]]:
    source = own_source(job.source)
    if not isinstance(source, JoinsPeople):
        return {}, ()
    return source.questions(), source.alike()


Claimants = Mapping[tuple[ObjectType, str], tuple[str, ...]]
"""Object type and native id to the keys of the records that it is a candidate for."""


def _claimants(proposal: Proposal) -> Claimants:
    found: dict[tuple[ObjectType, str], tuple[str, ...]] = {}
    for question in proposal.questions:
        for one in question.candidates:
            place = (question.object_type, one.native_id)
            found[place] = (*found.get(place, ()), question.key)
    return found


def _shown(
    rules: ObjectRules, asked: Iterable[Question], claimants: Claimants, seen: Glance
) -> list[OpenQuestion]:
    listed = list(asked)
    keys = [question.key for question in listed]
    natives = {one.native_id for question in listed for one in question.candidates}
    records = seen.assembly.records(Side.SOURCE, rules.object_type, keys)
    accounts = seen.assembly.accounts(rules.object_type, natives)
    return [_open(rules, one, records[one.key], accounts, claimants) for one in listed]


def _open(
    rules: ObjectRules,
    question: Question,
    record: Record,
    accounts: Mapping[str, Record],
    claimants: Claimants,
) -> OpenQuestion:
    wanted = compared_values(rules, record)
    shown = []
    for candidate in question.candidates:
        account = accounts.get(candidate.native_id)
        held: Values = account.values if account is not None else {}
        others = claimants[rules.object_type, candidate.native_id]
        shown.append(
            Shown(
                candidate,
                as_text(held.get(rules.schema.name)),
                tuple(key for key in others if key != question.key),
                tuple(_beside(rules, name, value, held) for name, value in wanted),
            )
        )
    return OpenQuestion(question, question.problem().what, tuple(shown))


def compared_values(rules: ObjectRules, record: Record) -> list[tuple[str, Value]]:
    """Return the attributes that the record's account would have, and what rules compare besides.

    A rule's own expression stands after the mapping of its attribute.
    """
    lines = mapped_lines(rules, record.values, None, rules.timeless, {})
    mapped = {line.attribute: line.value for line in lines if not line.drawn}
    desired = seeker_of(rules, record, Mapped(mapped), "").desired
    wanted = list(mapped.items())
    for position, rule in usable_rules(rules):
        for place, term in enumerate(rule.terms):
            pair = (term.attribute, desired.get(wanted_name(position, place, term)))
            if pair not in wanted and not is_blank(pair[1]):
                wanted.append(pair)
    return wanted


def _beside(rules: ObjectRules, name: str, wanted: Value, held: Values) -> Beside:
    value = held.get(name)
    likeness = _likeness(rules, name, wanted, value)
    if name in hidden_in_target(rules):
        return Beside(name, hidden(wanted), hidden(value), likeness)
    return Beside(name, wanted, value, likeness)


def _likeness(rules: ObjectRules, name: str, wanted: Value, value: Value) -> Likeness:
    if is_blank(wanted) or is_blank(value):
        return Likeness.EMPTY
    alike = same(wanted, value, rules.schema.attribute(name))
    return Likeness.EQUAL if alike else Likeness.DIFFERENT
