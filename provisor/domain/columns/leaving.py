"""Linked people who are gone: with whose account something may have to be done today.

Days are compared as text, which is exact to the day; the definition looks at the moment. Whoever is
looked at without need costs time; nobody is left out who is due.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

from provisor.domain.columns.differing import differing
from provisor.domain.columns.forms import texts
from provisor.domain.columns.joining import nowhere
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.mapping import desired_columns
from provisor.domain.columns.scene import Scene
from provisor.domain.leaving import CountedFrom, Gone, LeavePolicy
from provisor.domain.record import as_text
from provisor.domain.schema import ObjectSchema


def departing(scene: Scene, records: pl.Series, now: datetime) -> pl.Series:
    """Return the rows of those with whom something may have to be done, or is to be remembered.

    Source: `provisor.domain.departing.part_with`.

    Args:
        scene: one object type.
        records: rows of linked people who are gone and have an account.
        now: the moment of the plan.

    Cost: one pass per reason to be gone, and one comparison per attribute that is set then.
    """
    found = [records.filter(scene.protected.gather(scene.account.gather(records)))]
    for why, mask in _reasons(scene):
        gone = records.filter(mask.gather(records))
        if len(gone):
            acting = _news(scene, gone, why) | _due(scene, gone, why, now)
            found.append(gone.filter(acting))
    return pl.concat(found).unique(maintain_order=True)


def _news(scene: Scene, records: pl.Series, why: Gone) -> pl.Series:
    """Say of whom a cycle learns something about their leaving."""
    links = scene.population.links.frame[scene.link.gather(records)]
    news = links["left_since"].is_null() | links["back_since"].is_not_null()
    if why is not Gone.OUT_OF_SCOPE:
        news |= (links["left_as"] == Gone.OUT_OF_SCOPE.value).fill_null(value=False)
    return news


def _due(scene: Scene, records: pl.Series, why: Gone, now: datetime) -> pl.Series:
    """Say for whom the policy has something to do."""
    policy = scene.rules.on_leave.policy(why)
    rows = scene.link.gather(records)
    links = scene.population.links.frame[rows]
    off = switched_off(scene.population, scene.rules.schema).gather(scene.account.gather(records))
    acting = nowhere(len(records))
    if policy.disable:
        acting |= ~off
    if policy.delete_after_days is not None:
        acting |= _deleting(links, policy, now) & (off if policy.disable else ~nowhere(len(off)))
    if policy.sets:
        acting |= _to_set(scene, records, policy)
    if policy.wait_days:
        # Who begins to leave now is news anyway.
        acting &= _since(links["left_since"], policy.wait_days, now)
    return acting


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


def giving_back(scene: Scene, records: pl.Series, now: datetime) -> pl.Series:
    """Say from whom of some settled people who are gone memberships are taken back.

    Source: `provisor.domain.departing.part_with`. Of settled people nothing about leaving is news,
    so the days count from what is remembered, to the moment.
    """
    giving = nowhere(len(records))
    for why, mask in _reasons(scene):
        policy = scene.rules.on_leave.policy(why)
        if not policy.takes_memberships:
            continue
        gone = (mask & scene.gone).gather(records)
        if policy.wait_days:
            links = scene.population.links.frame[scene.link.gather(records)]
            gone &= (links["left_since"] <= _moment_before(now, policy.wait_days)).fill_null(
                value=False
            )
        giving |= gone
    return giving


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


def _to_set(scene: Scene, records: pl.Series, policy: LeavePolicy) -> pl.Series:
    """Say whose account does not hold what leavers' accounts are given, or may not.

    Source: `provisor.domain.departing.set_values`.
    """
    rules, population = scene.rules, scene.population
    if len({one.attribute for one in policy.sets}) < len(policy.sets):
        return ~nowhere(len(records))
    listing = population.source.some(records, rules.source_attributes())
    everybody = ~nowhere(len(records))
    desired = desired_columns(listing, policy.sets, rules.schema, scene.around, everybody)
    accounts = scene.account.gather(records)
    acting = desired.stopped
    for name, column in desired.columns.items():
        held = population.target.column(name).gather(accounts)
        differs = differing(column.values, held, rules.schema.attribute(name))
        acting |= differs if column.dropped is None else differs & ~column.dropped
    return acting & ~(desired.ignored & ~desired.stopped)
