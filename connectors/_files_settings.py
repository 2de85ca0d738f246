"""What a person writes about files: where they are, how they are written, what proves them."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from connectors._settings import Settings
from provisor.domain.schema import Attribute, AttributeType, ObjectType

Format = Literal["csv", "jsonl", "parquet"]

_BY_EXTENSION: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


def _known_encoding(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):
        raise ValueError("expected the name of an encoding, such as utf-8 or cp1252") from None
    # A byte order mark is allowed in any utf-8 file, so there is one name for both.
    return codecs.lookup(name).name.removesuffix("-sig")


def _single_character(text: str) -> str:
    if len(text) != 1 or text in '"\r\n\0':
        raise ValueError("expected one character that is no quote and no line end")
    return text


class AttributeSettings(Settings):
    """What is known of one column."""

    type: Literal["string", "integer", "boolean", "time", "reference"] = "string"
    """Cells of a CSV file are text, so integer and boolean are for JSON Lines and Parquet."""
    multi: bool = False
    """Whether a cell holds many values; in a CSV file they stand between separators."""
    separator: str = Field(default=";", min_length=1)
    """What stands between the values of a many-valued CSV cell."""
    required: bool = False
    unique: bool = False
    case_exact: bool = False

    def attribute(self, name: str) -> Attribute:
        """Return the attribute in the words of the schema."""
        return Attribute(
            name,
            AttributeType(self.type),
            multi=self.multi,
            required=self.required,
            unique=self.unique,
            case_exact=self.case_exact,
        )


class ExpectSettings(Settings):
    """Control records that travel beside a file."""

    rows_from: str | None = None
    """A file that holds the number of rows."""
    digest_from: str | None = None
    """A file that holds the SHA-256 digest, as `sha256sum` writes it."""


class FileSettings(Settings):
    """One file."""

    path: str = Field(min_length=1)
    format: Format | None = None
    """By the extension of the path when it is not said."""
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"
    delimiter: Annotated[str, AfterValidator(_single_character)] = ","
    final_newline: Literal["required", "optional"] = "required"
    empty: Literal["null", "text"] = "null"
    """What an empty CSV cell means: no value, or a text of no letters."""
    attributes: dict[str, AttributeSettings] | None = None
    """All attributes that the file offers; its header says so when nobody does."""
    expect: ExpectSettings = ExpectSettings()
    allow_empty: bool = False
    """Whether a file without a single row is whole."""

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        if self.format is None and self.file.suffix.lower() not in _BY_EXTENSION:
            raise ValueError("the extension says no format; expected `format` beside it")
        typed = [a for a in (self.attributes or {}).values() if a.type in ("integer", "boolean")]
        if typed and self.kind == "csv":
            raise ValueError("expected text types: cells of a CSV file are text")
        return self

    @property
    def file(self) -> Path:
        """The path as the operating system takes it."""
        return Path(self.path)

    @property
    def kind(self) -> Format:
        """The format, said or by extension."""
        return self.format or _BY_EXTENSION[self.file.suffix.lower()]

    @property
    def separators(self) -> dict[str, str]:
        """The separator of each many-valued column."""
        return {n: a.separator for n, a in (self.attributes or {}).items() if a.multi}


class KeyedFileSettings(FileSettings):
    """A file of users or groups."""

    key: str = Field(min_length=1)
    """The column that is the natural key."""


class MembershipFileSettings(FileSettings):
    """A file of memberships: one row per group and member."""

    group: str = Field(min_length=1)
    """The column that holds the group's key."""
    member: str = Field(min_length=1)
    """The column that holds the member's key."""


class ObjectsSettings(Settings):
    """One file per object type."""

    users: KeyedFileSettings
    groups: KeyedFileSettings | None = None
    memberships: MembershipFileSettings | None = None


class FilesSettings(Settings):
    """Settings of a system that is a set of files."""

    objects: ObjectsSettings

    def of(self, object_type: ObjectType) -> FileSettings | None:
        """Return the file of one object type, or None when there is none."""
        match object_type:
            case ObjectType.USERS:
                return self.objects.users
            case ObjectType.GROUPS:
                return self.objects.groups
            case ObjectType.MEMBERSHIPS:
                return self.objects.memberships
