"""Where in the file the rules stand that cases can reach."""

from __future__ import annotations

from collections.abc import Mapping

from provisor.config.fitting import Pair
from provisor.config.places import SettingPath
from provisor.config.written_conditions import written_leaves
from provisor.domain.coverage import Point, PointKind


def place_of(point: Point, pair: Pair) -> tuple[str, str]:
    """Return where a rule stands, and its line with a caret where it is part of an expression.

    Args:
        point: what cases can reach.
        pair: the rules that it is of.
    """
    if point.kind is PointKind.BRANCH:
        path = pair.expression_path("attributes", point.rule)
        where = pair.places.where(path, point.position)
        return where, pair.places.shown(path, point.position)
    return pair.places.where(_path(point, pair)), ""


def _path(point: Point, pair: Pair) -> SettingPath:
    if point.kind is PointKind.MATCH:
        return pair.path("match", point.place)
    setting = point.kind.value
    written = pair.written.get(setting) if isinstance(pair.written, Mapping) else None
    leaves = [path for _, _, path in written_leaves(written, pair.path(setting))]
    return leaves[point.place] if point.place < len(leaves) else pair.path(setting)
