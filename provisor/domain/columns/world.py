"""Everything that planning looks at, in columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.prints import Memory
from provisor.domain.schema import ObjectType
from provisor.domain.world import World


@dataclass(frozen=True, slots=True)
class ColumnWorld:
    """What one cycle knows, in columns."""

    world: World
    """The rules, the moment and the overrides; without populations and memberships."""
    populations: Mapping[ObjectType, ColumnPopulation]
    source_members: pl.DataFrame
    """`group` and `member`: keys of the source, none of them empty."""
    target_members: pl.DataFrame
    """`group` and `member`: native ids of the target, none of them empty."""
    granted: Callable[[], pl.DataFrame]
    """Fetch `group` and `member`: identity ids of the memberships that we gave."""
    memories: Mapping[ObjectType, Memory] = field(default_factory=dict)
    """What earlier plans found nothing to do about; only of types that are remembered so."""
