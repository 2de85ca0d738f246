"""What the answer to a write shows, from its octets: whole, or refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.protocol.rfc4511 import (
    LDAPDN,
    AttributeDescription,
    PartialAttribute,
    PartialAttributeList,
    SearchResultEntry,
    Vals,
)
from pyasn1.codec.ber import encoder

from connectors._ldap_shown import shown_entry

ATTRIBUTES = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True),
    st.lists(st.binary(max_size=300), max_size=3, unique=True),
    max_size=4,
)


def encoded(attributes: dict[str, list[bytes]]) -> bytes:
    """Return an entry as a library of the field writes it."""
    told = PartialAttributeList()
    for number, (name, values) in enumerate(attributes.items()):
        held = Vals()
        for place, value in enumerate(values):
            held[place] = value
        one = PartialAttribute()
        one["type"], one["vals"] = AttributeDescription(name), held
        told[number] = one
    entry = SearchResultEntry()
    entry["object"], entry["attributes"] = LDAPDN("uid=elin,dc=lab,dc=test"), told
    return bytes(encoder.encode(entry))


@given(ATTRIBUTES)
def test_an_entry_is_read_as_it_was_written(attributes: dict[str, list[bytes]]) -> None:
    found = shown_entry(encoded(attributes))

    assert {name: sorted(held) for name, held in found.items()} == {
        name: sorted(held) for name, held in attributes.items()
    }


@given(ATTRIBUTES, st.integers(0, 400))
def test_an_entry_that_is_cut_off_is_refused(attributes: dict[str, list[bytes]], at: int) -> None:
    whole = encoded(attributes)
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is said of it
        shown_entry(whole[: min(at, len(whole) - 1)])


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    with suppress(ValueError):
        shown_entry(octets)
