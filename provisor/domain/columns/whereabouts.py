"""Who is who in columns: which identity a value of the source names, and to whom an object belongs.

Source: `provisor.domain.second_pass`, for many values at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from provisor.domain.columns.forms import among, blanks, lowered, texts
from provisor.domain.columns.joining import NUMBER, positions
from provisor.domain.columns.membering import People, Settled, people_of
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.reference import NATIVE, Lack, Reference, is_native, texts_of
from provisor.domain.referring import Referrer
from provisor.domain.roster import Roster
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType


@dataclass(frozen=True, slots=True)
class _Names:
    """What records are called by something else than their key, in small letters."""

    names: pl.Series
    """Each once; those that several records have are not among them."""
    keys: pl.Series
    several: pl.Series


class ColumnDirectory:
    """Who is who, for a whole plan."""

    def __init__(
        self, columns: ColumnWorld, settled: Mapping[ObjectType, Settled], roster: Roster
    ) -> None:
        self._columns = columns
        self._settled = settled
        self._roster = roster
        self._everybody: dict[ObjectType, People] = {}
        self._names: dict[Reference, _Names] = {}
        self._found: dict[tuple[Reference, str], str | Lack] = {}
        self._owners: dict[tuple[ObjectType, str], str] = {}

    # --- columns ------------------------------------------------------------------------------

    def identities(self, reference: Reference, values: pl.Series) -> pl.Series:
        """Return the identity that each value names; null where a reference cannot be written.

        Cost: one join of keys, and one more where a reference names something else.
        """
        people = self._people(reference.leads_to).frame
        keys = self._keys(reference, values)
        found = people["identity"].gather(positions(keys, people["key"]))
        lost = pl.Series(list(self._roster.unreachable), dtype=pl.String)
        if not len(lost):
            return found
        return found.clone().scatter(among(found, lost).arg_true(), None)

    def owners(self, object_type: ObjectType, natives: pl.Series) -> pl.Series:
        """Return the identity to which each object of the target belongs; null for nobody."""
        people = self._people(object_type).frame
        known = people["native"].is_not_null().arg_true().cast(NUMBER)
        places = known.gather(positions(natives, people["native"].gather(known)))
        return people["identity"].gather(places)

    def lacks(self, reference: Reference, values: pl.Series) -> dict[str, Lack]:
        """Return why references to some values cannot be written now."""
        keys = self._keys(reference, values)
        read = self._read_keys(reference.leads_to)
        several = self._called(reference).several if reference.by else read.clear()
        rows = zip(
            values.to_list(),
            keys.to_list(),
            among(lowered(values), several).to_list(),
            among(keys, read).to_list(),
            strict=True,
        )
        return {
            value: Lack.SEVERAL if doubted else self._lack(reference, key, read_there)
            for value, key, doubted, read_there in rows
        }

    def _lack(self, reference: Reference, key: str | None, read: object) -> Lack:
        found = self._roster.located(reference.leads_to, key) if key is not None else None
        if isinstance(found, Lack):
            return found
        return Lack.NO_ACCOUNT if read else Lack.NOBODY

    def _people(self, object_type: ObjectType) -> People:
        if object_type not in self._everybody:
            own = self._settled.get(object_type)
            self._everybody[object_type] = people_of(own, self._roster, object_type)
        return self._everybody[object_type]

    def _keys(self, reference: Reference, values: pl.Series) -> pl.Series:
        """Return the source key that each value means; null for none, and for several."""
        if not reference.by:
            return values
        called = self._called(reference)
        return called.keys.gather(positions(lowered(values), called.names))

    def _called(self, reference: Reference) -> _Names:
        if reference not in self._names:
            self._names[reference] = self._gathered(reference)
        return self._names[reference]

    def _gathered(self, reference: Reference) -> _Names:
        population = self._columns.populations.get(reference.leads_to)
        nothing = pl.Series([], dtype=pl.String)
        if population is None:
            return _Names(nothing, nothing, nothing)
        held = population.source.column(reference.by)
        frame = pl.DataFrame({"key": population.source.keys, "name": held})
        frame = frame.explode("name") if held.dtype == pl.List else frame
        frame = frame.with_columns(texts(frame["name"]).alias("name"))
        frame = frame.filter(~blanks(frame["name"]))
        frame = frame.with_columns(lowered(frame["name"]).alias("name")).unique()
        lonely = frame["name"].is_unique()
        one = frame.filter(lonely)
        return _Names(one["name"], one["key"], frame["name"].filter(~lonely).unique())

    def _read_keys(self, object_type: ObjectType) -> pl.Series:
        population = self._columns.populations.get(object_type)
        if population is None:
            return pl.Series([], dtype=pl.String)
        repeated = pl.Series(list(population.source.repeated), dtype=pl.String)
        return pl.concat([population.source.keys, repeated])

    # --- for the definition -------------------------------------------------------------------

    def learn(self, rules: ObjectRules, referrers: Iterable[Referrer]) -> None:
        """Look up everybody to whom some objects refer, or referred, all at once."""
        listed = list(referrers)
        for mapping in rules.references:
            reference = mapping.reference
            if reference is None or not listed:
                continue
            name = mapping.attribute
            values = {v for one in listed for v in texts_of(one.sought.get(name))}
            natives = {v for one in listed for v in texts_of(one.held.get(name))}
            natives |= {value.removeprefix(NATIVE) for value in values if is_native(value)}
            self._learn(reference, pl.Series(sorted(values), dtype=pl.String))
            held = pl.Series(sorted(natives), dtype=pl.String)
            found = zip(held, self.owners(reference.leads_to, held), strict=True)
            self._owners |= {(reference.leads_to, n): one for n, one in found if one is not None}

    def _learn(self, reference: Reference, values: pl.Series) -> None:
        found = self.identities(reference, values)
        known = found.is_not_null()
        pairs = zip(values.filter(known), found.filter(known), strict=True)
        self._found |= {(reference, value): identity for value, identity in pairs}
        lacks = self.lacks(reference, values.filter(~known))
        self._found |= {(reference, value): lack for value, lack in lacks.items()}

    def find(self, reference: Reference, value: str) -> str | Lack:
        """Return the identity that a value of the source names, or why it cannot be written."""
        return self._found[reference, value]

    def owner(self, object_type: ObjectType, native: str) -> str | None:
        """Return the identity to which an object of the target belongs."""
        return self._owners.get((object_type, native))
