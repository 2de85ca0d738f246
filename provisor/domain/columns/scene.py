"""One object type on both sides: every record judged, with its link and its account."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from provisor.domain.columns.forms import among, blanks
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.guarding import protected_accounts
from provisor.domain.columns.joining import nowhere
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.neighbours import Neighbours
from provisor.domain.columns.scoping import holds
from provisor.domain.columns.tenures import tenures
from provisor.domain.columns.timing import unless
from provisor.domain.expressions import Circumstances
from provisor.domain.person import IN_QUESTION
from provisor.domain.rules import JobRules, ObjectRules
from provisor.domain.scope import circles_of_condition


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
    """Records whose source says that they left, and not only by leaving them out of a group."""
    leavers: pl.Series
    """Records of people who left, by whatever sign."""
    early: pl.Series
    """Records of people who are neither leavers nor out of scope, and have not begun."""
    gone: pl.Series
    """Records of people who left, are out of scope or early; `overruled` ones not judged yet."""
    undecided: pl.Series
    """Records of which it cannot be said whether they are gone."""
    protected: pl.Series
    """Accounts that nobody touches."""
    around: Circumstances
    """What mappings may depend on besides the record."""


def scene_of(
    rules: ObjectRules,
    job: JobRules,
    population: ColumnPopulation,
    overruled: Collection[str],
    neighbours: Neighbours,
    around: Circumstances,
) -> Scene:
    """Judge every record and find its link and its account.

    Args:
        rules: of the object type.
        job: for the protected accounts.
        population: both sides.
        overruled: keys for which overrides exist.
        neighbours: what conditions look at besides the record.
        around: what mappings may depend on besides the record.
    """
    source = population.source
    link = population.link_of_record()
    keys = pl.Series(sorted(overruled), dtype=pl.String)
    nobody = nowhere(source.height)
    left = holds(rules.leaver, neighbours) if rules.leaver is not None else nobody
    said = left
    if rules.leaver is not None and circles_of_condition(rules.leaver):
        said = holds(rules.leaver, neighbours.as_seen())
    inside = holds(rules.scope, neighbours) if rules.scope is not None else ~nobody
    ended, early = tenures(rules.tenure, source, neighbours.moment)
    left, said = left | ended, said | ended
    # Three-valued: one sure reason to be gone is enough, whatever else cannot be said.
    here = inside & ~left
    gone = ~here | early
    asked = in_question(source)
    if asked is not None:
        said, left, early = said & ~asked, left & ~asked, early & ~asked
        gone = unless(asked, gone)
    return Scene(
        rules,
        population,
        link,
        population.ties.account.gather(link),
        among(source.keys, keys) if len(keys) else nobody,
        said.fill_null(value=False),
        left.fill_null(value=False),
        (early & here.fill_null(value=True)).fill_null(value=False),
        gone.fill_null(value=False),
        gone.is_null(),
        protected_accounts(population.target, rules, job.protected, neighbours.moment),
        around,
    )


def in_question(source: Listing) -> pl.Series | None:
    """Say of which records only people can tell whose they are; None where nobody asked.

    Source: `provisor.domain.lifecycle.refuse_in_question`.
    """
    if IN_QUESTION not in source.frame.columns:
        return None
    return ~blanks(source.frame[IN_QUESTION])
