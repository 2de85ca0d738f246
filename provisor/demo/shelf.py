"""Where the demonstration's application keeps its resources: in memory, found by key.

Stands behind scim2-server's storage interface. Its own in-memory storage copies each resource
several times per call, which is thousands of times a day in a story of a minute.
"""

from __future__ import annotations

import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, TypeGuard

from scim2_models import (
    Meta,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimFilter,
    SearchRequest,
    UniquenessException,
)
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    LogicalExpr,
    LogicalOperator,
    ValuePath,
)
from scim2_server.storage import AsyncScimStorage, SearchPage

Item = Resource[Any]

_INDEXED: Final = {
    "username": "user_name",
    "externalid": "external_id",
    "displayname": "display_name",
}
"""By name in filters, which is not case-sensitive, the field that holds it."""
_UNIQUE: Final = "username"
_MAIL: Final = "emails"


class Shelf(AsyncScimStorage):
    """Resources by type and id, and the few values by which clients look them up."""

    def __init__(self) -> None:
        self.writes = 0
        """How many changes there were since the beginning."""
        self._items: defaultdict[str, dict[str, Item]] = defaultdict(dict)
        self._holders: defaultdict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
        self._versions = itertools.count(1)

    def __iter__(self) -> Iterator[Item]:
        """Yield every resource, users before groups, oldest first."""
        for name in sorted(self._items, reverse=True):
            yield from self._items[name].values()

    def restore(self, items: Iterable[Item]) -> None:
        """Put resources back as they were; their versions begin anew."""
        for item in items:
            meta = item.meta or Meta()
            item.meta = meta.model_copy(update={"version": self._version()})
            self._put(item)

    async def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Item:
        """Return a copy, for PATCH works on what it is given."""
        return self._held(resource_type, resource_id).model_copy(deep=True)

    async def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: object = None,
    ) -> SearchPage:
        """Return the resources themselves: the service only reads what a search finds."""
        wanted = search_request.filter
        found = [
            item
            for resource_type in resource_types
            for item in self._candidates(str(resource_type.name), wanted)
            if wanted is None or wanted.match(item)
        ]
        start = search_request.start_index_0 or 0
        stop = None if search_request.count is None else start + search_request.count
        return SearchPage(len(found), found[start:stop])

    async def create(self, resource_type: ResourceType, resource: Item) -> Item:
        """Keep a new resource under an id that nobody can guess."""
        now = datetime.now(UTC)
        resource.id = uuid.uuid4().hex
        resource.meta = Meta(
            resource_type=resource_type.name,
            created=now,
            last_modified=now,
            version=self._version(),
        )
        self._refuse_rivals(resource)
        self._put(resource)
        self.writes += 1
        return resource

    async def update(
        self,
        resource_type: ResourceType,
        resource: Item,
        *,
        expected_version: str | None = None,
    ) -> Item:
        """Put a new state in the place of the old."""
        held = self._expected(resource_type, str(resource.id), expected_version)
        self._refuse_rivals(resource)
        resource.meta = _meta(held).model_copy(
            update={"last_modified": datetime.now(UTC), "version": self._version()}
        )
        self._forget(held)
        self._put(resource)
        self.writes += 1
        return resource

    async def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        """Take a resource away for good."""
        held = self._expected(resource_type, resource_id, expected_version)
        self._forget(held)
        del self._items[str(resource_type.name)][resource_id]
        self.writes += 1

    def _version(self) -> str:
        return f'W/"{next(self._versions)}"'

    def _held(self, resource_type: ResourceType, resource_id: str) -> Item:
        try:
            return self._items[str(resource_type.name)][resource_id]
        except KeyError:
            raise NotFoundException(detail=f"{resource_type.name} not found") from None

    def _expected(self, resource_type: ResourceType, resource_id: str, version: str | None) -> Item:
        held = self._held(resource_type, resource_id)
        if version is not None and _meta(held).version != version:
            raise PreconditionFailedException
        return held

    def _put(self, item: Item) -> None:
        self._items[_kind(item)][str(item.id)] = item
        for key in _keys(item):
            self._holders[key][str(item.id)] = None

    def _forget(self, item: Item) -> None:
        for key in _keys(item):
            self._holders[key].pop(str(item.id), None)

    def _refuse_rivals(self, item: Item) -> None:
        """Refuse a log-in name that somebody else has (RFC 7643 section 4.1.1)."""
        for key in _keys(item):
            if key[1] == _UNIQUE and self._holders[key].keys() - {item.id}:
                raise UniquenessException

    def _candidates(self, kind: str, wanted: ScimFilter[Any] | None) -> list[Item]:
        value = _looked_up(wanted)
        if value is None:
            return list(self._items[kind].values())
        holders = self._holders.get((kind, *value), {})
        return [self._items[kind][resource_id] for resource_id in holders]


def _meta(item: Item) -> Meta:
    return item.meta or Meta()


def _kind(item: Item) -> str:
    return str(_meta(item).resource_type)


def _keys(item: Item) -> Iterator[tuple[str, str, str]]:
    """Yield the values by which a resource is found, in small letters."""
    for name, field in _INDEXED.items():
        value = getattr(item, field, None)
        if isinstance(value, str):
            yield (_kind(item), name, value.casefold())
    for mail in getattr(item, "emails", None) or ():
        yield (_kind(item), _MAIL, str(mail.value).casefold())


def _looked_up(wanted: ScimFilter[Any] | None) -> tuple[str, str] | None:
    """Return an indexed name and the value that it must have to fulfil the filter, if any."""
    match wanted.ast if wanted is not None else None:
        case Comparison() as node:
            return _compared(node.attr_path, node)
        case ValuePath(attr_path=path, val_filter=LogicalExpr(op=LogicalOperator.and_) as inner):
            terms = [_compared(path, term) for term in inner.terms if _is_value(term)]
            return next(iter(terms), None)
    return None


def _is_value(term: object) -> TypeGuard[Comparison]:
    return isinstance(term, Comparison) and term.attr_path.attr.lower() == "value"


def _compared(path: AttrPath, node: Comparison) -> tuple[str, str] | None:
    name, value = path.attr.lower(), node.value
    if path.uri or node.op is not CompareOperator.eq or not isinstance(value, str):
        return None
    plain = name in _INDEXED and not path.sub_attr
    mail = name == _MAIL and (path.sub_attr or "value").lower() == "value"
    return (name, value.casefold()) if plain or mail else None
