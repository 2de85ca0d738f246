"""The words of the language: where each begins, where it ends and what it says.

Every reader takes a text and the place where its word begins, and gives the word's meaning with
the place behind it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NoReturn

from provisor.domain.expressions import hints
from provisor.domain.expressions.bounds import EXPRESSION_CHARACTERS
from provisor.domain.expressions.function import whole_in
from provisor.domain.expressions.nodes import Operator
from provisor.domain.expressions.text import WHITE_SPACE
from provisor.errors import ExpressionSyntax

_SHOWN = 24  # characters of the expression on either side of a fault
_SURROGATE = "Cs"
_QUOTES = "“”„‟«»‘’‚‛"

_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_HEXADECIMAL: Final = re.compile(r"&[Hh][0-9A-Fa-f]+")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE: Final = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_OPERATORS: Final = {
    operator.value: operator for operator in sorted(Operator, key=lambda one: -len(one.value))
}


def fault(text: str, position: int, what: str, then: str = "") -> NoReturn:
    """Refuse an expression, pointing at the character that is wrong."""
    before = text[max(position - _SHOWN, 0) : position]
    after = text[position : position + _SHOWN]
    shown = "".join(c if c.isprintable() else "·" for c in f"{before}⟩{after}")
    placed = f"{what}, at character {position + 1} of the expression"
    raise ExpressionSyntax(
        placed,
        position=position,
        expression=text[:EXPRESSION_CHARACTERS],
        found=f"{shown} (⟩ marks the place)" if text else "nothing",
        safe="nothing was read or written",
        next=then,
    )


def check_text(text: str) -> None:
    """Refuse what no expression may be: too long, or with characters that nobody can see.

    Raises:
        ExpressionSyntax: pointing at the first character that is wrong.
    """
    if len(text) > EXPRESSION_CHARACTERS:
        what = f"the expression has {len(text)} characters; the limit is {EXPRESSION_CHARACTERS}"
        fault(text, EXPRESSION_CHARACTERS, what, "cut it into several attributes")
    for position, character in enumerate(text):
        if (character < " " and character not in "\t\n\r") or character == "\x7f":
            fault(text, position, "the expression holds a control character", "remove it")
        if unicodedata.category(character) == _SURROGATE:
            fault(text, position, "the expression holds half a character", "remove it")


def skip_space(text: str, position: int) -> int:
    """Return the place of the next character that is not white space."""
    while position < len(text) and text[position] in WHITE_SPACE:
        position += 1
    return position


def read_attribute(text: str, start: int) -> tuple[str, int]:
    r"""Read `[name]`; brackets inside must balance, `\[`, `\]` and `\\` stand for themselves.

    Example:
        >>> read_attribute('[emails[type eq "work"].value]', 0)
        ('emails[type eq "work"].value', 30)
    """
    name: list[str] = []
    depth, position = 0, start
    while position < len(text):
        character = text[position]
        if character == "\\" and text[position + 1 : position + 2] in {"[", "]", "\\"}:
            position += 1
            name.append(text[position])
        else:
            depth += (character == "[") - (character == "]")
            name.append(character)
        position += 1
        if depth == 0:
            break
    if depth:
        fault(text, start, "an attribute's bracket is not closed", "add `]` behind its name")
    if name == ["[", "]"]:
        fault(text, start, "an attribute has no name", "write its name between the brackets")
    return "".join(name[1:-1]), position


def read_text(text: str, start: int) -> tuple[str, int]:
    r"""Read a quoted text; `\"` and `\\` are escapes, any other backslash stays as written.

    Example:
        >>> read_text(r'"say \"\d\\"', 0) == ('say "\\d\\', 12)
        True
    """
    value: list[str] = []
    position = start + 1
    while position < len(text):
        character = text[position]
        if character == '"':
            return "".join(value), position + 1
        if character == "\\" and text[position + 1 : position + 2] in {'"', "\\"}:
            position += 1
        value.append(text[position])
        position += 1
    fault(text, start, "a quoted text is not closed", 'add `"` behind its last character')


def read_number(text: str, start: int) -> tuple[str | int, int] | None:
    """Read a number, or return None where none begins.

    What does not fit into a whole number of 64 bits stays text.

    Example:
        >>> read_number("-12)", 0), read_number("&HF", 0), read_number("1.50", 0)
        ((-12, 3), (15, 3), ('1.50', 4))
    """
    match = _NUMBER.match(text, start) or _HEXADECIMAL.match(text, start)
    if match is None:
        return None
    end = match.end()
    if text[end : end + 1].isalnum() or text[end : end + 1] in {"_", "."}:
        fault(text, end, "a number does not end here", "quote the value if it is a text")
    number = whole_in(match.group())
    if number is None and match.group().startswith("&"):
        fault(text, start, "a hexadecimal number is too long", "quote the value")
    return (match.group() if number is None else number), end


def read_name(text: str, start: int) -> tuple[str, int] | None:
    """Read the name of a function or a bare word, or return None where none begins."""
    match = _NAME.match(text, start)
    return None if match is None else (match.group(), match.end())


def read_variable(text: str, start: int) -> tuple[str, int] | None:
    """Read a variable, or return None where none begins.

    Example:
        >>> read_variable("$item)", 0)
        ('item', 5)
    """
    match = _VARIABLE.match(text, start)
    return None if match is None else (match.group(1), match.end())


def read_operator(text: str, start: int) -> tuple[Operator, int] | None:
    """Read a comparison, or return None where none begins; the longest sign wins.

    Example:
        >>> read_operator("<> 1", 0)
        (<Operator.DIFFERENT: '<>'>, 2)
    """
    for sign, operator in _OPERATORS.items():
        if text.startswith(sign, start):
            return operator, start + len(sign)
    return None


def stranger(text: str, position: int) -> NoReturn:
    """Refuse a character that begins no word, saying what was probably meant."""
    character = text[position]
    if character in _QUOTES:
        fault(text, position, f"{character} is not a quote of this language", 'write `"`')
    if character == "'":
        fault(text, position, "text stands in double quotes", "write `\"` instead of `'`")
    if character == "%":
        fault(text, position, "parameters such as `%Domain.FQDN%` are not known here", "quote it")
    fault(text, position, f"`{character}` is out of place", hints.for_start(text, position))
