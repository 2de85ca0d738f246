"""Whom a change concerns: from what was told to everybody whose plan may be another one now.

Everything that a rule looks at besides its own record is followed here, by marks; what is missing
here would be a wrong plan, and the property test over chance worlds looks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from provisor.domain.clause import Circle
from provisor.domain.marks import (
    circle_mark,
    looks_for,
    named_by,
    reach_of,
    refers_to,
    texts_in,
)
from provisor.domain.neighbourhood import is_called
from provisor.domain.override import Override
from provisor.domain.record import Record, Values
from provisor.domain.reference import Reference, texts_of
from provisor.domain.referring import Referrer
from provisor.domain.roster import Roster
from provisor.domain.schema import ObjectType
from provisor.engine.assembly import Circumstance
from provisor.engine.knowing.ground import SOURCE, TARGET, Ground

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
MOST_CONCERNED = 10_000
"""Beyond so many records and accounts everything is looked at as a whole."""


class TooManyConcerned(Exception):
    """A change concerns so many that a full read is the shorter way."""

    what = f"more than {MOST_CONCERNED:,} records and accounts are concerned"


APART = "\x1f"


def place_key(object_type: ObjectType, key: str) -> str:
    """Return a record's key as marks hold it: with its type."""
    return f"{object_type.value}{APART}{key}"


@dataclass(slots=True)
class Concerned:
    """Everybody who is planned again."""

    records: dict[ObjectType, set[str]] = field(default_factory=dict)
    """Source keys, also of linked people whose row is missing."""
    accounts: dict[ObjectType, set[str]] = field(default_factory=dict)
    """Native ids of accounts besides theirs: nobody's, new ones, those that are gone."""

    @property
    def size(self) -> int:
        """How many are looked at."""
        return sum(map(len, self.records.values())) + sum(map(len, self.accounts.values()))

    def add(self, object_type: ObjectType, keys: Iterable[str]) -> set[str]:
        """Add records; return those that are new."""
        known = self.records.setdefault(object_type, set())
        new = set(keys) - known
        known |= new
        return new


