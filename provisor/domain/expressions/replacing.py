"""`Replace`, which is five functions in one: which of them is meant shows in what is given.

And `ReplaceChars`, which replaces single characters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Final

from provisor.domain.expressions.bounds import VALUE_BYTES, check_size, refuse
from provisor.domain.expressions.dotnet_classes import PatternInvalid
from provisor.domain.expressions.effort import Effort
from provisor.domain.expressions.function import (
    Argument,
    Dialect,
    Fault,
    Function,
    Need,
    Parameter,
    Tier,
    Type,
    each,
)
from provisor.domain.expressions.nodes import Blank, Literal, Node
from provisor.domain.expressions.patterns import (
    Pattern,
    compiled,
    substitute,
    template,
)
from provisor.domain.expressions.text import WHITE_SPACE, is_nothing
from provisor.domain.record import ABSENT, Value, as_text, is_blank

_NAMES: Final = (
    "source",
    "old_value",
    "regex_pattern",
    "regex_group",
    "replacement",
    "replacement_attribute",
    "template",
)
_OLD, _REGEX, _GROUP, _REPLACEMENT, _ATTRIBUTE, _TEMPLATE = range(1, 7)


class Mode(Enum):
    """The five ways to replace, by the places that are given."""

    LITERAL = frozenset({_OLD, _REPLACEMENT})
    INTO_TEMPLATE = frozenset({_OLD, _TEMPLATE})
    REGEX = frozenset({_REGEX, _REPLACEMENT})
    REGEX_GROUP = frozenset({_REGEX, _GROUP, _REPLACEMENT})
    OTHER_ATTRIBUTE = frozenset({_REGEX, _GROUP, _ATTRIBUTE})


_MODES: Final = {mode.value: mode for mode in Mode}


def mode_of(given: frozenset[int]) -> Mode | None:
    """Return the way to replace that is meant by the places given, or None.

    Example:
        >>> mode_of(frozenset({2, 4}))
        <Mode.REGEX: frozenset({2, 4})>
    """
    return _MODES.get(given)


def replace(effort: Effort, source: Argument, *rest: Argument) -> Value:
    """Replaces text, literally or by a regular expression, in one of five ways.

    Which way is meant shows in the arguments that are given; the others are left blank.

    - old value, replacement: every occurrence in the source, case-sensitive.
    - old value, template: every occurrence in the template becomes the source.
    - pattern, replacement: every match; `${name}` and `$1` stand for its groups.
    - pattern, group, replacement: in every match, only what the group captured.
    - pattern, group, attribute: the source if it has a value, otherwise the group out of the first
      match in that other attribute, or null without a match.

    A null source gives null, except in the last way.

    Source: Entra, "Replace"; patterns are written as in .NET. The reference of cloud sync says the
    opposite of the last way (a source with a value is searched, one without stays empty); Entra's
    words hold here, which come with a sample.

    Example:
        >>> whole, none = Effort(), ABSENT
        >>> replace(whole, "a-b", "-", none, none, ".")
        'a.b'
        >>> replace(whole, "elin", "<name>", *[none] * 4, "<name>@example.org")
        'elin@example.org'
        >>> replace(whole, "+46 123", none, "[+](?<code>[0-9]+) (?<rest>.*)", none, "${rest}")
        '123'
        >>> replace(whole, "elin@example.org", none, "(?<tail>@.*)", "tail", "")
        'elin'
        >>> replace(whole, None, none, "(?<name>.*)@", "name", none, "elin@example.org")
        'elin'
    """
    places = (source, *rest, *[ABSENT] * (len(_NAMES) - 1 - len(rest)))
    given = frozenset(n for n, value in enumerate(places) if n and value is not ABSENT)
    match mode_of(given):
        case Mode.LITERAL:
            old, new = as_text(places[_OLD]), as_text(places[_REPLACEMENT])
            return each(source, lambda text: replace_literally(text, old, new))
        case Mode.INTO_TEMPLATE:
            old, frame = as_text(places[_OLD]), as_text(places[_TEMPLATE])
            return each(source, lambda text: replace_literally(frame, old, text))
        case Mode.REGEX | Mode.REGEX_GROUP:
            return _by_pattern(effort, source, places)
        case Mode.OTHER_ATTRIBUTE:
            return (
                source if not is_blank(source) and source is not ABSENT else _other(effort, places)
            )
        case None:
            return refuse("`Replace` is given arguments that do not go together")


def replace_literally(text: str, old: str, new: str) -> str:
    """Replace every occurrence of one text by another; an empty one occurs nowhere.

    Example:
        >>> replace_literally("a-b-c", "-", "+"), replace_literally("abc", "", "+")
        ('a+b+c', 'abc')
    """
    if not old:
        return text
    check_size(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def _by_pattern(effort: Effort, source: Argument, places: tuple[Argument, ...]) -> Value:
    pattern = _pattern(places)
    group = 0 if places[_GROUP] is ABSENT else _group(pattern, places)
    replacement = template(as_text(places[_REPLACEMENT]), pattern)
    return each(
        source,
        lambda text: substitute(pattern, replacement, text, group=group, effort=effort),
    )


def _other(effort: Effort, places: tuple[Argument, ...]) -> Value:
    pattern = _pattern(places)
    group = _group(pattern, places)
    if is_nothing(places[_ATTRIBUTE]):
        return None
    match = next(pattern.matches(as_text(places[_ATTRIBUTE]), effort), None)
    return None if match is None else match.group(group)


def _pattern(places: tuple[Argument, ...]) -> Pattern:
    try:
        return compiled(as_text(places[_REGEX]))
    except PatternInvalid:
        refuse("`Replace` is given a regular expression that cannot be read")


def _group(pattern: Pattern, places: tuple[Argument, ...]) -> int:
    number = pattern.group(as_text(places[_GROUP]))
    if number is None:
        refuse("`Replace` is given a group that the regular expression does not have")
    return number


def inspect_replace(arguments: tuple[Node, ...]) -> Fault | None:
    """Find what is wrong with a `Replace` before any record is seen."""
    given = {n: node for n, node in enumerate(arguments) if n and not isinstance(node, Blank)}
    if mode_of(frozenset(given)) is None:
        names = ", ".join(_NAMES[n] for n in sorted(given)) or "nothing"
        what = f"`Replace` cannot tell what is meant by {names}: leave unused arguments blank"
        return Fault(what, arguments[0].position)
    written = given.get(_REGEX)
    if not isinstance(written, Literal):
        return None
    try:
        pattern = compiled(as_text(written.value))
    except PatternInvalid as fault:
        return Fault(f"the regular expression cannot be read: {fault}", written.position)
    group = given.get(_GROUP)
    if isinstance(group, Literal) and pattern.group(as_text(group.value)) is None:
        return Fault("the regular expression has no group of this name", group.position)
    return None


def replace_characters(source: Argument, pattern: Argument) -> Value:
    """Replaces single characters, each by the text that the pattern gives for it.

    The pattern is `ö:oe,ß:ss,’:` and so on: one character, a colon, and what stands in its place,
    which may be nothing.
    White space in the pattern does not count; case does; the first of several entries for a
    character holds.

    Source: Connect sync, "ReplaceChars"; an entry may also be written `ö,o`, as its sample has it.

    Example:
        >>> replace_characters("Räksmörgås", "’:,å:a,ä:a,ö,o"), replace_characters("O’Neil", "’:")
        ('Raksmorgas', 'ONeil')
    """
    table = _character_table(as_text(pattern))
    return each(source, lambda text: _translated(text, table))


def _translated(text: str, table: Mapping[int, str]) -> str:
    if len(text) * max(map(len, table.values()), default=1) > VALUE_BYTES:
        replaced = Counter(text)
        more = (replaced[chr(code)] * (len(new) - 1) for code, new in table.items())
        check_size(len(text) + sum(more))
    return text.translate(table)


@lru_cache(maxsize=64)
def _character_table(pattern: str) -> Mapping[int, str]:
    written = "".join(c for c in pattern if c not in WHITE_SPACE)
    entries = written.split(",") if written else []
    table: dict[int, str] = {}
    while entries:
        character, colon, text = entries.pop(0).partition(":")
        if not colon and len(character) == 1 and entries and ":" not in entries[0]:
            text = entries.pop(0)
        elif not colon or len(character) != 1 or ":" in text:
            refuse(
                "`ReplaceChars` is given a pattern that cannot be read",
                found="entries such as `ö:oe` were expected, with commas between them",
            )
        table.setdefault(ord(character), text)
    return table


REPLACING: Final = (
    Function(
        "Replace",
        tuple(Parameter(name, required=name == "source", type=Type.TEXT) for name in _NAMES),
        3,
        replace,
        'Replace("+46 70-123", , "[ -]", , "", , )',
        inspect=inspect_replace,
        gives=Type.TEXT,
        dialect=Dialect.ENTRA,
        needs=Need.PATIENCE,
    ),
    Function(
        "ReplaceChars",
        (Parameter("source", type=Type.TEXT), Parameter("pattern", type=Type.TEXT)),
        2,
        replace_characters,
        'ReplaceChars("Räksmörgås", "å:a,ä:a,ö:o")',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
)
"""The functions of this file, for the registry."""
