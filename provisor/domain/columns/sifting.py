"""Who needs a second look: the few records with which something is to be done or decided.

Columns find them; `provisor.domain.composing` decides what follows. Everybody else is counted here,
in the same classes. A row that is looked at without need costs time; one that is left out by
mistake would be a wrong plan, so every mask here errs on the side of looking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from provisor.domain.columns.comparing import Fresh, Sought, compared
from provisor.domain.columns.joining import marked
from provisor.domain.columns.leaving import departing
from provisor.domain.columns.scene import Scene
from provisor.domain.leaving import Gone
from provisor.domain.mapping import Mapped


@dataclass(frozen=True, slots=True)
class Sifted:
    """The linked records and the unlinked ones, each taken apart."""

    composed: pl.Series
    """Records to look at one by one, without the unlinked leavers and the fresh; a mask."""
    seeking: pl.Series
    """Unlinked records of leavers, not overruled; a mask."""
    settled: pl.Series
    """Records with an account with which nothing is to be done; a mask."""
    ignored: pl.Series
    """Those of `settled` whose mapping said to leave the object alone; a mask."""
    mapped: Mapping[str, Mapped]
    """Key to what is known of some composed records: the attributes that may differ."""
    sought: tuple[Sought, ...] = ()
    """To whom those of `settled` shall refer whose mapping does not leave them alone."""
    fresh: tuple[Fresh, ...] = ()
    """Unlinked people who are here, not overruled, whose values columns hold."""
    learnt: Mapping[Gone, pl.Series] = field(default_factory=dict)
    """Why to the rows of others of whom this cycle learns that they are gone."""


def sift(scene: Scene, now: datetime) -> Sifted:
    """Find the records with which something is to be done or decided."""
    linked, has_account = scene.link.is_not_null(), scene.account.is_not_null()
    plain = ~scene.overruled
    here = plain & ~scene.gone & ~scene.undecided
    found = compared(scene, here.arg_true())
    gone = departing(scene, (plain & scene.gone & linked).arg_true(), now)
    unsettled = pl.concat([found.doubtful, gone.unsettled])
    composed = scene.overruled | scene.undecided | marked(unsettled, scene.population.source.height)
    composed |= plain & _unremembered(scene)
    return Sifted(
        composed=composed,
        seeking=plain & scene.left & ~linked,
        settled=linked & has_account & ~composed,
        ignored=marked(found.ignored, scene.population.source.height) & ~composed,
        mapped=found.mapped,
        sought=tuple(one.some(~composed.gather(one.records)) for one in found.sought),
        fresh=found.fresh,
        learnt={why: rows.filter(~composed.gather(rows)) for why, rows in gone.fresh.items()},
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


def _unremembered(scene: Scene) -> pl.Series:
    """Say who is here although their leaving is remembered."""
    remembered = scene.population.links.has_left().gather(scene.link).fill_null(value=False)
    return ~scene.gone & remembered
