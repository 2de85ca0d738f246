"""How many linked people have each value of an attribute: what some limits are in percent of.

Counted once where everything is looked at, then remembered and renewed by those who are looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from provisor.domain.bounds import Limit
from provisor.domain.link import Link
from provisor.domain.marking import mirror_of
from provisor.domain.record import as_text
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.domain.world import Population
from provisor.engine.assembly import Assembly
from provisor.engine.knowing.ground import SOURCE, TARGET, Ground
from provisor.ports.knowledge import Known

USERS = ObjectType.USERS


def shared_attributes(rules: JobRules) -> frozenset[str]:
    """Return the source attributes for whose values limits hold in percent."""
    return frozenset(
        name
        for limit in rules.limits.values()
        for name, share in limit.by.items()
        if _is_of_percent(share)
    )


def _is_of_percent(limit: Limit) -> bool:
    return limit.percent is not None or (limit.month is not None and _is_of_percent(limit.month))


def whole_shares(rules: JobRules, assembly: Assembly) -> dict[str, Mapping[str, int]]:
    """Count everybody by every such attribute.

    Cost: one pass over the linked people per attribute; nothing without such limits.
    """
    users = rules.objects.get(USERS)
    names = shared_attributes(rules) if users is not None else frozenset[str]()
    return {
        name: dict(assembly.linked_by(USERS, name, mirror_of(rules.objects[USERS], name)))
        for name in sorted(names)
    }


def renewed_shares(
    ground: Ground, population: Population, keys: Collection[str], attribute: str, mirrored: str
) -> dict[str, int] | None:
    """Count those anew who were looked at, and everybody else as they were remembered.

    Args:
        ground: with what was remembered.
        population: the users who were looked at, as they are now.
        keys: theirs, also of those who are gone.
        attribute: of the source.
        mirrored: the attribute of the target that tells it of somebody without a row.

    Returns:
        As `Assembly.linked_by`; None where it is not remembered, or cannot be renewed.
    """
    whole = ground.cycle.shares.get(attribute)
    before = [one for one in ground.before((SOURCE, USERS), keys).values() if one.linked]
    natives = _natives([one for one in before if one.values is None], population.links)
    if whole is None or natives is None:
        return None
    counts = Counter(whole)
    held = ground.before((TARGET, USERS), natives.values())
    for one in before:
        told = one if one.values is not None else held.get(natives[one.key])
        name = attribute if one.values is not None else mirrored
        values = told.values if told is not None else None
        counts[as_text((values or {}).get(name))] -= 1
    records = {record.key: record.values for record in population.records}
    accounts = {account.key: account.values for account in population.accounts}
    for link in population.links:
        if link.key in records:
            counts[as_text(records[link.key].get(attribute))] += 1
        else:
            counts[as_text(accounts.get(link.native_id, {}).get(mirrored))] += 1
    return {value: count for value, count in counts.items() if count}


def _natives(missing: Iterable[Known], links: Iterable[Link]) -> dict[str, str] | None:
    """Return the accounts of people without a row, by key; None where one is not known."""
    linked = {link.key: link.native_id for link in links}
    found = {one.key: one.native or linked.get(one.key, "") for one in missing}
    return found if all(found.values()) else None
