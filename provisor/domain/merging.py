"""Sums of a plan over a part of the world, put into the sums of the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from provisor.domain.plan import Tally

Counts = tuple[int, Mapping[str, int]]
"""How many there are, and how many of each class."""


def counted(classes: Iterable[str]) -> Counts:
    """Count some objects by class; those of no class are not counted."""
    found = Counter(one for one in classes if one)
    return found.total(), found


def merged(whole: Tally, before: Counts, now: Tally) -> Tally:
    """Return the sums of the whole after a part of it was counted again.

    Args:
        whole: the sums of the last plan.
        before: the part as it stood in those.
        now: the part as it stands now.

    Example:
        >>> merged(Tally(9, {"a": 4, "b": 5}), counted(["a", "b"]), Tally(3, {"a": 3, "b": 0}))
        Tally(seen=10, classes={'a': 6, 'b': 4})
    """
    seen, classes = before
    names = [*now.classes, *(name for name in whole.classes if name not in now.classes)]
    return Tally(
        whole.seen - seen + now.seen,
        {
            name: whole.classes.get(name, 0) - classes.get(name, 0) + now.classes.get(name, 0)
            for name in names
        },
    )
