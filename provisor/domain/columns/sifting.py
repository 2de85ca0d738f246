"""Who needs a second look: the few records with which something is to be done or decided.

Columns find them; `provisor.domain.composing` decides what follows. Everybody else is counted here,
in the same classes. A row that is looked at without need costs time; one that is left out by
mistake would be a wrong plan, so every mask here errs on the side of looking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from provisor.domain.columns.comparing import compared
from provisor.domain.columns.forms import texts
from provisor.domain.columns.joining import marked, nowhere
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.scene import Scene
from provisor.domain.mapping import Mapped
from provisor.domain.record import as_text
from provisor.domain.schema import ObjectSchema


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
    mapped: Mapping[str, Mapped]
    """Key to what is known of some composed records: the attributes that may differ."""


def sift(scene: Scene, now: datetime) -> Sifted:
    """Find the records with which something is to be done or decided."""
    linked, has_account = scene.link.is_not_null(), scene.account.is_not_null()
    plain = ~scene.overruled
    here = plain & ~scene.gone & ~scene.undecided
    found = compared(scene, here.arg_true())
    leaving = (plain & scene.gone & linked & has_account).arg_true()
    unsettled = pl.concat([found.doubtful, leaving.filter(_leaving(scene, leaving, now))])
    composed = scene.overruled | scene.undecided | marked(unsettled, scene.population.source.height)
    return Sifted(
        composed=composed,
        seeking=plain & scene.left & ~linked,
        settled=linked & has_account & ~composed,
        ignored=marked(found.ignored, scene.population.source.height) & ~composed,
        mapped=found.mapped,
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
