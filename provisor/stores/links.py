"""Which account belongs to which identity, per target, and the memberships that we granted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from provisor.domain.leaving import Gone, Leave, Remembered
from provisor.domain.link import LINK_COLUMNS, Link, LinkState, Membership
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType
from provisor.ports.store import Events
from provisor.stores.log import record
from provisor.stores.people_tables import former_membership, link, membership
from provisor.stores.rights import forget_rights
from provisor.stores.rows import ask, change_many, chosen_of, insert_new, put, remove, rewrite
from provisor.stores.times import optional_time_of, optional_time_text, time_text
from provisor.stores.transactions import Database

_AT_ONCE = 200_000
_BETWEEN = "\x1f"
"""Stands between ids in one text; none of them holds it."""
_UNITED = "string_agg(member_identity, chr(31))"
_AMONG = "group_identity IN"
_GROUPS_AT_ONCE = 50
"""So many groups of the largest size fit into memory."""
_LINKED = tuple(kind.value for kind in ObjectType)
_TYPES = {kind.value: kind for kind in ObjectType}
_STATES = {state.value: state for state in LinkState}
_ROW = (
    'identity, object_type, "key", native_id, anchor, state, since, accepted, '
    "left_since, left_as, back_since"
)
_COLUMNS = LINK_COLUMNS
_QUOTED = tuple(f'"{name}"' for name in _COLUMNS)
_OF_LEAVERS = (
    "INSERT INTO former_membership (target, group_identity, member_identity, left_since) "
    "SELECT target, ?, identity, left_since FROM link "
    "WHERE target = ? AND object_type = 'users' AND identity = ? AND left_since IS NOT NULL "
    "ON CONFLICT (target, member_identity, group_identity) "
    "DO UPDATE SET left_since = excluded.left_since"
)


class SqlLinks:
    """The doorway `Links` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_target(self, target: str, object_type: ObjectType) -> tuple[Link, ...]:
        """Return every link, sorted by key."""
        question = f"SELECT {_ROW} FROM link WHERE target = ? AND object_type = ?"  # noqa: S608 - words of our own
        with self._database.reading() as connection:
            found = list(map(_link, ask(connection, question, target, object_type.value)))
        return tuple(sorted(found, key=lambda one: (one.key, one.identity)))

    def columns(self, target: str, object_type: ObjectType) -> dict[str, list[object]]:
        """Return the links as columns: identity, key, native_id, anchor, state, since, accepted.

        Also left_since, left_as and back_since, all of them text or None. In order of identity.
        Times are RFC 3339 text; `accepted` is JSON text or None.
        Cost: one SELECT, no object per row.
        """
        wanted = select(*(link.c[name] for name in _COLUMNS)).where(
            link.c.target == target, link.c.object_type == object_type.value
        )
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(link.c.identity)).all()
        columns: Iterable[Iterable[object]] = (
            zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
        )
        return {name: list(column) for name, column in zip(_COLUMNS, columns, strict=True)}

    def pages(
        self, target: str, object_type: ObjectType
    ) -> Iterator[Mapping[str, Sequence[object]]]:
        """Yield the links as columns, some hundred thousand at a time, in order of identity.

        Cost: one SELECT per page.
        """
        question = (
            f"SELECT {', '.join(_QUOTED)} FROM link WHERE target = ? AND object_type = ? "  # noqa: S608 - words of our own
            "AND identity > ? ORDER BY identity LIMIT ?"
        )
        last: object = ""
        with self._database.reading() as connection:
            while rows := ask(connection, question, target, object_type.value, last, _AT_ONCE):
                last = rows[-1][0]
                yield dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True))

    def of_identities(self, target: str, identities: Collection[str]) -> dict[str, Link]:
        """Return the links of these identities, users and groups alike, by identity id."""
        question = f"SELECT {_ROW} FROM link WHERE target = ? AND object_type = ? AND identity IN"  # noqa: S608 - words of our own
        found: dict[str, Link] = {}
        with self._database.reading() as connection:
            for kind in _LINKED if identities else ():
                rows = chosen_of(connection, question, (target, kind), identities)
                found |= {one.identity: one for one in map(_link, rows)}
        return found

    def count(self, target: str, object_type: ObjectType) -> int:
        """Return how many links there are."""
        wanted = select(func.count()).where(
            link.c.target == target, link.c.object_type == object_type.value
        )
        with self._database.reading() as connection:
            return int(connection.execute(wanted).scalar_one())

    def put(self, target: str, links: Iterable[Link], events: Events) -> None:
        """Insert or replace links by (target, object type, identity)."""
        with self._database.writing() as connection:
            put_links(connection, ((target, item) for item in links))
            record(connection, self._database, events)

    def remember_leaves(
        self, target: str, object_type: ObjectType, remembered: Iterable[Remembered]
    ) -> None:
        """Write down who left, who is back, and who serves again; links alone, nothing else."""
        rows = [
            (*_leave_texts(one.leave), target, object_type.value, one.identity)
            for one in remembered
        ]
        columns = ("left_since", "left_as", "back_since")
        with self._database.writing() as connection:
            rewrite(connection, link, columns, ("target", "object_type", "identity"), rows)

    def of_key(self, target: str, object_type: ObjectType, key: str) -> tuple[Link, ...]:
        """Return the links of one source key, sorted by identity."""
        return self._chosen(target, object_type, "key", [key])

    def of_keys(
        self, target: str, object_type: ObjectType, keys: Collection[str]
    ) -> tuple[Link, ...]:
        """Return the links of some source keys, sorted by key and identity."""
        return self._chosen(target, object_type, "key", keys)

    def of_accounts(
        self, target: str, object_type: ObjectType, natives: Collection[str]
    ) -> tuple[Link, ...]:
        """Return the links of some accounts, sorted by key and identity."""
        return self._chosen(target, object_type, "native_id", natives)

    def _chosen(
        self, target: str, object_type: ObjectType, column: str, wanted: Collection[str]
    ) -> tuple[Link, ...]:
        if not wanted:
            return ()
        with self._database.reading() as connection:
            place = f'{_of(connection, column)} WHERE target = ? AND object_type = ? AND "{column}"'
            question = f"SELECT {_ROW} FROM {place} IN"  # noqa: S608 - words of our own
            rows = chosen_of(connection, question, (target, object_type.value), wanted)
            found = list(map(_link, rows))
        return tuple(sorted(found, key=lambda one: (one.key, one.identity)))

    def part(self, target: str, links: Iterable[Link], events: Events) -> None:
        """Remove links, and what we remember of memberships that came with them."""
        listed = list(links)
        rows = [(target, one.object_type.value, one.identity) for one in listed]
        owners = [(target, one.identity) for one in listed]
        with self._database.writing() as connection:
            remove(connection, link, ("target", "object_type", "identity"), rows)
            for end in ("group_identity", "member_identity"):
                remove(connection, membership, ("target", end), owners)
            remove(connection, former_membership, ("target", "member_identity"), owners)
            forget_rights(connection, owners)
            record(connection, self._database, events)

    def put_memberships(
        self, target: str, granted: Sequence[Membership], revoked: Sequence[Membership]
    ) -> None:
        """Remember memberships that an act gave and took back, while it still goes on."""
        if granted or revoked:
            with self._database.writing() as connection:
                put_memberships(connection, target, granted, revoked)

    def memberships(self, target: str) -> frozenset[Membership]:
        """Return the memberships that we granted in this target."""
        wanted = select(membership.c.group_identity, membership.c.member_identity).where(
            membership.c.target == target
        )
        with self._database.reading() as connection:
            return frozenset(
                Membership(group, member) for group, member in connection.execute(wanted).all()
            )

    def memberships_of(
        self, target: str, groups: Collection[str], members: Collection[str]
    ) -> frozenset[Membership]:
        """Return the memberships that we granted in some groups, or to some members."""
        names = "SELECT group_identity, member_identity FROM membership WHERE target = ? AND"
        with self._database.reading() as connection:
            return frozenset(
                Membership(*pair)
                for end, wanted in (("group_identity", groups), ("member_identity", members))
                for pair in chosen_of(connection, f"{names} {end} IN", (target,), wanted)
            )

    def former_memberships(self, target: str, members: Collection[str]) -> frozenset[Membership]:
        """Return what was taken back from some people when they left, and not given since."""
        asked = (
            "SELECT f.group_identity, f.member_identity FROM former_membership f "
            "JOIN link l ON l.target = f.target AND l.object_type = 'users' "
            "AND l.identity = f.member_identity AND l.left_since = f.left_since "
            "LEFT JOIN membership m ON m.target = f.target "
            "AND m.group_identity = f.group_identity AND m.member_identity = f.member_identity "
            "WHERE f.target = ? AND m.target IS NULL AND f.member_identity IN"
        )
        with self._database.reading() as connection:
            found = chosen_of(connection, asked, (target,), members)
            return frozenset(Membership(*pair) for pair in found)

    def memberships_in(
        self, target: str, groups: Collection[str]
    ) -> Iterator[dict[str, list[str]]]:
        """Yield the memberships that we granted in some groups, some hundred thousand at a time.

        Each part has the columns `group` and `member`, both identity ids.

        Cost: one pass over those of the groups. The members of a group come as one text, which
            takes less than half of what a row for each of them does.
        """
        names: list[str] = []
        members: list[str] = []
        with self._database.reading() as connection:
            for group, text in _united(connection, target, sorted(set(groups))):
                found = text.split(_BETWEEN)
                members += found
                names += [group] * len(found)
                if len(names) >= _AT_ONCE:
                    yield {"group": names, "member": members}
                    names, members = [], []
        if names:
            yield {"group": names, "member": members}


