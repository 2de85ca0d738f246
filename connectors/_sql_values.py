"""Values on their way into columns and out of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import types

from provisor.domain.record import Scalar, Value, as_text
from provisor.domain.schema import Attribute, AttributeType
from provisor.errors import InvalidValue

Stored = str | int | bool | float | Decimal | datetime | date | time | UUID | None
"""What a driver takes."""


def attribute_type(column: types.TypeEngine[Any]) -> AttributeType:
    """Return the attribute type that fits a column's type.

    Example:
        >>> attribute_type(types.BigInteger()).value, attribute_type(types.Numeric()).value
        ('integer', 'string')
    """
    match column:
        case types.Boolean():
            return AttributeType.BOOLEAN
        case types.Integer():
            return AttributeType.INTEGER
        case types.DateTime():
            return AttributeType.TIME
        case _:
            return AttributeType.STRING


def taken_out(found: object, attribute: Attribute) -> Value:
    """Return a column's value as records have it; the attribute's type decides where both do.

    Raises:
        InvalidValue: bytes and other things that no record can hold.

    Example:
        >>> taken_out(1, Attribute("on", AttributeType.BOOLEAN)), taken_out(1, Attribute("id"))
        (True, '1')
        >>> taken_out(datetime(2031, 4, 6, 12), Attribute("at", AttributeType.TIME))
        '2031-04-06T12:00:00Z'
    """
    match found:
        case None:
            return None
        case bool() | int() | str():
            return _as_attribute(found, attribute.type)
        case datetime():
            aware = found if found.tzinfo else found.replace(tzinfo=UTC)
            return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | time():
            return found.isoformat()
        case float() | Decimal() | UUID():
            return str(found)
        case _:
            what = f"`{attribute.name}` holds what no record can hold"
            raise InvalidValue(what, attribute=attribute.name)


def _as_attribute(found: Scalar, kind: AttributeType) -> Scalar:
    match kind:
        case AttributeType.BOOLEAN if found in (0, 1):
            return bool(found)
        case AttributeType.INTEGER | AttributeType.BOOLEAN:
            return found
        case _:
            return as_text(found)


def put_in(value: Value, column: types.TypeEngine[Any]) -> Stored:
    """Return a record's value as the column's driver takes it.

    Raises:
        ValueError: the column's type cannot hold the value; the message names no value.

    Example:
        >>> put_in("7", types.Integer()), put_in("2031-04-06T12:00:00Z", types.Date()).isoformat()
        (7, '2031-04-06')
    """
    if value is None or (isinstance(value, str) and isinstance(column, types.String)):
        return value
    if type(column) is types.NullType and not isinstance(value, tuple):
        return value
    try:
        return _fitted(value, column)
    except (TypeError, ValueError, KeyError, ArithmeticError):
        what = f"the value does not fit a column of type {type(column).__name__}"
        raise ValueError(what) from None


def _fitted(value: Scalar | tuple[Scalar, ...], column: types.TypeEngine[Any]) -> Stored:
    if isinstance(value, tuple):
        raise TypeError("a column holds one value")
    match column:
        case types.Boolean():
            return _BOOLEANS[as_text(value).lower()]
        case types.Integer():
            return int(value)
        case types.DateTime():
            moment = _moment(as_text(value))
            return moment if column.timezone else moment.replace(tzinfo=None)
        case _:
            fit = next((fit for kind, fit in _FROM_TEXT if isinstance(column, kind)), None)
            return value if fit is None else fit(as_text(value))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _date(text: str) -> date:
    return date.fromisoformat(text[:10])


_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}

_FROM_TEXT: tuple[tuple[type, Callable[[str], Stored]], ...] = (
    (types.Numeric, Decimal),
    (types.Date, _date),
    (types.Time, time.fromisoformat),
    (types.Uuid, UUID),
    (types.String, str),
)
