"""Links as one plan asks for them: by key and by account, each asked for once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from operator import attrgetter

from provisor.domain.link import Link
from provisor.domain.schema import ObjectType
from provisor.ports.links import Links

Ask = Callable[[ObjectType, Collection[str]], tuple[Link, ...]]
_ORDER = attrgetter("key", "identity")


class LinksInHand:
    """The links of one target; nobody else changes them while a plan is made."""

    def __init__(self, links: Links, target: str) -> None:
        self._by_key = _Hand(
            lambda kind, keys: links.of_keys(target, kind, keys), lambda one: one.key
        )
        self._by_account = _Hand(
            lambda kind, natives: links.of_accounts(target, kind, natives),
            lambda one: one.native_id,
        )

    def of_keys(self, kind: ObjectType, keys: Iterable[str]) -> tuple[Link, ...]:
        """Return the links of some source keys, by key and identity."""
        return self._by_key.of(kind, set(keys))

    def of_accounts(self, kind: ObjectType, natives: Iterable[str]) -> tuple[Link, ...]:
        """Return the links of some accounts, by key and identity."""
        return self._by_account.of(kind, set(natives))


class _Hand:
    """Links by one of their names."""

    def __init__(self, ask: Ask, name: Callable[[Link], str]) -> None:
        self._ask = ask
        self._name = name
        self._known: dict[ObjectType, dict[str, tuple[Link, ...]]] = {}
        self._last: dict[ObjectType, tuple[set[str], tuple[Link, ...]]] = {}
        """The last question with its answer: the same is asked again and again."""

    def of(self, kind: ObjectType, wanted: set[str]) -> tuple[Link, ...]:
        last = self._last.get(kind)
        if last is None or last[0] != wanted:
            last = self._last[kind] = (wanted, self._found(kind, wanted))
        return last[1]

    def _found(self, kind: ObjectType, wanted: set[str]) -> tuple[Link, ...]:
        known = self._known.setdefault(kind, {})
        missing = wanted - known.keys()
        if missing:
            known.update(dict.fromkeys(missing, ()))
            for link in self._ask(kind, missing):
                known[self._name(link)] += (link,)
        return tuple(sorted((link for one in wanted for link in known[one]), key=_ORDER))
