"""What an export knows of the attributes on either side, beside what the connector knows.

Source: Microsoft Graph, resource types directoryDefinition, objectDefinition, attributeDefinition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from provisor.config.entra.parts import Part
from provisor.config.entra.resources import Verdict
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, Writable

_TYPES: Final = {
    "": AttributeType.STRING,
    "string": AttributeType.STRING,
    "integer": AttributeType.INTEGER,
    "boolean": AttributeType.BOOLEAN,
    "datetime": AttributeType.TIME,
    "reference": AttributeType.REFERENCE,
}
_WRITABLE: Final = {
    "": Writable.ALWAYS,
    "readwrite": Writable.ALWAYS,
    "writeonly": Writable.ALWAYS,
    "immutable": Writable.ON_CREATE,
    "readonly": Writable.NEVER,
}
_UNUSED: Final = "no mapping that is in the draft uses it"
_ENABLED: Final = "PropertyNameAccountEnabled"


Place = tuple[str, str]
"""A directory's name, and that of an object in it, folded."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One object of one directory, as the export defines it."""

    part: Part | None
    """None when the export does not define it."""
    attributes: Mapping[str, Part]

    @property
    def anchor(self) -> str:
        """The attribute that identifies the object; empty when none is named."""
        found = (name for name, part in self.attributes.items() if part.says("anchor"))
        return next(found, "")

    @property
    def multivalued(self) -> frozenset[str]:
        """Attributes with many values."""
        return frozenset(n for n, part in self.attributes.items() if part.says("multivalued"))

    @property
    def switch(self) -> str:
        """The attribute that says whether an account is enabled; empty when none does."""
        for entry in self.part.parts("metadata") if self.part is not None else ():
            if entry.text("key") == _ENABLED and entry.text("value"):
                why = "who is not enabled at the source is a leaver"
                entry.ledger.say((*entry.path, "value"), Verdict.TAKEN, why)
                return entry.text("value")
        return "accountEnabled" if "accountEnabled" in self.attributes else ""

    def is_reference(self, attribute: str) -> bool:
        """Say whether an attribute refers to another object."""
        part = self.attributes.get(attribute)
        return part is not None and part.text("type").lower() == "reference"

    def leads_to(self, attribute: str) -> str:
        """Return whether a reference leads to `users` or `groups`; empty when nothing says so."""
        part = self.attributes.get(attribute)
        for named in part.parts("referencedObjects") if part is not None else ():
            kind = named.text("referencedObjectName").lower()
            if kind.endswith(("user", "group")):
                return "groups" if kind.endswith("group") else "users"
        return ""


def definition(schema: Part, directory: str, name: str) -> Definition:
    """Return what an export says of one object of a directory."""
    for place in schema.parts("directories"):
        if place.text("name") != directory:
            continue
        for part in place.parts("objects"):
            if part.text("name").lower() == name.lower():
                attributes = {a.text("name"): a for a in reversed(part.parts("attributes"))}
                return Definition(part, attributes)
    return Definition(None, {})


def declared(part: Part | None) -> dict[str, object]:
    """Return an attribute's definition as the setting of a system that does not know it."""
    found: dict[str, object] = {}
    if part is None:
        return found
    kind = _TYPES.get(part.text("type").lower())
    if kind not in (None, AttributeType.STRING):
        found["type"] = kind.value
    if part.says("multivalued"):
        found["multi"] = True
    if part.says("required"):
        found["required"] = True
    if not part.says("caseExact"):
        found["case_exact"] = False
    writable = _WRITABLE.get(part.text("mutability").lower(), Writable.ALWAYS)
    if writable is not Writable.ALWAYS:
        found["writable"] = writable.value
    return found


@dataclass(slots=True)
class Usage:
    """How the draft uses one object of one directory."""

    read: set[str] = field(default_factory=set)
    """Attributes that mappings and filters look at."""
    written: dict[str, str] = field(default_factory=dict)
    """Attributes that the draft writes or compares, each with its name there."""
    known: ObjectSchema | None = None
    """The object as the connector of the target describes it."""


def compare(schema: Part, usage: Mapping[Place, Usage]) -> None:
    """Say of every attribute that a directory defines whether the draft sees it in the same way."""
    for directory in schema.parts("directories"):
        for part in directory.parts("objects"):
            place = (directory.text("name"), part.text("name").lower())
            used = usage.get(place, Usage())
            for attribute in part.parts("attributes"):
                _compare_one(attribute, used)


def _compare_one(part: Part, used: Usage) -> None:
    name = part.text("name")
    if name not in used.read and name not in used.written:
        for trait in part.value:
            part.say(trait, Verdict.IDLE, _UNUSED)
        return
    if name in used.written and used.known is not None:
        _beside_target(part, used.written[name], used.known)
    else:
        _beside_source(part)
    if part.has("defaultValue"):
        why = "write it as `default` of the mapping where it is needed"
        part.say("defaultValue", Verdict.UNSUPPORTED, why)
    if part.says("flowNullValues"):
        why = "say `when_empty: clear` in the mappings that may empty their attribute"
        part.say("flowNullValues", Verdict.UNSUPPORTED, why)
    part.say("referencedObjects", Verdict.TAKEN, "what a reference leads to")


def _beside_source(part: Part) -> None:
    for trait in ("caseExact", "mutability", "required"):
        part.say(trait, Verdict.IDLE, "a source is only read")
    if part.says("multivalued"):
        why = "many values: say `multi: true` for it under `attributes` of the source"
        part.say("multivalued", Verdict.CHANGED, why)


def _beside_target(part: Part, name: str, known: ObjectSchema) -> None:
    attribute = known.attribute(name)
    if attribute is not None:
        _compare_traits(part, attribute)
    elif part.text("type").lower() not in _TYPES:
        part.say("type", Verdict.CHANGED, "declared as text: there is no such type here")
    if part.says("anchor") and name != known.key:
        part.say("anchor", Verdict.CHANGED, f"the target's own id is `{known.key}` here")


def _compare_traits(part: Part, known: Attribute) -> None:
    kind = _TYPES.get(part.text("type").lower())
    _differs(part, "type", kind is known.type, f"`{known.type.value}` here")
    multi = part.says("multivalued")
    _differs(
        part, "multivalued", multi is known.multi, "many values" if known.multi else "one value"
    )
    needed = part.says("required")
    there = "required here" if known.required else "may be missing here"
    _differs(part, "required", needed is known.required, there)
    exact = part.says("caseExact")
    letters = "letter case counts here" if known.case_exact else "letter case does not count here"
    _differs(part, "caseExact", exact is known.case_exact, letters)
    writable = _WRITABLE.get(part.text("mutability").lower())
    _differs(
        part, "mutability", writable is known.writable, f"writable {known.writable.value} here"
    )


def _differs(part: Part, trait: str, is_same: object, here: str) -> None:
    if not is_same:
        part.say(trait, Verdict.CHANGED, f"{here}, as the connector describes it")
