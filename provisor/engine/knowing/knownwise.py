"""One cycle over what changed: the object executor on a part of the world, put into the whole.

Nobody else's plan can be another one; whoever is concerned is planned by the same rules as in a
full cycle. Columns have no part in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from provisor.domain.completeness import Measure
from provisor.domain.enrolling import Enrolment
from provisor.domain.marks import lost
from provisor.domain.merging import counted, merged
from provisor.domain.override import Override, active_overrides
from provisor.domain.plan import Finding, PlannedAction, Proposal, Tally
from provisor.domain.proposing import Walk, walk_through
from provisor.domain.record import Record, Value
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Condition
from provisor.domain.second_pass import refer
from provisor.domain.side import Side
from provisor.domain.surroundings import Surroundings
from provisor.domain.world import Assign, World
from provisor.engine.assembly import Circumstance, MissingLinks
from provisor.engine.collect import Gathered
from provisor.engine.knowing.closure import MOST_CONCERNED, Closure, Concerned, TooManyConcerned
from provisor.engine.knowing.ground import SOURCE, TARGET, Ground
from provisor.engine.knowing.known_roster import said_of
from provisor.engine.knowing.part_members import PartMembers, Touched
from provisor.engine.knowing.part_refers import counted_references, told_of
from provisor.engine.knowing.part_world import PartWorld
from provisor.engine.shares import renewed_shares

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an incremental cycle found, for whoever remembers it."""

    concerned: Concerned
    world: World
    walk: Walk
    told: Mapping[tuple[ObjectType, str], str]
    """What became of those to whom a record refers, in one line."""
    natives: Mapping[ObjectType, Collection[str]]
    """Every account that was counted again."""
    proposal: Proposal


