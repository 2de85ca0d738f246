"""SCIM 2.0, as target and as source: RFC 7643 and RFC 7644 spoken by a careful client.

Single duty: put the five verbs of the port onto the wire. What it never does: follow a redirect,
trust a filter, call a list complete that does not prove it, repeat a write whose fate is open.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connectors._http_loop import LoopThread
from connectors._outcomes import UNREACHED, failed, half_done
from connectors._scim_aftermath import Deliver, Errand, Trail
from connectors._scim_answers import id_of
from connectors._scim_batch import PacedTurns, carried_out
from connectors._scim_bulk import BulkDesk
from connectors._scim_deltas import changed_after, moment_of, prove_changed, prove_filter, watermark
from connectors._scim_detecting import detected
from connectors._scim_dialect import AnchorKept
from connectors._scim_listing import Ledger, listed
from connectors._scim_lookup import Finder, projection
from connectors._scim_members import MemberWriter, hides_members, members_query, pairs_of
from connectors._scim_pages import Listed, Pages
from connectors._scim_probe import probed
from connectors._scim_schema import (
    Field,
    ScimSchema,
    anchor_in,
    described,
    group_schema,
    user_schema,
)
from connectors._scim_settings import scim_settings
from connectors._scim_values import Columns, Resource
from connectors._scim_wire import Patience, Query, Sleep, Wire, wire_of
from connectors._scim_writing import Writer
from provisor.domain.action import Operation
from provisor.domain.record import Record
from provisor.domain.schema import AttributeType, ObjectType
from provisor.errors import (
    NotFound,
    Pending,
    ReadIncomplete,
    TargetProblem,
    Unsupported,
    WatermarkRefused,
)
from provisor.ports.connector import (
    Anchoring,
    Candidate,
    Capabilities,
    Deltas,
    Description,
    Detected,
    Health,
    Manner,
    OutcomeState,
    Pace,
    Page,
    ReadEnd,
    ReadItem,
    ReadRequest,
    Regrouped,
    Work,
    Written,
)

_ACTED_ON = (ObjectType.USERS, ObjectType.GROUPS)

_ANCHORING = {
    AnchorKept.SEARCHABLE: Anchoring.STORED,
    AnchorKept.KEPT: Anchoring.NATIVE_ONLY,
    AnchorKept.DROPPED: Anchoring.NATIVE_ONLY,
}

_ASKED_TOGETHER = 500
"""Objects that are looked for before the first of them is told."""

_WORTH_A_BULK = 2
"""Operations from which on a call holds more than one write."""

_ASKED_ALONE = 5
"""Groups that are asked for one by one when a list shows no member at all."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Line:
    """An open way to the system: the loop that carries calls, and the client on it."""

    loop: LoopThread
    wire: Wire

    def close(self) -> None:
        """Let go of connections and thread."""
        self.loop.run(self.wire.client.close())
        self.loop.close()


