"""Links as one plan asks for them: by key and by account, each asked for once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from provisor.domain.link import Link
from provisor.domain.schema import ObjectType
from provisor.ports.links import Links

Found = dict[ObjectType, dict[str, tuple[Link, ...]]]


class LinksInHand:
    """The links of one target; nobody else changes them while a plan is made."""

    def __init__(self, links: Links, target: str) -> None:
        self._links = links
        self._target = target
        self._by_key: Found = {}
        self._by_account: Found = {}

    def of_keys(self, kind: ObjectType, keys: Iterable[str]) -> tuple[Link, ...]:
        """Return the links of some source keys, by key and identity."""

        def ask(missing: Collection[str]) -> tuple[Link, ...]:
            return self._links.of_keys(self._target, kind, missing)

        return _found(self._by_key.setdefault(kind, {}), set(keys), ask, lambda one: one.key)

    def of_accounts(self, kind: ObjectType, natives: Iterable[str]) -> tuple[Link, ...]:
        """Return the links of some accounts, by key and identity."""

        def ask(missing: Collection[str]) -> tuple[Link, ...]:
            return self._links.of_accounts(self._target, kind, missing)

        wanted = set(natives)
        return _found(self._by_account.setdefault(kind, {}), wanted, ask, lambda one: one.native_id)


def _found(
    known: dict[str, tuple[Link, ...]],
    wanted: set[str],
    ask: Callable[[Collection[str]], tuple[Link, ...]],
    name: Callable[[Link], str],
) -> tuple[Link, ...]:
    missing = wanted - known.keys()
    if missing:
        known.update(dict.fromkeys(missing, ()))
        for link in ask(missing):
            known[name(link)] += (link,)
    found = (link for one in wanted for link in known[one])
    return tuple(sorted(found, key=lambda one: (one.key, one.identity)))
