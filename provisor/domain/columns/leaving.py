"""Linked people who are gone: with whose account something may have to be done today.

Days are compared as text, which is exact to the day; the definition looks at the moment. Whoever is
looked at without need costs time; nobody is left out who is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from provisor.domain.columns.accepting import without_accepted
from provisor.domain.columns.differing import differing
from provisor.domain.columns.forms import blanks, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import nowhere
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.mapping import desired_columns
from provisor.domain.columns.scene import Scene
from provisor.domain.departing import reads_of
from provisor.domain.flow import AttributeMapping
from provisor.domain.leaving import CountedFrom, Gone, Leave, LeavePolicy, Remembered
from provisor.domain.record import as_text
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import ObjectSchema


@dataclass(frozen=True, slots=True)
class Parting:
    """Linked people who are gone for one reason, row by row."""

    why: Gone
    links: pl.Series
    """The rows of their links."""
    accounts: pl.Series
    """The rows of their accounts; null for whoever has none."""
    records: pl.Series | None
    """Their records; None for people whose record is missing."""

    def some(self, chosen: pl.Series) -> Parting:
        """Return some of them; a mask."""
        return Parting(
            self.why,
            self.links.filter(chosen),
            self.accounts.filter(chosen),
            None if self.records is None else self.records.filter(chosen),
        )


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is to be done about some people who are gone; masks, row by row."""

    unsettled: pl.Series
    """With whose account something may have to be done, or of whom more is learnt."""
    fresh: pl.Series
    """Of whom a cycle learns that they are gone since now."""


@dataclass(frozen=True, slots=True)
class Departing:
    """Linked people who have a record and are gone."""

    unsettled: pl.Series
    """The records of those who are to be looked at one by one."""
    fresh: Mapping[Gone, pl.Series]
    """By reason the records of those of whom nothing but that they are gone now is to be told."""


def departing(scene: Scene, records: pl.Series, now: datetime) -> Departing:
    """Tell with whom something may have to be done, and about whom something is to be remembered.

    Source: `provisor.domain.departing.part_with` and `provisor.domain.returning.learnt`.

    Args:
        scene: one object type.
        records: rows of linked people who are gone.
        now: the moment of the plan.

    Cost: one pass per reason to be gone, and one comparison per attribute that is set then.
    """
    accounts = scene.account.gather(records)
    # Whoever is early is in neither, and protected accounts are told of one by one.
    unsettled = [records.filter(scene.protected.gather(accounts).fill_null(value=False))]
    fresh: dict[Gone, pl.Series] = {}
    for why, mask in _reasons(scene):
        gone = records.filter(mask.gather(records))
        if len(gone):
            those = Parting(why, scene.link.gather(gone), scene.account.gather(gone), gone)
            weighed = weigh(scene, those, now)
            unsettled.append(gone.filter(weighed.unsettled))
            fresh[why] = gone.filter(weighed.fresh & ~weighed.unsettled)
    return Departing(pl.concat(unsettled).unique(maintain_order=True), fresh)


def weigh(scene: Scene, those: Parting, now: datetime) -> Weighed:
    """Say of whom a cycle learns that they are gone, and for whom the policy has more to do."""
    links = scene.population.links.frame[those.links]
    fresh, since = _seen(links, those.why, now)
    back = links["back_since"].is_not_null() & ~fresh
    held = those.accounts.is_not_null()
    due = nowhere(len(held))
    if held.any():
        policy = scene.rules.on_leave.policy(those.why)
        due = _due(scene, those, links.with_columns(left_since=since), policy, now) & held
    return Weighed(due | back, fresh)


def _seen(links: pl.DataFrame, why: Gone, now: datetime) -> tuple[pl.Series, pl.Series]:
    """Say who begins to be gone now, and since when everybody is.

    Source: `provisor.domain.leaving.leave_seen`.
    """
    fresh = links["left_since"].is_null() | links["left_as"].is_null()
    if why is not Gone.OUT_OF_SCOPE:
        fresh |= (links["left_as"] == Gone.OUT_OF_SCOPE.value).fill_null(value=False)
    return fresh, links["left_since"].set(fresh, _moment_before(now, 0))


def remembered(
    population: ColumnPopulation, links: pl.Series, why: Gone, now: datetime
) -> Iterable[Remembered]:
    """Yield what is remembered of people of whom a cycle learns that they are gone.

    Source: `provisor.domain.returning.learnt`.
    """
    leave = Leave(now, why)
    identities = population.links.frame["identity"].gather(links).to_list()
    return (Remembered(identity, leave) for identity in identities)


