"""Object mappings: users or groups of one direction, to the rules of a job.

Source: Microsoft Graph, resource type objectMapping; Microsoft Entra, "How provisioning works",
for what its flow types do to accounts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from provisor.config.cross_references import UNIQUE_NAME, calls
from provisor.config.doubts import is_a_name
from provisor.config.entra.directories import Definition
from provisor.config.entra.filters import Reader as FilterReader
from provisor.config.entra.filters import Written
from provisor.config.entra.flows import Flow
from provisor.config.entra.flows import Reader as FlowReader
from provisor.config.entra.parts import Part
from provisor.config.entra.resources import Verdict
from provisor.config.written_conditions import read_condition
from provisor.domain.expressions import attributes_of, parse
from provisor.domain.rules import SOFT_DELETED, OwnerMode
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.domain.scope import attributes_of_condition

MEMBERS: Final = "members"
ALL_FLOWS: Final = ("add", "update", "delete")

_OWNED: Final = (
    "memberships that Provisor adds are removed again; those that Entra added are listed as "
    "foreign, and stay until somebody removes them"
)
_ADDED: Final = "Provisor adds members, and removes none"
_PROPOSES: Final = "two people can have one name: a hit is only proposed to a person"
_FLOWS: Final = {
    "add": "no create without a vote: `limits` allow none",
    "update": "no change without a vote: `limits` allow none. Nobody is disabled either, as in "
    "Entra",
    "delete": "accounts are never deleted",
}
_BOUNDS: Final = {"add": ("create",), "update": ("update", "rename", "clear", "enable")}
_DELETES: Final = (
    "leavers are disabled. Entra deletes an account 30 days after its person was deleted; "
    "`on_leave: {delete_after_days: 30}` does so for every leaver, behind a vote"
)
_SWITCHLESS: Final = "nothing reads `IsSoftDeleted`, so that nobody is disabled, as in Entra"


@dataclass(slots=True)
class Rules:
    """The rules for users or groups in the draft of a job."""

    part: Part
    object_type: ObjectType
    source: Definition
    target: Definition
    flows: list[Flow] = field(default_factory=list)
    scope: Written | None = None
    leaver: Written | None = None
    disables: bool = True
    memberships: OwnerMode | None = None
    bounds: tuple[str, ...] = ()
    """Operations that need a vote, because Entra does not do them."""

    @property
    def settings(self) -> dict[str, object]:
        """The rules as they stand in a configuration file."""
        written: dict[str, object] = {}
        if self.scope is not None:
            written["scope"] = self.scope
        if self.leaver is not None:
            written["leaver"] = self.leaver
        if matches := list(self._matches()):
            written["match"] = matches
        written["attributes"] = {
            flow.attribute: flow.expression if len(flow.settings) == 1 else flow.settings
            for flow in self.flows
        }
        if self.object_type is ObjectType.USERS:
            written["on_leave"] = {"disable": "now" if self.disables else "never"}
        if self.memberships is not None:
            written["memberships"] = self.memberships.value
        return written

    def _matches(self) -> Iterable[object]:
        for flow in matching(self.flows):
            if self.object_type is ObjectType.USERS and is_a_name(flow.attribute):
                yield {"attribute": flow.attribute, "decides": False}
            else:
                yield flow.attribute

    def reads(self) -> set[str]:
        """Return every source attribute that the rules look at."""
        found: set[str] = set()
        for flow in self.flows:
            found |= attributes_of(parse(flow.expression))
        for condition in (self.scope, self.leaver):
            found |= attributes_of_condition(read_condition(condition)) if condition else set()
        return found - {SOFT_DELETED}


def matching(flows: Iterable[Flow]) -> list[Flow]:
    """Return the mappings by which accounts are recognised, the first to be tried first."""
    found = (flow for flow in flows if flow.priority > 0 and not _seeks_a_name(flow))
    return sorted(found, key=lambda flow: flow.priority)


def _seeks_a_name(flow: Flow) -> bool:
    """Say whether the value is only being found, so that no account can have it already."""
    return calls(flow.expression, UNIQUE_NAME)


def object_type_of(mapping: Part) -> ObjectType | None:
    """Return whether an object mapping is about users or groups; None for anything else."""
    for key in ("targetObjectName", "sourceObjectName"):
        name = mapping.text(key).lower()
        if name.endswith("group"):
            return ObjectType.GROUPS
        if name.endswith("user"):
            return ObjectType.USERS
    return None


def read_rules(
    mapping: Part,
    object_type: ObjectType,
    source: Definition,
    target: Definition,
    known: ObjectSchema,
) -> Rules:
    """Return what an object mapping becomes; the ledger holds what it does not become."""
    key = source.anchor or "id"
    rules = Rules(mapping, object_type, source, target)
    rules.scope = FilterReader(key, source.multivalued).scope(mapping.part("scope"))
    _read_flows(rules, FlowReader(source, target, known))
    _say_matches(rules)
    _read_leaving(rules)
    return rules


def _read_flows(rules: Rules, reader: FlowReader) -> None:
    seen: set[str] = set()
    for part in rules.part.parts("attributeMappings"):
        name = part.text("targetAttributeName")
        if rules.object_type is ObjectType.GROUPS and name.lower() == MEMBERS:
            _read_members(rules, part)
            continue
        flow = reader.flow(part)
        if flow is None:
            continue
        if flow.attribute.lower() in seen:
            part.leave("another mapping above fills the same target attribute")
            continue
        seen.add(flow.attribute.lower())
        rules.flows.append(flow)


def _read_members(rules: Rules, part: Part) -> None:
    adds_only = part.text("flowType").lower() in ("multivalueaddonly", "valueaddonly")
    rules.memberships = OwnerMode.ADD_ONLY if adds_only else OwnerMode.OURS
    why = _ADDED if adds_only else _OWNED
    part.say("targetAttributeName", Verdict.CHANGED, f"it became `memberships`: {why}")
    part.say("source", Verdict.TAKEN, "members are read from the source's `memberships`")


def _say_matches(rules: Rules) -> None:
    for flow in rules.flows:
        if flow.priority > 0 and _seeks_a_name(flow):
            why = "a value that is only being found cannot recognise an account"
            flow.part.say("matchingPriority", Verdict.UNSUPPORTED, why)
    priorities: set[int] = set()
    for flow in matching(rules.flows):
        if flow.priority in priorities:
            why = "several have this priority; they are tried in the order of the export"
            flow.part.say("matchingPriority", Verdict.CHANGED, why)
        elif rules.object_type is ObjectType.USERS and is_a_name(flow.attribute):
            flow.part.say("matchingPriority", Verdict.CHANGED, _PROPOSES)
        priorities.add(flow.priority)


def _read_leaving(rules: Rules) -> None:
    """Take over which operations Entra does at all, and what happens to leavers."""
    of_users = rules.object_type is ObjectType.USERS
    flows = _flow_types(rules)
    missing = [word for word in ALL_FLOWS if word not in flows]
    said = [_FLOWS[word] for word in missing]
    said += [_DELETES] if "delete" in flows and of_users else []
    if said:
        rules.part.say("flowTypes", Verdict.CHANGED, "; ".join(said))
    rules.bounds = tuple(name for word in missing for name in _BOUNDS.get(word, ()))
    reads = {name for flow in rules.flows for name in attributes_of(parse(flow.expression))}
    rules.disables = "update" in flows and SOFT_DELETED in reads
    if of_users and SOFT_DELETED not in reads:
        rules.part.say("attributeMappings", Verdict.CHANGED, _SWITCHLESS)
    if of_users and rules.source.switch:
        switch = {"attribute": rules.source.switch, "operator": "IS FALSE"}
        rules.leaver = {"any": [{"all": [switch]}]}


def _flow_types(rules: Rules) -> list[str]:
    written = rules.part.text("flowTypes").lower()
    flows = [word.strip() for word in written.split(",") if word.strip()]
    if any(word not in ALL_FLOWS for word in flows):
        why = "it names flow types that are not documented; those are left out"
        rules.part.say("flowTypes", Verdict.UNSUPPORTED, why)
    return flows or list(ALL_FLOWS)
