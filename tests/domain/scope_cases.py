"""Published examples of scoping filters, and values of every kind for every operator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from provisor.domain.clause import Belonging, Circle, Clause, Operator
from provisor.domain.record import ABSENT, Missing, Record, Value
from provisor.domain.relative_time import Moment
from provisor.domain.scope import AllOf, AnyOf, Condition
from provisor.domain.surroundings import Roll, Surroundings

NOON: Final = datetime(2031, 4, 7, 12, tzinfo=UTC)
AROUND: Final = Surroundings(Moment(NOON))
ASSIGNED: Final = Circle("assigned")


def record(**values: Value) -> Record:
    """A record of the source."""
    return Record("E1", values)


def only(value: Value | Missing) -> Record:
    """A record with one attribute `a`, or without it."""
    return Record("E1", {} if value is ABSENT else {"a": value})


def clause(attribute: str, operator: str, value: str = "") -> Clause:
    """Write a clause short."""
    return Clause(attribute, Operator(operator), value)


_DOMAIN = r".*\@domain.com"
_WORKER = "(1[0-9][0-9][0-9][0-9][0-9][0-9])"
_FOUR = AllOf(
    (
        clause("state", "EQUALS", "New York"),
        clause("department", "EQUALS", "Engineering"),
        clause("employeeId", "GREATER_THAN", "1000000"),
        clause("employeeId", "LESS_THAN", "2000000"),
        clause("jobTitle", "IS NOT NULL"),
    )
)
_EITHER = AnyOf(
    (
        AllOf((clause("dept", "EQUALS", "sales"),)),
        AllOf((clause("country", "EQUALS", "US"),)),
    )
)
_ENGINEER: Final[dict[str, Value]] = {
    "state": "New York",
    "department": "Engineering",
    "employeeId": 1500000,
}
_SALES = clause("department", "EQUALS", "sales")
_NO_SALES = clause("department", "NOT EQUALS", "sales")
_UPN = "userPrincipalName"
_IS_UPN = clause(_UPN, "REGEX MATCH", _DOMAIN)
_IS_NO_UPN = clause(_UPN, "NOT REGEX MATCH", _DOMAIN)

PUBLISHED: Final[tuple[tuple[str, Condition, Record, bool], ...]] = (
    ("1", _SALES, record(department="sales"), True),
    ("2", _SALES, record(department="Sales"), False),
    ("3", _SALES, record(), False),
    ("4", _NO_SALES, record(department="hr"), True),
    ("5", _NO_SALES, record(department="Sales"), True),
    ("6", _NO_SALES, record(), False),
    ("7", _IS_UPN, record(userPrincipalName="a@domain.com"), True),
    ("8", _IS_UPN, record(userPrincipalName="a@other.com"), False),
    ("9", _IS_NO_UPN, record(userPrincipalName="a@domain.com"), False),
    ("10", _IS_NO_UPN, record(userPrincipalName="a@other.com"), True),
    ("11 missing", _IS_NO_UPN, record(), False),
    ("11 empty", _IS_NO_UPN, record(userPrincipalName=""), False),
    ("12", clause("workerID", "REGEX MATCH", _WORKER), record(workerID="1500000"), True),
    ("13", clause("workerID", "REGEX MATCH", _WORKER), record(workerID="2500000"), False),
    ("13 longer", clause("workerID", "REGEX MATCH", _WORKER), record(workerID="915000007"), False),
    ("14", clause("x", "REGEX MATCH", "([1-9][0-9])"), record(x="42"), True),
    ("14 number", clause("x", "REGEX MATCH", "([1-9][0-9])"), record(x=42), True),
    ("14 hundred", clause("x", "REGEX MATCH", "([1-9][0-9])"), record(x="100"), False),
    ("15", clause("x", "REGEX MATCH", "([1-9][0-9])"), record(x="7"), False),
    ("16", clause("title", "INCLUDES", "Eng"), record(title="Engineer"), True),
    ("17", clause("title", "INCLUDES", "eng"), record(title="Engineer"), False),
    ("18", clause("mail", "ENDS_WITH", "@contoso.com"), record(mail="a@contoso.com"), True),
    ("19", clause("mail", "ENDS_WITH", "@contoso.com"), record(mail="a@contoso.com.au"), False),
    ("20", clause("country", "&", "US,CA,MX"), record(country="CA"), True),
    ("21", clause("country", "&", "US,CA,MX"), record(country="FR"), False),
    ("22", clause("country", "!&", "US,CA,MX"), record(country="FR"), True),
    ("22 missing", clause("country", "!&", "US,CA,MX"), record(), False),
    ("23 six", clause("level", "GREATER_THAN", "5"), record(level=6), True),
    ("23 five", clause("level", "GREATER_THAN", "5"), record(level=5), False),
    ("24 five", clause("level", "GREATER_THAN_OR_EQUALS", "5"), record(level="5"), True),
    ("24 four", clause("level", "GREATER_THAN_OR_EQUALS", "5"), record(level="4"), False),
    ("25", clause("level", "GREATER_THAN", "5"), record(), False),
    ("27", clause("jobTitle", "IS NOT NULL"), record(jobTitle=""), False),
    ("28 empty", clause("jobTitle", "IS NULL"), record(jobTitle=""), True),
    ("28 missing", clause("jobTitle", "IS NULL"), record(), True),
    ("29 true", clause("accountEnabled", "IS TRUE"), record(accountEnabled=True), True),
    ("29 false", clause("accountEnabled", "IS TRUE"), record(accountEnabled=False), False),
    ("29 missing", clause("accountEnabled", "IS TRUE"), record(), False),
    ("30 true", clause("accountEnabled", "IS FALSE"), record(accountEnabled=True), False),
    ("30 false", clause("accountEnabled", "IS FALSE"), record(accountEnabled=False), True),
    ("30 missing", clause("accountEnabled", "IS FALSE"), record(), False),
    ("31", _FOUR, record(**_ENGINEER, jobTitle="Engineer"), True),
    ("32", _FOUR, record(**_ENGINEER, jobTitle=""), False),
    ("33", _EITHER, record(dept="hr", country="US"), True),
    ("34", _EITHER, record(dept="hr", country="FR"), False),
)  # fmt: skip

# What an assignment is here: a membership of the source, asked for beside the filter.
ASSIGNED_SALES: Final = AllOf((_SALES, Belonging(ASSIGNED)))
WITH_ASSIGNED: Final = Surroundings(Moment(NOON), rolls={ASSIGNED: Roll(frozenset({"E1"}))})
WITHOUT_ASSIGNED: Final = Surroundings(Moment(NOON), rolls={ASSIGNED: Roll(frozenset({"E2"}))})

Y, N, U = True, False, None
KINDS: Final[tuple[Value | Missing, ...]] = (
    ABSENT, None, "", (), "v", "V", ("v", "w"), ("w",), ("",), 7, "7", True, "2031-04-07",
)  # fmt: skip
# One answer per kind of value above; U is what cannot be said.
TABLE: Final[dict[Clause, tuple[bool | None, ...]]] = {
    clause("a", "EQUALS", "v"): (N, N, N, N, Y, N, Y, N, N, N, N, N, N),
    clause("a", "NOT EQUALS", "v"): (N, N, N, N, N, Y, Y, Y, N, Y, Y, Y, Y),
    Clause("a", Operator.IN, values=("v", "7")): (N, N, N, N, Y, N, Y, N, N, Y, Y, N, N),
    Clause("a", Operator.NOT_IN, values=("v", "7")): (N, N, N, N, N, Y, Y, Y, N, N, N, Y, Y),
    clause("a", "INCLUDES", "v"): (N, N, N, N, Y, N, Y, N, N, N, N, N, N),
    clause("a", "STARTS_WITH", "v"): (N, N, N, N, Y, N, Y, N, N, N, N, N, N),
    clause("a", "ENDS_WITH", "7"): (N, N, N, N, N, N, N, N, N, Y, Y, N, Y),
    clause("a", "&", "uvx7"): (N, N, N, N, Y, N, Y, N, N, Y, Y, N, N),
    clause("a", "!&", "uvx7"): (N, N, N, N, N, Y, Y, Y, N, N, N, Y, Y),
    clause("a", "REGEX MATCH", "[a-z]"): (N, N, N, N, Y, N, Y, Y, N, N, N, N, N),
    clause("a", "NOT REGEX MATCH", "[a-z]"): (N, N, N, N, N, Y, N, N, N, Y, Y, Y, Y),
    clause("a", "GREATER_THAN", "6"): (N, N, N, N, U, U, U, U, N, Y, Y, U, U),
    clause("a", "GREATER_THAN_OR_EQUALS", "8"): (N, N, N, N, U, U, U, U, N, N, N, U, U),
    clause("a", "LESS_THAN", "8"): (N, N, N, N, U, U, U, U, N, Y, Y, U, U),
    clause("a", "LESS_THAN_OR_EQUALS", "6"): (N, N, N, N, U, U, U, U, N, N, N, U, U),
    clause("a", "BEFORE", "today"): (N, N, N, N, U, U, U, U, N, U, U, U, N),
    clause("a", "ON_OR_BEFORE", "today"): (N, N, N, N, U, U, U, U, N, U, U, U, Y),
    clause("a", "ON", "today"): (N, N, N, N, U, U, U, U, N, U, U, U, Y),
    clause("a", "ON_OR_AFTER", "today"): (N, N, N, N, U, U, U, U, N, U, U, U, Y),
    clause("a", "AFTER", "today"): (N, N, N, N, U, U, U, U, N, U, U, U, N),
    clause("a", "WITHIN", "14 days"): (N, N, N, N, U, U, U, U, N, U, U, U, Y),
    clause("a", "OLDER_THAN", "14 days"): (N, N, N, N, U, U, U, U, N, U, U, U, N),
    clause("a", "IS TRUE"): (N, N, N, N, U, U, U, U, N, U, U, Y, U),
    clause("a", "IS FALSE"): (N, N, N, N, U, U, U, U, N, U, U, N, U),
    clause("a", "IS NULL"): (Y, Y, Y, Y, N, N, N, N, N, N, N, N, N),
    clause("a", "IS NOT NULL"): (N, N, N, N, Y, Y, Y, Y, Y, Y, Y, Y, Y),
}
