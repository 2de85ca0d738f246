"""Plans by digest, byte for byte as they were shown; a tampered one is refused when read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, Label, ScalarSelect, Table, func, select

from provisor.domain import sealing
from provisor.domain.canonical import canonical, joined_root
from provisor.domain.plan import (
    Finding,
    Header,
    Plan,
    PlannedAction,
    digest_of_root,
    header_of,
    plan_digest,
)
from provisor.errors import PlanUnknown, StoreDamaged
from provisor.ports.store import Events, PlanStanding, PlanStatus, StoredPlan
from provisor.stores.costs import cost_text
from provisor.stores.identities import keys_of
from provisor.stores.last_plans import (
    findings_of_plan,
    memberships_of_plan,
    standing_of_newest,
)
from provisor.stores.log import record
from provisor.stores.plan_ages import needed_since
from provisor.stores.plan_documents import json_text
from provisor.stores.plan_pages import StoredActions, page_rows, pages_of, size_of
from provisor.stores.plan_tables import (
    plan,
    plan_action,
    plan_citation,
    plan_focus,
    plan_forecast,
    plan_look,
    plan_page,
    plan_reference,
    plan_showing,
    plan_status,
)
from provisor.stores.planned_rows import action_rows, planned_actions, planned_select
from provisor.stores.rows import Values, ask, insert, next_number
from provisor.stores.showings import (
    PlanRow,
    citation_rows,
    look_text,
    reference_rows,
    showing_row,
    shown_plan,
)
from provisor.stores.times import time_text
from provisor.stores.transactions import Database

_LEAST_DIGITS = 8
_EXPECTED = f"expected `latest` or at least {_LEAST_DIGITS} digits of a plan's digest"
_DIGITS = frozenset("0123456789abcdef")
_APPLIED = (PlanStatus.APPLIED.value, PlanStatus.PARTLY_APPLIED.value)


class SqlPlans:
    """The doorway `Plans` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, stored: StoredPlan, events: Events, superseded: str = "") -> None:
        """Keep a plan; saving a digest again keeps its actions and renews what is told of it.

        Every showing is a fact of its own: what was counted beside an empty plan differs from
        cycle to cycle, though its digest does not.

        Cost: one transaction; one row per action the first time.
        """
        with self._database.writing() as connection:
            facts: dict[Table, Sequence[Values]] = {}
            number = _number(connection, stored.plan.digest)
            if number is None:
                number = next_number(connection, plan)
                facts |= _plan_facts(connection, number, stored.plan)
                focus = stored.plan.header.focus
                insert(connection, plan_focus, [(number, json_text(focus))] if focus else [])
            showing = next_number(connection, plan_showing)
            facts[plan_showing] = [showing_row(connection, showing, number, stored)]
            insert(connection, plan_forecast, [(showing, cost_text(stored.forecast))])
            insert(connection, plan_look, [(showing, look_text(stored.look))])
            facts[plan_reference] = reference_rows(connection, showing, stored)
            facts[plan_citation] = citation_rows(connection, showing, stored)
            facts[plan_status] = _standings(connection, number, stored, superseded)
            record(connection, self._database, events, facts)

    def get(self, digest: str) -> StoredPlan | None:
        """Return the plan of a full digest.

        Raises:
            StoreDamaged: the stored plan does not give its digest any more.

        Cost: two SELECTs; two HMAC and one JSON document per action. Of a large plan only what
            is told of its pages: its actions are read, and checked, when they are looked at.
        """
        return self._first(plan.c.digest == digest)

    def find(self, reference: str) -> StoredPlan:
        """Return the plan that `latest`, a full digest or at least 8 digits name.

        Raises:
            PlanUnknown: no plan has these digits, or several have.
        """
        latest = reference == "latest"
        found = self._first() if latest else self.get(self._full_digest(reference))
        if found is None:
            raise _unknown(reference, "no plan was made yet")
        return found

    def newest(self, job: str, only: tuple[str, ...] = ()) -> StoredPlan | None:
        """Return the job's newest plan about exactly these identities; empty for everybody."""
        focus = _focus()
        about = focus == json_text(only) if only else focus.is_(None)
        return self._first(plan.c.job == job, about)

    def standing(self, job: str, only: tuple[str, ...] = ()) -> PlanStanding | None:
        """Return what the newest plan about exactly these identities is called, and how it stands.

        Cost: one SELECT; none of its actions is looked at.
        """
        with self._database.reading() as connection:
            return standing_of_newest(connection, job, only)

    def findings(self, digest: str) -> tuple[Finding, ...]:
        """Return what a plan told of accounts; of an unknown plan nothing."""
        with self._database.reading() as connection:
            return findings_of_plan(connection, digest)

    def memberships(self, digest: str) -> Sequence[PlannedAction]:
        """Return the acts of a plan on memberships; of an unknown plan none.

        Raises:
            StoreDamaged: one of them is not what was sealed.
        """
        with self._database.reading() as connection:
            return memberships_of_plan(connection, digest, self._database.where)

    def waiting(self, job: str) -> StoredPlan | None:
        """Return the job's newest plan about everybody that waits for a decision."""
        waits = _standing() == PlanStatus.WAITING.value
        return self._first(plan.c.job == job, waits, _focus().is_(None))

    def on_demand(self, job: str) -> tuple[StoredPlan, ...]:
        """Return the job's plans about chosen identities that wait for a decision, newest first."""
        waits = _standing() == PlanStatus.WAITING.value
        return self._all(None, plan.c.job == job, waits, _focus().is_not(None))

    def needed_since(self, digest: str, actions: Collection[str]) -> dict[str, datetime]:
        """Return since when each action of a plan has been needed, predecessors included."""
        with self._database.reading() as connection:
            return needed_since(connection, digest, actions)

    def set_status(self, digest: str, status: PlanStatus, events: Events) -> None:
        """Move a plan on.

        Raises:
            PlanUnknown: no plan has this digest.
        """
        at = self._database.clock.now()
        with self._database.writing() as connection:
            number = numbers_of(connection, [digest])[digest]
            facts = {plan_status: [_status_row(connection, number, status, at)]}
            record(connection, self._database, events, facts)

    def ever_applied(self, job: str) -> bool:
        """Say whether any plan of this job about everybody was ever carried out."""
        applied = (
            select(plan.c.number)
            .join_from(plan, plan_status, plan_status.c.plan == plan.c.number)
            .where(plan.c.job == job, plan_status.c.status.in_(_APPLIED), _focus().is_(None))
        )
        with self._database.reading() as connection:
            return connection.execute(applied.limit(1)).first() is not None

    def _first(self, *conditions: ColumnElement[bool]) -> StoredPlan | None:
        return next(iter(self._all(1, *conditions)), None)

    def _all(self, most: int | None, *conditions: ColumnElement[bool]) -> tuple[StoredPlan, ...]:
        newest = (
            select(func.max(plan_showing.c.sequence))
            .where(plan_showing.c.plan == plan.c.number)
            .correlate(plan)
            .scalar_subquery()
        )
        wanted = (
            select(plan.c.number, plan.c.digest, plan.c.header, plan_showing, _standing())
            .add_columns(plan_forecast.c.lines.label("forecast"))
            .add_columns(plan_reference.c.listed.label("referring"))
            .add_columns(plan_look.c.told, plan_citation.c.configuration.label("cited"))
            .join_from(plan, plan_showing, plan_showing.c.sequence == newest)
            .join(plan_forecast, plan_forecast.c.showing == plan_showing.c.sequence, isouter=True)
            .join(plan_reference, plan_reference.c.showing == plan_showing.c.sequence, isouter=True)
            .join(plan_look, plan_look.c.showing == plan_showing.c.sequence, isouter=True)
            .join(plan_citation, plan_citation.c.showing == plan_showing.c.sequence, isouter=True)
            .where(*conditions)
            .order_by(plan_showing.c.sequence.desc())
            .limit(most)
        )
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
            return tuple(shown_plan(connection, row, self._sealed(connection, row)) for row in rows)

    def _sealed(self, connection: Connection, row: PlanRow) -> Plan:
        place = f"{self._database.where}, plan {row.digest[:16]}"
        body = json.loads(row.header)
        header = header_of(body)
        actions, resealed = self._actions(connection, row.number, place, header)
        if resealed != row.digest or canonical(header.body()) != row.header:
            raise _altered(place, resealed)
        return Plan(header, actions, row.digest)

    def _actions(
        self, connection: Connection, number: int, where: str, header: Header
    ) -> tuple[Sequence[PlannedAction], str]:
        """Return a plan's actions, and the digest that they give."""
        size = size_of(connection, number)
        if size <= sealing.MANY:
            question = planned_select().where(plan_action.c.plan == number)
            ordered = question.order_by(plan_action.c.position)
            few = planned_actions(connection, ordered, where)
            return few, plan_digest(header, (one.digest for one in few))
        pages = pages_of(connection, number, where)
        many = StoredActions(self._database, number, where, pages)
        resealed = digest_of_root(header, joined_root([page.root for page in pages]))
        if len(many) != size:
            raise _altered(where, resealed)
        return many, resealed

    def _full_digest(self, digits: str) -> str:
        if len(digits) < _LEAST_DIGITS or not _DIGITS.issuperset(digits):
            raise _unknown(digits, _EXPECTED)
        wanted = select(plan.c.digest).where(plan.c.digest.startswith(digits)).limit(3)
        with self._database.reading() as connection:
            found: Sequence[str] = connection.execute(wanted).scalars().all()
        if len(found) != 1:
            similar = ", ".join(digest[:16] for digest in found)
            raise _unknown(digits, f"several plans: {similar}" if found else "no plan")
        return found[0]


