"""The form of a file of cases: what there is on both sides, and what must follow from it.

Duty: say what may be written. Whether it fits a job is asked in `case_reading`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from provisor.config.attribute_settings import Settings
from provisor.config.field_types import Name, Names, Text, refusal
from provisor.config.json_schema import DIALECT
from provisor.config.written_conditions import as_written
from provisor.config.yaml_document import WrittenFraction
from provisor.domain.action import Operation
from provisor.domain.link import LinkState
from provisor.domain.override import OverrideKind
from provisor.domain.plan import Ruling
from provisor.domain.record import Value
from provisor.errors import SettingInvalid

DEFAULT_NOW: Final = datetime(2030, 1, 1, tzinfo=UTC)
"""The time of a case that names none: always the same, so that cases come out the same."""

_SCALAR: Final = {"type": ["string", "integer", "number", "boolean", "null"]}
_WORDS_OF_A_LINE: Final = 2


def _cell(written: object) -> Value:
    """Take a value as a connector would give it: fractions as text, lists as tuples."""
    match written:
        case WrittenFraction():
            return written.text
        case None | str() | int():
            return written
        case list() if all(as_written(item) is not None for item in written):
            return tuple(_item(item) for item in written)
    raise refusal(SettingInvalid("a value is neither text, a number, nor a list of these"))


def _item(written: object) -> str | int | bool:
    return written if isinstance(written, str | int) else as_written(written) or ""


def _moment(written: object) -> datetime:
    if isinstance(written, str):
        try:
            found = datetime.fromisoformat(written)
        except ValueError:
            found = None
        if found is not None:
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    raise refusal(
        SettingInvalid("a time cannot be read", next="write it like `2031-04-07T08:00:00Z`")
    )


def _line(written: object) -> object:
    """Take `create E1001` as an action on that key, of which nothing more is expected."""
    text = as_written(written)
    if text is None:
        return written
    operation, _, key = text.strip().partition(" ")
    return {"operation": operation, "key": key.strip()} if key else {"operation": operation}


def _clauses(written: object) -> object:
    """Take a list of keys as keys of which nothing more is expected."""
    if not isinstance(written, list):
        return written
    return {text: "" for item in written if (text := as_written(item)) is not None}


def _any_clause(written: object) -> object:
    return "" if written is None else written


Cell = Annotated[
    Value,
    PlainValidator(_cell),
    WithJsonSchema({"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}),
]
"""One value: text, a whole number, true or false, null, or a list."""

Row = dict[Text, Cell]
"""Attributes of one record or account."""

Moment = Annotated[
    datetime, PlainValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""A time; without a zone it is UTC."""

Clauses = Annotated[
    dict[Text, Annotated[str, BeforeValidator(_any_clause)]],
    BeforeValidator(_clauses, json_schema_input_type=dict[str, str | None] | tuple[str | int, ...]),
]
"""Keys, and what is said of each; a list of keys where nothing more is expected."""

Kind = Literal["users", "groups"]


class MemberRow(Settings):
    """One membership."""

    group: Text = Field(description="Key of the group; among accounts its native id.")
    member: Text = Field(description="Key of the member; among accounts its native id.")


class SideSettings(Settings):
    """The rows of one side."""

    users: tuple[Row, ...] = Field((), description="People: attributes by name.")
    groups: tuple[Row, ...] = Field((), description="Groups: attributes by name.")
    memberships: tuple[MemberRow, ...] = Field((), description="Who is in which group.")


class LinkSettings(Settings):
    """An account that was linked before."""

    key: Text = Field(description="Key of the record at the source.")
    account: Text = Field(description="Native id of the account in the target.")
    object: Kind = Field("users", description="`users` or `groups`.")
    state: LinkState = Field(
        LinkState.ACTIVE, description="`active`, or `disabled`: by Provisor, at `since`."
    )
    since: Moment | None = Field(None, description="When the state began.")
    left_since: Moment | None = Field(
        None,
        description="When the person was first seen gone; `since`, if left out, of an account that "
        "is `disabled`.",
    )
    left_as: Literal["leaver", "denied", "out_of_scope", "absent"] | None = Field(
        None, description="`leaver` (if left out), `denied`, `out_of_scope` or `absent`."
    )
    missing_since: Moment | None = Field(
        None, description="First of two complete reads in which the record was missing."
    )


