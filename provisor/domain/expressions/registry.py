"""Every function of the expression language, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from provisor.domain.expressions.choice import CHOICES
from provisor.domain.expressions.condition import CONDITIONS
from provisor.domain.expressions.diacritics import DIACRITICS
from provisor.domain.expressions.function import Function
from provisor.domain.expressions.letters import LETTERS
from provisor.domain.expressions.replacing import REPLACING
from provisor.domain.expressions.text import TEXT
from provisor.domain.expressions.uniqueness import UNIQUENESS

_ALL: Final = (
    *CHOICES,
    *CONDITIONS,
    *DIACRITICS,
    *LETTERS,
    *REPLACING,
    *TEXT,
    *UNIQUENESS,
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {function.name: function for function in sorted(_ALL, key=lambda function: function.name)}
)
"""Every function by its name, which is case-sensitive."""
