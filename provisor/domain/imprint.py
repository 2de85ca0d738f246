"""A value of ours as one text that says everything in it, the same in every process.

Two rules with the same imprint give the same answers; what is remembered about answers is tied to
it. It is no format: nothing is ever read back from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum


def imprint(value: object) -> str:
    """Return a text that differs whenever two values do.

    Example:
        >>> from provisor.domain.schema import Switch
        >>> imprint(Switch("active", on=True, off=False))
        "Switch(attribute='active',on=True,off=False)"
        >>> imprint(frozenset({"b", "a"}))
        "{'a','b'}"
    """
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if is_dataclass(value):
        parts = (f"{one.name}={imprint(getattr(value, one.name))}" for one in fields(value))
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, tuple | list):
        return f"[{','.join(map(imprint, value))}]"
    if isinstance(value, Set):
        return f"{{{','.join(sorted(map(imprint, value)))}}}"
    if isinstance(value, Mapping):
        pairs = sorted(f"{imprint(key)}:{imprint(one)}" for key, one in value.items())
        return f"{{{','.join(pairs)}}}"
    if callable(value):
        named = getattr(value, "__qualname__", type(value).__qualname__)
        return f"{getattr(value, '__module__', '')}.{named}"
    return repr(value)
