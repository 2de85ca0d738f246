"""Accounts that nobody touches, in columns: by name, by pattern, by what the target holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from provisor.domain.clause import Circle, Clause
from provisor.domain.columns.forms import among, lowered, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import nowhere
from provisor.domain.columns.neighbours import Members, Reached
from provisor.domain.columns.scoping import holds
from provisor.domain.protection import Protection, pattern_text
from provisor.domain.record import Record
from provisor.domain.relative_time import Moment
from provisor.domain.rules import ObjectRules
from provisor.domain.surroundings import Surroundings


def protected_accounts(
    target: Listing, rules: ObjectRules, protected: Collection[str], moment: Moment
) -> pl.Series:
    """Say which accounts nobody touches.

    Source: `provisor.domain.composing.is_protected`.

    Args:
        target: the accounts.
        rules: for the ranges and the name.
        protected: names and native ids, in small letters.
        moment: for conditions about times.

    Cost: one pass per pattern and clause.
    """
    found = nowhere(target.height)
    patterns = rules.protection.patterns
    if protected or patterns:
        register = pl.Series(sorted(protected), dtype=pl.String)
        names = lowered(texts(target.column(rules.schema.name)).fill_null(""))
        keys = lowered(target.keys)
        found |= among(keys, register) | among(names, register)
        for pattern in patterns:
            text = pattern_text(pattern)
            found |= keys.str.contains(text) | names.str.contains(text)
    return found | _by_condition(target, rules.protection, moment)


@dataclass(frozen=True, slots=True)
class _Accounts:
    """Accounts with nothing around them but the moment."""

    listing: Listing
    moment: Moment

    def reached(self, clause: Clause) -> Reached | None:
        return Reached(self.listing.column(clause.attribute))

    def members(self, _circle: Circle) -> Members:
        return Members(pl.Series([], dtype=pl.String), complete=False)

    def around(self, _records: Sequence[Record]) -> Surroundings:
        return Surroundings(self.moment)


def _by_condition(target: Listing, protection: Protection, moment: Moment) -> pl.Series:
    """Take what cannot be told for protected, as the definition does."""
    found = nowhere(target.height)
    for condition in protection.conditions:
        found |= holds(condition, _Accounts(target, moment)).fill_null(value=True)
    return found
