"""What a function of the expression language is: its parameters, its limits and its definition.

The scalar is the definition. Everything else that computes the same function (the columnar
executor) is tested against it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, Flag, StrEnum, auto
from inspect import getdoc

from provisor.domain.expressions.bounds import (
    HEX_DIGITS,
    WHOLE_DIGITS,
    check_count,
    check_together,
    refuse,
)
from provisor.domain.expressions.nodes import Flow, Node
from provisor.domain.record import Missing, Scalar, Value, as_text

Argument = Value | Missing
"""What a scalar receives; `ABSENT` stands for an argument that was left blank."""
Later = Callable[[], Value]
"""What a lazy scalar receives: the argument is computed when it is called, and only then."""


class Type(Enum):
    """What a parameter takes and a function gives, for checking a mapping before it runs.

    Every value has a text form, so that `TEXT` takes anything; the others refuse what they cannot
    read.
    """

    ANY = "anything"
    TEXT = "text"
    WHOLE = "a whole number"
    TRUTH = "true or false"
    DATE = "a date"
    """Text that shows a date and a time."""
    LIST = "a list"


class Tier(StrEnum):
    """In which product's documentation a function stands."""

    APP_PROVISIONING = "app-provisioning"
    CLOUD_SYNC = "cloud-sync"
    CONNECT_SYNC = "connect-sync"
    GRAPH = "graph-api-list"


class Dialect(StrEnum):
    """Which meaning a name has that two products of Microsoft give different parameters."""

    ENTRA = "entra"
    """Application provisioning and cloud sync; every other function has one meaning only."""
    CONNECT = "connect"
    """Connect sync: `Join(list, separator)`, `Replace(text, old, new)` and the like."""


class Need(Enum):
    """What a scalar receives before the arguments that are written."""

    NAMES = "which names are taken"
    CLOCK = "the time of the run"
    DOMAIN = "the default domain"
    CHANCE = "where random bytes come from"
    WORDING = "what the arguments say before any record is seen"
    PATIENCE = "how long searches may still take"


class Trait(Flag):
    """What an executor may rely on."""

    NONE = 0
    LAZY = auto()
    """Arguments are computed one by one, as the function asks for them."""
    PER_CHARACTER = auto()
    """The first argument may be cut anywhere, changed piece by piece and put together again."""
    IMPURE = auto()
    """The answer depends on more than the arguments: on the clock, chance or the target."""
    TOP_LEVEL = auto()
    """The function may only be the whole expression."""
    BINDS = auto()
    """The first argument names a variable, which the third may use; the second gives its value."""


class FlowIgnored(Exception):
    """Nothing flows: a keyword was reached, or a function that stands for one.

    An exception because it ends the computation from any depth, and values must not pay for being
    looked at on every level.
    """

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self.flow = flow


@dataclass(frozen=True, slots=True)
class Parameter:
    """One place in a function's list of arguments."""

    name: str
    required: bool = True
    """Whether the argument must not be left blank."""
    repeating: bool = False
    """Whether this parameter, with the other repeating ones, may be given again and again."""
    condition: bool = False
    """Whether a comparison may stand here."""
    type: Type = Type.ANY
    words: tuple[str, ...] = ()
    """The words that may stand here, with or without quotes; empty where any value may."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a call cannot be meant as it is written, found while reading."""

    what: str
    position: int


Inspection = Callable[[tuple[Node, ...]], Fault | None]