def numbers_of(connection: Connection, digests: Iterable[str]) -> dict[str, int]:
    """Return the number of each stored plan, inside the caller's transaction.

    Raises:
        PlanUnknown: one of them is not stored.
    """
    found: dict[str, int] = {}
    for digest in set(digests):
        number = _number(connection, digest)
        if number is None:
            raise _unknown(digest, "no plan")
        found[digest] = number
    return found


def _standing() -> Label[str]:
    """What the plan's newest status says."""
    own = select(plan_status.c.status).where(plan_status.c.plan == plan.c.number)
    newest = own.order_by(plan_status.c.sequence.desc()).limit(1)
    return newest.correlate(plan).scalar_subquery().label("status")


def _focus() -> ScalarSelect[str]:
    """Whom a plan on demand is about; null for a plan about everybody."""
    own = select(plan_focus.c.only).where(plan_focus.c.plan == plan.c.number)
    return own.correlate(plan).scalar_subquery()


def _number(connection: Connection, digest: str) -> int | None:
    found = ask(connection, 'SELECT number FROM "plan" WHERE digest = ?', digest)
    return int(found[0][0]) if found else None


def _plan_facts(connection: Connection, number: int, sealed: Plan) -> dict[Table, Sequence[Values]]:
    header = canonical(sealed.header.body())
    return {
        plan: [(number, sealed.digest, sealed.header.job, header)],
        plan_action: action_rows(number, sealed.actions, partial(keys_of, connection)),
        plan_page: page_rows(number, sealed.actions),
    }


