"""A part of the world as planning takes it: those concerned, and what the rules look at besides."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from provisor.domain.elsewhere import Elsewhere
from provisor.domain.leaving import is_former
from provisor.domain.lifecycle import absence_is_proven
from provisor.domain.link import Link
from provisor.domain.marks import (
    AccountMarks,
    circle_mark,
    free_with,
    reach_of,
    seeker_forms,
    seeks,
    texts_in,
)
from provisor.domain.membership import Pair
from provisor.domain.override import OverrideKind
from provisor.domain.record import Record, as_text
from provisor.domain.schema import ObjectType
from provisor.domain.seekers import seekers_in
from provisor.domain.world import Assign, Population, World
from provisor.engine.assembly import Circumstance
from provisor.engine.knowing.closure import Concerned
from provisor.engine.knowing.ground import SOURCE, Ground
from provisor.engine.knowing.known_names import KnownNames

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS


class PartWorld:
    """Builds the world of those concerned."""

    def __init__(self, ground: Ground, circumstance: Circumstance, concerned: Concerned) -> None:
        self._ground = ground
        self._circumstance = circumstance
        self._rules = circumstance.rules
        self._reach = reach_of(self._rules)
        self.concerned = concerned

    def links(self, kind: ObjectType) -> tuple[Link, ...]:
        """Return the links of those concerned."""
        keys = self.concerned.records.get(kind, ())
        return self._ground.links_of_keys(kind, keys)

    def own_accounts(self, kind: ObjectType, links: Iterable[Link]) -> set[str]:
        """Return the accounts that those concerned have, or had in the last plan."""
        keys = self.concerned.records.get(kind, ())
        known = self._ground.before((SOURCE, kind), keys).values()
        return {one.native for one in known if one.native} | {link.native_id for link in links}

    def world(self) -> World:
        """Return everything that planning them looks at."""
        members = self._members()
        return World(
            rules=self._rules,
            now=self._circumstance.now,
            populations={kind: self._population(kind) for kind in self._rules.objects},
            overrides=self._circumstance.overrides,
            source_members=tuple(sorted(members)),
            absence_counts=self._circumstance.absence_counts,
            kept_names=self._circumstance.kept_names,
            seeds=self._circumstance.seeds,
            granting=self._circumstance.granting,
            elsewhere={kind: self._elsewhere(kind) for kind in (USERS, GROUPS)},
        )

    def _population(self, kind: ObjectType) -> Population:
        links = self.links(kind)
        others = self._nobodys(kind, links)
        natives = self.own_accounts(kind, links) | self.concerned.accounts.get(kind, set())
        natives &= others | {link.native_id for link in links}
        records = self._ground.records(kind, self.concerned.records.get(kind, ()))
        accounts = self._ground.accounts(kind, natives)
        news = self._ground.news
        return Population(
            records=tuple(records[key] for key in sorted(records)),
            repeated=news.repeated.get(kind, {}),
            unkeyed=news.unkeyed.get(kind, 0),
            accounts=tuple(accounts[native] for native in sorted(accounts)),
            links=links,
            absences=self._circumstance.absences.get(kind, {}),
        )

    def _nobodys(self, kind: ObjectType, links: Iterable[Link]) -> set[str]:
        """Return those accounts that no link leads to: somebody else's is not looked at."""
        natives = self.own_accounts(kind, links) | self.concerned.accounts.get(kind, set())
        owned = self._ground.links_of_accounts(kind, natives)
        return natives - {link.native_id for link in owned}

    # --- whose account is it ----------------------------------------------------------------------

    def seek(self, world: World, assign: Assign) -> bool:
        """Add accounts that could be those of unlinked people, and leavers who could have them.

        Returns:
            Whether anybody was added; then the world is another one.
        """
        grown = [self._seek(kind, world, assign) for kind in self._rules.objects]
        return any(grown)

    def _seek(self, kind: ObjectType, world: World, assign: Assign) -> bool:
        population, rules = world.populations[kind], self._rules.objects[kind]
        linked = {link.key for link in population.links}
        unlinked = [record for record in population.records if record.key not in linked]
        here, gone = seekers_in(world, rules, unlinked, assign)
        wanted = {
            free_with(kind, position, form)
            for _, position, form in seeker_forms(rules, [*here, *gone])
        }
        found = {native for all_ in self._ground.marked(wanted).values() for native in all_}
        found |= self._named_by_people(kind, unlinked)
        accounts = self.concerned.accounts.setdefault(kind, set())
        mine = self.own_accounts(kind, population.links)
        new = found - accounts - mine
        accounts |= new
        # Of an account that somebody left behind the link tells whose it was.
        owned = self._ground.links_of_accounts(kind, found)
        there = self._ground.records(kind, [link.key for link in owned])
        owners = [one.key for one in owned if is_former(one.leave) or one.key not in there]
        leavers = self._leavers(kind, accounts | mine)
        return bool(new) | bool(self.concerned.add(kind, [*leavers, *owners]))

    def _named_by_people(self, kind: ObjectType, records: Iterable[Record]) -> set[str]:
        """Return the accounts that answers to match questions name."""
        kinds = (OverrideKind.LINK, OverrideKind.UNLINK)
        return {
            as_text(one.value)
            for record in records
            for one in self._circumstance.overrides.get((kind, record.key), ())
            if one.kind in kinds
        }

    def _leavers(self, kind: ObjectType, natives: Collection[str]) -> set[str]:
        """Return unlinked leavers who would be recognised by one of some accounts."""
        rules = self._rules.objects[kind]
        accounts = self._ground.accounts(kind, natives).values()
        own = AccountMarks(rules)
        marks = {seeks(kind, p, form) for one in accounts for p, form in own.forms(one)}
        return {key for keys in self._ground.marked(marks).values() for key in keys}

    # --- around them ------------------------------------------------------------------------------

    def _members(self) -> set[Pair]:
        """Return the memberships from which the groups of those concerned follow."""
        circles = {c for kind in self._rules.objects for c in self._rules.circles(kind)}
        if not circles:
            return set()
        waiting = {key for keys in self.concerned.records.values() for key in keys}
        pairs: set[Pair] = set()
        seen: set[str] = set()
        while waiting:
            seen |= waiting
            found = self._ground.pairs_now(SOURCE, members=waiting)
            pairs |= found
            waiting = {group for group, _ in found} - seen
        for circle in circles:
            if not circle.by:
                # One of them shows that the source has the group at all.
                pairs |= set(sorted(self._ground.pairs_now(SOURCE, groups=[circle.group]))[:1])
        return pairs

    def _elsewhere(self, kind: ObjectType) -> Elsewhere:
        links = self.links(kind) if kind in self._rules.objects else ()
        keys = self._referred().get(kind, set()) | self._called(kind)
        keys -= self.concerned.records.get(kind, set())
        records = self._ground.records(kind, keys)
        natives = self.own_accounts(kind, links) | self.concerned.accounts.get(kind, set())
        return Elsewhere(
            {key: record.values for key, record in records.items()},
            frozenset(self._doubtful(kind, keys - records.keys())),
            KnownNames(self._ground, kind, natives, {link.identity for link in links}),
        )

    def _referred(self) -> dict[ObjectType, set[str]]:
        """Return to whom the records of those concerned refer, and those again."""
        found: dict[ObjectType, set[str]] = {}
        waiting = {kind: set(keys) for kind, keys in self.concerned.records.items()}
        while any(waiting.values()):
            following: dict[ObjectType, set[str]] = {}
            for kind, keys in waiting.items():
                for record in self._ground.records(kind, keys).values():
                    for step in self._reach[kind].references:
                        texts = set(texts_in(record.values, step.attribute))
                        following.setdefault(step.leads_to, set()).update(texts)
            waiting = {kind: keys - found.get(kind, set()) for kind, keys in following.items()}
            for kind, keys in waiting.items():
                found.setdefault(kind, set()).update(keys)
        return found

    def _called(self, kind: ObjectType) -> set[str]:
        """Return the groups that conditions name."""
        if kind is not GROUPS:
            return set()
        circles = {c for own in self._rules.objects for c in self._rules.circles(own)}
        marks = {mark for circle in circles if (mark := circle_mark(circle)) is not None}
        named = {key for keys in self._ground.marked(marks).values() for key in keys}
        told = self._ground.news.objects.get((SOURCE, GROUPS), {})
        return named | {circle.group for circle in circles if not circle.by} | set(told)

    def _doubtful(self, kind: ObjectType, missing: Collection[str]) -> Iterable[str]:
        """Yield linked keys that are missing, and not known to be gone."""
        absences = self._circumstance.absences.get(kind, {})
        for link in self._ground.links_of_keys(kind, missing):
            absence = absences.get(link.key)
            hours = self._rules.absence_hours
            if not absence_is_proven(absence, self._circumstance.now, hours):
                yield link.key
