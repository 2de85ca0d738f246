"""How the demonstration's application answers: scim2-server's service, made quick.

Each resource is rendered once per version, and nothing is copied only to be thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from http import HTTPStatus
from itertools import takewhile
from typing import Any, Final, cast

from scim2_models import (
    Context,
    PatchOp,
    PatchOperation,
    ResourceType,
    ScimProvider,
    SearchRequest,
)
from scim2_server.conditions import Conditions
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService
from scim2_server.storage import SearchPage

from provisor.demo.shelf import Item

_LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_ONE_MEMBER: Final = re.compile(r'members\[value eq "([^"\\]+)"\]', re.IGNORECASE)

Body = dict[str, Any]


class Reception(ScimService):
    """scim2-server's service, which renders each resource once per version."""

    def __init__(self, provider: ScimProvider) -> None:
        super().__init__(provider)
        self._rendered: dict[tuple[str, str], tuple[str, Body]] = {}

    def publish(self, base_url: str, resource: Item) -> Item:
        """Return the resource with its address; references stay as the client wrote them."""
        location = self._location(base_url, resource)
        meta = resource.meta.model_copy(update={"location": location}) if resource.meta else None
        return resource.model_copy(update={"meta": meta})

    def creation_response(self, base_url: str, created: Item) -> ScimResponse:
        """Return the new resource."""
        location = self._location(base_url, created)
        headers = {"Location": location, "ETag": _version(created)}
        body = self._located(base_url, created, self.rendered(created))
        return ScimResponse(HTTPStatus.CREATED, body, headers)

    def search_response(
        self,
        base_url: str,
        resource_types: list[ResourceType],
        page: SearchPage,
        search_request: SearchRequest[Any],
    ) -> ScimResponse:
        """Return a page of resources."""
        bodies = [
            self._located(base_url, item, self.rendered(item, search_request))
            for item in page.resources
        ]
        envelope = {
            "schemas": [_LIST],
            "totalResults": page.total,
            "startIndex": search_request.start_index,
            "itemsPerPage": len(bodies),
        }
        return ScimResponse(HTTPStatus.OK, {**envelope, "Resources": bodies})

    def rendered(self, item: Item, wanted: SearchRequest[Any] | None = None) -> Body:
        """Return a resource as JSON without its address.

        Args:
            wanted: names the attributes to return; None returns all.
        """
        choice = f"{wanted.attributes} {wanted.excluded_attributes}" if wanted else ""
        known = self._rendered.get((str(item.id), choice))
        if known is not None and known[0] == _version(item):
            return known[1]
        body = item.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=wanted)
        self._rendered[(str(item.id), choice)] = (_version(item), body)
        return body

    def apply_patch(
        self, current: Item, patch_op: PatchOp[Any], conditions: Conditions
    ) -> Item | None:
        """Apply a PATCH; members who are let out one by one go in one pass over the group.

        Looking through two thousand members for each of them would take minutes.
        """
        self.check_preconditions(current, "PATCH", conditions)
        operations = patch_op.operations or []
        leavers = _last_leavers(operations)
        others = operations[: len(operations) - len(leavers)]
        changed = bool(others) and patch_op.model_copy(update={"operations": others}).patch(current)
        left = _let_out(current, frozenset(leavers))
        return current if changed or left else None

    def _located(self, base_url: str, item: Item, body: Body) -> Body:
        if "meta" not in body:
            return body
        return {**body, "meta": {**body["meta"], "location": self._location(base_url, item)}}

    def _location(self, base_url: str, item: Item) -> str:
        return self.resource_location(base_url, self.get_resource_type_of(item), str(item.id))


def _version(item: Item) -> str:
    return str(item.meta.version) if item.meta else ""


def _last_leavers(operations: Sequence[PatchOperation[Any]]) -> tuple[str, ...]:
    """Return whom the last operations let out by name, as far back as there is nothing else."""
    named = (_named(operation) for operation in reversed(operations))
    return tuple(takewhile(bool, named))


def _named(operation: PatchOperation[Any]) -> str:
    found = _ONE_MEMBER.fullmatch(str(operation.path or ""))
    return found[1] if found and operation.op is PatchOperation.Op.remove else ""


def _let_out(item: Item, leavers: Set[str]) -> bool:
    group = cast(Any, item)  # its model is built from the published schema, as the server starts
    if not leavers or not group.members:
        return False
    staying = [member for member in group.members if member.value not in leavers]
    left = len(staying) < len(group.members)
    group.members = staying or None
    return left
