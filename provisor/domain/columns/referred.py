"""What became of the references of single records, so that the next plan can look at a few alone.

The same as `provisor.engine.knowing.part_refers` says of them, for everybody at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import polars as pl

from provisor.domain.columns.membering import Settled
from provisor.domain.columns.operand import computed
from provisor.domain.columns.proposing import PlannedColumns
from provisor.domain.columns.referring import Slice
from provisor.domain.columns.whereabouts import ColumnDirectory
from provisor.domain.marks import looks_for, refers_to, sought_marks
from provisor.domain.plan import REFERENCE_CLASSES
from provisor.domain.reference import Reference
from provisor.domain.referring import Referrals, Referrer, told_line
from provisor.domain.schema import ObjectType

Lines = pl.DataFrame
"""Key and line: a JSON object that says, by attribute, how many references stand in each class."""

_LINES = {"key": pl.String, "line": pl.String}


def told_lines(planned: PlannedColumns) -> dict[ObjectType, Lines]:
    """Return, by type, the key and the line of every record that refers to anybody.

    Cost: that of the second pass, and the definition for each object that it looked at.
    """
    columns, roster = planned.columns, planned.walk.roster
    found: dict[ObjectType, pl.DataFrame] = {}
    directory = ColumnDirectory(columns, planned.settled, roster)
    for kind, rules in columns.world.rules.objects.items():
        if kind not in columns.populations or not rules.references:
            continue
        slices = list(_slices(planned, kind, directory))
        frames = [_quiet(one) for one in slices]
        changing = [referrer for one in slices for referrer in one.changing()]
        referrers = [*roster.referrers.get(kind, ()), *changing]
        directory.learn(rules, referrers)
        target = columns.world.rules.target
        lines = [(r.subject.key, told_line(rules, target, r, directory)) for r in referrers]
        frames.append(pl.DataFrame(lines, schema=_LINES, orient="row"))
        found[kind] = pl.concat(frames).filter(pl.col("line") != "")
    return found


def sought_by(planned: PlannedColumns, kind: ObjectType) -> Iterator[tuple[str, str]]:
    """Yield the marks of records whose accounts refer to others, each with its key."""
    rules = planned.columns.world.rules.objects[kind]
    composed: Iterable[Referrer] = planned.walk.roster.referrers.get(kind, ())
    for referrer in composed:
        for mark in sought_marks(rules, referrer.sought):
            yield mark, referrer.subject.key
    directory = ColumnDirectory(planned.columns, planned.settled, planned.walk.roster)
    for one in _slices(planned, kind, directory) if rules.references else ():
        for mapping in rules.references:
            if mapping.reference is not None:
                named = one.sought_texts(mapping.attribute)
                yield from ((_mark(mapping.reference, text), key) for key, text in named)


def _mark(reference: Reference, text: str) -> str:
    """Return the mark of whoever refers to what a text names."""
    if reference.by:
        return looks_for(reference.leads_to, reference.by, text)
    return refers_to(reference.leads_to, text)


def _slices(
    planned: PlannedColumns, kind: ObjectType, directory: ColumnDirectory
) -> Iterator[Slice]:
    own: Settled | None = planned.settled.get(kind)
    for sought in own.sought if own is not None else ():
        if own is not None:
            yield Slice(own, sought, directory, Referrals())


def _quiet(one: Slice) -> Lines:
    """Return the lines of those of whom nothing is asked."""
    found, asked = one.compared()
    parts = []
    for attribute in sorted(found):
        lacking = pl.lit(found[attribute].lacking)
        unchanged = pl.when(lacking).then(0).otherwise(pl.lit(found[attribute].wanted))
        counts = {"unchanged": unchanged, "pending": lacking.cast(pl.Int64)}
        numbers = [counts.get(name, pl.lit(0)).cast(pl.String) for name in REFERENCE_CLASSES]
        text = pl.concat_str(
            pl.lit(f"{json.dumps(attribute)}: ["),
            pl.concat_str(numbers, separator=", "),
            pl.lit("]"),
        )
        parts.append(pl.when(lacking | (unchanged > 0)).then(text))
    keys = one.settled.scene.population.source.keys.gather(one.sought.records)
    told = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    line = pl.when(told == "").then(pl.lit("")).otherwise("{" + told + "}")
    frame = pl.DataFrame({"key": keys, "line": computed(line)}, schema=_LINES)
    return frame.filter(~asked)
