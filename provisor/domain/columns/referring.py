"""The second pass, in columns: whose references are not as they should be.

Columns find in whose rows something is to be changed; `provisor.domain.referring` decides what, for
those and for everybody who was composed. The others are counted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

import polars as pl

from provisor.domain.columns.accepting import accepted_pairs
from provisor.domain.columns.comparing import Sought
from provisor.domain.columns.forms import blanks, filled, texts
from provisor.domain.columns.joining import NUMBER, marked, nowhere, scattered
from provisor.domain.columns.mapping import DesiredColumn
from provisor.domain.columns.membering import Settled
from provisor.domain.columns.operand import computed
from provisor.domain.columns.tables import as_value
from provisor.domain.columns.whereabouts import ColumnDirectory
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.flow import AttributeMapping
from provisor.domain.mapping import field_of, map_values
from provisor.domain.record import ABSENT, Presence
from provisor.domain.reference import NATIVE, Pending, Reference
from provisor.domain.referring import Referrals, Referrer, refer_all
from provisor.domain.roster import Roster
from provisor.domain.rules import SOFT_DELETED, ObjectRules
from provisor.domain.schema import ObjectType


def refer(columns: ColumnWorld, settled: Mapping[ObjectType, Settled], roster: Roster) -> Referrals:
    """Work out to whom everybody refers.

    Source: `provisor.domain.second_pass.refer`.

    Args:
        columns: both sides.
        settled: the accounts with which nothing else is to be done.
        roster: the others that are or will be in the target.

    Cost: two joins per reference attribute, and the cost of the object executor for each object
        whose references change.
    """
    referrals = Referrals()
    directory = ColumnDirectory(columns, settled, roster)
    for object_type, rules in columns.world.rules.objects.items():
        if object_type not in columns.populations or not rules.references:
            continue
        referrers = list(roster.referrers.get(object_type, ()))
        own = settled.get(object_type)
        for sought in own.sought if own is not None else ():
            if own is not None:
                referrers += Slice(own, sought, directory, referrals).changing()
        directory.learn(rules, referrers)
        refer_all(rules, columns.world.rules.target, referrers, directory, referrals)
    return referrals


@dataclass(frozen=True, slots=True)
class Compared:
    """One reference attribute of many objects; masks over their rows."""

    changing: pl.Series
    """Where the definition must be asked."""
    lacking: pl.Series
    """Where the one reference cannot be written, and nothing changes."""
    values: pl.Series
    """What each row says, as text; of lists nothing."""
    wanted: pl.Series
    """How many references each row asks for."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Some objects with whose account nothing else is to be done."""

    settled: Settled
    sought: Sought
    directory: ColumnDirectory
    into: Referrals

    @property
    def rules(self) -> ObjectRules:
        """The rules of their type."""
        return self.settled.scene.rules

    def changing(self) -> list[Referrer]:
        """Return those whose references change; count the others."""
        found, asked = self.compared()
        for mapping in self.rules.references:
            self._count(mapping, found[mapping.attribute], ~asked)
        return list(self._referrers(asked.arg_true()))

    def compared(self) -> tuple[dict[str, Compared], pl.Series]:
        """Return what each reference attribute says of them, and of whom anything is asked."""
        found = {m.attribute: self._compared(m, _of(m)) for m in self.rules.references}
        nobody = nowhere(len(self.sought.records))
        return found, reduce(pl.Series.__or__, (one.changing for one in found.values()), nobody)

    def sought_texts(self, attribute: str) -> Iterator[tuple[str, str]]:
        """Yield to whom a reference attribute shall lead, by key."""
        column = self.sought.columns[attribute]
        rows = len(column.values)
        named = _each(column.values, ~nowhere(rows) if column.dropped is None else ~column.dropped)
        keys = self.settled.scene.population.source.keys.gather(self.sought.records)
        yield from zip(keys.gather(named["row"]), named["value"], strict=True)

    def _count(self, mapping: AttributeMapping, compared: Compared, quiet: pl.Series) -> None:
        """Count, and tell, the references of those of whom nothing is asked."""
        kind, name = self.rules.object_type, mapping.attribute
        lacking = compared.lacking & quiet
        unchanged = compared.wanted.filter(quiet & ~lacking).sum()
        self.into.count(kind, name, "unchanged", int(unchanged))
        numbers = lacking.arg_true()
        self.into.count(kind, name, "pending", len(numbers))
        if not len(numbers):
            return
        values = compared.values.gather(numbers)
        lacks = self.directory.lacks(_of(mapping), values.unique())
        keys = self.settled.scene.population.source.keys.gather(self.sought.records.gather(numbers))
        self.into.pending += [
            Pending(kind, key, name, value, lacks[value])
            for key, value in zip(keys, values, strict=True)
        ]

    # --- comparing ----------------------------------------------------------------------------

    def _compared(self, mapping: AttributeMapping, reference: Reference) -> Compared:
        scene = self.settled.scene
        column = self.sought.columns[mapping.attribute]
        accounts = scene.account.gather(self.sought.records)
        held = scene.population.target.column(mapping.attribute).gather(accounts)
        flows = ~nowhere(len(held)) if column.dropped is None else ~column.dropped
        if pl.List in {column.values.dtype.base_type(), held.dtype.base_type()}:
            return self._compared_lists(reference, column, held, flows)
        return self._compared_texts(mapping, reference, column, held, flows)

    def _compared_texts(
        self,
        mapping: AttributeMapping,
        reference: Reference,
        column: DesiredColumn,
        held: pl.Series,
        flows: pl.Series,
    ) -> Compared:
        values, present = filled(column.values), filled(texts(held))
        wanted = self.directory.identities(reference, values)
        owners = self.directory.owners(reference.leads_to, present)
        asked = flows & values.is_not_null()
        # The definition knows what to do with an object of the target itself.
        native = asked & values.str.starts_with(NATIVE).fill_null(value=False)
        lacking = asked & wanted.is_null() & ~native
        foreign = present.is_not_null() & owners.is_null()
        differs = flows & ~lacking & (wanted.ne_missing(owners) | foreign)
        differs = native | (differs & ~self._accepted(mapping, wanted, held, differs & foreign))
        return Compared(differs, lacking, values, asked.cast(NUMBER))

    def _accepted(
        self, mapping: AttributeMapping, wanted: pl.Series, held: pl.Series, differs: pl.Series
    ) -> pl.Series:
        """Say whose target once made of the same reference just what it holds."""
        population = self.settled.scene.population
        remembered = population.links.frame["accepted"]
        field = field_of(mapping, self.rules.schema)
        strange = mapping.attribute in population.target.strange
        numbers = differs.arg_true()
        if field is None or strange or not len(numbers) or not remembered.count():
            return nowhere(len(differs))
        links = self.settled.scene.link.gather(self.sought.records.gather(numbers))
        known = remembered.gather(links)
        same = accepted_pairs(known, field, wanted.gather(numbers), held.gather(numbers))
        return marked(numbers.filter(same), len(differs))

    def _compared_lists(
        self, reference: Reference, column: DesiredColumn, held: pl.Series, flows: pl.Series
    ) -> Compared:
        rows = len(held)
        wanted, present = _each(column.values, flows), _each(held, flows)
        found = self.directory.identities(reference, wanted["value"])
        lost = marked(wanted["row"].filter(found.is_null()).unique(), rows)
        owners = pl.lit(self.directory.owners(reference.leads_to, present["value"]))
        named = computed(
            pl.when(owners.is_not_null()).then(owners).otherwise(NATIVE + pl.lit(present["value"]))
        )
        sets = _sets(wanted["row"], found, rows).ne_missing(_sets(present["row"], named, rows))
        counts = wanted.group_by("row").len()
        asked = scattered(counts["row"], counts["len"].cast(NUMBER), rows).fill_null(0)
        nothing = pl.repeat(None, rows, dtype=pl.String, eager=True)
        return Compared(sets | lost, nowhere(rows), nothing, asked)

    # --- for the definition -------------------------------------------------------------------

    def _referrers(self, numbers: pl.Series) -> Iterator[Referrer]:
        """Return some of them as the definition takes them."""
        records = self.sought.records.gather(numbers)
        names = [mapping.attribute for mapping in self.rules.references]
        rows = [self._values(mapping, numbers) for mapping in self.rules.references]
        for place, (subject, link, account) in enumerate(self.settled.accounts(records)):
            cells = {name: row[place] for name, row in zip(names, rows, strict=True)}
            sought = {name: one for name, one in cells.items() if one is not ABSENT}
            held = {name: account.values[name] for name in names if name in account.values}
            yield Referrer(subject, sought, held, link.accepted)

    def _values(self, mapping: AttributeMapping, numbers: pl.Series) -> list[Presence]:
        """Return what a mapping says of some of them; absent where it does not flow."""
        column = self.sought.columns[mapping.attribute]
        if column.values.dtype == pl.List and field_of(mapping, self.rules.schema) is None:
            return self._computed(mapping, numbers)
        cells = [as_value(cell) for cell in column.values.gather(numbers).to_list()]
        if column.dropped is None:
            return [*cells]
        gaps = column.dropped.gather(numbers).to_list()
        return [ABSENT if gap else cell for gap, cell in zip(gaps, cells, strict=True)]

    def _computed(self, mapping: AttributeMapping, numbers: pl.Series) -> list[Presence]:
        """Compute what columns do not hold: whether a row says one value or a list of one."""
        scene = self.settled.scene
        records = scene.population.source.records(self.sought.records.gather(numbers))
        rows = ({**record.values, SOFT_DELETED: False} for record in records)
        mapped = (map_values((mapping,), row, self.rules.schema, scene.around) for row in rows)
        return [one.values.get(mapping.attribute, ABSENT) for one in mapped]


def _of(mapping: AttributeMapping) -> Reference:
    if mapping.reference is None:
        raise TypeError("the mapping is no reference")
    return mapping.reference


def _each(column: pl.Series, rows: pl.Series) -> pl.DataFrame:
    """Return every value of some rows as text, each once per row, without blank ones."""
    numbers = pl.int_range(len(column), dtype=NUMBER, eager=True)
    frame = pl.DataFrame({"row": numbers, "value": column}).filter(rows)
    frame = frame.explode("value") if column.dtype == pl.List else frame
    frame = frame.with_columns(texts(frame["value"]).alias("value"))
    return frame.filter(~blanks(frame["value"])).unique()


def _sets(rows: pl.Series, names: pl.Series, height: int) -> pl.Series:
    """Return a list of different names per row, sorted; null where there is none."""
    frame = pl.DataFrame({"row": rows, "name": names}).drop_nulls()
    grouped = frame.group_by("row").agg(pl.col("name").unique().sort())
    numbers = pl.DataFrame({"row": pl.int_range(height, dtype=NUMBER, eager=True)})
    return numbers.join(grouped, on="row", how="left", maintain_order="left")["name"]
