"""Functions of numbers and of the kind of a value, and the reading of numbers that they share.

Numbers are whole and fit into 64 bits; whatever is finer or larger is text.
"""

from __future__ import annotations

import re
from typing import Final

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.condition import is_true
from provisor.domain.expressions.function import (
    Argument,
    Function,
    Parameter,
    Tier,
    Type,
    each,
    kind,
    whole_in,
)
from provisor.domain.expressions.text import WHITE_SPACE, is_nothing
from provisor.domain.record import Value, as_text

LARGEST: Final = 2**63 - 1
SMALLEST: Final = -(2**63)

_DECIMAL = re.compile(r"[+-]?[0-9]{1,19}")


def number_in(value: Argument) -> int | None:
    """Return the number that a value is or shows, or None.

    Example:
        >>> number_in(" +12 "), number_in("&HF"), number_in("9223372036854775807") == LARGEST
        (12, 15, True)
        >>> number_in("1.5"), number_in(True), number_in(""), number_in("9223372036854775808")
        (None, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    if isinstance(value, str):
        text = value.strip(WHITE_SPACE)
        shown = int(text) if _DECIMAL.fullmatch(text) else whole_in(text)
        if shown is None:
            return None
        value = shown
    return value if SMALLEST <= value <= LARGEST else None


def number(value: Argument, asked_by: str) -> int:
    """Return the number that a value is or shows.

    Raises:
        ExpressionFailed: it is none of 64 bits.

    Example:
        >>> number("-3", "BitAnd")
        -3
    """
    found = number_in(value)
    if found is None:
        refuse(f"`{asked_by}` needs a whole number of 64 bits", found=kind(value))
    return found


def c_bool(expression: Argument) -> Value:
    """Is true for a comparison that holds, for a number other than 0 and for the text `True`.

    The text may be in any case; a number may be text. Everything else is false, null too.

    Source: Entra, "CBool".

    Example:
        >>> c_bool(True), c_bool("true"), c_bool("-1"), c_bool(0), c_bool("yes"), c_bool(None)
        (True, True, True, False, False, False)
    """
    if is_true(expression) or as_text(expression).strip(WHITE_SPACE).lower() == "true":
        return True
    return bool(number_in(expression))


def c_num(value: Argument) -> Value:
    """Gives the whole number that a text shows, decimal or `&H` hexadecimal.

    White space around it is left out. Null stays null.
    Empty text, a fraction and what needs more than 64 bits are refused.

    Source: Connect sync, "CNum", whose numbers are whole.

    Example:
        >>> c_num("12345"), c_num("&HF"), c_num(None)
        (12345, 15, None)
    """
    if isinstance(value, bool):
        refuse("`CNum` needs a whole number of 64 bits", found=kind(value))
    return each(value, lambda text: number(text, "CNum"))


def c_str(value: Argument) -> Value:
    """Gives the text form of a number, of true and false, or of a reference.

    Text stays as it is, each value of a list becomes text, and null stays null.

    Source: Entra, "CStr".

    Example:
        >>> c_str(12), c_str(True), c_str("cn=Joe,dc=contoso,dc=com"), c_str(None)
        ('12', 'True', 'cn=Joe,dc=contoso,dc=com', None)
    """
    return each(value, lambda text: text)


def is_numeric(expression: Argument) -> Value:
    """Is true for a number, and for text that `CNum` reads.

    Null, empty text and lists are none.

    Source: Connect sync, "IsNumeric".

    Example:
        >>> is_numeric("12"), is_numeric(7), is_numeric("1.5"), is_numeric(None)
        (True, True, False, False)
    """
    return number_in(expression) is not None


def is_string(expression: Argument) -> Value:
    """Is true for whatever `CStr` makes text of: everything but null.

    Source: Entra, "IsString".

    Example:
        >>> is_string("x"), is_string(7), is_string(""), is_string(None)
        (True, True, True, False)
    """
    return not is_nothing(expression)


def count(attribute: Argument) -> Value:
    """Counts the values of an attribute.

    Null has none, and a single value counts as one, empty text too.

    Source: Entra, "Count".

    Example:
        >>> count(("a", "b", "b")), count("a"), count(()), count(None)
        (3, 1, 0, 0)
    """
    if isinstance(attribute, tuple):
        return len(attribute)
    return 0 if is_nothing(attribute) else 1


_EXPRESSION = Parameter("expression", required=False)

NUMBERS: Final = (
    Function(
        "CBool",
        (Parameter("expression", required=False, condition=True),),
        1,
        c_bool,
        'CBool("a" = "a")',
        gives=Type.TRUTH,
    ),
    Function(
        "CNum",
        (Parameter("value", type=Type.TEXT),),
        1,
        c_num,
        'CNum("12345")',
        gives=Type.WHOLE,
        tier=Tier.CONNECT_SYNC,
    ),
    Function("CStr", (Parameter("value"),), 1, c_str, "CStr(12345)", gives=Type.TEXT),
    Function("Count", (Parameter("attribute"),), 1, count, 'Count("red")', gives=Type.WHOLE),
    Function(
        "IsNumeric",
        (_EXPRESSION,),
        1,
        is_numeric,
        'IsNumeric("12345")',
        gives=Type.TRUTH,
        tier=Tier.CONNECT_SYNC,
    ),
    Function("IsString", (_EXPRESSION,), 1, is_string, 'IsString("Elin")', gives=Type.TRUTH),
)
"""The functions of this file, for the registry."""
