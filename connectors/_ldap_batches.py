"""A batch of actions: what all of them need is looked up together, then each goes its way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors._ldap_directory import Directory
from connectors._ldap_driving import Act, Turns, driven
from connectors._ldap_finding import find_entries
from connectors._ldap_members import MemberWriter
from connectors._ldap_writing import Known, Writer
from connectors._outcomes import failed, not_sent
from provisor.domain.action import Operation
from provisor.domain.record import each_of
from provisor.domain.reference import texts_of
from provisor.domain.schema import AttributeType, ObjectSchema, ObjectType
from provisor.errors import NotFound, TargetProblem, Unsupported
from provisor.ports.connector import Candidate, Pace, Work, Written

_TOGETHER: Final = 400
"""Actions whose entries are looked up together."""

Placed = tuple[int, Work]


@dataclass(frozen=True, slots=True)
class Batch:
    """Carries out actions, many under way at one time."""

    directory: Directory
    schemas: Mapping[ObjectType, ObjectSchema]

    def carried_out(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Yield one outcome for each action, as it becomes known."""
        turns = Turns(pace)
        room = max(pace.in_flight, 1)
        for start in range(0, len(work), _TOGETHER):
            placed = list(enumerate(work[start : start + _TOGETHER], start))
            yield from self._together(placed, turns, room)

    def _together(self, placed: Sequence[Placed], turns: Turns, room: int) -> Iterator[Written]:
        where = self.directory.where
        if not turns.permit():
            yield from (not_sent(position, where) for position, _ in placed)
            return
        try:
            known = self._looked_up([work for _, work in placed])
            logins = self._logins([work for _, work in placed])
        except TargetProblem as problem:
            yield from (failed(position, problem, work.native_id) for position, work in placed)
            return

        def begin(position: int, work: Work) -> Act:
            return self._begun(position, work, known, logins)

        yield from driven(self.directory, begin, placed, turns, min(room, len(placed)))

    def _begun(self, position: int, work: Work, known: Known, logins: Mapping[str, str]) -> Act:
        groups = self.directory.settings.objects.groups
        if work.members is not None and groups is not None:
            writer = self._writer(ObjectType.GROUPS, known)
            members = MemberWriter(writer, groups, logins)
            return members.change(position, work.native_id or "", work.members)
        writer = self._writer(work.action.object_type, known)
        match work.action.operation:
            case Operation.CREATE:
                return writer.create(position, work)
            case Operation.DELETE:
                return writer.delete(position, work)
            case _:
                return writer.change(position, work)

    def _writer(self, object_type: ObjectType, known: Known) -> Writer:
        kind = self.directory.settings.of(object_type)
        if kind is None:
            what = f"{object_type.value} are not written here"
            raise Unsupported(what, where=self.directory.where)
        return Writer(self.directory, kind, self.schemas[object_type], known)

    # --- what all of them need ----------------------------------------------------------------

    def _looked_up(self, work: Sequence[Work]) -> Known:
        """Look up the names behind ids, and whose anchors are there already."""
        known = Known(self.directory.names_of([one for item in work for one in self._ids(item)]))
        for object_type in (ObjectType.USERS, ObjectType.GROUPS):
            kind = self.directory.settings.of(object_type)
            schema = self.schemas.get(object_type)
            if kind is None or schema is None or not schema.anchor:
                continue
            anchors = dict.fromkeys(_anchors(work, object_type))
            asked = [Candidate(object_type, anchor=a, attributes=(schema.key,)) for a in anchors]
            rows = find_entries(self.directory, kind, schema, asked)
            for anchor, records in zip(anchors, rows, strict=True):
                if records:
                    known.anchors[anchor] = [record.key for record in records]
        return known

    def _ids(self, work: Work) -> Iterable[str]:
        if work.native_id is not None:
            yield work.native_id
        if work.members is not None:
            yield from work.members.adds
            yield from work.members.removes
        schema = self.schemas.get(work.action.object_type)
        for change in work.action.changes:
            attribute = schema.attribute(change.attribute) if schema else None
            if attribute is not None and attribute.type is AttributeType.REFERENCE:
                yield from texts_of(change.after)
                yield from texts_of(change.before)

    def _logins(self, work: Sequence[Work]) -> dict[str, str]:
        groups = self.directory.settings.objects.groups
        ids = [
            i for item in work if item.members for i in (*item.members.adds, *item.members.removes)
        ]
        if groups is None or not groups.by_login or not ids:
            return {}
        users = self.directory.settings.objects.users
        schema = self.schemas[ObjectType.USERS]
        if schema.attribute("uid") is None:
            what = "members are named by `uid`, which users do not have"
            raise NotFound(what, where=self.directory.where)
        asked = [Candidate(ObjectType.USERS, native_id=i, attributes=("uid",)) for i in ids]
        rows = find_entries(self.directory, users, schema, asked)
        return {
            one: str(each_of(records[0].value("uid"))[0])
            for one, records in zip(ids, rows, strict=True)
            if records and each_of(records[0].value("uid"))
        }


def _anchors(work: Sequence[Work], object_type: ObjectType) -> Iterator[str]:
    for item in work:
        action = item.action
        made = action.operation is Operation.CREATE and action.object_type is object_type
        if made and action.anchor is not None:
            yield action.anchor
