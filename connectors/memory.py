"""A system in memory: the reference to copy, and the system of tests and trials.

It keeps the whole contract with nothing between it and a dictionary, so a connector's author can
read here what each verb means. Faults that real systems show rarely are asked for by tests
through `World.faults`, and a world that is told to keeps a feed of its changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from connectors._memory_delta import delta_of, deltas_of
from connectors._memory_faults import Faults
from connectors._memory_world import SOURCE_SCHEMAS, TARGET_SCHEMAS, Schemas, World
from connectors._outcomes import already_so, done, failed, not_sent, refused_attribute, wanted
from connectors._settings import Settings, parse
from provisor.domain.action import Operation
from provisor.domain.record import Presence, Record, Scalar, Value, Values, each_of
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType, fold
from provisor.errors import NotFound, TargetProblem, Uncertain, UnknownName, nearest
from provisor.ports.connector import (
    Anchoring,
    Candidate,
    Capabilities,
    Description,
    Health,
    Pace,
    Page,
    ReadEnd,
    ReadItem,
    ReadRequest,
    Work,
    Written,
)

__all__ = ["SOURCE_SCHEMAS", "TARGET_SCHEMAS", "Faults", "MemoryConnector", "World", "world_of"]

_WORLDS: dict[str, World] = {}


class MemorySettings(Settings):
    """Settings of a system in memory."""

    store: str = Field(min_length=1)
    """Name of the world; the same name opens the same world, within one process."""


def world_of(store: str, schemas: Schemas = TARGET_SCHEMAS) -> World:
    """Return the world of that name, made with these schemas when it is new."""
    return _WORLDS.setdefault(store, World(schemas))


class MemoryConnector:
    """Users, groups and memberships in dictionaries, as a source and as a target.

    Example:
        >>> connector = MemoryConnector("app", World())
        >>> connector.describe().capabilities.anchoring.value
        'stored'
    """

    def __init__(self, name: str, settings: Mapping[str, object] | World) -> None:
        self._name = name
        self.world = (
            settings
            if isinstance(settings, World)
            else world_of(parse(MemorySettings, settings).store)
        )

    def describe(self) -> Description:
        """Return the world's schemas; anchored when its users have an anchor attribute."""
        anchored = bool(self.world.schemas[ObjectType.USERS].anchor)
        capabilities = Capabilities(
            Anchoring.STORED if anchored else Anchoring.NATIVE_ONLY,
            writes=True,
            finds=True,
            answers_with_resource=True,
            single_values=True,
            nested_groups=self.world.nested_groups,
            deltas={kind: deltas_of(self.world, kind) for kind in self.world.schemas},
        )
        return Description(self.world.schemas, capabilities)

    def probe(self) -> Health:
        """Say that memory is there."""
        world = self.world
        found = f"{len(world.users)} users and {len(world.groups)} groups in memory"
        return Health(reachable=True, allowed=True, clock_offset_seconds=0.0, found=found)

    def close(self) -> None:
        """Do nothing; the world stays."""

    # --- reading ------------------------------------------------------------------------------

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        """Yield the world as it is now, or as it was while writes lag behind.

        Raises:
            UnknownName: an attribute is asked for that the schema does not have.
            WatermarkRefused: the world forgot what was before, or keeps no feed.
            TargetProblem: a fault asked for it.
        """
        schema = self._schema(request.object_type)
        self._know_all(schema, request.attributes)
        if self.world.faults.refused_reads:
            raise self.world.faults.refused_reads.pop(0)
        if request.since is not None:
            delta = delta_of(self.world, request)
            yield from delta.signs
            yield from self._pages(delta.rows, request, delta.watermark)
        else:
            watermark = self.world.feed.watermark(self.world.place())
            yield from self._pages(self.world.visible(request.object_type), request, watermark)

    def _pages(
        self, rows: Sequence[Values], request: ReadRequest, watermark: str | None
    ) -> Iterator[Page | ReadEnd]:
        """Yield the rows in pages and the last word, cut short where a fault asked for it."""
        faults = self.world.faults
        cut = faults.cut_reads.pop(0) if faults.cut_reads else None
        rows = self._repeated(request.object_type, rows)
        shown = [_only(row, request.attributes) for row in rows[:cut]]
        for start in range(0, len(shown), self.world.page_rows):
            page = shown[start : start + self.world.page_rows]
            yield Page(page, declared_total=len(rows) if request.since is None else None)
        columns = _columns(self._schema(request.object_type), shown, request)
        if cut is None:
            yield ReadEnd(complete=True, columns=columns, watermark=watermark)
        else:
            reason = f"the read of `{self._name}` ended after {cut} of {len(rows)} rows"
            yield ReadEnd(complete=False, reason=reason, columns=columns)

    def _repeated(self, object_type: ObjectType, rows: Sequence[Values]) -> Sequence[Values]:
        """Return the rows, one several times where a fault asked for it."""
        wanted, key = self.world.faults.rows_of, self._schema(object_type).key
        if not wanted:
            return rows
        return [row for row in rows for _ in range(wanted.get((object_type, str(row.get(key))), 1))]

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        """Return the objects that have exactly this native id, anchor or value."""
        return next(self.find_many([candidate]))

    def find_many(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Record, ...]]:
        """Yield what `find` returns for each candidate."""
        for candidate in candidates:
            self._know_all(self._schema(candidate.object_type), candidate.attributes)
            if self.world.faults.refused_reads:
                raise self.world.faults.refused_reads.pop(0)
            kind, native_id = candidate.object_type, candidate.native_id
            if native_id is None:
                yield self._found(candidate, self.world.visible(kind))
            else:
                found = self.world.looked_up(kind, [native_id])
                yield self._found(candidate, list(found.values()))

    def _found(self, candidate: Candidate, rows: Sequence[Values]) -> tuple[Record, ...]:
        schema = self._schema(candidate.object_type)
        attributes = candidate.attributes or tuple(sorted({n for row in rows for n in row}))
        return tuple(
            Record(str(row[schema.key]), _only(row, attributes))
            for row in self._repeated(candidate.object_type, rows)
            if _fits(row, candidate, schema)
        )

    def _schema(self, object_type: ObjectType) -> ObjectSchema:
        schema = self.world.schemas.get(object_type)
        if schema is None:
            what = f"`{self._name}` has no {object_type.value}"
            raise UnknownName(what, where=self._name)
        return schema

    def _know_all(self, schema: ObjectSchema, attributes: Sequence[str]) -> None:
        known = _names(schema)
        for name in () if schema.open else attributes:
            if name not in known:
                near = nearest(name, known)
                what = f"`{self._name}` has no attribute `{name}`"
                raise UnknownName(
                    what,
                    where=f"system {self._name}, {schema.object_type.value}",
                    next=f"did you mean `{near}`?" if near else "",
                )

    # --- writing ------------------------------------------------------------------------------

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Do the actions one by one; a permit is asked for before each."""
        permitted = True
        for position, item in enumerate(work):
            permitted = permitted and pace.permit()
            yield self._written(position, item) if permitted else not_sent(position, self._name)

    def _written(self, position: int, work: Work) -> Written:
        self.world.let_reads_lag()
        problem = self.world.faults.next_call()
        if problem is not None:
            return failed(position, problem, work.native_id)
        try:
            written = self._do(position, work)
        except TargetProblem as refused:
            return failed(position, refused, work.native_id)
        if self.world.faults.answer_is_lost():
            unsure = Uncertain("the answer was lost; it may or may not be done", where=self._name)
            return failed(position, unsure, work.native_id)
        return written

    def _do(self, position: int, work: Work) -> Written:
        native_id = work.native_id or ""
        if work.members is not None:
            joined = self.world.join(native_id, work.members.adds, work.members.removes)
            return (done if joined else already_so)(position, native_id)
        match work.action.operation:
            case Operation.CREATE:
                return self._create(position, work)
            case Operation.DELETE:
                gone = self.world.remove(work.action.object_type, native_id)
                return (done if gone else already_so)(position, native_id)
            case Operation.GRANT | Operation.REVOKE:
                return self._turn_right(position, work)
            case _:
                changed = self.world.set(work.action.object_type, native_id, self._accepted(work))
                observed = self.world.shown(work.action.object_type, native_id)
                return (done if changed else already_so)(position, native_id, observed)

    def _turn_right(self, position: int, work: Work) -> Written:
        """Give single values of attributes that hold many, or take them away."""
        kind, native_id = work.action.object_type, work.native_id or ""
        if native_id not in self.world.table(kind):
            return failed(position, NotFound("there is no such object", where=self._name))
        accepted, held = self._accepted(work), self.world.shown(kind, native_id)
        values = {
            change.attribute: _turned(
                held.get(change.attribute),
                accepted[change.attribute],
                change.before,
                self._schema(kind).attribute(change.attribute),
            )
            for change in work.action.changes
        }
        changed = self.world.set(kind, native_id, values)
        observed = self.world.shown(kind, native_id)
        return (done if changed else already_so)(position, native_id, observed)

    def _create(self, position: int, work: Work) -> Written:
        """Make the object, or find that it is ours already by its anchor."""
        object_type, anchor = work.action.object_type, work.action.anchor
        schema = self._schema(object_type)
        ours = self.world.holder(object_type, schema.anchor, anchor) if schema.anchor else None
        if ours is not None:
            return already_so(position, ours, self.world.shown(object_type, ours))
        native_id = self.world.add(object_type, self._accepted(work))
        return done(position, native_id, self.world.shown(object_type, native_id))

    def _accepted(self, work: Work) -> dict[str, Value]:
        """Return the values as the system stores them: checked by name, then rewritten."""
        object_type, operation = work.action.object_type, work.action.operation
        schema = self._schema(object_type)
        values = wanted(work, schema)
        refused = refused_attribute(values, schema, operation, self._name)
        if refused is not None:
            raise refused
        self.world.refuse_lost(object_type, values)
        rewritings = self.world.faults.rewritings
        return {
            name: rewritings[object_type, name](value)
            if (object_type, name) in rewritings
            else value
            for name, value in values.items()
        }


def _turned(
    held: Value, given: Value, taken: Presence, attribute: Attribute | None
) -> tuple[Scalar, ...]:
    """Return a list with some values more or less, as the system tells values apart."""
    gone = {fold(one, attribute) for one in each_of(taken)}
    left = [one for one in each_of(held) if fold(one, attribute) not in gone]
    known = {fold(one, attribute) for one in left}
    return (*left, *(one for one in each_of(given) if fold(one, attribute) not in known))


def _only(row: Values, attributes: Sequence[str]) -> Values:
    return {name: row[name] for name in attributes if name in row}


def _names(schema: ObjectSchema) -> set[str]:
    secret = AttributeType.SECRET
    return {attribute.name for attribute in schema.attributes if attribute.type is not secret}


def _columns(
    schema: ObjectSchema, shown: Sequence[Values], request: ReadRequest
) -> tuple[str, ...]:
    """Return the columns that the system offers; a few rows of an open schema do not say."""
    few = schema.open and request.since is not None
    return () if few else tuple(sorted(_names(schema).union(*map(set, shown))))


def _fits(row: Values, candidate: Candidate, schema: ObjectSchema) -> bool:
    if candidate.native_id is not None:
        return row.get(schema.key) == candidate.native_id
    if candidate.anchor is not None:
        return bool(schema.anchor) and row.get(schema.anchor) == candidate.anchor
    if candidate.match is None:
        return False
    name, value = candidate.match
    return _same(row.get(name), value, schema.attribute(name))


def _same(stored: Value, value: Value, attribute: Attribute | None) -> bool:
    """Compare as the target does; one of many values is enough."""
    if stored is None or value is None or isinstance(value, tuple):
        return stored is not None and stored == value
    items = stored if isinstance(stored, tuple) else (stored,)
    return fold(value, attribute) in [fold(item, attribute) for item in items]
