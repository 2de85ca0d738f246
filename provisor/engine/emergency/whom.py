"""Whom a person means: by source key, by account, or by the name that an account has.

A name is believed only where it leads to one person; otherwise the candidates are told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provisor.domain.schema import ObjectType
from provisor.errors import Ambiguous, UnknownName, nearest
from provisor.ports.store import Store

USERS = ObjectType.USERS
_MOST_ALIKE = 20_000
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Places:
    """Where a person may be known."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One person, as the store knows them."""

    identity: str
    keys: tuple[str, ...]
    """At the sources, or of links; sorted."""
    others: frozenset[tuple[str, str]] = frozenset()
    """Source and key, where a key of this person is somebody else's."""


def find_person(store: Store, word: str, places: Places) -> Person:
    """Return the one person whom a word means.

    Raises:
        UnknownName: the store knows nobody of this name.
        Ambiguous: it could be several.

    Cost: some look-ups per system; one look at a target's names where no key or account has it.
    """
    found = _by_key(store, word, places) or _by_account(store, word, places)
    found = found or _by_name(store, word, places)
    if not found:
        raise _unknown(store, word, places)
    if len(found) > 1:
        raise _ambiguous(store, word, found, places)
    (identity,) = found
    keys = _keys_of(store, identity, word, places) or _keys_at(store, identity, places)
    if not keys:
        raise _unknown(store, word, places)
    others = {
        (source, key)
        for source in places.sources
        for key, other in store.identities.of_keys(source, USERS, keys).items()
        if other != identity
    }
    return Person(identity, tuple(sorted(keys)), frozenset(others))


def _by_key(store: Store, word: str, places: Places) -> set[str]:
    found = {
        identity
        for source in places.sources
        for identity in store.identities.of_keys(source, USERS, [word]).values()
    }
    links = (link for target in places.targets for link in store.links.of_key(target, USERS, word))
    return found | {link.identity for link in links}


def _by_account(store: Store, word: str, places: Places) -> set[str]:
    links = (
        link for target in places.targets for link in store.links.of_accounts(target, USERS, [word])
    )
    return {link.identity for link in links}


def _by_name(store: Store, word: str, places: Places) -> set[str]:
    return {one for target in places.targets for one in store.names.holders(target, USERS, word)}


def _keys_of(store: Store, identity: str, word: str, places: Places) -> set[str]:
    keys = {
        link.key
        for target in places.targets
        for link in store.links.of_identities(target, [identity]).values()
    }
    for source in places.sources:
        if store.identities.of_keys(source, USERS, [word]).get(word) == identity:
            keys.add(word)
    return keys


def _keys_at(store: Store, identity: str, places: Places) -> set[str]:
    """Return the keys of somebody whose accounts are linked no more.

    Cost: one look at everybody whom the sources know.
    """
    return {
        key
        for source in places.sources
        for key, one in store.identities.known(source, USERS).items()
        if one == identity
    }


def _unknown(store: Store, word: str, places: Places) -> UnknownName:
    keys: set[str] = set()
    for source in places.sources:
        keys |= store.identities.known(source, USERS).keys()
    near = nearest(word, keys) if len(keys) <= _MOST_ALIKE else None
    return UnknownName(
        "nobody is known by this name",
        where="PERSON",
        found="no source key, account, login name or mail address that was ever linked",
        safe="nothing was changed",
        next=f"did you mean `{near}`?" if near else "name the source key, or the account's id",
    )


def _ambiguous(store: Store, word: str, found: Iterable[str], places: Places) -> Ambiguous:
    told: list[str] = []
    for identity in sorted(found):
        keys = sorted(_keys_of(store, identity, word, places))
        accounts = [
            f"{target} {link.native_id}"
            for target in places.targets
            for link in store.links.of_identities(target, [identity]).values()
        ]
        told.append(f"{', '.join(keys)} ({', '.join(accounts) or 'no account'})")
    more = f"; and {len(told) - _MOST_NAMED} more" if len(told) > _MOST_NAMED else ""
    return Ambiguous(
        f"{len(told)} people could be meant",
        where="PERSON",
        found="; ".join(told[:_MOST_NAMED]) + more,
        safe="nothing was changed",
        next="name one of them by source key or by account id",
    )
