"""Values on their way: octets of the directory to values of records, and back."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from connectors._ldap_subschema import Subschema
from provisor.domain.record import Scalar, Value, as_text, each_of, is_blank
from provisor.domain.schema import Attribute, AttributeType

_TIME: Final = re.compile(
    r"(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,](\d+))?(Z|[+-]\d\d(?:\d\d)?)"
)


def taking_out(attribute: Attribute, schema: Subschema) -> Callable[[bytes], Scalar]:
    """Return what makes values of records of octets; octets that are no text become base64."""
    if schema.binary(attribute.name):
        return _encoded
    match attribute.type:
        case AttributeType.BOOLEAN:
            return _truth
        case AttributeType.INTEGER:
            return _number
        case AttributeType.TIME:
            return _time
        case _:
            return _text


def _encoded(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return _encoded(octets)


def _truth(octets: bytes) -> Scalar:
    text = _text(octets)
    return text.upper() == "TRUE" if text.upper() in {"TRUE", "FALSE"} else text


def _number(octets: bytes) -> Scalar:
    text = _text(octets)
    return int(text) if text.lstrip("-").isdigit() else text


def _time(octets: bytes) -> str:
    return time_text(_text(octets))


def put_in(value: Value, attribute: Attribute, schema: Subschema) -> tuple[bytes, ...]:
    """Return the values as the directory keeps them; what is blank is no value.

    Raises:
        ValueError: a value has not the form that the attribute asks for.
    """
    return tuple(_octets(one, attribute, schema) for one in each_of(value) if not is_blank(one))


def _octets(value: Scalar, attribute: Attribute, schema: Subschema) -> bytes:
    text = as_text(value)
    if "\0" in text:
        raise ValueError("holds a character that no directory takes")
    if attribute.name.lower() == "unicodepwd":
        return f'"{text}"'.encode("utf-16-le")
    if schema.binary(attribute.name) and attribute.type is not AttributeType.SECRET:
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            raise ValueError("expected base64") from None
    match attribute.type:
        case AttributeType.BOOLEAN:
            if text.upper() not in {"TRUE", "FALSE"}:
                raise ValueError("expected true or false")
            return text.upper().encode()
        case AttributeType.TIME:
            return generalized(text).encode()
        case _:
            return text.encode()


def time_text(text: str) -> str:
    """Return a GeneralizedTime as RFC 3339 in UTC; what is none stays as it is.

    Example:
        >>> time_text("20261124021500Z"), time_text("202611240215+0100"), time_text("never")
        ('2026-11-24T02:15:00Z', '2026-11-24T01:15:00Z', 'never')
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return text
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        moment -= _offset(found[8])
    except (ValueError, OverflowError):
        return text
    fraction = (found[7] or "").rstrip("0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' + fraction if fraction else ''}Z"


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[3:5] or 0)
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)


def generalized(text: str) -> str:
    """Return a time of RFC 3339 as GeneralizedTime.

    Raises:
        ValueError: it is no time.

    Example:
        >>> generalized("2026-11-24T02:15:00Z")
        '20261124021500Z'
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a time such as 2026-11-24T02:15:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("expected a time with its zone")
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}Z"


# --- the server's own ids -------------------------------------------------------------------


def id_text(octets: bytes, kind: str) -> str:
    """Return a native id as text; Active Directory keeps its own in 16 octets."""
    if kind == "objectGUID" and len(octets) == 16:
        return str(UUID(bytes_le=octets))
    return octets.decode("ascii", "replace").lower()


def id_octets(text: str, kind: str) -> bytes | None:
    """Return a native id as the server compares it; None when no entry can have it."""
    if kind == "nsUniqueId":
        return text.encode("ascii", "replace")
    try:
        known = UUID(text)
    except ValueError:
        return None
    return known.bytes_le if kind == "objectGUID" else str(known).encode()