@dataclass(slots=True)
class KnownAssembly:
    """What is known of both sides, as rooms ask for it."""

    ground: Ground
    previous: tuple[PlannedAction, ...] = ()
    """The acts of the last plan on memberships."""
    findings: tuple[Finding, ...] = ()
    """What the last plan told of accounts."""
    outcome: Outcome | None = field(default=None)

    # --- questions ------------------------------------------------------------------------------

    def add(self, side: Side, gathered: Gathered, needed: Collection[str]) -> Measure:
        """Take nothing in: what changed is known already."""
        raise TypeError("an incremental cycle takes no full read")

    def missing_links(self, side: Side, object_type: ObjectType) -> MissingLinks:
        """Return the links whose account, as far as is known, is not in the target."""
        if side is Side.SOURCE:
            return MissingLinks(0, ())
        ground = self.ground
        marks = ground.knowledge.marked_like(ground.cycle, lost(object_type))
        links = ground.job.store.links
        found = dict(links.of_identities(ground.job.rules.target, [one for _, one in marks]))
        # Also what was made and lost since the last plan, which never knew of it.
        told = ground.news.objects.get((TARGET, object_type), {})
        gone = {native for native, values in told.items() if values is None}
        found |= {one.identity: one for one in ground.links_of_accounts(object_type, gone)}
        here = [one for one in found.values() if one.object_type is object_type]
        there = ground.accounts(object_type, {link.native_id for link in here})
        missing = (link for link in here if link.native_id not in there)
        return MissingLinks(0, tuple(sorted(missing, key=lambda one: (one.key, one.identity))))

    def lacks(self, side: Side, object_type: ObjectType, keys: Collection[str]) -> tuple[str, ...]:
        """Return those of the keys that are not known, sorted."""
        twice = self.ground.news.repeated.get(object_type, {}) if side is Side.SOURCE else {}
        here = self.records(side, object_type, keys)
        return tuple(sorted(set(keys) - here.keys() - twice.keys()))

    def records(
        self, side: Side, object_type: ObjectType, keys: Collection[str]
    ) -> Mapping[str, Record]:
        """Return the records of one side by key; unknown keys are left out."""
        if side is Side.TARGET:
            return self.ground.accounts(object_type, keys)
        return self.ground.records(object_type, keys)

    def accounts(self, object_type: ObjectType, natives: Collection[str]) -> Mapping[str, Record]:
        """Return accounts of the target by native id; unknown ids are left out."""
        return self.ground.accounts(object_type, natives)

    def holders(
        self, object_type: ObjectType, attribute: str, values: Collection[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """Return, per value of an attribute (small letters), the native ids that hold it.

        The target itself is asked: what was made since the last plan stands nowhere else.
        """
        return self.ground.holders(object_type, attribute, values)

    def shown(self, object_type: ObjectType, attribute: str) -> Mapping[str, Value]:
        """Nobody asks a cycle over a part what everybody holds."""
        raise TypeError("what everybody holds is told by a full look")

    def linked_by(
        self, object_type: ObjectType, attribute: str, mirrored: str
    ) -> Mapping[str, int]:
        """Return how many links have each value of a source attribute."""
        known = self.renewed_share(attribute, mirrored) if object_type is USERS else None
        if known is not None:
            return known
        return self.ground.linked_by(object_type, attribute, mirrored)

    def renewed_share(self, attribute: str, mirrored: str) -> Mapping[str, int] | None:
        """Return the same of users from what was remembered; None where it is not known."""
        if self.outcome is None or USERS not in self.outcome.world.populations:
            return None
        population = self.outcome.world.populations[USERS]
        keys = self.outcome.concerned.records.get(USERS, set())
        return renewed_shares(self.ground, population, keys, attribute, mirrored)

    def linked_as(self, object_type: ObjectType, condition: Condition, moment: Moment) -> int:
        """Return how many linked accounts fulfil a condition, or may."""
        return self.ground.linked_as(object_type, condition, moment)

    def members_of(self, group: str) -> frozenset[str]:
        """Return the native ids of a target group's members."""
        return frozenset(member for _, member in self.ground.pairs_now(TARGET, [group]))

    def members_by_group(self, groups: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return the native ids of the members of some target groups, by group."""
        found: dict[str, set[str]] = {group: set() for group in groups}
        for group, member in self.ground.pairs_now(TARGET, groups):
            found[group].add(member)
        return {group: frozenset(members) for group, members in found.items()}

    def forget_links(self) -> None:
        """Links are read when they are needed."""

    def surroundings(
        self, circumstance: Circumstance, object_type: ObjectType, record: Record
    ) -> Surroundings:
        """Nobody asks a cycle over a part for a single record's surroundings."""
        raise TypeError("a story is told from a full look")

    def propose(self, circumstance: Circumstance, assign: Assign) -> Proposal:
        """Plan everybody whom the news concern, and put the sums into those of the last plan."""
        planning = _Planning(self, circumstance, assign)
        self.outcome = planning.run()
        return self.outcome.proposal


class _Planning:
    """One incremental plan while it is made."""

    def __init__(self, known: KnownAssembly, circumstance: Circumstance, assign: Assign) -> None:
        self._known = known
        self._ground = known.ground
        self._circumstance = circumstance
        self._rules = circumstance.rules
        self._assign = assign
        self._closure = Closure(self._ground, circumstance)
        self._part = PartWorld(self._ground, circumstance, self._closure.concerned)
        before = _overrides_before(self._ground)
        self._members = PartMembers(
            self._ground,
            circumstance,
            known.previous,
            before,
        )

    def run(self) -> Outcome:
        """Widen the part until nobody outside of it is concerned; then count."""
        ground = self._ground
        store = ground.job.store
        acted = store.acts.acted_on(self._rules.target, ground.cycle.acts)
        overruled = _overruled(ground, self._circumstance.now)
        self._closure.begin(overruled, acted, _contested(self._known.findings))
        while True:
            world = self._world()
            walk = walk_through(world, self._assign)
            moved = self._moved(walk)
            touched = self._touched(moved)
            if not self._widened(walk, moved, touched):
                break
        return self._counted(world, walk, touched)

    def _world(self) -> World:
        """Return the part with every account that could be anybody's in it."""
        while True:
            self._refuse_large()
            world = self._part.world()
            if not self._part.seek(world, self._assign):
                return world

    def _refuse_large(self) -> None:
        if self._closure.concerned.size > MOST_CONCERNED:
            raise TooManyConcerned

    # --- whom else it concerns ------------------------------------------------------------------

    def _moved(self, walk: Walk) -> dict[ObjectType, set[str]]:
        """Return those of whose account something else is said, and who came to the source or left.

        A membership of somebody whom the source does not have is set aside.
        """
        found: dict[ObjectType, set[str]] = {}
        for kind in self._rules.objects:
            keys = self._closure.concerned.records.get(kind, set())
            known = self._ground.before((SOURCE, kind), keys)
            here = self._ground.records(kind, keys).keys()
            there = {key for key, one in known.items() if one.values is not None}
            found[kind] = set(here ^ there) | self._ground.repeated_turned(kind)
            carried = walk.roster.carried.get(kind, {})
            for key in keys:
                before, subject = known.get(key), carried.get(key)
                was = (before.native, before.identity, before.keeps) if before else None
                if was is not None and was[0] is None:
                    was = None
                now = None
                if subject is not None:
                    said = said_of(walk.roster, subject.identity)
                    now = (subject.native_id or "", subject.identity, said)
                if was != now:
                    found[kind].add(key)
        return found

    def _touched(self, moved: dict[ObjectType, set[str]]) -> Touched | None:
        if self._rules.memberships is None or GROUPS not in self._rules.objects:
            return None
        groups = self._closure.concerned.records.get(GROUPS, set())
        return self._members.touched(groups, moved)

    def _widened(
        self, walk: Walk, moved: dict[ObjectType, set[str]], touched: Touched | None
    ) -> bool:
        """Add whoever is concerned besides; say whether there was anybody."""
        before = self._closure.concerned.size
        for kind, keys in moved.items():
            self._closure.follow_accounts(kind, keys)
        self._closure.reach_out(walk.roster)
        if touched is not None:
            there = self._ground.records(GROUPS, touched.keys)
            known = self._ground.before((SOURCE, GROUPS), touched.keys)
            self._closure.concerned.add(GROUPS, there.keys() | known.keys())
        self._refuse_large()
        return self._closure.concerned.size > before

    # --- counting -------------------------------------------------------------------------------

    def _counted(self, world: World, walk: Walk, touched: Touched | None) -> Outcome:
        cycle = self._ground.cycle
        enrolment = None
        earlier = None
        referrals = refer(world, walk.roster)
        told = told_of(world, walk.roster)
        if touched is not None:
            earlier = self._members.before(touched)
            enrolment = self._members.now(touched, walk, self._closure.concerned)
        part = walk.ledger.proposal(enrolment, referrals)
        records, accounts = dict(part.records), dict(part.accounts)
        managed = dict(part.managed)
        for kind in self._rules.objects:
            records[kind] = self._records(kind, part.records[kind])
            accounts[kind] = self._accounts(kind, world, part.accounts[kind])
            managed[kind] = cycle.managed[kind] - self._linked(kind) + part.managed[kind]
        if enrolment is not None and earlier is not None:
            records[MEMBERSHIPS] = _again(cycle.records, earlier.records, enrolment.records)
            accounts[MEMBERSHIPS] = _again(cycle.accounts, earlier.accounts, enrolment.accounts)
            managed[MEMBERSHIPS] = accounts[MEMBERSHIPS].seen
        proposal = replace(
            part,
            records=records,
            accounts=accounts,
            managed=managed,
            findings=self._findings(world, touched, earlier, part.findings),
            references=self._references(told, part),
        )
        natives = {kind: self._natives(kind, world) for kind in self._rules.objects}
        return Outcome(self._closure.concerned, world, walk, told, natives, proposal)

    def _keys(self, kind: ObjectType) -> set[str]:
        return self._closure.concerned.records.get(kind, set())

    def _records(self, kind: ObjectType, now: Tally) -> Tally:
        cycle = self._ground.cycle
        known = self._ground.before((SOURCE, kind), self._keys(kind)).values()
        rows = sum(cycle.repeated.get(kind, {}).values()) + cycle.unkeyed.get(kind, 0)
        classes = [one.place for one in known if one.values is not None] + ["set_aside"] * rows
        return merged(cycle.records[kind], counted(classes), now)

    def _natives(self, kind: ObjectType, world: World) -> set[str]:
        """Return every account that is counted again."""
        own = self._part.own_accounts(kind, world.populations[kind].links)
        here = {account.key for account in world.populations[kind].accounts}
        others = self._closure.concerned.accounts.get(kind, set())
        owned = self._ground.links_of_accounts(kind, own | others)
        outside = {one.native_id for one in owned if one.key not in self._keys(kind)}
        return (own | others | here) - outside

    def _accounts(self, kind: ObjectType, world: World, now: Tally) -> Tally:
        known = self._ground.before((TARGET, kind), self._natives(kind, world)).values()
        return merged(self._ground.cycle.accounts[kind], counted(o.place for o in known), now)

    def _linked(self, kind: ObjectType) -> int:
        known = self._ground.before((SOURCE, kind), self._keys(kind)).values()
        return sum(one.linked for one in known)

    def _findings(
        self,
        world: World,
        touched: Touched | None,
        earlier: Enrolment | None,
        now: Iterable[Finding],
    ) -> tuple[Finding, ...]:
        """Return what the last plan told of accounts that were not looked at, and what is new."""
        again: dict[ObjectType, set[str]] = {
            kind: self._natives(kind, world) for kind in self._rules.objects
        }
        again[MEMBERSHIPS] = set(touched.natives) if touched is not None else set()
        # Groups that contain each other are found again together, whichever of them is named.
        knots = {f for f in earlier.findings if f.object_type is GROUPS} if earlier else set()
        kept = [
            f
            for f in self._known.findings
            if f not in knots and f.native_id not in again.get(f.object_type, ())
        ]
        order = sorted([*kept, *now], key=lambda f: (f.object_type.value, f.kind, f.native_id))
        return tuple(order)

    def _references(
        self, told: Mapping[tuple[ObjectType, str], str], part: Proposal
    ) -> Mapping[ObjectType, Mapping[str, Tally]]:
        cycle = self._ground.cycle
        found: dict[ObjectType, dict[str, Tally]] = {}
        for kind, own in part.references.items():
            known = self._ground.before((SOURCE, kind), self._keys(kind)).values()
            before = counted_references(one.told for one in known)
            for attribute, now in own.items():
                whole = cycle.references.get(kind, {}).get(attribute, Tally(0, {}))
                earlier = before.get(attribute, (0, {}))
                found.setdefault(kind, {})[attribute] = merged(whole, earlier, now)
        return found


def _again(whole: Mapping[ObjectType, Tally], before: Tally, now: Tally) -> Tally:
    return merged(whole[MEMBERSHIPS], (before.seen, before.classes), now)


def _contested(findings: Iterable[Finding]) -> dict[ObjectType, set[str]]:
    """Return the accounts of which the last plan could not say whose they are."""
    found: dict[ObjectType, set[str]] = {}
    for one in findings:
        if one.kind == "ambiguous":
            found.setdefault(one.object_type, set()).add(one.native_id)
    return found


def _overruled(ground: Ground, now: datetime) -> list[Override]:
    """Return the overrides that began, ended or ran out since the last plan."""
    before = set(ground.cycle.overrides)
    job = ground.job.rules.job
    given = ground.job.store.overrides.all()
    bound = active_overrides(given, job, now)
    active = {one.id for said in bound.values() for one in said}
    return [one for one in given if (one.id in active) is not (one.id in before)]


def _overrides_before(
    ground: Ground,
) -> dict[tuple[ObjectType, str], tuple[Override, ...]]:
    """Return what people had said when the last plan was made."""
    before = set(ground.cycle.overrides)
    then = [one for one in ground.job.store.overrides.all() if one.id in before]
    found: dict[tuple[ObjectType, str], tuple[Override, ...]] = {}
    for one in sorted(then, key=lambda item: item.created_at):
        place = (one.object_type, one.key)
        found[place] = (*found.get(place, ()), one)
    return found
