"""A reader of filters that knows nothing of the writer: RFC 4515, letter by letter."""

from __future__ import annotations

from connectors._ldap_filters import AllOf, AnyOf, Equal, Filter, Not, Present


def read_filter(text: str) -> Filter:
    """Return the tree behind the whole text."""
    tree, rest = _read(text)
    assert rest == "", "the filter ends before its text does"
    return tree


def _read(text: str) -> tuple[Filter, str]:
    assert text[0] == "("
    match text[1]:
        case "&" | "|" as sign:
            inner, rest = _several(text[2:])
            return (AllOf(inner) if sign == "&" else AnyOf(inner)), rest
        case "!":
            one, rest = _read(text[2:])
            assert rest[0] == ")"
            return Not(one), rest[1:]
        case _:
            item, _, rest = text[1:].partition(")")
            attribute, _, value = item.partition("=")
            assert "(" not in item
            return (Present(attribute) if value == "*" else Equal(attribute, _octets(value))), rest


def _several(text: str) -> tuple[tuple[Filter, ...], str]:
    found = []
    while text[0] == "(":
        one, text = _read(text)
        found.append(one)
    assert text[0] == ")"
    return tuple(found), text[1:]


def _octets(value: str) -> bytes:
    octets = bytearray()
    while value:
        if value[0] == "\\":
            octets.append(int(value[1:3], 16))
            value = value[3:]
        else:
            assert value[0] not in "*()\0"
            octets += value[0].encode()
            value = value[1:]
    return bytes(octets)
