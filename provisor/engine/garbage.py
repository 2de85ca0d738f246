"""When to look for cyclic garbage: not while a plan is made, and once it is not needed any more."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Do not look for cyclic garbage: planning makes next to none, and looking costs it a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def let_go() -> None:
    """Give what was worked with and is over back to the machine: a long piece of work follows.

    Cost: a look at every object; on Linux the C library is asked to hand back what is free.
    """
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
