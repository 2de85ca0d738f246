"""A record as the history keeps it: text, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from provisor.domain.record import Values

as_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def body_of(values: Values, attributes: Iterable[str]) -> str:
    """Return what is kept of a record: the attributes of its feed, and no other."""
    return as_text({name: values[name] for name in sorted(attributes) if name in values})


def values_of(body: str) -> Values:
    """Return the values of a body."""
    loaded: dict[str, Any] = json.loads(body)
    return {name: tuple(value) if type(value) is list else value for name, value in loaded.items()}
