"""What a system says of itself: `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas`.

What is announced is a beginning: systems announce what they lack and leave out what they have.
Source: RFC 7643 sections 5 to 7, RFC 9865 section 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from connectors._http import OK, Call, Turns
from connectors._scim_answers import content_of
from connectors._scim_dialect import (
    RFC,
    BulkLimits,
    Dialect,
    MemberAdd,
    MemberRemove,
    Paging,
    PatchStyle,
)
from connectors._scim_schema import ENTERPRISE_URN, GROUP_URN, USER_URN, user_schema
from connectors._scim_values import Resource, member
from connectors._scim_wire import Wire
from provisor.domain.record import Missing

_CONFIGS: Final = ("/ServiceProviderConfig", "/ServiceProviderConfigs")
_CORE: Final = {USER_URN.lower(), GROUP_URN.lower(), ENTERPRISE_URN.lower()}
_TYPES: Final = {
    "integer": "integer",
    "boolean": "boolean",
    "datetime": "time",
    "string": "string",
    "reference": "string",
}


@dataclass(slots=True)
class Findings:
    """The dialect as far as it is known, and why."""

    dialect: Dialect = RFC
    reasons: dict[str, str] = field(default_factory=dict)
    """By switch, in words."""
    remarks: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    """Attributes of extensions that the settings may declare: path to declaration."""
    left: list[str] = field(default_factory=list)

    def settle(self, switch: str, value: object, reason: str) -> None:
        """Note how one switch is, and why."""
        told: dict[str, object] = {switch: value}
        self.dialect = replace(self.dialect, **told)  # type: ignore[arg-type]  # each switch is named with its own kind
        self.reasons[switch] = reason


async def announced(wire: Wire, turns: Turns) -> Findings:
    """Return what the system says of itself.

    Raises:
        TargetProblem: it does not answer.
    """
    found = Findings()
    config = await _config(wire, turns)
    if config is None:
        found.remarks.append("it has no ServiceProviderConfig, so nothing is announced")
    else:
        _take_config(found, config)
    _take_types(found, await _listed(wire, turns, "/ResourceTypes"))
    _take_schemas(found, await _listed(wire, turns, "/Schemas"))
    return found


async def _config(wire: Wire, turns: Turns) -> Resource | None:
    for path in _CONFIGS:
        answer = await wire.look(Call("GET", path), turns)
        content = content_of(answer) if answer.status == OK else None
        if content is not None:
            listed = member(content, "Resources")
            first = listed[0] if isinstance(listed, list) and listed else content
            return first if isinstance(first, Mapping) else None
    return None


async def _listed(wire: Wire, turns: Turns, path: str) -> list[Resource]:
    answer = await wire.look(Call("GET", path), turns)
    content = content_of(answer) if answer.status == OK else None
    listed = member(content, "Resources") if content is not None else None
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def offers(config: Resource, feature: str) -> bool | None:
    """Say whether a feature is announced; None where nothing is said."""
    told = member(config, feature)
    supported = member(told, "supported") if isinstance(told, Mapping) else None
    return {"true": True, "false": False}.get(str(supported).lower())


def _take_config(found: Findings, config: Resource) -> None:
    if offers(config, "patch") is False:
        reason = "announced: no PATCH"
        found.settle("patch", PatchStyle.PUT, reason)
        found.settle("member_add", MemberAdd.WHOLE, reason)
        found.settle("member_remove", MemberRemove.WHOLE, reason)
    if offers(config, "filter") is False:
        found.settle("searchable", (), "announced: no filter")
    if offers(config, "etag"):
        found.settle("etags", value=True, reason="announced")
    if (bulk := _bulk(config)) is not None:
        found.settle("bulk", bulk, "announced")
    _take_paging(found, config)


def _bulk(config: Resource) -> BulkLimits | None:
    told = member(config, "bulk")
    if not offers(config, "bulk") or not isinstance(told, Mapping):
        return None
    operations = _number(member(told, "maxOperations"))
    payload = _number(member(told, "maxPayloadSize"))
    if operations < 2 or payload < 1000:
        return None
    return BulkLimits(min(operations, 10_000), payload)


def _take_paging(found: Findings, config: Resource) -> None:
    told = member(config, "pagination")
    if not isinstance(told, Mapping):
        return
    by_index, by_cursor = (_is_true(member(told, name)) for name in ("index", "cursor"))
    if by_cursor and not by_index:
        found.settle("paging", Paging.CURSOR, "announced: by cursor only")


def _take_types(found: Findings, types: Iterable[Resource]) -> None:
    places = {str(member(one, "schema")).lower(): member(one, "endpoint") for one in types}
    if not places:
        return
    for switch, urn in (("users", USER_URN), ("groups", GROUP_URN)):
        place = places.get(urn.lower())
        if isinstance(place, str) and place.startswith("/"):
            if place != getattr(RFC, switch):
                found.settle(switch, place, "announced as the type's endpoint")
        else:
            found.remarks.append(f"it announces no resource type for {switch}")


def _take_schemas(found: Findings, schemas: Iterable[Resource]) -> None:
    listed = {str(member(one, "id")): _attributes(one) for one in schemas}
    by_name = {urn.lower(): attributes for urn, attributes in listed.items()}
    core = {str(member(one, "name")).lower() for one in by_name.get(USER_URN.lower(), ())}
    if core:
        known = {f.path.attribute for f in user_schema({}).fields.values() if not f.path.schema}
        lacking = sorted(n for n in known - {"id", "externalId", "meta"} if n.lower() not in core)
        if lacking:
            names = ", ".join(f"`{name}`" for name in lacking)
            found.remarks.append(f"its schema of users does not list {names}")
    for urn, attributes in listed.items():
        if urn.lower() not in _CORE and ":extension:" in urn.lower():
            found.attributes.update(_declarations(urn, attributes))


def _attributes(schema: Resource) -> list[Resource]:
    told = member(schema, "attributes")
    return [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []


def _declarations(urn: str, attributes: Iterable[Resource]) -> Iterator[tuple[str, str]]:
    for one in attributes:
        kind = _TYPES.get(str(member(one, "type")).lower())
        name = member(one, "name")
        if kind is None or not isinstance(name, str):
            continue
        told = [f"type: {kind}"]
        told += ["multi: true"] if _is_true(member(one, "multiValued")) else []
        told += ["required: true"] if _is_true(member(one, "required")) else []
        told += ["case_exact: false"] if member(one, "caseExact") is False else []
        when = {"readonly": "never", "immutable": "on_create"}
        limit = when.get(str(member(one, "mutability")).lower())
        told += [f"writable: {limit}"] if limit else []
        yield f"{urn}:{name}", f"{{{', '.join(told)}}}"


def _is_true(told: object) -> bool:
    return not isinstance(told, Missing) and str(told).lower() == "true"


def _number(told: object) -> int:
    return int(str(told)) if str(told).isdecimal() else 0