class ScimConnector:
    """One SCIM 2.0 system, as target and as source.

    Nothing is opened before the first call; a closed connector opens again when it is used.
    """

    def __init__(
        self,
        name: str,
        settings: Mapping[str, object],
        *,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._name, self._sleep, self._now = name, sleep, now
        self._settings = scim_settings(settings)
        declared, spoken = self._settings.attributes, self._settings.spoken
        self._schemas: Mapping[ObjectType, ScimSchema] = {
            ObjectType.USERS: user_schema(declared.users),
            ObjectType.GROUPS: group_schema(declared.groups),
        }
        self._description = Description(
            described(self._schemas, anchor_in(spoken)),
            Capabilities(
                _ANCHORING[spoken.anchor],
                writes=True,
                finds=True,
                acts_per_call=spoken.bulk.operations if spoken.bulk else 1,
                members_per_call=spoken.members_per_call,
                nested_groups=self._settings.nested_groups,
                answers_with_resource=True,
                single_values=True,
                deltas=dict.fromkeys(self._settings.deltas, Deltas.STATES_WITHOUT_REMOVALS),
            ),
        )
        self._open: _Line | None = None

    def describe(self) -> Description:
        """Return the core and enterprise schemas of RFC 7643 and what the settings declare."""
        return self._description

    def probe(self) -> Health:
        """Ask for one user's id, and for what the system says of itself."""
        line = self._line()
        return line.loop.run(probed(line.wire))

    def detect(self, manner: Manner) -> Detected:
        """Return how the system wants to be spoken to, as the text of a `dialect_path` file.

        Raises:
            TargetProblem: the system does not answer.
        """
        line = self._line()
        turns = self._patience()
        return line.loop.run(detected(line.wire, self._settings, self._schemas, turns, manner))

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        """Yield one object type page by page, then whether that was surely all.

        Raises:
            UnknownName: an attribute is asked for that the schema does not have.
            WatermarkRefused: the system cannot be trusted to say what changed.
            TargetProblem: a page could not be had, with patience.
        """
        if request.object_type is ObjectType.MEMBERSHIPS:
            return self._read_members(request)
        return self._read_objects(request)

    def _read_objects(self, request: ReadRequest) -> Iterator[ReadItem]:
        fields = self._fields(request.object_type, request.attributes)
        columns = Columns(fields)
        moment, query = self._since(
            request, projection(self._settings, request.object_type, fields)
        )
        ledger = Ledger()
        try:
            for page in self._pages(request.object_type, query, ledger):
                self._check_changed(page, moment)
                total = ledger.total if moment is None else None
                yield Page([columns.row(r) for r in page.resources], declared_total=total)
        except ReadIncomplete as incomplete:
            yield self._end(request, ledger, incomplete.what)
        else:
            yield self._end(request, ledger)

    def _read_members(self, request: ReadRequest) -> Iterator[ReadItem]:
        ledger, seen, asked = Ledger(), 0, list[str]()
        moment, query = self._since(request, members_query(self._settings))
        try:
            for page in self._pages(ObjectType.GROUPS, query, ledger):
                self._check_changed(page, moment)
                if moment is not None and page.resources:
                    yield Regrouped(tuple(id_of(group) for group in page.resources))
                pairs = pairs_of(page.resources)
                asked = asked or [id_of(group) for group in page.resources[:_ASKED_ALONE]]
                seen += len(pairs)
                yield Page(pairs)
            if not seen:
                self._check_hidden(asked)
        except ReadIncomplete as incomplete:
            yield self._end(request, ledger, incomplete.what)
        else:
            yield self._end(request, ledger)

    def _since(self, request: ReadRequest, query: Query) -> tuple[datetime | None, Query]:
        """Return from when on changes are asked for, and the query for that; None for all."""
        if request.since is None:
            return None, query
        kind = request.object_type
        if kind not in self._settings.deltas:
            what = f"`deltas` does not name {kind.value}"
            raise WatermarkRefused(what, where=self._name)
        moment = moment_of(self._settings, kind, request.since)
        listed_type = ObjectType.GROUPS if kind is ObjectType.MEMBERSHIPS else kind
        line = self._line()
        line.loop.run(prove_filter(line.wire, self._patience(), listed_type))
        return moment, changed_after(moment, query)

    def _check_changed(self, page: Listed, moment: datetime | None) -> None:
        if moment is not None:
            prove_changed(page.resources, moment, self._name)

    def _check_hidden(self, groups: Sequence[str]) -> None:
        """Check that groups without a single member among them are not only listed so."""
        line = self._line()
        finder = self._finder(line.wire, ObjectType.GROUPS)
        if line.loop.run(hides_members(finder, self._patience(), groups)):
            what = "the list of groups leaves their members out; a single group shows them"
            raise ReadIncomplete(what)

    def _end(self, request: ReadRequest, ledger: Ledger, reason: str = "") -> ReadEnd:
        """Return the last word; SCIM leaves empty attributes out, so all are offered."""
        listed_names = {a.name for a in self._description.schemas[request.object_type].attributes}
        columns = tuple(sorted(listed_names | {*request.attributes}))
        mark = None
        if not reason and request.object_type in self._settings.deltas:
            mark = watermark(self._settings, request.object_type, ledger.version)
        return ReadEnd(not reason, reason, mark, ledger.version, columns)

    def _pages(self, object_type: ObjectType, query: Query, ledger: Ledger) -> Iterator[Listed]:
        line = self._line()
        size, paging = self._settings.page_size, self._settings.spoken.paging
        pages = Pages(line.wire, self._patience(), object_type, query, size, paging)
        walk = listed(pages, ledger)
        try:
            while (page := line.loop.run(_next(walk))) is not None:
                yield page
        finally:
            # A caller may drop a half-read list after it closed the connector.
            if line.loop.is_open:
                line.loop.run(walk.aclose())

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        """Return every object that has the native id, the anchor or the value; re-checked here.

        Raises:
            UnknownName: an attribute is named that the schema does not have.
            TargetProblem: the system did not answer wholly.
        """
        return next(self.find_many([candidate]))

    def find_many(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Record, ...]]:
        """Yield what `find` returns for each candidate, many calls at one time."""
        for start in range(0, len(candidates), _ASKED_TOGETHER):
            some = candidates[start : start + _ASKED_TOGETHER]
            fields = [self._sought(candidate) for candidate in some]
            line = self._line()
            found = line.loop.run(self._found_all(line.wire, some, fields))
            for shown, resources in zip(fields, found, strict=True):
                columns = Columns(shown)
                yield tuple(Record(id_of(one), columns.row(one)) for one in resources)

    def _sought(self, candidate: Candidate) -> tuple[Field, ...]:
        if candidate.object_type not in _ACTED_ON:
            raise Unsupported("memberships are read, not looked for", where=self._name)
        return self._fields(candidate.object_type, candidate.attributes)

    async def _found_all(
        self, wire: Wire, candidates: Sequence[Candidate], fields: Sequence[tuple[Field, ...]]
    ) -> list[tuple[Resource, ...]]:
        """Look for all of them, as many calls at one time as the settings allow."""
        turns = asyncio.Semaphore(self._settings.in_flight)

        async def one(candidate: Candidate, shown: tuple[Field, ...]) -> tuple[Resource, ...]:
            async with turns:
                return await self._found(wire, candidate, shown)

        asked = [asyncio.ensure_future(one(*each)) for each in zip(candidates, fields, strict=True)]
        try:
            return await asyncio.gather(*asked)
        finally:
            for task in asked:
                task.cancel()

    async def _found(
        self, wire: Wire, candidate: Candidate, fields: Sequence[Field]
    ) -> tuple[Resource, ...]:
        finder = self._finder(wire, candidate.object_type)
        turns = self._patience()
        shown = fields if candidate.attributes else None
        if candidate.native_id is not None:
            query = projection(self._settings, candidate.object_type, shown)
            found = await finder.by_id(candidate.native_id, turns, query)
            return () if found is None else (found,)
        if candidate.anchor is not None:
            return await finder.by_anchor(candidate.anchor, turns, shown)
        if candidate.match is None:
            return ()
        name, value = candidate.match
        return await finder.by_value(finder.schema.known(name), value, turns, shown)

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Carry out the actions, many at a time, and yield each outcome as it becomes known."""
        line = self._line()
        turns = PacedTurns(pace)
        in_flight = min(self._settings.in_flight, pace.in_flight)
        wire, deliver, together = self._ways(line.wire, in_flight)
        errand = Errand(turns, deliver)

        async def carry(position: int, one: Work) -> Written:
            trail = Trail(deliver)
            try:
                return await self._act(wire, replace(errand, deliver=trail.deliver), position, one)
            except Pending as pending:
                state = OutcomeState.UNCERTAIN
                return Written(position, state, one.native_id, problem=pending)
            except TargetProblem as problem:
                if trail.began and problem.what == UNREACHED:
                    return replace(half_done(position, wire.where), native_id=one.native_id)
                return failed(position, problem, one.native_id)

        try:
            yield from carried_out(line.loop, carry, work, in_flight * together)
        finally:
            turns.close()

    def _ways(self, wire: Wire, in_flight: int) -> tuple[Wire, Deliver, int]:
        """Return the way out, how a write takes it, and how many writes one call may hold."""
        bulk = self._settings.spoken.bulk
        if bulk is None or bulk.operations < _WORTH_A_BULK:
            return wire, wire.deliver, 1
        wire = replace(wire, gate=asyncio.Semaphore(in_flight))
        return wire, BulkDesk(wire, bulk).deliver, bulk.operations

    async def _act(self, wire: Wire, errand: Errand, position: int, work: Work) -> Written:
        action = work.action
        if work.members is not None:
            groups = self._finder(wire, ObjectType.GROUPS)
            return await MemberWriter(groups, errand).change(position, _id(work), work.members)
        if action.object_type not in _ACTED_ON:
            raise Unsupported("a membership action names no members", where=wire.where)
        writer = Writer(self._finder(wire, action.object_type), errand)
        match action.operation:
            case Operation.CREATE:
                return await writer.create(position, action)
            case Operation.DELETE:
                return await writer.delete(position, _id(work))
            case Operation.GRANT | Operation.REVOKE:
                return await writer.turn(position, action, _id(work))
            case _:
                return await writer.change(position, action, _id(work))

    def close(self) -> None:
        """Let go of connections; calling twice is harmless."""
        line, self._open = self._open, None
        if line is not None:
            line.close()

    def _line(self) -> _Line:
        if self._open is None:
            loop = LoopThread(f"scim {self._name}")
            self._open = _Line(loop, wire_of(self._name, self._settings, self._now))
        return self._open

    def _patience(self) -> Patience:
        return Patience(self._settings.patience_seconds, self._sleep)

    def _finder(self, wire: Wire, object_type: ObjectType) -> Finder:
        return Finder(wire, self._settings, object_type, self._schemas[object_type])

    def _fields(self, object_type: ObjectType, names: Sequence[str]) -> tuple[Field, ...]:
        """Return the fields of these names, or of every attribute; a secret is never read."""
        schema = self._schemas[object_type]
        fields = [schema.known(name) for name in names] or schema.fields.values()
        return tuple(f for f in fields if f.attribute.type is not AttributeType.SECRET)


async def _next(walk: AsyncGenerator[Listed, None]) -> Listed | None:
    return await anext(walk, None)


def _id(work: Work) -> str:
    if work.native_id is None:
        raise NotFound("the action names no object of the target", safe="nothing was sent")
    return work.native_id
