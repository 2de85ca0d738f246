"""Names that nobody may take twice: what the target holds, looked up only when somebody asks."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from provisor.domain.columns.forms import lowered
from provisor.domain.columns.frames import Listing
from provisor.domain.composing import Setting, unique_attributes
from provisor.domain.rules import JobRules, ObjectRules
from provisor.domain.schema import fold


def setting_of(rules: ObjectRules, job: JobRules, now: datetime, target: Listing) -> Setting:
    """Return what composing needs; the target's names are read when the first one is chosen.

    Source: `provisor.domain.composing.setting_of`.

    Cost: one pass over a unique attribute, once, and only if a value for it is sought.
    """
    unique = unique_attributes(rules)
    held: dict[str, frozenset[str]] = {}
    given: dict[str, set[str]] = {}

    def is_taken(name: str, value: str) -> bool:
        if name not in held and name in unique:
            held[name] = held_values(rules, target, name)
        folded = str(fold(value, rules.schema.attribute(name)))
        return folded in held.get(name, ()) or folded in given.get(name, ())

    def claim(name: str, value: str) -> None:
        given.setdefault(name, set()).add(value)

    return Setting(rules, job.target, now, job.protected, claim, is_taken)


def held_values(rules: ObjectRules, target: Listing, name: str) -> frozenset[str]:
    """Return the values of an attribute that accounts hold, as the target compares them.

    Source: `provisor.domain.composing.held_names`: only texts count.
    """
    attribute = rules.schema.attribute(name)
    column = target.column(name)
    if target.rows is not None and name in target.strange:
        cells = [row.get(name) for row in target.rows]
        texts = [cell for cell in cells if isinstance(cell, str) and cell]
        return frozenset(str(fold(text, attribute)) for text in texts)
    if column.dtype != pl.String:
        return frozenset()
    exact = attribute is not None and attribute.case_exact
    held = column.filter(column != "")
    return frozenset((held if exact else lowered(held)).to_list())