def _standings(
    connection: Connection, number: int, stored: StoredPlan, superseded: str
) -> list[tuple[object, ...]]:
    """Return where a plan stands, after the plan that it takes the place of, if any."""
    first, at = next_number(connection, plan_status), stored.created_at
    told = [(number, stored.status)]
    if superseded:
        told.insert(0, (numbers_of(connection, [superseded])[superseded], PlanStatus.SUPERSEDED))
    rows = enumerate(told, start=first)
    return [(place, plan, status.value, time_text(at)) for place, (plan, status) in rows]


def _status_row(
    connection: Connection, number: int, status: PlanStatus, at: datetime
) -> tuple[object, ...]:
    return (next_number(connection, plan_status), number, status.value, time_text(at))


def _altered(where: str, resealed: str) -> StoreDamaged:
    return StoreDamaged(
        "a stored plan is not the one that was sealed",
        where=where,
        found=f"its header and actions give digest {resealed[:16]}",
        safe="nothing was written; the plan cannot be carried out",
        next="keep a copy of the store, then run `python -m provisor.verifier` on the copy",
    )


def _unknown(reference: str, found: str) -> PlanUnknown:
    return PlanUnknown(
        f"`{reference}` names no single plan",
        where="plans of this store",
        found=found,
        safe="nothing was changed",
        next="run `provisor show latest`, or name more digits",
    )
