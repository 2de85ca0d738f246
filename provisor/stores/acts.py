"""Runs, intents and outcomes: the promise before the call, and what became of it after.

An intent is written under the lease's epoch in its own transaction: whoever lost the lease can
promise nothing, and what was not promised is not sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from provisor.domain.action import Operation
from provisor.domain.budget import Pauses
from provisor.domain.costing import Cost
from provisor.domain.harm import Counted, Window
from provisor.ports.acts import APART, DESPITE_FREEZE
from provisor.ports.store import ActOutcome, ActState, Effect, Events, Intent, Run, Unfinished
from provisor.stores.act_rows import (
    count_rows,
    half_way_rows,
    intent_of,
    intent_row,
    outcome_of,
    outcome_row,
)
from provisor.stores.act_tables import intent, intent_count, outcome, outcome_count, unsettled
from provisor.stores.act_tables import run as run_table
from provisor.stores.controls import refuse_frozen, refuse_lost
from provisor.stores.done import done
from provisor.stores.links import put_links, put_memberships
from provisor.stores.log import record
from provisor.stores.names import remember_names
from provisor.stores.people_tables import link
from provisor.stores.plan_tables import plan, plan_action
from provisor.stores.planned_rows import Chosen, planned_actions, planned_select
from provisor.stores.plans import numbers_of
from provisor.stores.rights import forget_rights, remember_rights
from provisor.stores.rows import ask, insert, next_number, remove
from provisor.stores.runs import SqlRuns
from provisor.stores.times import time_text
from provisor.stores.transactions import Database
from provisor.stores.word_tables import intent_opening


class SqlActs:
    """The doorway `Acts` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._runs = SqlRuns(database)

    def begin_run(self, run: Run) -> None:
        """Keep a run that starts."""
        self._runs.begin(run)

    def end_run(self, run: Run, events: Events) -> None:
        """Complete a run."""
        self._runs.end(run, events)

    def spent(self, target: str, runs: int = 20) -> Cost:
        """Return the lines of what the newest ended runs on a target took."""
        return self._runs.spent(target, runs)

    def paused(self, target: str, runs: int = 20) -> tuple[tuple[Cost, Pauses], ...]:
        """Return what the newest ended runs on a target took, with the pauses asked for."""
        return self._runs.paused(target, runs)

    def runs(self, job: str, limit: int = 20) -> tuple[Run, ...]:
        """Return the newest runs of a job, newest first."""
        return self._runs.newest(job, limit)

    def runs_of_plan(self, plan: str) -> tuple[Run, ...]:
        """Return every run of a plan, newest first."""
        return self._runs.of_plan(plan)

    def run_named(self, digits: str) -> tuple[Run, ...]:
        """Return the runs whose ids begin with these digits, newest first; at most three."""
        return self._runs.named(digits)

    def newest_run(self) -> Run | None:
        """Return the run that began last, of whatever job; None before there was any."""
        return next(iter(self._runs.named("")), None)

    def intend(self, intents: Sequence[Intent], epoch: int, events: Events) -> None:
        """Make intents durable before any call; one row of the log may hold a batch.

        Raises:
            LeaseHeld: the lease of the target has a newer epoch; nothing may be sent.
            Frozen: the target, or everything, is frozen; nothing may be sent.

        Cost: about ten statements per batch, two rows per intent.
        """
        _refuse_giving(intents, epoch)
        with self._database.writing() as connection:
            for target in sorted({item.target for item in intents}):
                if epoch != DESPITE_FREEZE:
                    refuse_frozen(connection, target)
                if epoch > APART:
                    refuse_lost(connection, target, epoch)
            plans = numbers_of(connection, (item.plan for item in intents))
            first = next_number(connection, intent)
            rows = [
                intent_row(number, plans[item.plan], item, epoch)
                for number, item in enumerate(intents, start=first)
            ]
            counted = next_number(connection, intent_count)
            counts = count_rows(counted, list(enumerate(intents, start=first)))
            facts = {intent: rows, intent_count: counts, intent_opening: _openings(first, intents)}
            record(connection, self._database, events, facts)
            again = {row[1] for row in rows}
            older = [
                number
                for number, (action, *_) in _unsettled(connection, intents)
                if action in again
            ]
            _take_off(connection, older)
            insert(connection, unsettled, [(r[0], r[4], r[1], r[2], r[5]) for r in rows])

    def conclude(self, effects: Sequence[Effect], events: Events) -> None:
        """Make outcomes durable together with links, memberships and used decisions."""
        with self._database.writing() as connection:
            plans = numbers_of(connection, (item.outcome.plan for item in effects))
            first = next_number(connection, outcome)
            rows = [
                outcome_row(number, plans[item.outcome.plan], item)
                for number, item in enumerate(effects, start=first)
            ]
            counted = next_number(connection, outcome_count)
            counts = half_way_rows(counted, list(enumerate(effects, start=first)))
            record(connection, self._database, events, {outcome: rows, outcome_count: counts})
            ended = {
                (row[1], row[2], row[5])
                for row, item in zip(rows, effects, strict=True)
                if item.outcome.state is not ActState.UNCERTAIN
            }
            told = _unsettled(connection, [item.outcome for item in effects])
            _take_off(connection, [number for number, attempt in told if attempt in ended])
            _remember(connection, effects)

    def unfinished(self, target: str) -> tuple[Unfinished, ...]:
        """Return intents without a final outcome: never ended, or uncertain at the last try.

        Raises:
            StoreDamaged: the action of an intent is not the one that was sealed.
        """
        with self._database.reading() as connection:
            open_intents = _open_intents(connection, target)
            actions = planned_actions(connection, _open_actions(target), self._database.where)
            found = {planned.id: planned for planned in actions}
            return tuple(Unfinished(item, found[item.action_id]) for item in open_intents)

    def outcomes(self, plan: str) -> dict[str, ActOutcome]:
        """Return the newest outcome per action id of a plan."""
        return self._outcomes(_PLAN.c.digest == plan)

    def of_run(self, run: str) -> dict[str, ActOutcome]:
        """Return the newest outcome per action id of one run.

        Cost: one pass over the outcomes of the run's plan.
        """
        began = select(run_table.c.plan).where(run_table.c.id == run).scalar_subquery()
        return self._outcomes(and_(_PLAN.c.digest == began, outcome.c.run == run))

    def _outcomes(self, condition: ColumnElement[bool]) -> dict[str, ActOutcome]:
        wanted = (
            select(outcome, _PLAN.c.digest.label("plan_digest"))
            .join_from(outcome, _PLAN, _PLAN.c.number == outcome.c.plan)
            .where(condition)
            .order_by(outcome.c.sequence)
        )
        with self._database.reading() as connection:
            return {row.action.hex(): outcome_of(row) for row in connection.execute(wanted).all()}

    def settled(self, plan: str, since: datetime) -> frozenset[str]:
        """Return the ids of a plan's acts whose newest outcome is that they are done, since then.

        Cost: one pass over the plan's outcomes; an id is held for each that is returned.
        """
        found: set[str] = set()
        for action, state, at, _ in self._ends(plan):
            (found.add if state in _SETTLED and at >= time_text(since) else found.discard)(action)
        return frozenset(found)

    def attempts(self, plan: str) -> dict[str, int]:
        """Return how often each act of a plan was tried.

        Cost: one pass over the plan's outcomes.
        """
        return {action: attempt for action, _, _, attempt in self._ends(plan)}

    def _ends(self, plan: str) -> Iterator[tuple[str, str, str, int]]:
        """Yield action id, state, time and attempt of a plan's outcomes, the oldest first."""
        wanted = (
            select(outcome.c.action, outcome.c.state, outcome.c.at, outcome.c.attempt)
            .join_from(outcome, _PLAN, _PLAN.c.number == outcome.c.plan)
            .where(_PLAN.c.digest == plan)
            .order_by(outcome.c.sequence)
        )
        with self._database.reading() as connection:
            for action, *end in connection.execute(wanted.execution_options(yield_per=1_000)):
                yield action.hex(), *end

    def done_since(self, target: str, since: datetime, window: Window) -> Counted:
        """Return what was intended on the target since then, in everything it counts in.

        What failed counts for what it did before, what people voted on for nothing; what is
        uncertain counts. Within a day
        a vote that left others of its part waiting changes nothing.

        Cost: as many rows as were intended without a vote in that time.
        """
        with self._database.reading() as connection:
            return done(connection, target, time_text(since), window)

    def promised(self) -> int:
        """Return the number of the newest intent; they count up."""
        with self._database.reading() as connection:
            ((newest,),) = ask(connection, "SELECT max(sequence) FROM intent")
        return int(newest or 0)

    def acted_on(self, target: str, after: int) -> frozenset[str]:
        """Return the identities that acts were about which were promised after an intent."""
        # Asked for by target too, SQLite would walk through all acts that there ever were.
        question = (
            "SELECT i.target, a.subject FROM intent i JOIN plan_action a "
            'ON a."plan" = i."plan" AND a.position = i.position WHERE i.sequence > ?'
        )
        with self._database.reading() as connection:
            rows = ask(connection, question, after)
        return frozenset(subject for place, subject in rows if place == target)


