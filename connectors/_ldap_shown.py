"""The entry that the answer to a write shows (RFC 4527), read from its octets.

A library for ASN.1 takes three times as long for this as the directory for the write.
"""

from __future__ import annotations

from collections.abc import Iterator

_SEQUENCE = 0x30
_SET = 0x31
_OCTETS = 0x04
_ENTRY = 0x64
"""How some servers tag it: as the entry of a search that it is."""


def shown_entry(encoded: bytes) -> dict[str, tuple[bytes, ...]]:
    """Return the attributes of a SearchResultEntry, their names in lower case.

    Raises:
        ValueError: these octets are no such entry.

    Source: RFC 4511, 4.5.2; RFC 4527, 3.2.
    """
    (tag, content), *rest = _parts(encoded)
    if tag not in (_SEQUENCE, _ENTRY) or rest:
        raise ValueError("the octets are no entry")
    (_, _name), (tag, attributes) = _exactly_two(content)
    if tag != _SEQUENCE:
        raise ValueError("the entry has no list of attributes")
    return dict(_attribute(tag, one) for tag, one in _parts(attributes))


def _attribute(tag: int, content: bytes) -> tuple[str, tuple[bytes, ...]]:
    (kind, name), (values_kind, values) = _exactly_two(content)
    if (tag, kind, values_kind) != (_SEQUENCE, _OCTETS, _SET):
        raise ValueError("the entry has an attribute that is none")
    return name.decode("utf-8").lower(), tuple(value for _, value in _parts(values))


def _exactly_two(content: bytes) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    first, second = _parts(content)
    return first, second


def _parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of each element in a row of them, as BER writes them."""
    at = 0
    while at < len(content):
        if len(content) - at < 2:
            raise ValueError("an element is cut off")
        tag, size = content[at], content[at + 1]
        at += 2
        if size >= 0x80:
            digits = size - 0x80
            if not 1 <= digits <= 4 or len(content) - at < digits:
                raise ValueError("an element has no length")
            size = int.from_bytes(content[at : at + digits], "big")
            at += digits
        if len(content) - at < size:
            raise ValueError("an element is cut off")
        yield tag, content[at : at + size]
        at += size
