"""The documented resource types of a synchronization schema: every key, its form and its fate.

Duty: the one list of what Microsoft documents. A key that stands here is understood; what its
value becomes can be said more precisely by the translation, and what is not here is reported.
Source: Microsoft Graph v1.0, resource types synchronizationSchema, directoryDefinition,
objectDefinition, attributeDefinition, synchronizationRule, objectMapping, attributeMapping,
attributeMappingSource, filter, filterGroup, filterClause, filterOperand, metadataEntry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from provisor.config.entra.export_file import Json, refuse
from provisor.config.places import SettingPath


class Verdict(StrEnum):
    """What became of one key of the export."""

    TAKEN = "taken"
    """It is in the draft and means the same."""
    CHANGED = "changed"
    """It is in the draft, and what it means there differs."""
    UNSUPPORTED = "unsupported"
    """It had an effect, and is not in the draft."""
    UNKNOWN = "unknown"
    """No documented resource type has it; nobody knows what it does."""
    IDLE = "idle"
    """It decides nothing: names, ids, the service's own bookkeeping."""


class Form(Enum):
    """What a key holds; null is nothing, for every form."""

    TEXT = "text"
    FLAG = "true or false"
    WHOLE = "a whole number"
    TEXTS = "a list of texts"
    PART = "an object"
    PARTS = "a list of objects"


class Resource(Enum):
    """A documented resource type."""

    SCHEMA = "synchronizationSchema"
    DIRECTORY = "directoryDefinition"
    OBJECT = "objectDefinition"
    ATTRIBUTE = "attributeDefinition"
    REFERENCE = "referencedObject"
    METADATA = "metadataEntry"
    RULE = "synchronizationRule"
    MAPPING = "objectMapping"
    FLOW = "attributeMapping"
    SOURCE = "attributeMappingSource"
    PARAMETER = "stringKeyAttributeMappingSourceValuePair"
    FILTER = "filter"
    GROUP = "filterGroup"
    CLAUSE = "filterClause"
    OPERAND = "filterOperand"


@dataclass(frozen=True, slots=True)
class Key:
    """One documented key of a resource type."""

    form: Form
    verdict: Verdict = Verdict.TAKEN
    why: str = ""
    below: Resource | None = None
    """The type of the objects that it holds."""


@dataclass(frozen=True, slots=True)
class Found:
    """One key of an export."""

    path: SettingPath
    key: Key | None
    """None when no documented resource type has it here."""
    resource: Resource | None


def _idle(form: Form, why: str) -> Key:
    return Key(form, Verdict.IDLE, why)


def _parts(below: Resource) -> Key:
    return Key(Form.PARTS, below=below)


_ID: Final = _idle(Form.TEXT, "an id of the service")
_LABEL: Final = _idle(Form.TEXT, "a name for people")
_METADATA: Final = Key(
    Form.PARTS, Verdict.IDLE, "the service's own bookkeeping", below=Resource.METADATA
)
_TEXT: Final = Key(Form.TEXT)
_FLAG: Final = Key(Form.FLAG)