_PLAN = plan
_SETTLED = frozenset({ActState.DONE.value, ActState.ALREADY_SO.value})
_TAKING = frozenset({Operation.DISABLE.value, Operation.MEMBERSHIP.value, Operation.REVOKE.value})


def _openings(first: int, intents: Sequence[Intent]) -> list[tuple[object, ...]]:
    numbered = enumerate(intents, start=first)
    return [(number, item.opening) for number, item in numbered if item.opening]


def _refuse_giving(intents: Sequence[Intent], epoch: int) -> None:
    """Without a lease somebody else may be writing: then nothing is given to anybody."""
    if epoch <= APART and any(one.operation not in _TAKING for one in intents):
        raise TypeError("an act apart from every lease only takes away")


def _open_intents(connection: Connection, target: str) -> list[Intent]:
    wanted = (
        select(intent, _PLAN.c.digest.label("plan_digest"))
        .join_from(unsettled, intent, intent.c.sequence == unsettled.c.intent)
        .join(_PLAN, _PLAN.c.number == intent.c.plan)
        .where(unsettled.c.target == target)
        .order_by(intent.c.sequence)
    )
    return [intent_of(row) for row in connection.execute(wanted)]


def _unsettled(
    connection: Connection, acts: Iterable[Intent | ActOutcome]
) -> list[tuple[int, tuple[bytes, int, int]]]:
    """Return the unsettled attempts on the acts' targets: as many as a batch, rarely more."""
    question = 'SELECT intent, action, "plan", attempt FROM unsettled WHERE target = ?'
    return [
        (number, (action, plan_number, attempt))
        for target in {act.target for act in acts}
        for number, action, plan_number, attempt in ask(connection, question, target)
    ]


