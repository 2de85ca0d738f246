"""Two things at the same time: columns leave the interpreter while they are worked on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_One = TypeVar("_One")
_Other = TypeVar("_Other")


def abreast(one: Callable[[], _One], other: Callable[[], _Other]) -> tuple[_One, _Other]:
    """Do two things that know nothing of each other, and return what came of both.

    Cost: that of the longer one where two cores are free.

    Example:
        >>> abreast(lambda: 1, lambda: "two")
        (1, 'two')
    """
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(other)
        return one(), later.result()
