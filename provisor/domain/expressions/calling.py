"""Whether a call goes together with a function, and whether another dialect would have it."""

from __future__ import annotations

from collections.abc import Sequence

from provisor.domain.expressions.function import Dialect, Fault, Function
from provisor.domain.expressions.nodes import Blank, Comparison, Literal, Node, Variable
from provisor.domain.expressions.registry import MEANINGS
from provisor.domain.record import as_text


def misfit(function: Function, arguments: Sequence[Node], position: int) -> Fault | None:
    """Return what is wrong with a call before any record is seen, or None.

    Args:
        function: what is called.
        arguments: what is given, without the blanks that the function can do without.
        position: where the call stands.

    Example:
        >>> misfit(MEANINGS[Dialect.ENTRA]["Len"], (), 3).what
        '`Len` takes 1 argument; 0 are given'
    """
    if not function.accepts(len(arguments)):
        given = len(arguments)
        are = "is" if given == 1 else "are"
        what = f"`{function.name}` takes {_counts(function)}; {given} {are} given"
        return Fault(what, position)
    for index, argument in enumerate(arguments):
        found = _misfit_of(function, index, argument)
        if found is not None:
            return found
    return function.inspect(tuple(arguments)) if function.inspect else None


def _misfit_of(function: Function, index: int, argument: Node) -> Fault | None:
    parameter = function.parameter(index)
    if parameter.required and isinstance(argument, Blank):
        what = f"`{function.name}` needs its argument `{parameter.name}`"
        return Fault(what, argument.position)
    if function.binds and index == 0 and not isinstance(argument, Variable):
        what = f"the first argument of `{function.name}` is a variable, such as `$item`"
        return Fault(what, argument.position)
    if isinstance(argument, Comparison) and not parameter.condition:
        what = f"`{function.name}` takes no comparison here"
        return Fault(what, argument.position)
    words = parameter.words
    if words and isinstance(argument, Literal) and as_text(argument.value) not in words:
        what = f"`{function.name}` knows for `{parameter.name}` only {', '.join(words)}"
        return Fault(what, argument.position)
    return None


def _counts(function: Function) -> str:
    if function.repeating > 1:
        kind = "even" if function.minimum % 2 == 0 else "odd"
        return f"{function.minimum} or more arguments, an {kind} number of them"
    if function.maximum is None:
        return f"{function.minimum} or more arguments"
    if function.maximum == function.minimum:
        if function.minimum == 0:
            return "no arguments"
        return f"{function.minimum} argument{'s' if function.minimum != 1 else ''}"
    return f"{function.minimum} to {function.maximum} arguments"


def call_of_other_dialect(function: Function, arguments: Sequence[Node]) -> str:
    """Return the advice to name the other dialect where only that one would take a whole call.

    Args:
        function: what this dialect means by the name.
        arguments: all that are given.
    """
    meant = MEANINGS[_other(function)].get(function.name)
    if meant is None or not meant.accepts(len(arguments)):
        return ""
    return of_other_dialect(function, arguments)


def of_other_dialect(function: Function, arguments: Sequence[Node]) -> str:
    """Return the advice to name the other dialect where only that one would take a call.

    Args:
        function: what this dialect means by the name.
        arguments: what is given so far.
    """
    if function.dialect is None:
        return ""
    other = _other(function)
    meant = MEANINGS[other].get(function.name)
    if meant is None or not _would_take(meant, arguments):
        return ""
    return f"the dialect `{other}` takes it: write `dialect: {other}` beside the expression"


def _other(function: Function) -> Dialect:
    return Dialect.CONNECT if function.dialect is Dialect.ENTRA else Dialect.ENTRA


def _would_take(function: Function, arguments: Sequence[Node]) -> bool:
    most = function.maximum
    if most is not None and len(arguments) > most:
        return False
    given = [_misfit_of(function, index, argument) for index, argument in enumerate(arguments)]
    return not any(given)
