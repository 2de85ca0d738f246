r"""Functions of distinguished names: `CN=Doe\, John,OU=Sales,DC=example,DC=org`."""

from __future__ import annotations

import re
from typing import Final

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.function import (
    Argument,
    Function,
    Parameter,
    Tier,
    Type,
    each,
    whole,
)
from provisor.domain.expressions.text import is_nothing
from provisor.domain.record import ABSENT, Missing, Value, as_text

_DOMAIN: Final = "DC"
# A type, and a value in which a backslash makes a separator part of it.
_COMPONENT: Final = re.compile(
    r"\s*(?P<type>[A-Za-z0-9.-]*+)\s*=\s*(?P<value>(?:\\.|\"(?:\\.|[^\"\\])*+\"|[^,;+\\\"])*+)",
    re.DOTALL,
)
_PAIRS: Final = re.compile(r"(?:\\[0-9A-Fa-f]{2})+|\\(.)", re.DOTALL)
_TYPE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*=|[0-9]+(?:\.[0-9]+)*=")
_SPECIAL: Final = str.maketrans(
    {**{sign: f"\\{sign}" for sign in ',+"\\<>;'}, "\0": "\\00", "\n": "\\0A", "\r": "\\0D"}
)


def component(dn: Argument, number: Argument) -> Value:
    r"""Gives the value of one component of a distinguished name, counted from the left.

    Escapes are taken away; a name with fewer components gives null.

    Source: cloud sync, "DNComponent".

    Example:
        >>> component(r"CN=Doe\, John,OU=Sales,DC=example", 1), component("CN=Joe", 2)
        ('Doe, John', None)
    """
    return _component(dn, number, "DNComponent", ABSENT, backwards=1)


def component_from_end(dn: Argument, number: Argument, options: Argument = ABSENT) -> Value:
    """Gives the value of one component of a distinguished name, counted from the right.

    With `DC` the components of type `dc` do not count.
    Escapes are taken away; a name with fewer components gives null.

    Source: Connect sync, "DNComponentRev".

    Example:
        >>> component_from_end("cn=Joe,ou=Atlanta,ou=GA,ou=US, dc=contoso,dc=com", 3)
        'US'
        >>> component_from_end("cn=Joe,ou=Atlanta,ou=GA,ou=US, dc=contoso,dc=com", 1, "DC")
        'US'
    """
    return _component(dn, number, "DNComponentRev", options, backwards=-1)


def _component(
    dn: Argument, number: Argument, asked_by: str, options: Argument, *, backwards: int
) -> Value:
    place, only = whole(number, asked_by), as_text(options)
    if only not in {"", _DOMAIN}:
        refuse(f"`{asked_by}` knows only the word {_DOMAIN}")
    if place < 1:
        refuse(f"`{asked_by}` counts components from 1")
    if is_nothing(dn) or dn == "":
        return None
    found = [
        value
        for kind, value in _components(as_text(dn), asked_by)
        if not (only and kind.upper() == _DOMAIN)
    ][::backwards]
    return found[place - 1] if place <= len(found) else None


def _components(dn: str, asked_by: str) -> list[tuple[str, str]]:
    """Return the type and the plain value of every component, from left to right."""
    found: list[tuple[str, str]] = []
    position = 0
    while match := _COMPONENT.match(dn, position):
        found.append((match["type"], _plain(match["value"])))
        position = match.end() + 1
    if position < len(dn) + 1:
        refuse(f"`{asked_by}` is given a text that is no distinguished name")
    return found


def _plain(written: str) -> str:
    text = written.strip(" ") if not written.endswith("\\ ") else written.lstrip(" ")
    if text[:1] == '"' and text[-1:] == '"' and len(text) > 1:
        text = text[1:-1]
    return _PAIRS.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    if match.group(1) is not None:
        return match.group(1)
    return bytes.fromhex(match.group().replace("\\", "")).decode("utf-8", "replace")


def escape_component(value: Argument) -> Value:
    r"""Escapes one component of a distinguished name, so that it can stand in one.

    A type before it (`cn=`) stays.
    Escaped are `,`, `+`, `"`, `\`, `<`, `>` and `;`, a space at either end, `#` at the beginning
    and the characters that would end a line or the text.

    Source: Connect sync, "EscapeDNComponent", by the rules of RFC 4514.

    Example:
        >>> escape_component("cn=Doe, John "), escape_component("#1")
        ('cn=Doe\\, John\\ ', '\\#1')
    """
    return each(value, _escaped)


def _escaped(text: str) -> str:
    found = _TYPE.match(text)
    kind = found.group() if found else ""
    plain = text[len(kind) :]
    escaped = plain.translate(_SPECIAL)
    if plain.endswith(" ") and len(plain) > 1:
        escaped = f"{escaped[:-1]}\\ "
    if plain.startswith((" ", "#")):
        escaped = f"\\{escaped}"
    return kind + escaped


def reference(value: Argument) -> Value:
    """Gives a text as it is: references travel as text here.

    Source: Connect sync, "CRef".

    Example:
        >>> reference("CN=LC Services,CN=Microsoft")
        'CN=LC Services,CN=Microsoft'
    """
    return None if isinstance(value, Missing) else value


_NAME = (Parameter("dn", type=Type.TEXT), Parameter("number", type=Type.WHOLE))

DISTINGUISHED_NAMES: Final = (
    Function(
        "CRef",
        (Parameter("value", type=Type.TEXT),),
        1,
        reference,
        'CRef("CN=Joe,DC=contoso")',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "DNComponent",
        _NAME,
        2,
        component,
        'DNComponent("CN=Joe,OU=Sales,DC=contoso", 1)',
        gives=Type.TEXT,
        tier=Tier.CLOUD_SYNC,
    ),
    Function(
        "DNComponentRev",
        (*_NAME, Parameter("options", required=False, type=Type.TEXT, words=(_DOMAIN,))),
        2,
        component_from_end,
        'DNComponentRev("CN=Joe,OU=US,DC=contoso,DC=com", 1, DC)',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "EscapeDNComponent",
        (Parameter("value", type=Type.TEXT),),
        1,
        escape_component,
        'EscapeDNComponent("cn=Doe, John")',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
)
"""The functions of this file, for the registry."""
