"""Dialects as people write them: in the settings, and in the file that `provisor probe` saves.

The preset comes first, over it the file, over both what stands in the settings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import yaml
from pydantic import Field, field_validator

from connectors._scim_dialect import (
    PRESETS,
    RFC,
    AnchorKept,
    Booleans,
    BulkLimits,
    Cleared,
    Deletion,
    Dialect,
    MemberAdd,
    MemberRemove,
    Paging,
    PatchStyle,
    Verbs,
    Wrapping,
)
from connectors._settings import Settings, parse
from provisor.errors import ConfigurationError, SettingInvalid, nearest

_MOST_BYTES: Final = 1_000_000
"""A longer file is none of ours."""


class BulkSettings(Settings):
    """What one call to `/Bulk` may hold."""

    operations: int = Field(ge=1, le=10_000)
    bytes: int = Field(1_048_576, ge=1_000)


class DialectSettings(Settings):
    """Single switches; what is left out stays as the preset or the file has it."""

    preset: str | None = None
    patch: PatchStyle | None = Field(None, strict=False)
    switch: PatchStyle | None = Field(None, strict=False)
    verbs: Verbs | None = Field(None, strict=False)
    booleans: Booleans | None = Field(None, strict=False)
    cleared: Cleared | None = Field(None, strict=False)
    reference: Wrapping | None = Field(None, strict=False)
    member_add: MemberAdd | None = Field(None, strict=False)
    member_remove: MemberRemove | None = Field(None, strict=False)
    members_per_call: int | None = Field(None, ge=1, le=1000)
    paging: Paging | None = Field(None, strict=False)
    searchable: tuple[str, ...] | None = None
    anchor: AnchorKept | None = Field(None, strict=False)
    delete: Deletion | None = Field(None, strict=False)
    bulk: BulkSettings | None = None
    etags: bool | None = None
    users: str | None = Field(None, pattern=r"^/[\w.~-]+(/[\w.~-]+)*$")
    groups: str | None = Field(None, pattern=r"^/[\w.~-]+(/[\w.~-]+)*$")

    @field_validator("preset")
    @classmethod
    def _known(cls, preset: str | None) -> str | None:
        if preset is not None and preset not in PRESETS:
            near = nearest(preset, PRESETS)
            raise ValueError(
                f"expected one of {', '.join(PRESETS)}"
                + (f"; did you mean `{near}`?" if near else "")
            )
        return preset

    def over(self, dialect: Dialect) -> Dialect:
        """Return the dialect with what is said here; `null` for `bulk` and `switch` counts."""
        told = {name: getattr(self, name) for name in self.model_fields_set - {"preset"}}
        if isinstance(bulk := told.get("bulk"), BulkSettings):
            told["bulk"] = BulkLimits(bulk.operations, bulk.bytes)
        said = {k: v for k, v in told.items() if v is not None or k in _MAY_BE_NONE}
        return replace(dialect, **said)


_MAY_BE_NONE: Final = {"bulk", "switch", "searchable"}


def dialect_of(own: DialectSettings, path: str | None) -> Dialect:
    """Return the dialect that the settings mean.

    Raises:
        SettingInvalid: the file cannot be read, or is none.
        ConfigurationError: something in the file is wrong.
    """
    saved = _saved(path) if path is not None else DialectSettings()
    preset = own.preset or saved.preset
    return own.over(saved.over(PRESETS[preset] if preset else RFC))


def _saved(path: str) -> DialectSettings:
    file = Path(path)
    try:
        text = file.read_bytes()[: _MOST_BYTES + 1].decode() if file.is_file() else None
        content = None if text is None or len(text) > _MOST_BYTES else yaml.safe_load(text) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        content = None
    if not isinstance(content, Mapping):
        raise SettingInvalid(
            "the file of the dialect cannot be read",
            where="dialect_path",
            found="expected a YAML file as `provisor probe SYSTEM --save FILE` writes it",
        )
    try:
        return parse(DialectSettings, {str(key): value for key, value in content.items()})
    except ConfigurationError as wrong:
        wrong.found = f"in the file, at `{wrong.where}`: {wrong.found}"
        wrong.where = "dialect_path"
        raise


def written(dialect: Dialect, reasons: Mapping[str, str]) -> str:
    """Return the dialect as the text of a file, each switch with why it is so.

    Args:
        dialect: what was found out.
        reasons: by switch, in words; a switch without one is left as the RFC has it.

    Example:
        >>> print(written(RFC, {"verbs": "a value sent so was kept"}).splitlines()[-1])
        verbs: lower                 # a value sent so was kept
    """
    lines = [
        "# How this system wants to be spoken to, as it was found out.",
        "# A switch that is missing here is as RFC 7644 has it; the settings of the system go"
        " before this file.",
    ]
    for one in fields(dialect):
        if one.name in reasons:
            told = f"{one.name}: {_in_yaml(getattr(dialect, one.name))}"
            lines.append(f"{told:<28} # {reasons[one.name]}")
    return "\n".join(lines) + "\n"


def _in_yaml(value: object) -> str:
    match value:
        case StrEnum():
            return value.value
        case BulkLimits():
            return f"{{operations: {value.operations}, bytes: {value.bytes}}}"
        case tuple():
            return json.dumps(value)
        case bool():
            return str(value).lower()
        case None:
            return "null"
        case _:
            return str(value)
