"""Point look-ups: by native id, or by a value that is looked at again here.

A system may ignore a filter and list everything, or match it more generously than its schema
allows; only a resource that truly carries the value is a hit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from connectors._http import OK, Turns
from connectors._scim_answers import content_of, id_of
from connectors._scim_listing import Ledger, listed
from connectors._scim_pages import Pages
from connectors._scim_schema import ANCHOR, Field, ScimSchema
from connectors._scim_settings import ScimSettings
from connectors._scim_values import Columns, Resource, same
from connectors._scim_wire import Query, Wire, single
from provisor.domain.record import Value
from provisor.domain.schema import AttributeType, ObjectType
from provisor.errors import InvalidValue, NotFound, ReadIncomplete, Transient, Unsupported

MOST_PAGES: Final = 10
"""Pages of hits to look through; a filter that names one object has no more."""


def projection(
    settings: ScimSettings, object_type: ObjectType, fields: Iterable[Field] | None
) -> Query:
    """Return the query that limits what is sent: the attributes as wholes, never the members.

    Args:
        fields: what is needed; None for everything.

    Source: RFC 7644 section 3.9.
    """
    if settings.projection and fields is not None:
        wholes = sorted({field.path.whole for field in fields})
        return (("attributes", ",".join(wholes)),)
    return (("excludedAttributes", "members"),) if object_type is ObjectType.GROUPS else ()


@dataclass(frozen=True, slots=True)
class Finder:
    """Looks for single objects of one type."""

    wire: Wire
    settings: ScimSettings
    object_type: ObjectType
    schema: ScimSchema

    async def by_id(
        self, native_id: str, turns: Turns, query: Query | None = None
    ) -> Resource | None:
        """Return the object of that native id; None when the system says that it is not there.

        Args:
            query: what to send of it; None for everything but members.

        Raises:
            TargetProblem: the system did not say.
        """
        asked = projection(self.settings, self.object_type, None) if query is None else query
        call = single("GET", self.object_type, native_id, asked)
        answer = await self.wire.look(call, turns)
        content = content_of(answer) if answer.status == OK else None
        if content is not None and id_of(content) == native_id:
            return content
        problem = self.wire.problem(answer, call)
        if isinstance(problem, NotFound):
            return None
        raise problem

    async def by_anchor(
        self, anchor: str, turns: Turns, fields: Iterable[Field] | None = None
    ) -> tuple[Resource, ...]:
        """Return every object that carries our anchor."""
        return await self.by_value(self.schema.known(ANCHOR), anchor, turns, fields)

    async def by_value(
        self, field: Field, value: Value, turns: Turns, fields: Iterable[Field] | None = None
    ) -> tuple[Resource, ...]:
        """Return every object whose field has the value, by the field's own case rule.

        The filter names the path without its selector, as every grammar of filters knows it; where
        that is refused, with it: outside the grammar, yet widely understood.

        Raises:
            Unsupported: such a value cannot stand in a filter, or the filter is ignored.
            TargetProblem: the system did not answer wholly.
        """
        if isinstance(value, tuple) or value is None:
            raise Unsupported("only a single value can be looked for", where=self.wire.where)
        shown = None if fields is None else (*fields, field)
        query = projection(self.settings, self.object_type, shown)
        literal = json.dumps(value, ensure_ascii=False)
        plain, selected = _plain_path(field), str(field.path)
        if not self.settings.spoken.may_filter_by(plain):
            raise Unsupported(
                f"the system cannot be searched by `{plain}`",
                where=self.wire.where,
                found="the dialect does not name it under `searchable`",
                safe="nothing was sent",
            )
        try:
            hits = await self._hits((("filter", f"{plain} eq {literal}"), *query), turns)
        except (Unsupported, InvalidValue):
            if field.path.selector is None:
                raise
            hits = await self._hits((("filter", f"{selected} eq {literal}"), *query), turns)
        return tuple(resource for resource in hits if _carries(resource, field, value))

    async def unchecked(self, field: Field, value: Value, turns: Turns) -> tuple[Resource, ...]:
        """Return what a filter answers, whether it fits or not; only a trial asks for that."""
        literal = json.dumps(value, ensure_ascii=False)
        return await self._hits((("filter", f"{_plain_path(field)} eq {literal}"),), turns)

    async def _hits(self, query: Query, turns: Turns) -> tuple[Resource, ...]:
        pages = Pages(
            self.wire,
            turns,
            self.object_type,
            query,
            self.settings.page_size,
            self.settings.spoken.paging,
        )
        found: list[Resource] = []
        try:
            read = 0
            async for page in listed(pages, Ledger()):
                read += 1
                if read > MOST_PAGES:
                    raise self._ignored(len(found))
                found.extend(page.resources)
        except ReadIncomplete as incomplete:
            what = "the answer to a look-up does not prove that it is whole"
            raise Transient(what, where=self.wire.where, found=incomplete.what) from None
        return tuple(found)

    def _ignored(self, count: int) -> Unsupported:
        return Unsupported(
            "the system does not keep to a filter that names one object",
            where=self.wire.where,
            found=f"more than {count} objects; expected at most one",
            safe="nothing was concluded from the answer",
        )


def _plain_path(field: Field) -> str:
    """Return the path as every filter grammar knows it, over all elements of the attribute."""
    if field.attribute.type is AttributeType.REFERENCE and field.wraps_value:
        return f"{field.path.whole}.value"
    return f"{field.path.whole}.{field.path.sub}" if field.path.sub else field.path.whole


def _carries(resource: Resource, field: Field, value: Value) -> bool:
    seen = Columns((field,)).row(resource).get(field.attribute.name)
    if isinstance(seen, tuple):
        return any(same(value, one, field.attribute) for one in seen)
    return same(value, seen, field.attribute)
