"""Every function of the expression language, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from provisor.domain.expressions.binding import BINDING
from provisor.domain.expressions.bits import BITS
from provisor.domain.expressions.chance import CHANCE
from provisor.domain.expressions.choice import CHOICES
from provisor.domain.expressions.condition import CONDITIONS
from provisor.domain.expressions.connect import CONNECT
from provisor.domain.expressions.dates import DATES
from provisor.domain.expressions.diacritics import DIACRITICS
from provisor.domain.expressions.distinguished_names import DISTINGUISHED_NAMES
from provisor.domain.expressions.domains import DOMAINS
from provisor.domain.expressions.edges import EDGES
from provisor.domain.expressions.encodings import ENCODINGS
from provisor.domain.expressions.filetime import FILETIME
from provisor.domain.expressions.flows import FLOWS
from provisor.domain.expressions.function import Dialect, Function
from provisor.domain.expressions.identifiers import IDENTIFIERS
from provisor.domain.expressions.letters import LETTERS
from provisor.domain.expressions.lists import LISTS
from provisor.domain.expressions.numbers import NUMBERS
from provisor.domain.expressions.reformatting import REFORMATTING
from provisor.domain.expressions.replacing import REPLACING
from provisor.domain.expressions.roles import ROLES
from provisor.domain.expressions.searching import SEARCHING
from provisor.domain.expressions.text import TEXT
from provisor.domain.expressions.uniqueness import UNIQUENESS

_ALL: Final = (
    *BINDING,
    *BITS,
    *CHANCE,
    *CHOICES,
    *CONDITIONS,
    *CONNECT,
    *DATES,
    *DIACRITICS,
    *DISTINGUISHED_NAMES,
    *DOMAINS,
    *EDGES,
    *ENCODINGS,
    *FILETIME,
    *FLOWS,
    *IDENTIFIERS,
    *LETTERS,
    *LISTS,
    *NUMBERS,
    *REFORMATTING,
    *REPLACING,
    *ROLES,
    *SEARCHING,
    *TEXT,
    *UNIQUENESS,
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {function.key: function for function in sorted(_ALL, key=lambda function: function.key)}
)
"""Every function by its key: its name, which is case-sensitive, and `@connect` behind it where only
that dialect means it."""

MEANINGS: Final[Mapping[Dialect, Mapping[str, Function]]] = MappingProxyType(
    {
        dialect: MappingProxyType(
            {
                function.name: function
                for function in FUNCTIONS.values()
                if function.dialect in {None, dialect}
            }
        )
        for dialect in Dialect
    }
)
"""What each dialect means by a name."""
