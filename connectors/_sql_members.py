"""Memberships in a link table: one row per group and member, added and removed in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy.exc import SQLAlchemyError

from connectors._outcomes import already_so, done, failed
from connectors._sql_problems import UNFIT, problem_of
from connectors._sql_relations import Relation
from connectors._sql_values import Stored
from connectors._sql_writing import Keyed, raise_unless_about_a_row, typed
from provisor.errors import NotFound, ReferenceMissing, TargetProblem
from provisor.ports.connector import MemberChange, Written

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Links:
    """The link table and the tables that its columns refer to, where they are known."""

    relation: Relation
    group: str
    member: str
    groups: Keyed | None
    users: Keyed | None
    where: str

    @property
    def group_column(self) -> sqlalchemy.ColumnElement[Any]:
        """The column with the group's id."""
        return self.relation.column(self.group)

    @property
    def member_column(self) -> sqlalchemy.ColumnElement[Any]:
        """The column with the member's id."""
        return self.relation.column(self.member)


def change_members(
    connection: sqlalchemy.Connection,
    links: Links,
    position: int,
    group: str,
    members: MemberChange,
) -> Written:
    """Add and remove the members of one group, all of them or none."""
    try:
        with connection.begin_nested():
            _prove_group(connection, links, group)
            added = sum(_add(connection, links, group, some) for some in _chunks(members.adds))
            removed = sum(
                _remove(connection, links, group, some) for some in _chunks(members.removes)
            )
    except TargetProblem as refused:
        return failed(position, refused, group)
    except SQLAlchemyError as complaint:
        raise_unless_about_a_row(complaint)
        return failed(position, problem_of(complaint, links.where), group)
    except UNFIT:
        return failed(position, problem_of(ValueError(), links.where), group)
    return (done if added + removed else already_so)(position, group)


def _prove_group(connection: sqlalchemy.Connection, links: Links, group: str) -> None:
    """Also a link table without foreign keys takes no members for a group that is not there."""
    known = links.groups is None or links.groups.ids(connection, links.groups.id, [group])
    if not known or typed(group, links.group_column) is None:
        raise NotFound("no group has this native id", where=links.where)


def _add(
    connection: sqlalchemy.Connection, links: Links, group: str, members: Sequence[str]
) -> int:
    """Add those who are not in yet and return how many; an add that exists is fine."""
    present = _present(connection, links, group, members)
    fresh = [member for member in dict.fromkeys(members) if member not in present]
    _prove_members(connection, links, fresh)
    group_id = typed(group, links.group_column)
    rows = [
        {links.group: group_id, links.member: typed(member, links.member_column)}
        for member in fresh
    ]
    if rows:
        connection.execute(sqlalchemy.insert(links.relation.table), rows)
    return len(rows)


def _remove(
    connection: sqlalchemy.Connection, links: Links, group: str, members: Sequence[str]
) -> int:
    """Remove those who are in and return how many."""
    ours = sqlalchemy.and_(
        links.group_column == typed(group, links.group_column),
        links.member_column.in_(_typed_all(links, members)),
    )
    return connection.execute(sqlalchemy.delete(links.relation.table).where(ours)).rowcount


def _present(
    connection: sqlalchemy.Connection, links: Links, group: str, members: Sequence[str]
) -> set[str]:
    found = sqlalchemy.select(links.member_column).where(
        links.group_column == typed(group, links.group_column),
        links.member_column.in_(_typed_all(links, members)),
    )
    return {str(member) for member in connection.execute(found).scalars()}


def _prove_members(connection: sqlalchemy.Connection, links: Links, members: list[str]) -> None:
    """Refuse members that are neither users nor groups, where the tables of both are known."""
    if links.users is None or not members:
        return
    known = set(links.users.ids(connection, links.users.id, members))
    unknown = [member for member in members if member not in known]
    if unknown and links.groups is not None:
        known |= set(links.groups.ids(connection, links.groups.id, unknown))
    absent = sum(1 for member in members if member not in known)
    if absent:
        what = f"{absent} of {len(members)} members to add are not in the database"
        raise ReferenceMissing(what, where=links.where)


def _typed_all(links: Links, members: Sequence[str]) -> list[Stored]:
    values = (typed(member, links.member_column) for member in members)
    return [value for value in values if value is not None]


def _chunks(members: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(members), CHUNK):
        yield members[start : start + CHUNK]
