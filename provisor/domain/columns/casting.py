"""The few records that are looked at one by one, with what columns know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provisor.domain.lifecycle import Judged
from provisor.domain.link import Link
from provisor.domain.record import Record


@dataclass(frozen=True, slots=True)
class Cast:
    """Records that are looked at one by one."""

    records: Sequence[Record]
    judged: Judged
    links: Mapping[str, Link]
    accounts: Mapping[str, Record]
    """By native id, for those links."""

    def unlinked(self) -> list[Record]:
        """Return those who have no link."""
        return [record for record in self.records if record.key not in self.links]

    def is_sought(self, record: Record) -> object:
        """Say whether an unlinked record may have an account: it is here, or said to be gone."""
        departure = self.judged.departures.get(record.key)
        return departure is None or departure.positive


def joined(one: Cast, other: Cast) -> Cast:
    """Return both together, in order of their keys."""
    if not other.records:
        return one
    return Cast(
        sorted([*one.records, *other.records], key=lambda record: record.key),
        Judged(
            {**one.judged.departures, **other.judged.departures},
            {**one.judged.undecided, **other.judged.undecided},
        ),
        {**one.links, **other.links},
        {**one.accounts, **other.accounts},
    )
