"""Everything that planning looks at, in columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.pairs import Pairs
from provisor.domain.columns.prints import Memory
from provisor.domain.schema import ObjectType
from provisor.domain.world import World

Granted = Callable[[Collection[str]], Iterable[Mapping[str, Sequence[str]]]]
"""Yields the memberships that we gave in some groups as columns `group` and `member`, in parts."""


@dataclass(frozen=True, slots=True)
class ColumnWorld:
    """What one cycle knows, in columns."""

    world: World
    """The rules, the moment and the overrides; without populations and memberships."""
    populations: Mapping[ObjectType, ColumnPopulation]
    source_members: Pairs
    """By keys of the source, none of them empty."""
    target_members: Pairs
    """By native ids of the target, none of them empty."""
    granted: Granted
    """By identity ids."""
    memories: Mapping[ObjectType, Memory] = field(default_factory=dict)
    """What earlier plans found nothing to do about; only of types that are remembered so."""
