"""A case in, what planning makes of it out: the real rules on made-up rows.

Enters: a job's rules and a case. Leaves: a `Trial`. Never: a system, a store, or the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from provisor.domain.coverage import Point, points_of, reached
from provisor.domain.harm import History, Wholes
from provisor.domain.limits import examine_drafts
from provisor.domain.link import Absence, Link, Membership
from provisor.domain.marking import Seen, marked
from provisor.domain.override import Override
from provisor.domain.plan import Draft
from provisor.domain.proposing import propose
from provisor.domain.record import Record, Value, Values, is_blank
from provisor.domain.reference import Lack
from provisor.domain.rehearsal import Case, Difference, KnownLink, SaidBefore, Scene, Subject
from provisor.domain.rehearsing import Outcome, differences
from provisor.domain.relative_time import Moment
from provisor.domain.rules import JobRules, ObjectRules, sign_of
from provisor.domain.schema import ObjectType
from provisor.domain.world import Population, World
from provisor.engine.collect import Gathered, Rowwise, as_records
from provisor.ports.connector import ReadEnd

_MADE_UP = "rehearsal"
_BEFORE = datetime(1, 1, 1, tzinfo=UTC)
_QUIET = History(first_run=False, revision_is_new=False)


@dataclass(frozen=True, slots=True)
class Trial:
    """One case, and what came out of it."""

    case: Case
    differences: tuple[Difference, ...]
    outcome: Outcome

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.differences

    def reached(self) -> frozenset[Point]:
        """Return the rules that the case reached.

        Cost: one more evaluation for each branch of each mapping.
        """
        return reached(self.outcome)


def rehearse(rules: JobRules, case: Case) -> Trial:
    """Plan a case as the job would be planned, and compare.

    Limits are judged as if nothing had been done before and the configuration were approved.

    Args:
        rules: of the job that the case is for.
        case: its rows may be anything, as those of a system may.
    """
    world = _world(rules, case.scene)

    def assign(object_type: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
        return {key: identity_of(Subject(key, object_type)) for key in keys}

    proposal = propose(world, assign)
    drafts = _marked(world, proposal.drafts)
    judged = examine_drafts(rules, drafts, Wholes(proposal.managed), _QUIET)
    proposal = replace(proposal, drafts=judged.drafts)
    keys = {identity_of(one): one.key for one in _everybody(world, case.scene)}
    outcome = Outcome(world, proposal, judged.parts, keys)
    return Trial(case, tuple(differences(case.expected, outcome)), outcome)


def _marked(world: World, drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """Mark what touches power, as the cycle does."""
    users = world.populations.get(ObjectType.USERS, Population(()))
    seen = Seen(
        Moment(world.now, world.rules.zone),
        {account.key: account for account in users.accounts},
        {record.key: record for record in users.records},
    )
    return tuple(marked(draft, world.rules, seen) for draft in drafts)


def identity_of(subject: Subject) -> str:
    """Return the identity id that stands for a person or group in cases.

    Example:
        >>> identity_of(Subject("E1001", ObjectType.USERS))
        'identity of users E1001'
    """
    return f"identity of {subject}"


def _everybody(world: World, scene: Scene) -> Iterable[Subject]:
    yield from (link.subject for link in scene.links)
    for object_type, population in world.populations.items():
        yield from (Subject(record.key, object_type) for record in population.records)


def _world(rules: JobRules, scene: Scene) -> World:
    return World(
        rules=rules,
        now=scene.now,
        populations={kind: _population(one, scene) for kind, one in rules.objects.items()},
        overrides=_overrides(scene.overrides, rules.job),
        source_members=scene.source_members,
        target_members=scene.target_members,
        granted=frozenset(_granted(scene)),
        seeds=lambda identity: hashlib.sha256(identity.encode()).digest(),
    )


def _population(rules: ObjectRules, scene: Scene) -> Population:
    object_type = rules.object_type
    rows = tuple(_awaiting(rules, row) for row in scene.records.get(object_type, ()))
    source = _read(object_type, rules.key, rows, scene.now)
    target = _read(object_type, rules.schema.key, scene.accounts.get(object_type, ()), scene.now)
    links = [link for link in scene.links if link.subject.object_type is object_type]
    absences = (_absence(link) for link in links)
    return Population(
        records=source.records,
        repeated=source.repeated,
        unkeyed=source.unkeyed,
        accounts=_anchored(target.records, links, rules),
        links=tuple(_link(link, target.records, rules) for link in links),
        absences={absence.key: absence for absence in absences if absence is not None},
    )


def _awaiting(rules: ObjectRules, row: Values) -> Values:
    """Return a record in which every value of another job that the case does not say is awaited."""
    missing = {sign_of(name): Lack.UNMADE.value for name in rules.borrows if name not in row}
    return {**row, **missing} if missing else row


def _read(object_type: ObjectType, key: str, rows: tuple[Values, ...], now: datetime) -> Rowwise:
    end = ReadEnd(complete=True)
    return as_records(Gathered(_MADE_UP, object_type, key, (rows,), end, None, now, now), ())


def _anchored(
    accounts: Iterable[Record], links: Iterable[KnownLink], rules: ObjectRules
) -> tuple[Record, ...]:
    """Give linked accounts the anchor that they carry in earnest, where a case leaves it out."""
    anchor = rules.schema.anchor
    mapped = any(mapping.attribute == anchor for mapping in rules.mappings)
    if not anchor or mapped:
        return tuple(accounts)
    owners = {link.native_id: identity_of(link.subject) for link in links}
    return tuple(
        Record(one.key, {**one.values, anchor: owners[one.key]})
        if one.key in owners and anchor not in one.values
        else one
        for one in accounts
    )


def _link(link: KnownLink, accounts: Iterable[Record], rules: ObjectRules) -> Link:
    held: Value = None
    for account in accounts:
        if account.key == link.native_id and rules.schema.anchor:
            held = account.values.get(rules.schema.anchor)
    identity = identity_of(link.subject)
    return Link(
        identity=identity,
        object_type=link.subject.object_type,
        key=link.subject.key,
        native_id=link.native_id,
        anchor=identity if is_blank(held) else str(held),
        state=link.state,
        since=link.since,
        leave=link.leave,
    )


def _absence(link: KnownLink) -> Absence | None:
    if link.missing_since is None:
        return None
    subject = link.subject
    identity = identity_of(subject)
    return Absence(identity, subject.object_type, subject.key, link.missing_since, reads=2)


def _granted(scene: Scene) -> Iterable[Membership]:
    members = {
        link.subject.key: identity_of(link.subject)
        for kind in (ObjectType.GROUPS, ObjectType.USERS)
        for link in scene.links
        if link.subject.object_type is kind
    }
    for group, member in scene.granted:
        of_group = identity_of(Subject(group, ObjectType.GROUPS))
        of_member = members.get(member) or identity_of(Subject(member, ObjectType.USERS))
        yield Membership(of_group, of_member)


def _overrides(
    said: Iterable[SaidBefore], job: str
) -> dict[tuple[ObjectType, str], tuple[Override, ...]]:
    found: dict[tuple[ObjectType, str], tuple[Override, ...]] = {}
    for number, one in enumerate(said, start=1):
        place = (one.subject.object_type, one.subject.key)
        override = Override(
            id=f"{one.kind}-{number}",
            kind=one.kind,
            job=job,
            object_type=one.subject.object_type,
            key=one.subject.key,
            attribute=one.attribute,
            value=one.value,
            reason=_MADE_UP,
            author=_MADE_UP,
            approver="",
            created_at=_BEFORE,
            expires_at=None,
        )
        found[place] = (*found.get(place, ()), override)
    return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of some jobs' rules cases reached."""

    points: tuple[tuple[str, Point], ...]
    """Job and point, of everything that can be reached, in the order of the rules."""
    reached: frozenset[tuple[str, Point]]

    @property
    def missed(self) -> tuple[tuple[str, Point], ...]:
        """What no case reached."""
        return tuple(point for point in self.points if point not in self.reached)

    @property
    def percent(self) -> int:
        """How much of it was reached, rounded down; 100 where there is nothing to reach."""
        total = len(self.points)
        return (total - len(self.missed)) * 100 // total if total else 100


def coverage(jobs: Mapping[str, JobRules], trials: Iterable[Trial]) -> Coverage:
    """Return what the cases reached of the rules of all jobs.

    Args:
        jobs: rules by name.
        trials: cases of any of these.
    """
    points = tuple((name, point) for name, rules in jobs.items() for point in points_of(rules))
    found = {(trial.case.job, point) for trial in trials for point in trial.reached()}
    return Coverage(points, frozenset(found))
