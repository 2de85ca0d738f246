"""The memberships of the groups that a change concerns, before and now.

A group is looked at as a whole or not at all: limits, foreign members and groups in groups are
rules about whole groups. Of members with whom nothing happened only the roster is needed, and of
groups inside of groups only who is in them: with those nothing happens, so they are not counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from provisor.domain.enrolling import Enrolment, Leftovers, enrol
from provisor.domain.group_rules import Nesting
from provisor.domain.link import Membership
from provisor.domain.membership import Pair
from provisor.domain.override import Override
from provisor.domain.plan import PlannedAction
from provisor.domain.proposing import Walk
from provisor.domain.record import Record
from provisor.domain.roster import Roster
from provisor.domain.schema import ObjectType
from provisor.domain.speaking import without_words, words_in
from provisor.domain.world import Population, World
from provisor.engine.assembly import Circumstance
from provisor.engine.knowing.closure import Concerned
from provisor.engine.knowing.ground import SOURCE, TARGET, Ground
from provisor.engine.knowing.known_roster import enter_known
from provisor.ports.knowledge import Known

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS


@dataclass(frozen=True, slots=True)
class Touched:
    """Groups whose memberships may be others now."""

    keys: frozenset[str]
    """Of the source."""
    natives: frozenset[str]
    """Of the target."""


class PartMembers:
    """Enrols into some groups, as the last plan did and as this one does."""

    def __init__(
        self,
        ground: Ground,
        circumstance: Circumstance,
        planned: Collection[PlannedAction],
        overrides_before: Mapping[tuple[ObjectType, str], tuple[Override, ...]],
    ) -> None:
        """Begin.

        Args:
            ground: both sides.
            circumstance: what planning takes besides.
            planned: the memberships that the last plan meant to change.
            overrides_before: what people had said when it was made.
        """
        self._ground = ground
        self._circumstance = circumstance
        self._rules = circumstance.rules
        self._links = ground.job.store.links
        self._planned = planned
        self._overrides_before = overrides_before

    def touched(self, groups: Collection[str], members: dict[ObjectType, set[str]]) -> Touched:
        """Return the groups whose memberships may change.

        Args:
            groups: source keys of groups that are planned again.
            members: source keys of people and groups about whose account something else is said.
        """
        keys = set(groups)
        natives: set[str] = set()
        for side, ends in ((SOURCE, keys), (TARGET, natives)):
            joined, parted = self._ground.turned_pairs(side)
            ends |= {group for group, _ in joined | parted}
        names = {key for found in members.values() for key in found}
        if names:
            pairs = self._ground.pairs_before(SOURCE, members=names)
            pairs |= self._ground.pairs_now(SOURCE, members=names)
            keys |= {group for group, _ in pairs}
        keys |= self._spoken_of(members)
        own = self._natives_of(members)
        if own:
            pairs = self._ground.pairs_before(TARGET, members=own)
            pairs |= self._ground.pairs_now(TARGET, members=own)
            natives |= {group for group, _ in pairs}
        keys |= {one.key for one in self._ground.links_of_accounts(GROUPS, natives)}
        if self._rules.groups.nesting is not Nesting.KEEP:
            keys = self._above(keys)
        natives |= self._natives_of({GROUPS: keys})
        natives |= self._ground.changed((TARGET, GROUPS)).keys()
        return Touched(frozenset(keys), frozenset(natives))

    def _spoken_of(self, members: Mapping[ObjectType, Collection[str]]) -> set[str]:
        """Return the groups to which people gave or from which they took some members by name.

        Also those of whose members something else was said in the last plan.
        """
        before = set(words_in(self._overrides_before))
        now = set(words_in(self._circumstance.overrides))
        about = {one for one in before | now if one.member in members.get(one.object_type, ())}
        return {one.group for one in about | (before ^ now)}

    def _natives_of(self, keys: dict[ObjectType, set[str]]) -> set[str]:
        """Return the accounts that some records have, or had."""
        found: set[str] = set()
        for kind, wanted in keys.items():
            known = self._ground.before((SOURCE, kind), wanted).values()
            found |= {one.native for one in known if one.native}
            links = self._ground.links_of_keys(kind, wanted)
            found |= {link.native_id for link in links}
        return found

    def _above(self, keys: set[str]) -> set[str]:
        """Add the groups in which some groups are."""
        waiting, found = set(keys), set(keys)
        while waiting:
            pairs = self._ground.pairs_before(SOURCE, members=waiting)
            pairs |= self._ground.pairs_now(SOURCE, members=waiting)
            waiting = {group for group, _ in pairs} - found
            found |= waiting
        return found

    # --- enrolling --------------------------------------------------------------------------------

    def now(self, touched: Touched, walk: Walk, concerned: Concerned) -> Enrolment:
        """Return the memberships of some groups as they are to be now.

        Args:
            touched: which groups.
            walk: of everybody who is planned again.
            concerned: who that is.
        """
        wanted = self._ground.pairs_now(SOURCE, touched.keys)
        below = self._below(touched, wanted, fresh=True)
        present = self._ground.pairs_now(TARGET, touched.natives)
        overrides = without_words(self._circumstance.overrides, touched.keys)
        given = {(word.group, word.member) for word in words_in(overrides)}
        existing: dict[ObjectType, Collection[str]] = {}
        for kind in self._rules.objects:
            others = self._others(kind, wanted | below | given, present)
            again = concerned.records.get(kind, set())
            enter_known(walk.roster, kind, [one for one in others if one.key not in again])
            keys = {key for pair in wanted | below for key in pair}
            existing[kind] = self._ground.records(kind, keys)
        world = self._world(wanted, present, walk.roster, existing, fresh=True)
        world = replace(world, overrides=overrides)
        counted = {kind: book.counted for kind, book in walk.ledger.books.items()}
        leftovers = self._leftovers(present, counted)
        return enrol(world, walk.roster, leftovers, below=below)

    def before(self, touched: Touched) -> Enrolment:
        """Return the memberships of the same groups as the last plan counted them."""
        wanted = self._ground.pairs_before(SOURCE, touched.keys)
        below = self._below(touched, wanted, fresh=False)
        present = self._ground.pairs_before(TARGET, touched.natives)
        overrides = without_words(self._overrides_before, touched.keys)
        given = {(word.group, word.member) for word in words_in(overrides)}
        roster = Roster()
        existing: dict[ObjectType, Collection[str]] = {}
        for kind in self._rules.objects:
            others = self._others(kind, wanted | below | given, present)
            enter_known(roster, kind, others)
            existing[kind] = [one.key for one in others if one.values is not None]
        world = self._world(wanted, present, roster, existing, fresh=False)
        world = replace(world, overrides=overrides)
        return enrol(world, roster, self._leftovers(present, {}), below=below)

    def _below(
        self, touched: Touched, wanted: frozenset[Pair], *, fresh: object
    ) -> frozenset[Pair]:
        """Return what the source says is in other groups, which are in some groups.

        Whatever groups in groups mean, those that contain each other are told of.
        """
        ask = self._ground.pairs_now if fresh else self._ground.pairs_before
        found: frozenset[Pair] = frozenset()
        seen = set(touched.keys)
        waiting = self._groups_among(wanted) - seen
        while waiting:
            below = ask(SOURCE, waiting)
            found |= below
            seen |= waiting
            waiting = self._groups_among(below) - seen
        return found

    def _groups_among(self, pairs: Iterable[Pair]) -> set[str]:
        """Return the members that are groups, or were."""
        keys = {member for _, member in pairs}
        known = self._ground.before((SOURCE, GROUPS), keys)
        return {*known, *self._ground.records(GROUPS, keys)}

    def _others(
        self, kind: ObjectType, wanted: Iterable[Pair], present: Iterable[Pair]
    ) -> list[Known]:
        """Return everybody whom memberships name, as the last plan knew them."""
        keys = {key for pair in wanted for key in pair}
        natives = {native for pair in present for native in pair}
        accounts = self._ground.before((TARGET, kind), natives).values()
        keys |= {one.native for one in accounts if one.native}
        return list(self._ground.before((SOURCE, kind), keys).values())

    def _world(
        self,
        wanted: frozenset[Pair],
        present: frozenset[Pair],
        roster: Roster,
        existing: dict[ObjectType, Collection[str]],
        *,
        fresh: object,
    ) -> World:
        identities = {one.identity for one in roster.carried.get(GROUPS, {}).values()}
        granted = self._links.memberships_of(self._rules.target, identities, ())
        look = self._ground.news if fresh else self._ground.cycle
        return World(
            rules=self._rules,
            now=self._circumstance.now,
            populations={
                kind: Population(
                    tuple(Record(key, {}) for key in sorted(existing[kind])),
                    repeated=look.repeated.get(kind, {}),
                )
                for kind in self._rules.objects
            },
            source_members=tuple(sorted(wanted)),
            target_members=tuple(sorted(present)),
            granted=granted if fresh else granted | self._taken(),
        )

    def _taken(self) -> frozenset[Membership]:
        """Return what we had given when the last plan meant to take it back."""
        return frozenset(
            Membership(one.action.subject, member)
            for one in self._planned
            for member in one.action.removes
        )

    def _leftovers(
        self, present: Iterable[Pair], counted: Mapping[ObjectType, Mapping[str, str]]
    ) -> Leftovers:
        """Return which accounts in groups belong to nobody, and which nobody touches."""
        natives = {native for pair in present for native in pair}
        found: dict[str, dict[ObjectType, set[str]]] = {"orphan": {}, "protected": {}}
        for kind in self._rules.objects:
            known = self._ground.before((TARGET, kind), natives)
            again = counted.get(kind, {})
            for place, by_kind in found.items():
                by_kind[kind] = {
                    native for native, one in known.items() if one.place == place
                } - again.keys()
                by_kind[kind] |= {native for native, now in again.items() if now == place}
        return Leftovers(found["orphan"], found["protected"])
