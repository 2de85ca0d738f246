"""The register of accounts that nobody touches: from settings to ranges, and whether they fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from provisor.config.cross_references import unknown_name
from provisor.config.doubts import Doubt, Level, doubt
from provisor.config.fitting import Pair, misfit
from provisor.config.model import ConfigurationSettings
from provisor.config.register_settings import AccountSettings
from provisor.domain.protection import Protection
from provisor.domain.registered import Registered
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Belonging, Clause, attributes_of_condition, leaves_of
from provisor.errors import ConfigurationError


def protection_of(pair: Pair) -> Protection:
    """Return the ranges of accounts of one object type that nobody touches."""
    entries = [entry for _, entry in pair.register if _is_about(pair, entry)]
    return Protection(
        patterns=tuple(sorted({entry.match.lower() for entry in entries if entry.match})),
        conditions=tuple(entry.where for entry in entries if entry.where is not None),
    )


def register_of(settings: ConfigurationSettings, target: str) -> tuple[Registered, ...]:
    """Return what the register says of a target's accounts."""
    return tuple(
        Registered(
            kind=one.kind.value,
            account=(one.account or "").lower(),
            pattern=(one.match or "").lower(),
            condition=one.where,
            object_type=_about(one),
            owner=one.owner or "",
            reviewer=one.reviewer or "",
            purpose=one.purpose or "",
            reviewed=date.fromisoformat(one.reviewed) if one.reviewed else None,
            review_days=one.review_days,
        )
        for one in settings.accounts.get(target, ())
    )


def _about(entry: AccountSettings) -> ObjectType | None:
    if entry.where is None and entry.object is None:
        return None
    return ObjectType(entry.object or ObjectType.USERS.value)


def unowned(pair: Pair) -> Iterator[Doubt]:
    """Yield what the register says of nobody's accounts that nobody answers for."""
    if pair.object_type is not ObjectType.USERS:
        return
    for path, entry in pair.register:
        if entry.owner is None:
            what = "nobody answers for this entry of the register; write `owner`"
            yield doubt(pair, what, path, level=Level.NOTE)


def _is_about(pair: Pair, entry: AccountSettings) -> bool:
    """Say whether an entry is about this object type; a condition is about users if unsaid."""
    if entry.where is None and entry.object is None:
        return True
    return (entry.object or ObjectType.USERS.value) == pair.object_type.value


def unfit_protection(pair: Pair) -> Iterator[ConfigurationError]:
    """Yield one error for each range that would protect nothing."""
    for path, entry in pair.register:
        if entry.where is None:
            continue
        where = pair.places.where((*path, "where"))
        for leaf in leaves_of(entry.where):
            if isinstance(leaf, Belonging) or (isinstance(leaf, Clause) and leaf.steps):
                yield misfit(
                    "a range of accounts is told by the account's own attributes",
                    where,
                    found="a question about a group, or about another record",
                )
        named = entry.object or ObjectType.USERS.value
        if not pair.target.open and named == pair.object_type.value:
            known = pair.comparable()
            for name in sorted(attributes_of_condition(entry.where) - known):
                yield unknown_name("target attribute", name, known, where)
