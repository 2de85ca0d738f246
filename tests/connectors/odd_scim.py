"""A SCIM server with habits: it takes one form of each call, and refuses or ignores the others.

Real ones have each of these; none has all, and none has them when a test asks.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.connectors.faulty_scim import ERROR, LIST, FaultyScim, Seen

_PATH = re.compile(
    r"(?:(?P<urn>urn:.+):)?(?P<name>[\w$]+)"
    r'(?:\[(?P<by>\w+) eq (?P<literal>"(?:[^"\\]|\\.)*"|true)\])?(?:\.(?P<sub>\w+))?'
)
_FILTER = re.compile(r'([\w:.$-]+) eq (".*")', re.DOTALL)
MANAGER = "manager"


class Refused(Exception):
    """The call is answered with an error."""

    def __init__(self, status: int, word: str = "", detail: str = "") -> None:
        super().__init__(word)
        body = {"schemas": [ERROR], "status": str(status), "detail": detail}
        self.answer = status, body | ({"scimType": word} if word else {})


@dataclass
class OddScim(FaultyScim):
    """The habits; without any it keeps to the RFC, as far as it goes."""

    config: dict[str, Any] = field(default_factory=dict)
    """What it announces."""
    schemas: list[dict[str, Any]] = field(default_factory=list)
    types: list[dict[str, Any]] = field(default_factory=list)
    takes_patch: bool = True
    title_verbs: bool = False
    """Other operations are refused."""
    wants_no_path: bool = False
    """Operations with a path are answered with success, and not done."""
    text_booleans: bool = False
    manager_as: str = "value"
    """`value` for an object, `text` for a bare id; the other form is refused."""
    leaving: str = "filter"
    """`filter`, or `values`: a list under `path: members`; by the RFC that empties the group."""
    refuses: frozenset[str] = frozenset()
    """Attributes that are refused without being named."""
    searchable: frozenset[str] | None = None
    drops_anchor: bool = False
    deletion: str = "removes"
    """Of users: `removes`, `bin`, `deactivates` or `refused`."""
    versions: bool = False
    cursors: bool = False
    bulk: int = 0
    """Operations that one call may hold; 0: none is offered."""
    bulk_stops_after: int | None = None
    """Errors after which the rest of a call is neither done nor mentioned."""
    reserved: set[str] = field(default_factory=set)
    """Names of what was deleted."""

    def usual(self, seen: Seen) -> tuple[int, Any]:
        """Answer one request by the habits."""
        try:
            return self._answer(seen)
        except Refused as refused:
            return refused.answer

    def _answer(self, seen: Seen) -> tuple[int, Any]:
        kind, _, native_id = seen.path.strip("/").partition("/")
        listed = {"ResourceTypes": self.types, "Schemas": self.schemas}
        if kind == "ServiceProviderConfig":
            return 200, self.config
        if kind in listed:
            return 200, {"schemas": [LIST], "Resources": listed[kind]}
        if kind == "Bulk":
            return self._bulk(seen)
        where = self.users if kind == "Users" else self.groups
        if seen.method == "POST":
            return self._make(where, seen.body)
        if not native_id:
            return 200, self._page(where, seen.query)
        return self._single(where, native_id, seen)

    def _single(self, where: dict[str, Any], native_id: str, seen: Seen) -> tuple[int, Any]:
        if native_id not in where:
            raise Refused(404)
        held = where[native_id]
        asked = seen.headers.get("If-Match", "")
        if self.versions and asked and asked != held["meta"]["version"]:
            raise Refused(412)
        match seen.method:
            case "GET":
                return 200, held
            case "DELETE":
                return self._delete(where, native_id)
            case "PUT":
                self._check(seen.body)
                where[native_id] = self._versioned({**seen.body, "id": native_id})
            case _:
                where[native_id] = self._patched(held, seen.body["Operations"])
        return 204, None

    def _make(self, where: dict[str, Any], body: dict[str, Any]) -> tuple[int, Any]:
        self._check(body)
        taken = {str(one.get("userName")).lower() for one in where.values()} | self.reserved
        if "userName" in body and body["userName"].lower() in taken:
            raise Refused(409, "uniqueness")
        dropped = {"externalId"} if self.drops_anchor else set()
        made = self.make(where, {k: v for k, v in body.items() if k not in {"schemas", *dropped}})
        where[made["id"]] = self._versioned(made)
        return 201, where[made["id"]]

    def _check(self, body: Mapping[str, Any]) -> None:
        if self.refuses & set(body):
            raise Refused(400, "invalidValue")
        if "active" in body and isinstance(body["active"], str) is not self.text_booleans:
            raise Refused(400, "invalidValue")

    def _versioned(self, resource: dict[str, Any]) -> dict[str, Any]:
        self.count = getattr(self, "count", 0) + 1
        return {**resource, "meta": {"version": f'W/"{self.count}"'}} if self.versions else resource

    def _delete(self, where: dict[str, Any], native_id: str) -> tuple[int, Any]:
        habit = self.deletion if where is self.users else "removes"
        if habit == "refused":
            raise Refused(405)
        if habit == "deactivates":
            where[native_id]["active"] = False
            return 204, None
        gone = where.pop(native_id)
        if habit == "bin":
            self.reserved.add(str(gone.get("userName")).lower())
        return 204, None

    # --- lists --------------------------------------------------------------------------------

    def _page(self, where: dict[str, Any], query: Mapping[str, str]) -> Any:
        found = [one for one in where.values() if self._is_sought(one, query.get("filter"))]
        count = int(query.get("count", "100"))
        start = int(query.get("cursor") or "1") if self.cursors else int(query.get("startIndex", 1))
        page: dict[str, Any] = {"schemas": [LIST], "Resources": found[start - 1 :][:count]}
        if not self.cursors:
            return {**page, "totalResults": len(found)}
        more = start - 1 + count < len(found)
        return {**page, "nextCursor": str(start + count)} if more else page

    def _is_sought(self, resource: Mapping[str, Any], asked: str | None) -> bool:
        if asked is None:
            return True
        parts = _FILTER.fullmatch(asked)
        if parts is None or (self.searchable is not None and parts[1] not in self.searchable):
            raise Refused(400, "invalidFilter")
        shown: Any = resource
        for name in parts[1].split("."):
            shown = shown[0] if isinstance(shown, list) and shown else shown
            shown = shown.get(name) if isinstance(shown, Mapping) else None
        return str(shown).lower() == str(json.loads(parts[2])).lower()

    # --- patches ------------------------------------------------------------------------------

    def _patched(self, held: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
        """Do all operations, or none."""
        if not self.takes_patch:
            raise Refused(501)
        whole = copy.deepcopy(held)
        for step in steps:
            if step["op"] != (step["op"].title() if self.title_verbs else step["op"].lower()):
                raise Refused(400, "invalidSyntax")
            if "path" not in step:
                for path, value in step["value"].items():
                    self._do(whole, step["op"].lower(), path, value)
            elif not self.wants_no_path:
                self._do(whole, step["op"].lower(), step["path"], step.get("value"))
        return self._versioned(whole)

    def _do(self, whole: dict[str, Any], verb: str, path: str, value: Any) -> None:
        parts = _PATH.fullmatch(path)
        assert parts, f"this path is not understood: {path}"
        if parts["name"] in self.refuses:
            raise Refused(400, "invalidValue")
        if parts["name"] == "members":
            whole["members"] = self._members(whole.get("members", []), verb, parts, value)
            return
        if isinstance(value, bool) and self.text_booleans:
            raise Refused(400, "invalidValue")
        shape = str if self.manager_as == "text" else dict
        if parts["name"] == MANAGER and verb != "remove" and not isinstance(value, shape):
            raise Refused(400, "invalidValue")
        holder = whole.setdefault(parts["urn"], {}) if parts["urn"] else whole
        if isinstance(value, dict) and isinstance(holder.get(parts["name"]), dict):
            value = {**holder[parts["name"]], **value}
        self._put(holder, verb, parts, value)

    def _put(self, holder: dict[str, Any], verb: str, parts: re.Match[str], value: Any) -> None:
        name, sub = parts["name"], parts["sub"]
        if parts["literal"]:
            held = holder.get(name, [])
            fits = [one for one in held if one.get(parts["by"]) == json.loads(parts["literal"])]
            if not fits:
                raise Refused(400, "noTarget")
            holder, name = fits[0], sub or name
        elif sub:
            holder, name = holder.setdefault(name, {}), sub
        if verb == "remove":
            holder.pop(name, None)
        elif verb == "add" and isinstance(value, list):
            holder[name] = [*holder.get(name, []), *value]
        else:
            holder[name] = value

    def _members(self, held: list[Any], verb: str, parts: re.Match[str], value: Any) -> list[Any]:
        if verb == "replace":
            return list(value)
        if verb == "add":
            return [*held, *({"value": one["value"]} for one in value)]
        gone = {json.loads(parts["literal"])} if parts["literal"] else set()
        if self.leaving == "values":
            if gone:
                raise Refused(400, "invalidPath")
            gone = {one["value"] for one in value or held}
        elif not gone:
            return []
        return [one for one in held if one["value"] not in gone]

    # --- bulk ---------------------------------------------------------------------------------

    def _bulk(self, seen: Seen) -> tuple[int, Any]:
        steps = seen.body["Operations"]
        if not self.bulk:
            raise Refused(501)
        if len(steps) > self.bulk:
            raise Refused(413)
        told: list[dict[str, Any]] = []
        errors = 0
        for step in steps:
            if self.bulk_stops_after is not None and errors >= self.bulk_stops_after:
                break
            headers = {"If-Match": step["version"]} if "version" in step else {}
            own = Seen(step["method"], step["path"], {}, headers, step.get("data"))
            status, content = self.usual(own)
            errors += status >= 400
            place = f"{self.url}/Users/{content['id']}" if status == 201 else step["path"]
            one = {"bulkId": step["bulkId"], "method": step["method"], "status": str(status)}
            told.append(
                one | {"location": place} | ({"response": content} if status >= 400 else {})
            )
        return 200, {"Operations": told}
