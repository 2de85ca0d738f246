"""What an in-memory system holds, and the rules by which it accepts a write.

A `World` is the system; connectors come and go and find it as they left it. It checks what a real
system checks: required and unique attributes, types, members that exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from connectors._memory_faults import Faults
from connectors._memory_feed import Feed
from provisor.domain.membership import Pair
from provisor.domain.record import Scalar, Value, Values, each_of, is_blank
from provisor.domain.schema import (
    Attribute,
    AttributeType,
    ObjectSchema,
    ObjectType,
    Switch,
    Writable,
    fold,
)
from provisor.errors import Conflict, InvalidValue, NotFound, ReferenceMissing
from provisor.ports.connector import Deltas

Schemas = Mapping[ObjectType, ObjectSchema]
Table = dict[str, dict[str, Value]]

_MEMBERSHIPS = ObjectSchema(
    ObjectType.MEMBERSHIPS, (Attribute("group"), Attribute("member")), key=""
)

TARGET_SCHEMAS: Final[Schemas] = MappingProxyType(
    {
        ObjectType.USERS: ObjectSchema(
            ObjectType.USERS,
            (
                Attribute("id", case_exact=True, writable=Writable.NEVER),
                Attribute("externalId", case_exact=True, unique=True, identity_key=True),
                Attribute("userName", required=True, unique=True, identity_key=True),
                Attribute("displayName"),
                Attribute("name.givenName"),
                Attribute("name.familyName"),
                Attribute("title"),
                Attribute("department"),
                Attribute("employeeNumber", case_exact=True),
                Attribute('emails[type eq "work"].value', unique=True, identity_key=True),
                Attribute("manager", AttributeType.REFERENCE, case_exact=True),
                Attribute("roles", multi=True),
                Attribute("logins", AttributeType.INTEGER),
                Attribute("password", AttributeType.SECRET),
                Attribute("active", AttributeType.BOOLEAN),
            ),
            key="id",
            anchor="externalId",
            name="userName",
            switch=Switch("active", on=True, off=False),
        ),
        ObjectType.GROUPS: ObjectSchema(
            ObjectType.GROUPS,
            (
                Attribute("id", case_exact=True, writable=Writable.NEVER),
                Attribute("externalId", case_exact=True, unique=True),
                Attribute("displayName", required=True, unique=True),
                Attribute("description"),
                Attribute("owners", AttributeType.REFERENCE, multi=True, case_exact=True),
            ),
            key="id",
            anchor="externalId",
            name="displayName",
        ),
        ObjectType.MEMBERSHIPS: _MEMBERSHIPS,
    }
)
"""A target with SCIM's names: ids of its own, a stored anchor, a switch."""

SOURCE_SCHEMAS: Final[Schemas] = MappingProxyType(
    {
        ObjectType.USERS: ObjectSchema(ObjectType.USERS, open=True, key="employee_id"),
        ObjectType.GROUPS: ObjectSchema(ObjectType.GROUPS, open=True, key="group_id"),
        ObjectType.MEMBERSHIPS: _MEMBERSHIPS,
    }
)
"""A source with natural keys that takes any attribute."""

_TYPES: Final = {
    AttributeType.INTEGER: int,
    AttributeType.BOOLEAN: bool,
    AttributeType.TIME: str,
    AttributeType.REFERENCE: str,
    AttributeType.SECRET: str,
}