def _due(
    scene: Scene, those: Parting, links: pl.DataFrame, policy: LeavePolicy, now: datetime
) -> pl.Series:
    """Say for whom the policy has something to do."""
    acting = nowhere(links.height)
    if policy.disable or policy.delete_after_days is not None:
        off = switched_off(scene.population, scene.rules.schema).gather(those.accounts)
        if policy.disable:
            acting |= ~off
        if policy.delete_after_days is not None:
            due = _deleting(links, policy, now)
            acting |= due & off if policy.disable else due
    if policy.sets:
        acting |= _to_set(scene, those, policy)
    if policy.takes_memberships:
        for name in scene.rules.rights:
            acting |= ~blanks(scene.population.target.column(name)).gather(those.accounts)
    if policy.wait_days:
        acting &= _since(links["left_since"], policy.wait_days, now)
    return acting.fill_null(value=False)


def _deleting(links: pl.DataFrame, policy: LeavePolicy, now: datetime) -> pl.Series:
    days = policy.delete_after_days or 0
    if policy.counted_from is CountedFrom.LEAVING:
        return _since(links["left_since"], days, now)
    disabled = links["state"] == "disabled"
    return disabled & _since(links["since"], days, now) & _since(links["left_since"], days, now)


def _since(moments: pl.Series, days: int, now: datetime) -> pl.Series:
    """Say which moments may be so many days ago; null never is."""
    day = now.astimezone(UTC).date()
    last = (day - timedelta(days=min(days, (day - date.min).days))).isoformat()
    return (moments.str.slice(0, len(last)) <= last).fill_null(value=False)


def giving_back(scene: Scene, records: pl.Series, absent: pl.Series, now: datetime) -> pl.Series:
    """Say from whom of some settled people who are gone memberships are taken back.

    Source: `provisor.domain.departing.part_with`. The days count to the moment.

    Args:
        scene: one object type.
        records: rows of settled people, here or gone.
        absent: rows of the links of those without a record.
        now: the moment of the plan.
    """
    giving = nowhere(len(records))
    for why, mask in _reasons(scene):
        gone = (mask & scene.gone).gather(records)
        giving |= _gives(scene, scene.link.gather(records), why, now, gone)
    everybody = ~nowhere(len(absent))
    return pl.concat([giving, _gives(scene, absent, Gone.ABSENT, now, everybody)])


def _gives(scene: Scene, links: pl.Series, why: Gone, now: datetime, gone: pl.Series) -> pl.Series:
    policy = scene.rules.on_leave.policy(why)
    if not policy.takes_memberships:
        return nowhere(len(links))
    # A clock that was set back makes a leave of the future, which is not waited for yet.
    _, since = _seen(scene.population.links.frame[links], why, now)
    return gone & (since <= _moment_before(now, policy.wait_days)).fill_null(value=False)


def _reasons(scene: Scene) -> tuple[tuple[Gone, pl.Series], ...]:
    return (Gone.LEAVER, scene.leavers), (Gone.OUT_OF_SCOPE, ~scene.leavers & ~scene.early)


def _moment_before(now: datetime, days: int) -> str:
    """Return the moment so many days ago as links say it: text of fixed length, which sorts."""
    there = now.astimezone(UTC)
    there -= timedelta(days=min(days, (there.date() - date.min).days - 1))
    return there.isoformat("T", "microseconds")[:-6] + "Z"


def switched_off(population: ColumnPopulation, schema: ObjectSchema) -> pl.Series:
    """Say which accounts are switched off; all of them where there is no switch."""
    if schema.switch is None:
        return ~nowhere(population.target.height)
    held = texts(population.target.column(schema.switch.attribute)).fill_null("")
    return held == as_text(schema.switch.off)


def _to_set(scene: Scene, those: Parting, policy: LeavePolicy) -> pl.Series:
    """Say whose account does not hold what leavers' accounts are given, or may not.

    Source: `provisor.domain.departing.set_values`.
    """
    rules, population = scene.rules, scene.population
    everybody = ~nowhere(len(those.links))
    sets = _usable(policy, those)
    if len({one.attribute for one in sets}) < len(sets):
        return everybody
    desired = desired_columns(_listing(scene, those), sets, rules.schema, scene.around, everybody)
    acting = desired.stopped
    for name, column in desired.columns.items():
        held = population.target.column(name).gather(those.accounts)
        differs = differing(column.values, held, rules.schema.attribute(name))
        if column.dropped is not None:
            differs &= ~column.dropped
        sides = (column.values, held)
        attribute = rules.schema.attribute(name)
        acting |= without_accepted(population, attribute, those.links, differs, sides)
    return acting & ~(desired.ignored & ~desired.stopped)


def _usable(policy: LeavePolicy, those: Parting) -> tuple[AttributeMapping, ...]:
    """Return what can be given: of a record that is missing nothing is known."""
    if those.records is not None:
        return policy.sets
    return tuple(one for one in policy.sets if not reads_of(one))


def _listing(scene: Scene, those: Parting) -> Listing:
    if those.records is not None:
        return scene.population.source.some(those.records, scene.rules.source_attributes())
    keys = scene.population.links.frame["key"].gather(those.links)
    return Listing(keys, pl.DataFrame({SOFT_DELETED: ~nowhere(len(keys))}))