class OverrideSettings(Settings):
    """Something that a person decided before."""

    kind: OverrideKind = Field(description="`hold`, `keep`, `deny`, `pin`, `link` …")
    key: Text = Field(description="Key of the record at the source.")
    object: Kind = Field("users", description="`users` or `groups`.")
    attribute: Text | None = Field(None, description="For `pin`: the target attribute.")
    value: Cell = Field(None, description="For `pin` the value, for `link` the account or `new`.")


class LineSettings(Settings):
    """One action of the plan."""

    operation: Operation = Field(description="What is done.")
    key: Text = Field(description="Key of the record, `groups KEY` where users have it as well.")
    changes: Row | None = Field(
        None, description="Every attribute that is changed, with its value after; any if left out."
    )
    including: Row = Field(
        default_factory=dict, description="Some of the attributes that are changed."
    )
    adds: Names | None = Field(None, description="For memberships: keys of those who join.")
    removes: Names | None = Field(None, description="For memberships: keys of those who leave.")
    draws: Names | None = Field(None, description="Attributes whose secret is drawn.")


class ExpectSettings(Settings):
    """What must follow."""

    desired: dict[Text, Row] | None = Field(
        None,
        description="By key, the attributes that the account should have, as far as they are "
        "written; `IgnoreAttributeFlow` where the target keeps its own.",
    )
    plan: (
        tuple[
            Annotated[
                LineSettings, BeforeValidator(_line, json_schema_input_type=str | LineSettings)
            ],
            ...,
        ]
        | None
    ) = Field(None, description="Every action, in any order; `[]` for none.")
    set_aside: Clauses | None = Field(
        None, description="Every record that is set aside, with the code of its problem."
    )
    out_of_scope: Clauses | None = Field(
        None, description="Records that are out of scope, with the clause that decides."
    )
    leavers: Clauses | None = Field(
        None, description="Records of people who left, with the clause that says so."
    )
    waiting: Clauses | None = Field(
        None,
        description="Every record of which something waits for another job, with the attribute; "
        "a value of another job is awaited where the case's record does not say it.",
    )
    accounts: dict[Text, Literal["orphan", "ambiguous", "protected", "held"]] | None = Field(
        None, description="By native id, accounts that are not simply right."
    )
    parts: dict[Text, Ruling] | None = Field(
        None, description="Parts such as `users.disable`, and what the limits say of them."
    )


class CaseSettings(Settings):
    """One case."""

    name: Text = Field(description="What it shows, in one sentence.")
    job: Name | None = Field(None, description="The job; left out, that of the file.")
    now: Moment | None = Field(
        None, description="The time of the plan; left out, that of the file."
    )
    source: SideSettings = Field(default_factory=SideSettings, description="What the source says.")
    accounts: SideSettings = Field(
        default_factory=SideSettings, description="What the target holds."
    )
    links: tuple[LinkSettings, ...] = Field((), description="Which accounts are whose already.")
    granted: tuple[MemberRow, ...] = Field(
        (), description="Memberships that Provisor gave before, in keys of the source."
    )
    overrides: tuple[OverrideSettings, ...] = Field((), description="What people decided before.")
    expect: ExpectSettings = Field(description="What must follow.")


class CaseFileSettings(Settings):
    """A file of cases."""

    job: Name | None = Field(
        None, description="The job of all cases; left out, the only one of the configuration."
    )
    now: Moment = Field(
        DEFAULT_NOW, description="The time of all plans; 2030-01-01 if left out, never the clock."
    )
    definitions: dict[Text, Any] = Field(
        default_factory=dict, description="Anything, to be named by anchors and used below."
    )
    cases: tuple[CaseSettings, ...] = Field(min_length=1, description="The cases, in order.")


def case_file_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a file of cases."""
    return {
        "$schema": DIALECT,
        **CaseFileSettings.model_json_schema(mode="validation"),
        "title": "Cases for a Provisor configuration",
    }