def _take_off(connection: Connection, numbers: Iterable[int]) -> None:
    remove(connection, unsettled, ("intent",), [(number,) for number in numbers])


def _open_actions(target: str) -> Chosen:
    return (
        planned_select()
        .join(
            intent,
            and_(intent.c.plan == plan_action.c.plan, intent.c.position == plan_action.c.position),
        )
        .join(unsettled, unsettled.c.intent == intent.c.sequence)
        .where(unsettled.c.target == target)
    )


def _remember(connection: Connection, effects: Sequence[Effect]) -> None:
    gone = [
        (item.outcome.target, item.unlink[0].value, item.unlink[1])
        for item in effects
        if item.unlink is not None
    ]
    remove(connection, link, ("target", "object_type", "identity"), gone)
    remember_names(connection, effects)
    put_links(
        connection, [(item.outcome.target, item.link) for item in effects if item.link is not None]
    )
    forget_rights(connection, [(target, identity) for target, _, identity in gone])
    remember_rights(connection, effects)
    targets = sorted({item.outcome.target for item in effects})
    for target in targets:
        ours = [item for item in effects if item.outcome.target == target]
        put_memberships(
            connection,
            target,
            [pair for item in ours for pair in item.granted],
            [pair for item in ours for pair in item.revoked],
        )
