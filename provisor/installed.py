"""Connectors that are installed: found by entry point, imported when they are used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from provisor.errors import SettingInvalid, UnknownName, nearest
from provisor.ports.connector import Connector

CONNECTORS = "provisor.connectors"
"""The entry-point group in which connectors are found."""


@cache
def _installed() -> Mapping[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=CONNECTORS)}


def connector_class(kind: str) -> Callable[[str, Mapping[str, object]], Connector]:
    """Return what opens connectors of a kind.

    Raises:
        UnknownName: nothing of that name is installed.
        SettingInvalid: it is, and a package that it needs is not.
    """
    found = _installed()
    if kind not in found:
        near = nearest(kind, found)
        raise UnknownName(
            f"no connector is called `{kind}`",
            where="systems",
            found=f"installed are {', '.join(sorted(found))}",
            safe="nothing was read and nothing was written",
            next=f"did you mean `{near}`?" if near else "install the package that brings it",
        )
    try:
        loaded: Callable[[str, Mapping[str, object]], Connector] = found[kind].load()
    except ImportError as missing:
        raise SettingInvalid(
            f"the connector `{kind}` needs a package that is not installed",
            where="systems",
            found=f"`{missing.name}` cannot be imported",
            safe="nothing was read and nothing was written",
            next=f"install `provisor[{kind}]`",
        ) from None
    return loaded
