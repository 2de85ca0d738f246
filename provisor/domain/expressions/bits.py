"""Functions of the bits of a number, as flags in directories need them.

Numbers have 64 bits and a sign. Null is refused: what is missing has no bits, set or not.
"""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.function import Argument, Function, Parameter, Tier, Type
from provisor.domain.expressions.numbers import number


def bit_and(value1: Argument, value2: Argument) -> int:
    """Gives the number whose bits are set in both numbers.

    Text that shows a number will do, `&H` hexadecimal too. Null is refused.

    Source: Entra, "BitAnd".

    Example:
        >>> bit_and("&HF", "&HF7"), bit_and("514", 2)
        (7, 2)
    """
    return number(value1, "BitAnd") & number(value2, "BitAnd")


def bit_or(value1: Argument, value2: Argument) -> int:
    """Gives the number whose bits are set in one of the numbers or in both.

    Text that shows a number will do, `&H` hexadecimal too. Null is refused.

    Source: Connect sync, "BitOr".

    Example:
        >>> bit_or("512", 2)
        514
    """
    return number(value1, "BitOr") | number(value2, "BitOr")


def is_bit_set(value: Argument, flag: Argument) -> bool:
    """Is true when every bit of the flag is set in the number; a flag of 0 never is.

    Text that shows a number will do, `&H` hexadecimal too. Null is refused.

    Source: Connect sync, "IsBitSet"; what several bits and none mean is our reading.

    Example:
        >>> is_bit_set("&HF", 4), is_bit_set(512, 2), is_bit_set(1, 3)
        (True, False, False)
    """
    bits = number(flag, "IsBitSet")
    return bits != 0 and number(value, "IsBitSet") & bits == bits


_PAIR = (Parameter("value1", type=Type.WHOLE), Parameter("value2", type=Type.WHOLE))

BITS: Final = (
    Function("BitAnd", _PAIR, 2, bit_and, "BitAnd(&HF, &HF7)", gives=Type.WHOLE),
    Function("BitOr", _PAIR, 2, bit_or, "BitOr(512, 2)", gives=Type.WHOLE, tier=Tier.CONNECT_SYNC),
    Function(
        "IsBitSet",
        (Parameter("value", type=Type.WHOLE), Parameter("flag", type=Type.WHOLE)),
        2,
        is_bit_set,
        "IsBitSet(&HF, 4)",
        gives=Type.TRUTH,
        tier=Tier.CONNECT_SYNC,
    ),
)
"""The functions of this file, for the registry."""