RESOURCES: Final[Mapping[Resource, Mapping[str, Key]]] = {
    Resource.SCHEMA: {
        "id": _ID,
        "version": _idle(Form.TEXT, "the service's own revision"),
        "directories": _parts(Resource.DIRECTORY),
        "synchronizationRules": _parts(Resource.RULE),
    },
    Resource.DIRECTORY: {
        "id": _ID,
        "name": _TEXT,
        "objects": _parts(Resource.OBJECT),
        "readOnly": _idle(Form.FLAG, "says who may edit it in the portal"),
        "version": _idle(Form.TEXT, "when its attributes were discovered"),
        "discoveryDateTime": _idle(Form.TEXT, "when its attributes were discovered"),
        "discoverabilities": _idle(Form.TEXT, "what can be discovered"),
        "metadata": _METADATA,
    },
    Resource.OBJECT: {
        "name": _TEXT,
        "attributes": _parts(Resource.ATTRIBUTE),
        "metadata": _METADATA,
        "supportedApis": _idle(Form.TEXTS, "how the service reads it"),
    },
    Resource.ATTRIBUTE: {
        "name": _TEXT,
        "type": _TEXT,
        "anchor": _FLAG,
        "caseExact": _FLAG,
        "multivalued": _FLAG,
        "mutability": _TEXT,
        "required": _FLAG,
        "defaultValue": _TEXT,
        "flowNullValues": _FLAG,
        "metadata": _METADATA,
        "referencedObjects": _parts(Resource.REFERENCE),
    },
    Resource.REFERENCE: {"referencedObjectName": _TEXT, "referencedProperty": _TEXT},
    Resource.METADATA: {
        "key": _idle(Form.TEXT, "the service's own bookkeeping"),
        "value": _idle(Form.TEXT, "the service's own bookkeeping"),
    },
    Resource.RULE: {
        "id": _ID,
        "name": _LABEL,
        "editable": _idle(Form.FLAG, "says who may edit it in the portal"),
        "metadata": _METADATA,
        "priority": Key(Form.WHOLE),
        "sourceDirectoryName": _TEXT,
        "targetDirectoryName": _TEXT,
        "objectMappings": _parts(Resource.MAPPING),
    },
    Resource.MAPPING: {
        "name": _LABEL,
        "enabled": _FLAG,
        "flowTypes": _TEXT,
        "metadata": _METADATA,
        "scope": Key(Form.PART, below=Resource.FILTER),
        "sourceObjectName": _TEXT,
        "targetObjectName": _TEXT,
        "attributeMappings": _parts(Resource.FLOW),
    },
    Resource.FLOW: {
        "defaultValue": _TEXT,
        "exportMissingReferences": _idle(Form.FLAG, "documented as for internal use only"),
        "flowBehavior": _TEXT,
        "flowType": _TEXT,
        "matchingPriority": Key(Form.WHOLE),
        "source": Key(Form.PART, below=Resource.SOURCE),
        "targetAttributeName": _TEXT,
    },
    Resource.SOURCE: {
        "expression": _TEXT,
        "name": _TEXT,
        "type": _TEXT,
        "parameters": _parts(Resource.PARAMETER),
    },
    Resource.PARAMETER: {"key": _TEXT, "value": Key(Form.PART, below=Resource.SOURCE)},
    Resource.FILTER: {
        "groups": _parts(Resource.GROUP),
        "inputFilterGroups": _parts(Resource.GROUP),
        "categoryFilterGroups": _parts(Resource.GROUP),
    },
    Resource.GROUP: {"clauses": _parts(Resource.CLAUSE), "name": _LABEL},
    Resource.CLAUSE: {
        "operatorName": _TEXT,
        "sourceOperandName": _TEXT,
        "targetOperand": Key(Form.PART, below=Resource.OPERAND),
    },
    Resource.OPERAND: {"values": Key(Form.TEXTS)},
}

_ANNOTATION: Final = Key(Form.TEXT, Verdict.IDLE, "an annotation of the protocol")


def keys_of(tree: dict[str, Json], file: str) -> Iterator[Found]:
    """Yield every key of an export once, in the file's order, with what is known of it.

    Raises:
        SettingInvalid: a documented key holds something of another form.
    """
    yield from _inside(tree, (), Resource.SCHEMA, file)


def _inside(
    value: dict[str, Json], path: SettingPath, resource: Resource | None, file: str
) -> Iterator[Found]:
    known = RESOURCES[resource] if resource is not None else {}
    for name, inner in value.items():
        here = (*path, name)
        key = _ANNOTATION if "@odata." in name else known.get(name)
        if key is not None and key is not _ANNOTATION and not _has_form(inner, key.form):
            refuse(f"`{name}` is not {key.form.value}", file, here, f"{kind(inner)}")
        yield Found(here, key, resource)
        yield from _below(inner, here, key.below if key is not None else None, file)


def _below(value: Json, path: SettingPath, resource: Resource | None, file: str) -> Iterator[Found]:
    if isinstance(value, dict):
        yield from _inside(value, path, resource, file)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _below(item, (*path, place), resource, file)


def _has_form(value: Json, form: Form) -> bool:
    match form:
        case _ if value is None:
            return True
        case Form.TEXT:
            return isinstance(value, str)
        case Form.FLAG:
            return isinstance(value, bool)
        case Form.WHOLE:
            return isinstance(value, int) and not isinstance(value, bool)
        case Form.PART:
            return isinstance(value, dict)
        case Form.TEXTS:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case Form.PARTS:
            return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def kind(value: Json) -> str:
    """Name the form of a value, for messages that must not show it.

    Example:
        >>> kind(True), kind([1]), kind({})
        ('true or false', 'a list', 'an object')
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "a number"
