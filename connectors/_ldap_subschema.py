"""What a server says of its attributes and classes: the subschema of RFC 4512 section 4."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(r"'([^']*)'|([()$])|([^\s'()$]+)")
_BINARY: Final = frozenset(
    f"1.3.6.1.4.1.1466.115.121.1.{last}" for last in (4, 5, 8, 9, 10, 23, 28, 40, 49)
)
"""Audio, binary, certificates, fax, JPEG, octet strings, supported algorithms."""
_FLAGS: Final = {"SINGLE-VALUE", "COLLECTIVE", "NO-USER-MODIFICATION", "OBSOLETE"}
_KINDS: Final = {"ABSTRACT", "STRUCTURAL", "AUXILIARY"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of one attribute."""

    syntax: str = ""
    single: bool = False

    @property
    def binary(self) -> bool:
        """Whether its values are octets, not text."""
        return self.syntax in _BINARY


@dataclass(frozen=True, slots=True)
class Class:
    """What an object class asks for and allows."""

    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Subschema:
    """Attributes and classes by every name they have, in lower case."""

    kinds: Mapping[str, Kind]
    classes: Mapping[str, Class]

    def knows(self, attribute: str) -> bool:
        """Say whether the server knows the attribute; one that says nothing knows all."""
        return not self.kinds or _bare(attribute) in self.kinds

    def binary(self, attribute: str) -> bool:
        """Say whether the values are octets."""
        kind = self.kinds.get(_bare(attribute))
        return attribute.lower().endswith(";binary") or (kind is not None and kind.binary)


def _bare(attribute: str) -> str:
    """Return the name without options such as `;lang-de`."""
    return attribute.partition(";")[0].lower()


def parsed(attribute_types: Iterable[bytes], object_classes: Iterable[bytes]) -> Subschema:
    """Return what the two lists of the subschema entry say; what is not understood is left out."""
    types = [_fields(text) for text in attribute_types]
    parents = {name: _one(f, "SUP").lower() for f in types for name in _names(f)}
    syntaxes = {name: _one(f, "SYNTAX").partition("{")[0] for f in types for name in _names(f)}
    kinds = {
        name: Kind(_inherited(name, syntaxes, parents), "SINGLE-VALUE" in fields)
        for fields in types
        for name in _names(fields)
    }
    classes = [_fields(text) for text in object_classes]
    known = {name: fields for fields in classes for name in _names(fields)}
    return Subschema(kinds, {name: _whole(name, known) for name in known})


def _inherited(name: str, syntaxes: Mapping[str, str], parents: Mapping[str, str]) -> str:
    for _ in range(16):
        if syntaxes.get(name) or not parents.get(name):
            return syntaxes.get(name, "")
        name = parents[name]
    return ""


def _whole(name: str, known: Mapping[str, Mapping[str, list[str]]]) -> Class:
    must: set[str] = set()
    may: set[str] = set()
    waiting, seen = [name], {name}
    while waiting:
        fields = known.get(waiting.pop(), {})
        must |= {one.lower() for one in fields.get("MUST", ())}
        may |= {one.lower() for one in fields.get("MAY", ())}
        above = {one.lower() for one in fields.get("SUP", ())} - seen
        waiting += above
        seen |= above
    return Class(frozenset(must), frozenset(may))


def _names(fields: Mapping[str, list[str]]) -> list[str]:
    return [name.lower() for name in fields.get("NAME", ())]


def _one(fields: Mapping[str, list[str]], key: str) -> str:
    return next(iter(fields.get(key, ())), "")


def _fields(text: bytes) -> dict[str, list[str]]:
    """Return the words of one description by their keyword."""
    tokens = list(_tokens(text.decode("utf-8", "replace")))[1:-1]
    fields: dict[str, list[str]] = {"OID": tokens[:1]}
    place = 1
    while place < len(tokens):
        key = tokens[place].upper()
        place += 1
        values: list[str] = []
        if key not in _FLAGS | _KINDS and place < len(tokens):
            end = place + 1
            if tokens[place] == "(":
                end = tokens.index(")", place) + 1 if ")" in tokens[place:] else len(tokens)
            values = [word for word in tokens[place:end] if word not in {"(", ")", "$"}]
            place = end
        fields[key] = values
    return fields


def _tokens(text: str) -> Iterator[str]:
    for quoted, sign, word in _TOKEN.findall(text):
        yield quoted or sign or word
