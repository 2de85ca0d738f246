"""Attribute mappings: one target attribute and its source, to an entry of `attributes`.

Source: Microsoft Graph, resource type attributeMapping: a default is used when the source is
null, on creation only; flow types say when an attribute is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from provisor.config.attribute_settings import AttributeSettings
from provisor.config.entra.directories import Definition
from provisor.config.entra.parts import Part
from provisor.config.entra.resources import Verdict
from provisor.config.entra.sources import read_source
from provisor.domain.drawing import is_random
from provisor.domain.expressions import Literal, attributes_of, parse, unparse
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import AttributeType, ObjectSchema

_ONCE: Final = {
    "multivalueaddonly": "Entra adds values later, too, and takes none away",
    "valueaddonly": "Entra adds values later, too, and takes none away",
    "attributeaddonly": "Entra also fills it later where the target has nothing",
}
_PLAIN: Final = (
    "its source is a reference to another object, and the target attribute is none; what Entra "
    "writes then is not documented"
)
_REFERRED: Final = (
    "it became a `reference`: the column holds the key of the other object, and the target gets "
    "the id of its account, as soon as it has one"
)
_NO_DEFAULT: Final = "a reference has no default here"
_NEVER_MAPPED: Final = (
    "a secret: nothing that could stand in a plan may fill it, only what is drawn when it is "
    "written, such as `RandomString`"
)
_DRAWN: Final = "drawn once, with the account; say with `deliver` who is handed it"
_ROLES: Final = "appRoleAssignments"
_ASSIGNED: Final = (
    "Entra makes `appRoleAssignments` out of assignments, which no export holds; here it is a "
    "column that the source must have"
)
_NOTHING: Final = "it has neither a source nor a default, and nothing flows"
_FILLED: Final = (
    "the default is written once, with the account; Entra also fills it later where the target "
    "has nothing"
)
_PRIMARY: Final = re.compile(r'\[primary eq "(true|false)"\]', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Flow:
    """One attribute mapping as it stands in the draft."""

    part: Part
    attribute: str
    """The target attribute as the connector names it."""
    settings: dict[str, object]
    """As under `attributes`, written out."""
    priority: int
    """Above 0, accounts are recognised by this attribute, the lowest number first."""

    @property
    def expression(self) -> str:
        """The expression."""
        return str(self.settings["expression"])


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading attribute mappings needs to know of both sides."""

    source: Definition
    target: Definition
    known: ObjectSchema
    """The target's object as its connector describes it."""

    def flow(self, part: Part) -> Flow | None:
        """Return one attribute mapping, or None when it is left out.

        Says in the ledger why it is left out, or what is different in the draft.
        """
        name = self._named(part)
        if not name:
            part.leave("it names no target attribute")
            return None
        if why := self._unfit(part, name):
            part.leave(why)
            return None
        settings = self._settings(part)
        if settings is None:
            return None
        if self._refers(part, name):
            settings = self._referring(part, settings)
        if self._is_secret(name):
            part.say("defaultValue", Verdict.UNSUPPORTED, "a secret has no default")
            is_known = self.known.attribute(name) is not None
            if not (is_known and is_random(parse(str(settings["expression"])))):
                part.leave(_NEVER_MAPPED)
                return None
            settings = {"expression": settings["expression"], "apply": "on_create"}
            part.say("source", Verdict.CHANGED, _DRAWN)
        if why := _refused(settings):
            part.leave(why)
            return None
        return Flow(part, name, settings, part.number("matchingPriority"))

    def _named(self, part: Part) -> str:
        """Return the name of the target attribute in the connector's spelling."""
        written = part.text("targetAttributeName")
        name = _PRIMARY.sub(lambda found: f"[primary eq {found[1].lower()}]", written)
        alike = {a.name.lower(): a.name for a in self.known.attributes}
        name = alike.get(name.lower(), name)
        if name != written:
            part.say("targetAttributeName", Verdict.CHANGED, f"written `{name}` here")
        elif name and self.known.attribute(name) is None:
            why = "declared under `attributes` of the system, with the type that the export names"
            part.say("targetAttributeName", Verdict.TAKEN, why)
        return name

    def _unfit(self, part: Part, name: str) -> str:
        """Return why no mapping may fill this attribute; empty when one may."""
        source = part.part("source")
        reads = source.text("name") if source is not None else ""
        if self._refers(part, name):
            return ""
        simple = source is not None and source.text("type").lower() in ("attribute", "")
        return _PLAIN if simple and self.source.is_reference(reads) else ""

    def _refers(self, part: Part, name: str) -> bool:
        """Say whether the target wants another object's own id."""
        known = self.known.attribute(name)
        declared = self.target.is_reference(part.text("targetAttributeName"))
        return declared or (known is not None and known.type is AttributeType.REFERENCE)

    def _referring(self, part: Part, settings: dict[str, object]) -> dict[str, object]:
        """Return settings that lead to the account of another object."""
        part.say("source", Verdict.CHANGED, _REFERRED)
        if "default" in settings:
            part.say("defaultValue", Verdict.UNSUPPORTED, _NO_DEFAULT)
        source = part.part("source")
        reads = source.text("name") if source is not None else ""
        kept = {key: one for key, one in settings.items() if key not in ("default", "when_empty")}
        leads_to = self.target.leads_to(part.text("targetAttributeName"))
        return {
            **kept,
            "reference": leads_to or self.source.leads_to(reads) or "users",
            "when_empty": "keep",
        }

    def _is_secret(self, name: str) -> bool:
        known = self.known.attribute(name)
        if known is None:
            return "password" in name.lower()
        return known.type is AttributeType.SECRET

    def _settings(self, part: Part) -> dict[str, object] | None:
        read = read_source(part.part("source"))
        default = part.text("defaultValue")
        if read.fault:
            part.leave(f"the expression cannot be read: {read.fault}")
            return None
        if not read.text and not default:
            part.leave(_NOTHING, Verdict.IDLE)
            return None
        if not read.text:
            part.say("defaultValue", Verdict.CHANGED, _FILLED)
            return {"expression": unparse(Literal(default)), "apply": "on_create"}
        if _ROLES in attributes_of(parse(read.text)):
            part.say("source", Verdict.CHANGED, _ASSIGNED)
        settings: dict[str, object] = {"expression": read.text}
        if default:
            settings |= {"default": default, "when_empty": "default_on_create"}
        elif _may_be_empty(read.text):
            settings["when_empty"] = "keep"
        return self._with_flow(part, settings)

    def _with_flow(self, part: Part, settings: dict[str, object]) -> dict[str, object] | None:
        written = part.text("flowType")
        kind = written.lower()
        if kind in _ONCE:
            part.say("flowType", Verdict.CHANGED, f"written once, with the account; {_ONCE[kind]}")
        elif kind not in ("", "always", "objectaddonly"):
            part.leave("when it flows is not one of the documented flow types")
            return None
        if kind not in ("", "always"):
            settings["apply"] = "on_create"
            if settings.get("when_empty") == "keep":
                del settings["when_empty"]
        if part.text("flowBehavior").lower() not in ("", "flowwhenchanged"):
            why = "what differs in the target is written in every cycle, and nothing else"
            part.say("flowBehavior", Verdict.CHANGED, why)
        return settings


def _may_be_empty(expression: str) -> bool:
    """Say whether an expression can give nothing, so that it matters what happens then."""
    return bool(attributes_of(parse(expression)) - {SOFT_DELETED})


def _refused(settings: dict[str, object]) -> str:
    try:
        AttributeSettings.model_validate(settings)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        error = first.get("ctx", {}).get("error")
        return str(getattr(error, "what", "") or first["msg"])
    return ""
