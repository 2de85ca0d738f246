"""Groups in groups: what is inside of what, however deep, and which groups contain themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Nest:
    """The groups inside of groups, with everything that is inside of those."""

    inside: Mapping[str, frozenset[str]]
    """Group to all groups in it, at any depth, never itself; groups without any are left out."""
    cycles: tuple[tuple[str, ...], ...]
    """Groups that contain each other, or themselves: each cycle sorted, the cycles sorted."""


def nest(edges: Iterable[tuple[str, str]]) -> Nest:
    """Follow groups into groups.

    Args:
        edges: (group, group that is its member).

    Cost: linear in the edges, and in the size of the answer; no recursion, so depth is no matter.

    Example:
        >>> found = nest([("a", "b"), ("b", "c"), ("c", "b")])
        >>> sorted(found.inside["a"]), found.cycles
        (['b', 'c'], (('b', 'c'),))
    """
    below: dict[str, list[str]] = {}
    for group, member in sorted(set(edges)):
        below.setdefault(group, []).append(member)
    inside: dict[str, frozenset[str]] = {}
    whole: dict[str, frozenset[str]] = {}
    cycles = []
    for knot in _knots(below):
        under = {one for group in knot for one in below.get(group, ())}
        reached = frozenset(under).union(*(whole.get(one, frozenset()) for one in under))
        if len(knot) > 1 or knot[0] in under:
            cycles.append(tuple(sorted(knot)))
        for group in knot:
            whole[group] = reached
            others = reached - {group}
            if others:
                inside[group] = others
    return Nest(inside, tuple(sorted(cycles)))


def _knots(below: Mapping[str, list[str]]) -> Iterable[list[str]]:
    """Yield the strongly connected groups, each after everything that is inside of it.

    Source: Tarjan, Depth-first search and linear graph algorithms, 1972; without recursion.
    """
    search = _Search(below)
    for start in below:
        if start not in search.number:
            yield from search.knots_from(start)


class _Search:
    """One search in depth through all groups."""

    def __init__(self, below: Mapping[str, list[str]]) -> None:
        self._below = below
        self._low: dict[str, int] = {}
        self._stack: list[str] = []
        self._waiting: set[str] = set()
        self._trail: list[tuple[str, Iterator[str]]] = []
        self.number: dict[str, int] = {}

    def knots_from(self, start: str) -> Iterator[list[str]]:
        self._enter(start)
        while self._trail:
            group, members = self._trail[-1]
            fresh = self._next(group, members)
            if fresh is not None:
                self._enter(fresh)
                continue
            self._trail.pop()
            if self._trail:
                outer = self._trail[-1][0]
                self._low[outer] = min(self._low[outer], self._low[group])
            if self._low[group] == self.number[group]:
                yield self._knot(group)

    def _enter(self, group: str) -> None:
        self.number[group] = self._low[group] = len(self.number)
        self._stack.append(group)
        self._waiting.add(group)
        self._trail.append((group, iter(self._below.get(group, ()))))

    def _next(self, group: str, members: Iterator[str]) -> str | None:
        """Return the next member that was never entered; note those that lead back."""
        for member in members:
            if member not in self.number:
                return member
            if member in self._waiting:
                self._low[group] = min(self._low[group], self.number[member])
        return None

    def _knot(self, group: str) -> list[str]:
        knot = [self._stack.pop()]
        while knot[-1] != group:
            knot.append(self._stack.pop())
        self._waiting.difference_update(knot)
        return knot
