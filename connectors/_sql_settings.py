"""What a person writes about a database: its address, its tables and the columns with a duty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

import sqlalchemy
from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from sqlalchemy.exc import ArgumentError

from connectors._settings import Settings
from provisor.domain.record import Scalar
from provisor.domain.schema import Attribute, AttributeType, ObjectType
from provisor.ports.secret import Secret

_READING_WORDS = ("select", "with", "values", "table")


def _address(given: object) -> sqlalchemy.URL:
    plain = given.reveal() if isinstance(given, Secret) else given
    try:
        return sqlalchemy.make_url(plain if isinstance(plain, str) else "")
    except ArgumentError:
        raise ValueError("expected an address such as sqlite:////data/app.db") from None


def _reading(query: str) -> str:
    trimmed = query.strip().rstrip(";").rstrip()
    if trimmed.split(None, 1)[:1] == [] or trimmed.split(None, 1)[0].lower() not in _READING_WORDS:
        raise ValueError("expected one query that begins with select or with")
    return trimmed


def _by_name(attributes: object) -> object:
    """A bare list of columns is a mapping without details."""
    return {name: {} for name in attributes} if isinstance(attributes, tuple) else attributes


class AttributeSettings(Settings):
    """What is known of one column."""

    type: Literal["string", "integer", "boolean", "time", "reference", "secret"] | None = None
    """By the column's type where the database says it, else text."""
    required: bool = False
    unique: bool = False
    case_exact: bool = True
    """False where the database compares the column without regard to case."""

    def attribute(self, name: str, kind: AttributeType) -> Attribute:
        """Return the attribute in the words of the schema; `kind` is by the column's type."""
        return Attribute(
            name,
            AttributeType(self.type) if self.type else kind,
            required=self.required,
            unique=self.unique,
            case_exact=self.case_exact,
        )


class SwitchSettings(Settings):
    """The column that switches an account on and off."""

    column: str = Field(min_length=1)
    on: str | int | bool
    off: str | int | bool


class RelationSettings(Settings):
    """A table, or a query that is only read."""

    table: str | None = Field(default=None, min_length=1)
    in_schema: str | None = Field(default=None, min_length=1, alias="schema")
    """The database schema of the table, where it is not the default one."""
    query: Annotated[str, AfterValidator(_reading)] | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise ValueError("expected either `table` or `query`")
        return self

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"table `{self.table}`" if self.table else "the query"


class RemovedSettings(RelationSettings):
    """Where a database tells what was deleted: one row per object or membership that is gone."""

    column: str = Field(min_length=1)
    """The column that grows with every deletion."""
    key: str | None = Field(default=None, min_length=1)
    """The column with the key; by default it is called as in the relation itself."""
    group: str | None = Field(default=None, min_length=1)
    member: str | None = Field(default=None, min_length=1)
    kept_days: int | None = Field(default=None, ge=1)
    """After how many days rows are cleared away; an older watermark is refused."""


class ChangesSettings(Settings):
    """How the database shows what changed."""

    column: str = Field(min_length=1)
    """The column that grows with every change of a row: a number or a time."""
    overlap: int | None = Field(default=None, ge=0)
    """How far each delta looks back behind the last one: seconds of a time, steps of a number."""
    deleted: str | None = Field(default=None, min_length=1)
    """The column that marks a row as gone: true, or any value."""
    removed: RemovedSettings | None = None

    @model_validator(mode="after")
    def _tells_removals_once(self) -> Self:
        if self.deleted is not None and self.removed is not None:
            raise ValueError("expected either `deleted` or `removed`")
        return self

    @property
    def tells_removals(self) -> bool:
        """Whether a delta says what is gone."""
        return self.deleted is not None or self.removed is not None


def _by_column(changes: object) -> object:
    """A bare name is the column, without details."""
    return {"column": changes} if isinstance(changes, str) else changes


Changes = Annotated[ChangesSettings | None, BeforeValidator(_by_column)]


class KeyedSettings(RelationSettings):
    """Users or groups."""

    id: str | None = Field(default=None, min_length=1)
    """The column with the native id; needed to write."""
    key: str | None = Field(default=None, min_length=1)
    """The column with the natural key, for a source."""
    anchor: str | None = Field(default=None, min_length=1)
    """The column that holds our immutable id; it may be the id itself."""
    name: str | None = Field(default=None, min_length=1)
    """The column that people log in with or see."""
    disable: SwitchSettings | None = None
    attributes: Annotated[dict[str, AttributeSettings] | None, BeforeValidator(_by_name)] = None
    """All columns to be offered; the table says so when nobody does."""
    required: tuple[str, ...] = ()
    """Columns without which a row is refused."""
    changes: Changes = None
    """How deltas are read; without it every read is a full one."""

    @model_validator(mode="after")
    def _has_one_key(self) -> Self:
        if (self.id is None) == (self.key is None):
            raise ValueError("expected either `id` (to write and read) or `key` (to read only)")
        if self.id is not None and self.changes is not None and self.changes.deleted is not None:
            raise ValueError("`deleted` marks rows of a source: a table with `id` deletes its rows")
        return self

    @property
    def key_column(self) -> str:
        """The column by which rows are told apart."""
        return self.id or self.key or ""

    @property
    def writable(self) -> bool:
        """Whether rows can be written."""
        return self.table is not None and self.id is not None

    @property
    def duties(self) -> dict[str, Scalar | None]:
        """The columns with a duty, each with a value that shows its type where one is known."""
        switch = {self.disable.column: self.disable.on} if self.disable else {}
        named = dict.fromkeys(c for c in (self.key_column, self.anchor, self.name) if c)
        return {**named, **switch}


class MembershipSettings(RelationSettings):
    """One row per group and member."""

    group: str = Field(min_length=1)
    """The column that refers to the group's id."""
    member: str = Field(min_length=1)
    """The column that refers to the member's id."""
    nested_groups: bool = True
    """Whether the column can hold a group's id."""
    changes: Changes = None
    """How deltas are read; without it every read is a full one."""


class ObjectsSettings(Settings):
    """One relation per object type."""

    users: KeyedSettings
    groups: KeyedSettings | None = None
    memberships: MembershipSettings | None = None


class SqlSettings(Settings):
    """Settings of a system that is a database."""

    url: Annotated[sqlalchemy.URL, BeforeValidator(_address)]
    """A SQLAlchemy address; a secret reference when it holds a password."""
    objects: ObjectsSettings
    busy_timeout_seconds: float = Field(default=5.0, ge=0, le=600)
    """How long a SQLite file is waited for that someone else is writing."""

    def of(self, object_type: ObjectType) -> KeyedSettings | MembershipSettings | None:
        """Return the relation of one object type, or None when there is none."""
        match object_type:
            case ObjectType.USERS:
                return self.objects.users
            case ObjectType.GROUPS:
                return self.objects.groups
            case ObjectType.MEMBERSHIPS:
                return self.objects.memberships


def holds_literal_password(settings: Mapping[str, object]) -> bool:
    """Say whether the address stands in the file together with its password."""
    url = settings.get("url")
    if not isinstance(url, str):
        return False
    try:
        return sqlalchemy.make_url(url).password is not None
    except ArgumentError:
        return False
