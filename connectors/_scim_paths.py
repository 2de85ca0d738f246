"""SCIM attribute paths: how an attribute's name says where in a resource its value stands.

    userName                                              simple
    name.givenName                                        part of a complex attribute
    emails[type eq "work"].value                          part of one element of many
    urn:ietf:params:…:enterprise:2.0:User:department      of an extension; a colon before the name

Source: RFC 7644 section 3.5.2 (PATH) and section 3.10 (attribute notation).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Final

CORE_URN: Final = "urn:ietf:params:scim:schemas:core:2.0:"

_PATH: Final = re.compile(
    r"""
    (?:(?P<schema>urn:[^\s\[\]"]+):)?
    (?P<attribute>[A-Za-z$][\w$-]*)
    (?:\[\s*(?P<selector>[A-Za-z]\w*)\s+eq\s+(?P<literal>"(?:[^"\\]|\\.)*"|true|false)\s*\])?
    (?:\.(?P<sub>[A-Za-z$][\w$-]*))?
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Selector:
    """Which element of a many-valued attribute is meant: `type eq "work"`."""

    attribute: str
    value: str | bool

    def __str__(self) -> str:
        return f"{self.attribute} eq {json.dumps(self.value, ensure_ascii=False)}"


@dataclass(frozen=True, slots=True)
class Path:
    """One attribute path in its parts; empty where a part is missing."""

    attribute: str
    sub: str = ""
    selector: Selector | None = None
    schema: str = ""
    """The extension's URN; empty for the core schema."""

    @property
    def whole(self) -> str:
        """The path of the attribute without selector and part."""
        return f"{self.schema}:{self.attribute}" if self.schema else self.attribute

    @property
    def element(self) -> str:
        """The path of the selected element, or of the whole attribute."""
        return f"{self.whole}[{self.selector}]" if self.selector else self.whole

    def __str__(self) -> str:
        return f"{self.element}.{self.sub}" if self.sub else self.element

    def within(self, sub: str) -> Path:
        """Return the path of another part of the same attribute or element."""
        return replace(self, sub=sub)


def parse(text: str) -> Path | None:
    """Return the path in its parts, or None for a text that is no path.

    A name with the core schema's URN is the same as the bare name.

    Source: RFC 7644 section 3.10.

    Example:
        >>> parse('emails[type eq "work"].value')
        Path(attribute='emails', sub='value', selector=Selector(attribute='type', value='work'), \
schema='')
        >>> str(parse("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName"))
        'name.givenName'
        >>> parse("no such path")
    """
    found = _PATH.fullmatch(text)
    if found is None:
        return None
    try:
        literal = json.loads(_lower_booleans(found["literal"])) if found["literal"] else None
    except ValueError:
        return None
    selector = None if literal is None else Selector(found["selector"], literal)
    schema = found["schema"] or ""
    is_core = schema.lower().startswith(CORE_URN.lower())
    return Path(found["attribute"], found["sub"] or "", selector, "" if is_core else schema)


def _lower_booleans(literal: str) -> str:
    return literal if literal.startswith('"') else literal.lower()
