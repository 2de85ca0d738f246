"""Whether a configuration changed who counts as a leaver, and what follows from it.

A leaver's disable waits for nobody; a rule that makes leavers of people who are none must.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

_DECIDING: Final = ("leaver", "on_leave", "dates")


def leaving_differs(was: str, now: str) -> bool:
    """Say whether two configurations of a job may disagree about who has left.

    Args:
        was: document of the configuration that was approved last.
        now: document of the one in question.

    Example:
        >>> one = '{"rules": {"users": {"leaver": 1, "scope": 1}}}'
        >>> leaving_differs(one, '{"rules": {"users": {"leaver": 1, "scope": 2}}}')
        False
        >>> leaving_differs(one, '{"rules": {"users": {"leaver": 2, "scope": 1}}}')
        True
    """
    return _deciding(was) != _deciding(now)


def _deciding(document: str) -> tuple[object, ...]:
    told = json.loads(document)
    rules = _mapping(told.get("rules"))
    users = _mapping(rules.get("users"))
    listed = (users.get(name) for name in _DECIDING)
    return (*listed, rules.get("urgent"), told.get("source"), told.get("time_zone"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
