"""What both sides and the store know of the records and accounts that answers name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from provisor.domain.answering import said_of
from provisor.domain.leaving import Gone
from provisor.domain.override import Override
from provisor.domain.record import Record, as_text
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType, fold
from provisor.engine.assembly import Side
from provisor.engine.job import Job
from provisor.engine.survey import Glance

Overrides = Mapping[tuple[ObjectType, str], tuple[Override, ...]]


@dataclass(frozen=True, slots=True)
class Answerable:
    """One object type, as far as answers are about it; looked up once for all of them."""

    rules: ObjectRules
    records: Mapping[str, Record]
    """Those that answers name, by key."""
    accounts: Mapping[str, Record]
    """Those that answers name by id or by name, by native id."""
    called: Mapping[str, frozenset[str]]
    """What answers call an account, to the native ids of all accounts that are called so."""
    links: Mapping[str, str]
    """Source key to the native id of its link."""
    owners: Mapping[str, str]
    """Native id to the source key of its link."""
    identities: Mapping[str, str]
    given: Mapping[str, str]
    """Native id to the key of the record that somebody gave it to."""
    parted: frozenset[str]
    """Accounts that were taken from somebody: their anchor is nobody's."""
    former: frozenset[str] = frozenset()
    """Accounts that are linked with somebody who left, or whose row is missing."""


def answerable(
    job: Job,
    seen: Glance,
    rules: ObjectRules,
    named: tuple[Collection[str], Collection[str]],
    active: Overrides,
) -> Answerable:
    """Look everything up that answers name.

    Args:
        job: for the store.
        seen: both sides.
        rules: of the object type.
        named: keys of records; ids or names of accounts.
        active: overrides that bind the job now.

    Cost: a few passes over the reads and the links, however many answers there are.
    """
    keys, accounts = named
    object_type = rules.object_type
    called = _called(rules, seen, accounts)
    natives = {*accounts, *(native for natives in called.values() for native in natives)}
    columns = job.store.links.columns(job.rules.target, object_type)
    pairs = [(str(k), str(n)) for k, n in zip(columns["key"], columns["native_id"], strict=True)]
    mine = {key: said_of(one) for (kind, key), one in active.items() if kind is object_type}
    return Answerable(
        rules,
        seen.assembly.records(Side.SOURCE, object_type, keys),
        seen.assembly.accounts(object_type, natives),
        called,
        dict(pairs),
        {native: key for key, native in pairs},
        job.store.identities.known(job.rules.source, object_type),
        {as_text(said.answer.value): key for key, said in mine.items() if said.answer},
        frozenset(native for said in mine.values() for native in said.parted),
        frozenset(_former(columns)) | _missing(seen, object_type, pairs, natives),
    )


def _missing(
    seen: Glance, object_type: ObjectType, pairs: Sequence[tuple[str, str]], named: Collection[str]
) -> frozenset[str]:
    """Return those of the named accounts that are linked with a key which was not read."""
    owners = {native: key for key, native in pairs if native in named}
    missing = set(seen.assembly.lacks(Side.SOURCE, object_type, set(owners.values())))
    return frozenset(native for native, key in owners.items() if key in missing)


def _former(columns: Mapping[str, Sequence[object]]) -> Iterator[str]:
    told = zip(*(columns[n] for n in ("native_id", "left_as", "back_since")), strict=True)
    for native, why, back in told:
        if why not in (None, Gone.OUT_OF_SCOPE.value) and back is None:
            yield str(native)


def _called(rules: ObjectRules, seen: Glance, names: Collection[str]) -> dict[str, frozenset[str]]:
    """Return who is called by each of some names, as the target compares names."""
    schema = rules.schema
    if not schema.name:
        return {}
    holders = seen.assembly.holders(rules.object_type, schema.name, names)
    natives = {native for found in holders.values() for native in found}
    accounts = seen.assembly.accounts(rules.object_type, natives)
    attribute = schema.attribute(schema.name)
    held = {
        native: fold(as_text(account.values.get(schema.name)), attribute)
        for native, account in accounts.items()
    }
    return {
        name: frozenset(
            native
            for native in holders.get(name.lower(), ())
            if held.get(native) == fold(name, attribute)
        )
        for name in names
    }
