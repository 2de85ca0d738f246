"""Since when plans and their actions have been needed: showings, followed back to predecessors."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from provisor.stores.plan_tables import plan, plan_action, plan_focus, plan_showing
from provisor.stores.times import time_of

_LONGEST_CHAIN = 200
"""Predecessors that are asked; further back nobody's patience reaches."""


def needed_since(
    connection: Connection, digest: str, actions: Collection[str]
) -> dict[str, datetime]:
    """Return since when each action of a plan has been needed without a break.

    A plan that was shown again counts from its first showing after any other plan of the job; an
    action that its predecessor held too counts from there.

    Cost: three SELECTs and the action digests, per plan of the chain that still holds one.
    """
    found: dict[str, datetime] = {}
    left, seen, name = set(actions), set[str](), digest
    while left and name not in seen and len(seen) < _LONGEST_CHAIN:
        seen.add(name)
        number = connection.execute(select(plan.c.number).where(plan.c.digest == name)).scalar()
        if number is None:
            break
        # The plan itself holds what is asked for: a million digests need not be read for that.
        left &= left if name == digest else _actions(connection, int(number))
        at, predecessor = _standing(connection, int(number))
        found.update(dict.fromkeys(left, at))
        name = predecessor or ""
    return found


def _actions(connection: Connection, number: int) -> set[str]:
    held = select(plan_action.c.digest).where(plan_action.c.plan == number)
    return {digest.hex() for digest in connection.execute(held).scalars().all()}


def _standing(connection: Connection, number: int) -> tuple[datetime, str | None]:
    """Return when the newest unbroken run of showings began, and the plan before it."""
    own = plan_showing.c.plan == number
    newest = select(func.max(plan_showing.c.sequence)).where(own).scalar_subquery()
    others = (
        select(func.max(plan_showing.c.sequence))
        .join_from(plan_showing, plan, plan.c.number == plan_showing.c.plan)
        .where(_is_rival(number), plan_showing.c.sequence < newest)
    )
    break_at = connection.execute(others).scalar() or 0
    first = (
        select(plan_showing.c.at, plan_showing.c.predecessor)
        .where(own, plan_showing.c.sequence > break_at)
        .order_by(plan_showing.c.sequence)
        .limit(1)
    )
    row = connection.execute(first).one()
    return time_of(row.at), row.predecessor


def _is_rival(number: int) -> ColumnElement[bool]:
    """Say whether a plan is another one of the same job about the same people."""
    job = select(plan.c.job).where(plan.c.number == number).scalar_subquery()
    own = select(plan_focus.c.only).where(plan_focus.c.plan == number).scalar_subquery()
    their = select(plan_focus.c.only).where(plan_focus.c.plan == plan.c.number).scalar_subquery()
    same = func.coalesce(own, "") == func.coalesce(their, "")
    return (plan.c.job == job) & (plan.c.number != number) & same
