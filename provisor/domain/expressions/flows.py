"""Functions that decide whether a value flows, and whether it may be seen."""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.function import (
    Argument,
    FlowIgnored,
    Function,
    Later,
    Need,
    Parameter,
    Tier,
    Trait,
    Type,
)
from provisor.domain.expressions.nodes import Call, Flow, Node, walk
from provisor.domain.record import Missing, Value, is_blank

REDACT: Final = "Redact"


def ignore_if_null_or_empty(expression: Argument) -> Value:
    """Leaves the target attribute as it is where its argument is null or empty.

    Otherwise it gives its argument.
    Inside another function it stops the whole expression.

    Source: Entra, "IgnoreFlowIfNullOrEmpty".

    Example:
        >>> ignore_if_null_or_empty("Sales")
        'Sales'
    """
    if isinstance(expression, Missing) or is_blank(expression):
        raise FlowIgnored(Flow.ATTRIBUTE)
    return expression


def error(wording: str, message: Later) -> Value:  # noqa: ARG001 - the message is never computed
    """Sets the record aside, with a message; meant for a branch of `IIF` or `Switch`.

    Only what is written in the message is shown, with … for values of the record: a message must
    not carry them.

    Source: cloud sync, "Error".

    Example:
        >>> error("AccountName is required", str)  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        provisor.errors.ExpressionFailed: the mapping says: AccountName is required
    """
    refuse(
        f"the mapping says: {wording}",
        then="complete the record at its source, or change the mapping",
    )


def redact(value: Argument) -> Value:
    """Gives its argument as it is, and hides the attribute's value wherever plans are shown.

    Source: Entra, "Redact".

    Example:
        >>> redact("initial password")
        'initial password'
    """
    return None if isinstance(value, Missing) else value


def redacts(node: Node) -> bool:
    """Say whether the value of an expression must not be shown.

    Example:
        >>> from provisor.domain.expressions.nodes import Attribute
        >>> redacts(Call("Redact", (Attribute("pin"),))), redacts(Attribute("pin"))
        (True, False)
    """
    return any(isinstance(part, Call) and part.name == REDACT for part in walk(node))


FLOWS: Final = (
    Function(
        "Error",
        (Parameter("message", type=Type.TEXT),),
        1,
        error,
        'IIF("a" = "a", "fine", Error("AccountName is required"))',
        Trait.LAZY,
        tier=Tier.CLOUD_SYNC,
        needs=Need.WORDING,
    ),
    Function(
        "IgnoreFlowIfNullOrEmpty",
        (Parameter("expression"),),
        1,
        ignore_if_null_or_empty,
        'IgnoreFlowIfNullOrEmpty("Sales")',
    ),
    Function(
        REDACT,
        (Parameter("value"),),
        1,
        redact,
        'Redact("initial")',
    ),
)
"""The functions of this file, for the registry."""
