"""JSON Schema of the configuration, for editors."""

from __future__ import annotations

from typing import Any, Final

from provisor.config.field_types import DEFINED
from provisor.config.model import ConfigurationSettings
from provisor.domain.clause import OF_GROUPS, WITHOUT_VALUE, Case, Operator, Quantifier

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_TEXT: Final = {"type": ["string", "integer", "number", "boolean"]}
_CONDITIONS: Final = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}}
_TITLE: Final = {**_TEXT, "description": "What people call this condition; `explain` shows it."}
_CLAUSE: Final = {
    "type": "object",
    "properties": {
        "attribute": {
            **_TEXT,
            "description": "Source attribute that is looked at, or a path of `references` to one.",
        },
        "operator": {
            "enum": [operator.value for operator in Operator if operator not in OF_GROUPS],
            "description": "How it is compared; any case, with blanks or underscores.",
        },
        "value": {
            "type": [*_TEXT["type"], "array"],
            "items": _TEXT,
            "description": "What it is compared with, a list for `IN` and `NOT IN`; none for "
            + ", ".join(f"`{operator}`" for operator in Operator if operator in WITHOUT_VALUE)
            + ".",
        },
        "case": {
            "enum": [case.value for case in Case],
            "description": "`exact`: capitals count, as without this; `ignore`: they do not.",
        },
        "quantifier": {
            "enum": [quantifier.value for quantifier in Quantifier],
            "description": "Of a list `any` value has to fulfil the clause, as without this, or "
            "`every` one.",
        },
        "anchored": {
            "type": "boolean",
            "description": "Whether a regular expression has to fit the whole value, as without "
            "this, or any part of it.",
        },
        "title": _TITLE,
    },
    "required": ["attribute", "operator"],
    "additionalProperties": False,
}
_BELONGING: Final = {
    "type": "object",
    "properties": {
        "group": {**_TEXT, "description": "Key of a group of the source, or what `by` holds."},
        "by": {**_TEXT, "description": "Attribute by which the group is named; its key if absent."},
        "operator": {
            "enum": sorted(OF_GROUPS),
            "description": "Whether the record is in the group, as without this, or is not.",
        },
        "transitive": {
            "type": "boolean",
            "description": "Whether members of groups inside count, too; `false` if absent.",
        },
        "title": _TITLE,
    },
    "required": ["group"],
    "additionalProperties": False,
}


def _group(word: str, meaning: str, inside: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {word: {**inside, "description": meaning}, "title": _TITLE},
        "required": [word],
        "additionalProperties": False,
    }


def _reference(word: str, meaning: str, inside: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {word: {**inside, "description": meaning}},
        "required": [word],
        "additionalProperties": False,
    }


_KEYRING: Final = {
    "type": "object",
    "properties": {
        "service": {"type": "string", "description": "Service name of the entry."},
        "user": {"type": "string", "description": "User name of the entry."},
    },
    "required": ["service", "user"],
    "additionalProperties": False,
}
_DEFINITIONS: Final = {
    "Condition": {
        "description": "A clause, `any` or `all` of several conditions, `not` of one, or a list, "
        "meaning all.",
        "anyOf": [
            _group("any", "True when at least one of these is.", _CONDITIONS),
            _group("all", "True when every one of these is.", _CONDITIONS),
            _group("not", "True when this is false.", {"$ref": "#/$defs/Condition"}),
            _CLAUSE,
            _BELONGING,
            _CONDITIONS,
        ],
    },
    "SecretReference": {
        "description": "Where a secret is; the secret itself never stands in the file.",
        "oneOf": [
            _reference("env", "Environment variable that holds the secret.", {"type": "string"}),
            _reference("file", "File whose whole content is the secret.", {"type": "string"}),
            _reference("keyring", "Entry of the operating system's keyring.", _KEYRING),
        ],
    },
    "Address": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/SecretReference"}]},
}


def configuration_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a configuration file.

    Connectors' own settings are left open; each connector documents its own.
    """
    written = ConfigurationSettings.model_json_schema(mode="validation")
    schema = {key: _resolved(part) for key, part in written.items() if key != "$defs"}
    definitions = {name: _resolved(part) for name, part in written["$defs"].items()}
    return {
        "$schema": DIALECT,
        **schema,
        "title": "Provisor configuration, version 1",
        "$defs": {**definitions, **_DEFINITIONS},
    }


def _resolved(schema: object) -> object:
    """Put a pointer to our definition wherever pydantic left its name."""
    if isinstance(schema, list):
        return [_resolved(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: _resolved(part) for key, part in schema.items() if key != DEFINED}
    if DEFINED in schema:
        parts["$ref"] = f"#/$defs/{schema[DEFINED]}"
    return parts