class Closure:
    """Follows changes until nobody else is concerned."""

    def __init__(self, ground: Ground, circumstance: Circumstance) -> None:
        self._ground = ground
        self._rules = circumstance.rules
        self._circumstance = circumstance
        self._reach = reach_of(self._rules)
        self._circles = {
            circle for kind in self._rules.objects for circle in self._rules.circles(kind)
        }
        self._followed: dict[ObjectType, set[str]] = {USERS: set(), GROUPS: set()}
        self.concerned = Concerned()

    # --- where it begins ------------------------------------------------------------------------

    def begin(
        self,
        overruled: Iterable[Override],
        acted: Collection[str],
        contested: Mapping[ObjectType, Collection[str]],
    ) -> None:
        """Start from what was told, what is open, what falls due, what people said, what we did.

        Args:
            overruled: overrides that began or ended since the last plan.
            acted: identities on which acts were promised since then.
            contested: accounts whose owner was a question: whoever seeks none now leaves them free.
        """
        now = self._circumstance.now
        for kind in self._rules.objects:
            # Who falls due comes first: most of those who changed are among them.
            due = self._ground.knowledge.due(self._ground.cycle, (SOURCE, kind), now)
            self._ground.keep((SOURCE, kind), due)
            changed = {*self._ground.changed((SOURCE, kind)), *self._ground.repeated_turned(kind)}
            self.concerned.add(kind, [*changed, *due])
            self.concerned.add(kind, self._circumstance.absences.get(kind, ()))
            self._begin_with_accounts(kind, contested.get(kind, ()))
            turned = {k for k, one in due.items() if one.due or one.values is None}
            self.follow(kind, [*changed, *turned, *self._circumstance.absences.get(kind, ())])
        for override in overruled:
            self.concerned.add(override.object_type, [override.key])
        links = self._ground.job.store.links.of_identities(self._rules.target, acted)
        for kind in self._rules.objects:
            keys = {link.key for link in links.values() if link.object_type is kind}
            self.concerned.add(kind, keys)
            # Whether somebody whose row is missing may come back depends on their link.
            self.follow(kind, keys - self._ground.records(kind, keys).keys())
        self._begin_with_pairs()

    def _begin_with_accounts(self, kind: ObjectType, contested: Iterable[str]) -> None:
        place = (TARGET, kind)
        changed = self._ground.changed(place)
        self.concerned.accounts.setdefault(kind, set()).update(changed, contested)
        owners = {one.key for one in self._ground.links_of_accounts(kind, changed)}
        known = self._ground.before(place, changed).values()
        self.concerned.add(kind, owners | {one.native for one in known if one.native})

    def _begin_with_pairs(self) -> None:
        """Whoever came into a group or left it may be in scope now, or not any more."""
        if not self._circles:
            return
        if self._ground.repeated_turned(GROUPS):
            raise TooManyConcerned  # a name may mean the group that is set aside
        for circle in self._circles:
            if self._is_called(circle, fresh=True) is not self._is_called(circle, fresh=False):
                raise TooManyConcerned
        joined, parted = self._ground.turned_pairs(SOURCE)
        self._reconsider({member for _, member in joined | parted})

    def _is_called(self, circle: Circle, *, fresh: object) -> bool:
        """Say whether the source has a group that a condition means; else it says nothing at all.

        Then nobody knows of anybody whether they are in it, and everybody is concerned.
        """
        place = (SOURCE, GROUPS)
        mark = circle_mark(circle)
        keys = {circle.group} if mark is None else set()
        for found in self._ground.marked([mark] if mark is not None else []).values():
            keys |= set(found)
        keys |= self._ground.news.objects.get(place, {}).keys()
        if fresh:
            records = list(self._ground.records(GROUPS, keys).values())
        else:
            known = self._ground.before(place, keys).values()
            records = [Record(o.key, o.values) for o in known if o.values is not None]
        if GROUPS in self._rules.objects and any(is_called(one, circle) for one in records):
            return True
        ask = self._ground.pairs_now if fresh else self._ground.pairs_before
        return mark is None and bool(ask(SOURCE, [circle.group]))

    # --- following ------------------------------------------------------------------------------

    def follow(self, kind: ObjectType, keys: Iterable[str]) -> None:
        """Add everybody who is concerned when the source says something else of some records."""
        waiting = [(kind, set(keys))]
        while waiting:
            at, changed = waiting.pop()
            changed -= self._followed.setdefault(at, set())
            if not changed:
                continue
            self._followed[at] |= changed
            for other, found in self._referring(at, changed).items():
                waiting.append((other, self.concerned.add(other, found)))
            if at is GROUPS and self._circles:
                self._reconsider(self._inside(changed))

    def follow_accounts(self, kind: ObjectType, keys: Iterable[str]) -> None:
        """Add everybody whose account refers to some whose account is another one now."""
        if any(own.references for own in self._rules.objects.values()):
            self.follow(kind, keys)

    def reach_out(self, roster: Roster) -> None:
        """Add those to whom accounts refer: whether they can be referred to, their plan says."""
        for kind, own in self._rules.objects.items():
            for referrer in roster.referrers.get(kind, ()):
                for mapping in own.references:
                    if mapping.reference is not None:
                        self._reach_one(mapping.reference, mapping.attribute, referrer)

    def _reach_one(self, reference: Reference, attribute: str, referrer: Referrer) -> None:
        leads_to = reference.leads_to
        if leads_to not in self._rules.objects:
            return
        keys = set(texts_of(referrer.sought.get(attribute)))
        if reference.by:
            marks = {named_by(leads_to, reference.by, text) for text in keys}
            found = {key for all_ in self._ground.marked(marks).values() for key in all_}
            keys = found | self._ground.changed((SOURCE, leads_to)).keys()
        held = texts_of(referrer.held.get(attribute))
        links = self._ground.links_of_accounts(leads_to, held)
        there = set(self._ground.records(leads_to, keys)) | {link.key for link in links}
        self.concerned.add(leads_to, there)

    def _referring(self, kind: ObjectType, keys: set[str]) -> dict[ObjectType, set[str]]:
        """Return who refers to some records, or looks for what they say."""
        marks = {refers_to(kind, key) for key in keys}
        named = self._reach[kind].named if kind in self._reach else frozenset()
        if named:
            for values in self._both(kind, keys):
                marks |= {
                    looks_for(kind, name, text) for name in named for text in texts_in(values, name)
                }
        found: dict[ObjectType, set[str]] = {}
        for holders in self._ground.marked(marks).values():
            for holder in holders:
                other, _, key = holder.partition(APART)
                found.setdefault(ObjectType(other), set()).add(key)
        return found

    def _both(self, kind: ObjectType, keys: Iterable[str]) -> Iterable[Values]:
        """Yield what some records said, and what they say now."""
        listed = list(keys)
        for known in self._ground.before((SOURCE, kind), listed).values():
            if known.values is not None:
                yield known.values
        for record in self._ground.records(kind, listed).values():
            yield record.values

    def _reconsider(self, members: set[str]) -> None:
        """Add members of groups, whatever they are, and what is inside of them."""
        inside = members | self._inside(members)
        for kind in self._rules.objects:
            there = set(self._ground.records(kind, inside))
            there |= set(self._ground.before((SOURCE, kind), inside))
            self.concerned.add(kind, there)

    def _inside(self, groups: set[str]) -> set[str]:
        """Return everybody in some groups and in groups in them, before and now."""
        found: set[str] = set()
        waiting = set(groups)
        while waiting:
            before = self._ground.pairs_before(SOURCE, waiting)
            now = self._ground.pairs_now(SOURCE, waiting)
            new = {member for _, member in before | now} - found
            found |= new
            waiting = new
        return found