class World:
    """One system in memory: its objects, its rules and the faults it is told to show.

    Example:
        >>> world = World()
        >>> world.add(ObjectType.USERS, {"userName": "elin", "externalId": "E1"})
        'u1'
        >>> dict(world.users["u1"])["userName"]
        'elin'
    """

    def __init__(
        self,
        schemas: Schemas = TARGET_SCHEMAS,
        *,
        page_rows: int = 10_000,
        deltas: Deltas = Deltas.NONE,
    ) -> None:
        self.schemas = schemas
        self.page_rows = page_rows
        self.users: Table = {}
        self.groups: Table = {}
        self.members: dict[str, dict[str, None]] = {}
        """Members of each group by native id; a dictionary keeps their order."""
        self.nested_groups = True
        """Whether a group can be a member of a group."""
        self.faults = Faults()
        self.feed = Feed(deltas)
        self._last_id = {ObjectType.USERS: 0, ObjectType.GROUPS: 0}
        self._unique: dict[tuple[ObjectType, str, Scalar], str] = {}
        self._stale: Mapping[ObjectType, list[Values]] = {}
        self._stale_reads = 0
        self._stale_place = 0

    def table(self, object_type: ObjectType) -> Table:
        """Return the live objects of one type by native id."""
        return self.groups if object_type is ObjectType.GROUPS else self.users

    def visible(self, object_type: ObjectType) -> list[Values]:
        """Return what a read sees now; while writes lag, what it saw before them."""
        if self._stale_reads > 0:
            self._stale_reads -= 1
            return self._stale[object_type]
        return self._now(object_type)

    def looked_up(self, object_type: ObjectType, keys: Iterable[str]) -> dict[str, Values]:
        """Return those of the objects that a read sees now, at the cost of these keys alone."""
        key = self.schemas[object_type].key
        if self._stale_reads > 0:
            rows = {str(row[key]): row for row in self.visible(object_type)}
            return {name: rows[name] for name in keys if name in rows}
        table = self.table(object_type)
        return {name: self.shown(object_type, name) for name in keys if name in table}

    def pairs_of(self, groups: Iterable[str]) -> dict[Pair, Values]:
        """Return the memberships of these groups that a read sees now."""
        wanted = dict.fromkeys(groups)
        if self._stale_reads > 0:
            pairs = [
                (str(r["group"]), str(r["member"])) for r in self.visible(ObjectType.MEMBERSHIPS)
            ]
        else:
            pairs = [(group, member) for group in wanted for member in self.members.get(group, ())]
        return {pair: {"group": pair[0], "member": pair[1]} for pair in pairs if pair[0] in wanted}

    def place(self) -> int:
        """Return up to where the feed tells what a read sees now."""
        return self._stale_place if self._stale_reads > 0 else len(self.feed.mentions)

    def let_reads_lag(self) -> None:
        """Keep the world as it is before a write, for the reads that shall not see it yet."""
        if self.faults.lag_reads == 0:
            return
        if self._stale_reads == 0:
            self._stale = {kind: self._now(kind) for kind in self.schemas}
            self._stale_place = len(self.feed.mentions)
        self._stale_reads = self.faults.lag_reads

    def shown(self, object_type: ObjectType, native_id: str) -> Values:
        """Return one object as the system shows it: without its secrets, frozen."""
        return _frozen(self.table(object_type)[native_id], self._secrets(object_type))

    def _now(self, object_type: ObjectType) -> list[Values]:
        if object_type is ObjectType.MEMBERSHIPS:
            return [
                {"group": group, "member": member}
                for group, members in self.members.items()
                for member in members
            ]
        secrets = self._secrets(object_type)
        return [_frozen(row, secrets) for row in self.table(object_type).values()]

    def _secrets(self, object_type: ObjectType) -> frozenset[str]:
        attributes = self.schemas[object_type].attributes
        return frozenset(a.name for a in attributes if a.type is AttributeType.SECRET)

    def holder(self, object_type: ObjectType, attribute: str, value: Value) -> str | None:
        """Return the native id of the object that holds a unique value, or None."""
        if is_blank(value) or isinstance(value, tuple) or value is None:
            return None
        schema = self.schemas[object_type]
        return self._unique.get((object_type, attribute, fold(value, schema.attribute(attribute))))

    def add(self, object_type: ObjectType, values: Values) -> str:
        """Put a new object into the world and return its native id.

        Raises:
            InvalidValue: a required value is missing or a value has the wrong type.
            Conflict: another object holds the key or a unique value.
        """
        schema = self.schemas[object_type]
        native_id = self._new_id(object_type, schema, values)
        if native_id in self.table(object_type):
            what = f"another object has this `{schema.key}`"
            raise Conflict(what)
        stored = {**values, schema.key: native_id}
        for attribute in schema.attributes:
            if attribute.required and is_blank(stored.get(attribute.name)):
                raise _missing(attribute.name)
        self._check(object_type, native_id, stored)
        self._store(object_type, native_id, stored)
        return native_id

    def set(self, object_type: ObjectType, native_id: str, values: Values) -> bool:
        """Change an object; return whether anything was different.

        Raises:
            NotFound: there is no such object.
            InvalidValue, Conflict: as for `add`.
        """
        before = self._existing(object_type, native_id)
        for name, value in values.items():
            attribute = self.schemas[object_type].attribute(name)
            if attribute is not None and attribute.required and is_blank(value):
                raise _missing(name)
        self._check(object_type, native_id, values)
        after = {**before, **values}
        if after == before:
            return False
        self._forget(object_type, native_id)
        self._store(object_type, native_id, after)
        return True

    def show_rows(self, object_type: ObjectType, native_id: str, rows: int) -> None:
        """Show an object in so many rows from now on, and tell that it changed."""
        self.faults.rows_of[object_type, native_id] = rows
        self.feed.note(object_type, [native_id])

    def remove(self, object_type: ObjectType, native_id: str) -> bool:
        """Take an object away, its memberships with it; return whether it was there."""
        if native_id not in self.table(object_type):
            return False
        self._forget(object_type, native_id)
        del self.table(object_type)[native_id]
        gone = [(native_id, member) for member in self.members.pop(native_id, {})]
        for group, members in self.members.items():
            if native_id in members:
                del members[native_id]
                gone.append((group, native_id))
        self.feed.note(object_type, [native_id])
        self.feed.note(ObjectType.MEMBERSHIPS, gone)
        return True

    def join(self, group: str, adds: tuple[str, ...], removes: tuple[str, ...]) -> bool:
        """Change the members of a group; return whether anything was different.

        Raises:
            NotFound: there is no such group.
            ReferenceMissing: a member to add is not here; nobody is added then.
        """
        self._existing(ObjectType.GROUPS, group)
        absent = sum(1 for m in adds if m not in self.users and m not in self.groups)
        if absent:
            what = f"{absent} of {len(adds)} members to add are not in the system"
            raise ReferenceMissing(what)
        members = self.members.setdefault(group, {})
        before = members.copy()
        members.update(dict.fromkeys(adds))
        for member in removes:
            members.pop(member, None)
        changed = members.keys() ^ before.keys()
        self.feed.note(ObjectType.MEMBERSHIPS, [(group, member) for member in sorted(changed)])
        return bool(changed)

    def _new_id(self, object_type: ObjectType, schema: ObjectSchema, values: Values) -> str:
        attribute = schema.attribute(schema.key)
        given = values.get(schema.key)
        if given is not None and (attribute is None or attribute.writable is not Writable.NEVER):
            return str(given)
        self._last_id[object_type] += 1
        return f"{object_type.value[0]}{self._last_id[object_type]}"

    def _existing(self, object_type: ObjectType, native_id: str) -> dict[str, Value]:
        found = self.table(object_type).get(native_id)
        if found is None:
            what = f"no object of type {object_type.value} has this native id"
            raise NotFound(what)
        return found

    def _check(self, object_type: ObjectType, native_id: str, values: Values) -> None:
        schema = self.schemas[object_type]
        for name, value in values.items():
            attribute = schema.attribute(name)
            if attribute is None or value is None:
                continue
            _check_type(attribute, value)
            if attribute.unique and self.holder(object_type, name, value) not in (None, native_id):
                what = f"another object holds this value of `{name}`"
                raise Conflict(what)

    def refuse_lost(self, object_type: ObjectType, values: Values) -> None:
        """Refuse values that refer to objects which are not here.

        Raises:
            ReferenceMissing: the first attribute that does.
        """
        for name, value in values.items():
            attribute = self.schemas[object_type].attribute(name)
            if attribute is None or attribute.type is not AttributeType.REFERENCE:
                continue
            lost = [one for one in each_of(value) if not (one in self.users or one in self.groups)]
            if lost:
                what = f"{len(lost)} of the objects that `{name}` refers to are not in the system"
                raise ReferenceMissing(what)

    def _store(self, object_type: ObjectType, native_id: str, values: dict[str, Value]) -> None:
        self.table(object_type)[native_id] = values
        for place in self._unique_places(object_type, values):
            self._unique[place] = native_id
        self.feed.note(object_type, [native_id])

    def _forget(self, object_type: ObjectType, native_id: str) -> None:
        for place in self._unique_places(object_type, self.table(object_type)[native_id]):
            self._unique.pop(place, None)

    def _unique_places(
        self, object_type: ObjectType, values: Values
    ) -> list[tuple[ObjectType, str, Scalar]]:
        return [
            (object_type, attribute.name, fold(value, attribute))
            for attribute in self.schemas[object_type].attributes
            if attribute.unique
            and (value := values.get(attribute.name)) is not None
            and not isinstance(value, tuple)
            and not is_blank(value)
        ]


def _frozen(row: Values, left_out: frozenset[str]) -> Values:
    return MappingProxyType({name: v for name, v in row.items() if name not in left_out})


def _missing(attribute: str) -> InvalidValue:
    return InvalidValue(f"`{attribute}` is required", attribute=attribute)


def _check_type(attribute: Attribute, value: Value) -> None:
    if isinstance(value, tuple) != attribute.multi:
        expected = "a list" if attribute.multi else "one value"
        what = f"`{attribute.name}` takes {expected}"
        raise InvalidValue(what, attribute=attribute.name)
    expected_type = _TYPES.get(attribute.type, str)
    items = value if isinstance(value, tuple) else (value,)
    if any(type(item) is not expected_type for item in items):
        what = f"`{attribute.name}` takes values of type {attribute.type.value}"
        raise InvalidValue(
            what,
            attribute=attribute.name,
        )
