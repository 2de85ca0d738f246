"""Bounds on harm, and the classes of acts that each of them is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from provisor.domain.action import Action, Operation, Risk

IDENTITY_KEY: Final = "identity_key"
"""Updates of what says who somebody is: mail address, anchor; login names are renames."""
REENABLE: Final = "reenable"
"""Switching on the account of somebody who had left."""
PRIVILEGED_GRANT: Final = "privileged_grant"
"""What gives power: a privileged account made or switched on, a member more in such a group."""
PRIVILEGED_CHANGE: Final = "privileged_change"
"""What may hand power over: a change of a privileged account or group."""
PRIVILEGED_REVOKE: Final = "privileged_revoke"
"""What takes power away: a privileged account switched off, a member less in such a group."""
UNKNOWN_GRANT: Final = "unknown_grant"
"""What gives a right that the target's catalogue does not name."""
MEMBERS_LOST: Final = "members_lost"
"""Members that one group loses; judged for each group."""
ATTRIBUTE: Final = "attribute changed"
"""Changes of one attribute of accounts that are there, whatever the operation."""
CHANGED: Final = "changed"
"""The class in which those are counted, beside that of their operation."""
TOTAL: Final = "total"
"""Every act on the target, whatever it is; urgent disables apart."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on harm in 24 hours, and, beside it, in 30 days and for each of many groups."""

    count: int | None = None
    percent: int | None = None
    """Of the managed accounts; of a group's members for `members_lost`."""
    minimum_base: int = 20
    """Below this many only the count is judged."""
    month: Limit | None = None
    """The same bound over a rolling 30 days."""
    by: Mapping[str, Limit] = field(default_factory=dict)
    """Source attribute to what binds for each of its values: every department by itself."""
    two_above: int | None = None
    """More acts than this in one plan need two people; None for never."""


DEFAULT_LIMITS: Final[Mapping[str, Limit]] = {
    "create": Limit(50, 10),
    "update": Limit(500, 25),
    IDENTITY_KEY: Limit(10, 2, month=Limit(percent=20)),
    "rename": Limit(10, 2, month=Limit(percent=20)),
    "clear": Limit(20, 1, month=Limit(percent=10)),
    "disable": Limit(20, 5, month=Limit(percent=20)),
    "enable": Limit(50, 10),
    REENABLE: Limit(0),
    "delete": Limit(0, two_above=5),
    "membership": Limit(500, 25),
    MEMBERS_LOST: Limit(500, 25, month=Limit(percent=50)),
    "grant": Limit(500, 25),
    "revoke": Limit(500, 25),
    PRIVILEGED_GRANT: Limit(0, two_above=0),
    UNKNOWN_GRANT: Limit(0),
    PRIVILEGED_CHANGE: Limit(0),
    PRIVILEGED_REVOKE: Limit(10, 20, 5),
}

FIRST_LIMITED: Final = frozenset(operation.value for operation in Operation)
"""The limits that there always were: they stand in every configuration's digest."""

LIMITED: Final = (*DEFAULT_LIMITS, TOTAL)
"""Every name that a limit may have."""

_GIVES_POWER: Final = frozenset({Operation.CREATE, Operation.ENABLE, Operation.GRANT})
_TAKES_POWER: Final = frozenset({Operation.DISABLE, Operation.REVOKE, Operation.MEMBERSHIP})


def class_of(action: Action) -> str:
    """Return the class in which an act is counted and judged.

    Example:
        >>> from provisor.domain.schema import ObjectType
        >>> act = Action(Operation.UPDATE, ObjectType.USERS, "app", "i", None, "1")
        >>> class_of(act)
        'update'
    """
    operation = action.operation
    if operation is Operation.DELETE:
        return operation._value_
    if action.risk is Risk.PRIVILEGED:
        return _class_of_privileged(action)
    if action.risk is Risk.UNKNOWN:
        return UNKNOWN_GRANT
    if action.returns is not None:
        return REENABLE
    if operation is Operation.UPDATE and action.risk is Risk.IDENTITY_KEY:
        return IDENTITY_KEY
    # It is asked for every act of a plan; `value` takes several times as long as the text itself.
    return operation._value_


def _class_of_privileged(action: Action) -> str:
    if action.operation in _GIVES_POWER or action.adds:
        return PRIVILEGED_GRANT
    return PRIVILEGED_REVOKE if action.operation in _TAKES_POWER else PRIVILEGED_CHANGE