@dataclass(frozen=True, slots=True)
class Function:
    """One function, with everything that reading, computing and documenting it needs."""

    name: str
    parameters: tuple[Parameter, ...]
    minimum: int
    """The smallest number of arguments."""
    scalar: Callable[..., Value]
    """The definition; its docstring carries behaviour and source."""
    example: str
    """An expression that needs no record, for the reference page."""
    traits: Trait = Trait.NONE
    inspect: Inspection | None = None
    """Looks at the arguments while reading, for faults that need no record."""
    gives: Type = Type.ANY
    tier: Tier = Tier.APP_PROVISIONING
    dialect: Dialect | None = None
    """Where the name has this meaning only; None for everywhere."""
    needs: Need | None = None
    """What the scalar receives before its arguments; None for nothing."""

    @property
    def key(self) -> str:
        """The name under which trees and the registry know this meaning of the name."""
        return f"{self.name}@{self.dialect}" if self.dialect is Dialect.CONNECT else self.name

    @property
    def binds(self) -> bool:
        """Whether the first argument names a variable."""
        return Trait.BINDS in self.traits

    @property
    def repeating(self) -> int:
        """How many parameters repeat together; 0 for a fixed number of arguments."""
        return sum(parameter.repeating for parameter in self.parameters)

    @property
    def maximum(self) -> int | None:
        """The largest number of arguments; None when there is no largest."""
        return None if self.repeating else len(self.parameters)

    @property
    def lazy(self) -> bool:
        """Whether arguments are computed one by one, as the function asks for them."""
        return Trait.LAZY in self.traits

    @property
    def per_character(self) -> bool:
        """Whether the first argument may be changed piece by piece."""
        return Trait.PER_CHARACTER in self.traits

    @property
    def pure(self) -> bool:
        """Whether equal arguments always give equal answers."""
        return Trait.IMPURE not in self.traits

    @property
    def behaviour(self) -> str:
        """One sentence: what the function does."""
        return _documentation(self.scalar)[0]

    @property
    def source(self) -> str:
        """Where the rule comes from."""
        lines = _documentation(self.scalar)
        start = next((n for n, line in enumerate(lines) if line.startswith("Source:")), None)
        if start is None:
            return ""
        block = lines[start : lines.index("", start) if "" in lines[start:] else None]
        return " ".join(line.strip() for line in block).removeprefix("Source:").strip()

    def parameter(self, index: int) -> Parameter:
        """Return the parameter that the argument at `index` belongs to."""
        fixed = len(self.parameters) - self.repeating
        if index < len(self.parameters) or not self.repeating:
            return self.parameters[index]
        return self.parameters[fixed + (index - fixed) % self.repeating]

    def accepts(self, count: int) -> bool:
        """Say whether the function can be called with `count` arguments."""
        if count < self.minimum or (self.maximum is not None and count > self.maximum):
            return False
        return not self.repeating or (count - len(self.parameters)) % self.repeating == 0


def _documentation(scalar: Callable[..., Value]) -> list[str]:
    return (getdoc(scalar) or "").splitlines() or [""]


def each(source: Argument, change: Callable[[str], Scalar]) -> Value:
    """Change a text, or each text of a list; nothing stays nothing.

    Example:
        >>> each("ab", str.upper), each(("a", 1), str.upper), each(None, str.upper)
        ('AB', ('A', '1'), None)
    """
    if isinstance(source, str):
        return change(source)
    if source is None or isinstance(source, Missing):
        return None
    if isinstance(source, tuple):
        check_count(source)
        return tuple(check_together(change(as_text(item)) for item in source))
    return change(as_text(source))


def whole(value: Argument, asked_by: str) -> int:
    """Return a whole number; text that shows one will do, decimal or `&H` hexadecimal.

    Raises:
        ExpressionFailed: the value is not a whole number of 64 bits.

    Example:
        >>> whole("12", "Left"), whole("&HF", "Left"), whole(-3, "Left")
        (12, 15, -3)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = whole_in(value) if isinstance(value, str) else None
    if number is None:
        refuse(f"`{asked_by}` needs a whole number", found=f"{kind(value)}")
    return number


def whole_in(text: str) -> int | None:
    """Return the whole number that a text shows, or None.

    Example:
        >>> whole_in("-12"), whole_in("&h10"), whole_in("1.5"), whole_in("9" * 30)
        (-12, 16, None, None)
    """
    digits = text[1:] if text[:1] == "-" else text
    if digits.isascii() and digits.isdigit():
        return int(text) if len(digits) <= WHOLE_DIGITS else None
    if text[:2] in {"&H", "&h"} and _is_hexadecimal(text[2:]):
        return int(text[2:], 16)
    return None


def _is_hexadecimal(digits: str) -> bool:
    return 0 < len(digits) <= HEX_DIGITS and not set(digits) - set("0123456789abcdefABCDEF")


def kind(value: Argument) -> str:
    """Name the kind of a value, for messages that must not show the value.

    Example:
        >>> kind(None), kind("x"), kind(True), kind(1), kind(("a",))
        ('nothing', 'a text', 'true or false', 'a number', 'a list of 1')
    """
    match value:
        case None | Missing():
            return "nothing"
        case bool():
            return "true or false"
        case int():
            return "a number"
        case tuple():
            return f"a list of {len(value)}"
        case _:
            return "a text"
