"""Who needs a second look: the few records with which something is to be done or decided.

Columns find them; `provisor.domain.composing` decides what follows. Everybody else is counted here,
in the same classes. A row that is looked at without need costs time; one that is left out by
mistake would be a wrong plan, so every mask here errs on the side of looking.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from provisor.domain.columns.differing import differing
from provisor.domain.columns.forms import among, blanks, texts
from provisor.domain.columns.joining import marked, nowhere
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.mapping import DesiredColumns, desired_columns
from provisor.domain.columns.matching import protected_accounts
from provisor.domain.columns.scoping import holds
from provisor.domain.mapping import flowing
from provisor.domain.record import as_text
from provisor.domain.rules import JobRules, ObjectRules
from provisor.domain.schema import ObjectSchema


@dataclass(frozen=True, slots=True)
class Scene:
    """One object type on both sides, every record with its link, its account and its place."""

    rules: ObjectRules
    population: ColumnPopulation
    link: pl.Series
    """Per record the row of its link; null for none."""
    account: pl.Series
    """Per record the row of its linked account; null for none."""
    overruled: pl.Series
    """Records for which somebody decided something."""
    left: pl.Series
    """Records whose source says that they left."""
    gone: pl.Series
    """Records of people who left or are out of scope; those of `overruled` not judged yet."""
    protected: pl.Series
    """Accounts that nobody touches."""


def scene_of(
    rules: ObjectRules, job: JobRules, population: ColumnPopulation, overruled: Collection[str]
) -> Scene:
    """Judge every record and find its link and its account.

    Args:
        rules: of the object type.
        job: for the protected accounts.
        population: both sides.
        overruled: keys for which overrides exist.
    """
    source = population.source
    link = population.link_of_record()
    keys = pl.Series(sorted(overruled), dtype=pl.String)
    nobody = nowhere(source.height)
    left = holds(rules.leaver, source) if rules.leaver is not None else nobody
    inside = holds(rules.scope, source) if rules.scope is not None else ~nobody
    return Scene(
        rules,
        population,
        link,
        population.ties.account.gather(link),
        among(source.keys, keys) if len(keys) else nobody,
        left,
        left | ~inside,
        protected_accounts(population.target, rules, job.protected),
    )


@dataclass(frozen=True, slots=True)
class Sifted:
    """The linked records and the unlinked ones, each taken apart."""

    composed: pl.Series
    """Records to look at one by one, without the unlinked leavers; a mask."""
    seeking: pl.Series
    """Unlinked records of leavers, not overruled; a mask."""
    settled: pl.Series
    """Records with an account with which nothing is to be done; a mask."""
    ignored: pl.Series
    """Those of `settled` whose mapping said to leave the object alone; a mask."""


def sift(scene: Scene, now: datetime) -> Sifted:
    """Find the records with which something is to be done or decided."""
    linked, has_account = scene.link.is_not_null(), scene.account.is_not_null()
    plain = ~scene.overruled
    here = plain & ~scene.gone
    staying = (here & linked & has_account).arg_true()
    changing, ignored = _changing(scene, staying)
    leaving = (plain & scene.gone & linked & has_account).arg_true()
    unsettled = pl.concat([staying.filter(changing), leaving.filter(_leaving(scene, leaving, now))])
    composed = scene.overruled | (here & ~(linked & has_account))
    composed |= marked(unsettled, scene.population.source.height)
    return Sifted(
        composed=composed,
        seeking=plain & scene.left & ~linked,
        settled=linked & has_account & ~composed,
        ignored=marked(staying.filter(ignored & ~changing), scene.population.source.height),
    )


def counts(
    scene: Scene, sifted: Sifted, looked_at: pl.Series
) -> tuple[dict[str, int], dict[str, int]]:
    """Count, by class, the records and accounts that are not looked at one by one.

    Args:
        scene: the object type.
        sifted: who is settled.
        looked_at: all records that are composed one by one; a mask.
    """
    quiet = ~looked_at
    unchanged = int((quiet & ~scene.gone & ~sifted.ignored).sum())
    records = {"unchanged": unchanged, "out_of_scope": int(quiet.sum()) - unchanged}
    return records, {"unchanged": int(sifted.settled.sum())}


# --- people who are here -----------------------------------------------------------------------


def _changing(scene: Scene, records: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Say which of some linked people's accounts may not be right, and which are left alone."""
    rules, population = scene.rules, scene.population
    mappings = flowing(rules)
    if len({m.attribute for m in mappings}) < len(mappings):
        # The later of two mappings counts, which columns do not go into.
        everyone = pl.repeat(value=True, n=len(records), dtype=pl.Boolean, eager=True)
        return everyone, ~everyone
    listing = population.source.some(records, rules.source_attributes())
    accounts = scene.account.gather(records)
    desired = desired_columns(listing, mappings, rules.schema)
    wrong = scene.protected.gather(accounts) | desired.stopped
    wrong |= _waking(scene, records) | _unanchored(scene, accounts, desired)
    differs = nowhere(len(records))
    for name, column in desired.columns.items():
        held = population.target.column(name).gather(accounts)
        unequal = differing(column.values, held, rules.schema.attribute(name))
        differs |= unequal if column.dropped is None else unequal & ~column.dropped
    return wrong | (differs & ~desired.ignored), desired.ignored


def _waking(scene: Scene, records: pl.Series) -> pl.Series:
    """Say whose account we once switched off."""
    return scene.population.links.is_disabled().gather(scene.link.gather(records))


def _unanchored(scene: Scene, accounts: pl.Series, desired: DesiredColumns) -> pl.Series:
    """Say which accounts lack our anchor where no mapping fills it."""
    anchor = scene.rules.schema.anchor
    if not anchor:
        return nowhere(len(accounts))
    column = desired.columns.get(anchor)
    if column is not None and column.dropped is None:
        return nowhere(len(accounts))
    lacking = blanks(scene.population.target.column(anchor)).gather(accounts)
    return lacking if column is None else lacking & column.dropped


# --- people who are gone -----------------------------------------------------------------------


def _leaving(scene: Scene, records: pl.Series, now: datetime) -> pl.Series:
    """Say which linked accounts of people who are gone may have to be switched off or deleted."""
    rules = scene.rules
    accounts = scene.account.gather(records)
    off = switched_off(scene.population, rules.schema).gather(accounts)
    acting = scene.protected.gather(accounts)
    if rules.on_leave.disable:
        acting |= ~off
    if rules.on_leave.delete_after_days is not None:
        due = _deletion_may_be_due(scene.population, rules.on_leave.delete_after_days, now)
        acting |= off & due.gather(scene.link.gather(records))
    return acting


def switched_off(population: ColumnPopulation, schema: ObjectSchema) -> pl.Series:
    """Say which accounts are switched off; all of them where there is no switch."""
    if schema.switch is None:
        return ~nowhere(population.target.height)
    held = texts(population.target.column(schema.switch.attribute)).fill_null("")
    return held == as_text(schema.switch.off)


def _deletion_may_be_due(population: ColumnPopulation, days: int, now: datetime) -> pl.Series:
    """Compare days as text, which is exact to the day; `deletion_is_due` looks at the moment."""
    day = now.astimezone(UTC).date()
    last = (day - timedelta(days=min(days, (day - date.min).days))).isoformat()
    since = population.links.frame["since"].str.slice(0, len(last))
    return population.links.is_disabled() & (since <= last).fill_null(value=False)