def _united(
    connection: Connection, target: str, groups: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield groups with all of their members in one text."""
    sqlite = connection.dialect.name == "sqlite"
    united = "group_concat(member_identity, char(31))" if sqlite else _UNITED
    question = f"SELECT group_identity, {united} FROM membership WHERE target = ? AND {_AMONG}"  # noqa: S608 - words of our own
    for start in range(0, len(groups), _GROUPS_AT_ONCE):
        some = groups[start : start + _GROUPS_AT_ONCE]
        yield from chosen_of(connection, question, (target,), some, "GROUP BY group_identity")


def put_links(connection: Connection, links: Iterable[tuple[str, Link]]) -> None:
    """Insert or replace links, each with its target, inside the caller's transaction."""
    put(connection, link, [_row(target, item) for target, item in links])


def _row(target: str, item: Link) -> tuple[object, ...]:
    return (
        target,
        item.object_type.value,
        item.identity,
        item.key,
        item.native_id,
        item.anchor,
        item.state.value,
        optional_time_text(item.since),
        _accepted_text(item.accepted),
        *_leave_texts(item.leave),
    )


def _leave_texts(leave: Leave | None) -> tuple[str | None, str | None, str | None]:
    if leave is None:
        return None, None, None
    return time_text(leave.since), leave.why.value, optional_time_text(leave.back)


def _of(connection: Connection, column: str) -> str:
    """Name the table, and the index by which rows are found.

    Without statistics SQLite takes two columns of the primary key, which all rows share, for a
    better choice, and walks through all of them.
    """
    index = {"key": "link_of_key", "native_id": "link_of_account"}[column]
    return f"link INDEXED BY {index}" if connection.dialect.name == "sqlite" else "link"


def _leave(left_since: str | None, left_as: str | None, back_since: str | None) -> Leave | None:
    since = optional_time_of(left_since)
    if since is None or left_as is None:
        return None
    return Leave(since, Gone(left_as), optional_time_of(back_since))


def _accepted_text(accepted: Mapping[str, tuple[Value, Value]]) -> str | None:
    if not accepted:
        return None
    return json.dumps(dict(accepted), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _link(row: Sequence[Any]) -> Link:
    """Return the link of a row as `_ROW` names it."""
    identity, object_type, key, native_id, anchor, state, since, accepted, *leave = row
    return Link(
        identity=identity,
        object_type=_TYPES[object_type],
        key=key,
        native_id=native_id,
        anchor=anchor,
        state=_STATES[state],
        since=optional_time_of(since),
        accepted=_accepted(accepted) if accepted else {},
        leave=_leave(*leave),
    )


def _accepted(text: str) -> dict[str, tuple[Value, Value]]:
    forms = json.loads(text)
    return {name: (_value(sent), _value(kept)) for name, (sent, kept) in forms.items()}


def _value(stored: object) -> Value:
    if isinstance(stored, list):
        return tuple(stored)
    return stored if isinstance(stored, str | int | bool) else None


def put_memberships(
    connection: Connection,
    target: str,
    granted: Iterable[Membership],
    revoked: Sequence[Membership],
) -> None:
    """Write which memberships we gave, and forget those that we took back.

    Of people who left is remembered what they had.
    """
    gone = [(target, pair.group, pair.member) for pair in revoked]
    remove(connection, membership, ("target", "group_identity", "member_identity"), gone)
    change_many(connection, _OF_LEAVERS, [(pair.group, target, pair.member) for pair in revoked])
    insert_new(connection, membership, [(target, pair.group, pair.member) for pair in granted])
