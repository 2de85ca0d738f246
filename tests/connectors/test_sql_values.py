"""SQL: values of every column type, and the complaints of databases that are not SQLite."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import types
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from connectors._sql_problems import problem_of
from connectors._sql_values import attribute_type, put_in, taken_out
from provisor.domain.record import Value
from provisor.domain.schema import Attribute, AttributeType
from provisor.errors import (
    AuthFailed,
    Conflict,
    InvalidValue,
    PermissionDenied,
    ReferenceMissing,
    TargetProblem,
    Transient,
    Unsupported,
)

NOON = datetime(2031, 4, 6, 12, 0, tzinfo=UTC)
NUMBER = uuid.UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    ("value", "column", "stored"),
    [
        ("7", types.Integer(), 7),
        (7, types.String(), "7"),
        (True, types.String(), "True"),
        ("false", types.Boolean(), False),
        (1, types.Boolean(), True),
        ("1.50", types.Numeric(), Decimal("1.50")),
        ("2031-04-06T12:00:00Z", types.DateTime(timezone=True), NOON),
        ("2031-04-06T14:00:00+02:00", types.DateTime(), NOON.replace(tzinfo=None)),
        ("2031-04-06", types.Date(), date(2031, 4, 6)),
        ("07:30:00", types.Time(), time(7, 30)),
        (str(NUMBER), types.Uuid(), NUMBER),
        (None, types.Integer(), None),
        ("as it is", types.NullType(), "as it is"),
    ],
)
def test_a_value_fits_its_column(
    value: Value, column: types.TypeEngine[Any], stored: object
) -> None:
    assert put_in(value, column) == stored


@pytest.mark.parametrize(
    ("value", "column"),
    [
        ("zq7", types.Integer()),
        ("zq7", types.Boolean()),
        ("zq7", types.Numeric()),
        ("zq7", types.DateTime()),
        ("zq7", types.Date()),
        ("zq7", types.Uuid()),
        (("zq7", "b"), types.String()),
        (("zq7", "b"), types.NullType()),
    ],
)
def test_a_value_that_does_not_fit_is_refused_without_being_named(
    value: Value, column: types.TypeEngine[Any]
) -> None:
    with pytest.raises(ValueError, match="does not fit") as caught:
        put_in(value, column)

    assert "zq7" not in str(caught.value)


@pytest.mark.parametrize(
    ("found", "kind", "value"),
    [
        (1, AttributeType.BOOLEAN, True),
        (2, AttributeType.BOOLEAN, 2),
        (1, AttributeType.STRING, "1"),
        (True, AttributeType.STRING, "True"),
        (7, AttributeType.INTEGER, 7),
        (1.5, AttributeType.STRING, "1.5"),
        (Decimal("1.50"), AttributeType.STRING, "1.50"),
        (NOON, AttributeType.TIME, "2031-04-06T12:00:00Z"),
        (NOON.replace(tzinfo=None), AttributeType.TIME, "2031-04-06T12:00:00Z"),
        (date(2031, 4, 6), AttributeType.STRING, "2031-04-06"),
        (time(7, 30), AttributeType.STRING, "07:30:00"),
        (NUMBER, AttributeType.STRING, str(NUMBER)),
        (None, AttributeType.STRING, None),
    ],
)
def test_a_stored_value_becomes_a_record_s(
    found: object, kind: AttributeType, value: Value
) -> None:
    taken = taken_out(found, Attribute("x", kind))

    assert (type(taken), taken) == (type(value), value)


@given(moment=st.datetimes(timezones=st.just(UTC)))
def test_a_moment_survives_the_way_in_and_out(moment: datetime) -> None:
    text = taken_out(moment, Attribute("x", AttributeType.TIME))

    assert put_in(text, types.DateTime(timezone=True)) == moment


@given(number=st.integers())
def test_an_id_survives_the_way_out_and_in(number: int) -> None:
    assert put_in(taken_out(number, Attribute("id")), types.BigInteger()) == number


def test_types_of_columns_become_types_of_attributes() -> None:
    columns = (types.BigInteger(), types.Boolean(), types.DateTime(), types.Date(), types.Text())

    assert [attribute_type(column).value for column in columns] == [
        "integer",
        "boolean",
        "time",
        "string",
        "string",
    ]


class Complaint(Exception):
    """What a driver raises: a state or a number, and a text that repeats a person's value."""

    def __init__(self, *arguments: object, sqlstate: str | None = None) -> None:
        super().__init__(*arguments)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("complaint", "problem"),
    [
        (Complaint("zq7", sqlstate="23505"), Conflict),
        (Complaint("zq7", sqlstate="23503"), ReferenceMissing),
        (Complaint("zq7", sqlstate="23502"), InvalidValue),
        (Complaint("zq7", sqlstate="23514"), InvalidValue),
        (Complaint("zq7", sqlstate="22001"), InvalidValue),
        (Complaint("zq7", sqlstate="28P01"), AuthFailed),
        (Complaint("zq7", sqlstate="40001"), Transient),
        (Complaint("zq7", sqlstate="42501"), PermissionDenied),
        (Complaint("zq7", sqlstate="42P01"), Unsupported),
        (Complaint(1062, "zq7"), Conflict),
        (Complaint(1452, "zq7"), ReferenceMissing),
        (Complaint(1213, "zq7"), Transient),
        (Complaint("zq7"), Transient),
    ],
    ids=lambda value: getattr(value, "sqlstate", None) or "",
)
def test_a_complaint_becomes_our_word_for_it(
    complaint: Complaint, problem: type[TargetProblem]
) -> None:
    found = problem_of(OperationalError("insert", {"login": "zq7"}, complaint), "system app")

    assert type(found) is problem
    assert "zq7" not in str(found)


def test_a_complaint_of_an_unknown_rule_is_a_conflict() -> None:
    assert type(problem_of(IntegrityError("insert", {}, Complaint("zq7")), "")) is Conflict


def test_a_lost_connection_is_transient() -> None:
    lost = DBAPIError("insert", {}, Complaint("zq7", sqlstate="23505"), connection_invalidated=True)

    assert type(problem_of(lost, "")) is Transient
