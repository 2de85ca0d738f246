"""Write down what a columnar plan knew, without an object per row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from provisor.domain.columns.knowing import (
    Row,
    Sayings,
    absent_people,
    account_rows,
    column_marks,
    departed_links,
    record_rows,
    turning_keys,
    unlinked_outside,
)
from provisor.domain.columns.proposing import PlannedColumns
from provisor.domain.columns.referred import Lines, sought_by, told_lines
from provisor.domain.marks import seeker_forms, seeks
from provisor.domain.record import Record
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.domain.seekers import seekers_in
from provisor.domain.side import Side
from provisor.domain.turning import TimedLook, due_text, timed_looks, turns_at
from provisor.domain.world import Assign, Population, World
from provisor.engine.columnwise import ColumnAssembly
from provisor.engine.job import Job
from provisor.engine.knowing.closure import place_key
from provisor.engine.knowing.ground import SOURCE, TARGET
from provisor.engine.knowing.known_roster import sayings_of
from provisor.engine.knowing.remember import leave_days, leaving_dates, open_about, until_of
from provisor.engine.shares import whole_shares
from provisor.ports.knowledge import ALWAYS, GIVES, KEEPS, PARTING, Cycle, Mark, Place


def renew_columns(job: Job, cycle: Cycle, assembly: ColumnAssembly, assign: Assign) -> None:
    """Keep what a columnar plan knew.

    Args:
        job: whose plan.
        cycle: what holds for all of it, without its sums.
        assembly: that planned.
        assign: gives the identity ids that the plan gave.

    Cost: a few passes over the columns, and one row written per object that differs.
    """
    planned = assembly.planned
    if planned is None:
        return
    fresh = replace(_summed(job, cycle, planned), shares=whole_shares(job.rules, assembly))
    lines = told_lines(planned)
    objects: list[tuple[Place, Sequence[Row]]] = []
    marks: set[Mark] = set()
    for kind in job.rules.objects:
        sayings = _sayings(job, fresh, planned, kind, lines.get(kind))
        objects.append(((SOURCE, kind), record_rows(planned, kind, sayings)))
        objects.append(((SOURCE, kind), sorted(_absent(planned, kind, sayings.carried))))
        objects.append(((TARGET, kind), _accounts(planned, kind)))
        marks.update(column_marks(planned, job.rules, kind))
        marks.update((mark, place_key(kind, key)) for mark, key in sought_by(planned, kind))
        marks.update(_seeking(assembly, planned, kind, assign))
    members = {side: assembly.pairs(side).rows() for side in Side}
    job.store.knowledge.replace(fresh, objects, marks, members)


def _summed(job: Job, cycle: Cycle, planned: PlannedColumns) -> Cycle:
    sources = {kind: planned.columns.populations[kind].source for kind in job.rules.objects}
    return replace(
        cycle,
        records=planned.proposal.records,
        accounts=planned.proposal.accounts,
        references=planned.proposal.references,
        managed=planned.proposal.managed,
        repeated={kind: source.repeated for kind, source in sources.items()},
        unkeyed={kind: source.unkeyed for kind, source in sources.items()},
    )


def _sayings(
    job: Job, cycle: Cycle, planned: PlannedColumns, kind: ObjectType, lines: Lines | None
) -> Sayings:
    walk, population = planned.walk, planned.columns.populations[kind]
    leaving = {one.identity for other, one in planned.proposal.remembered if other is kind}
    frame = population.links.frame
    chosen = frame["identity"].is_in(list(leaving)).arg_true()
    open_keys = open_about(walk, planned.proposal, kind, population.links.links(chosen))
    due = {key: due_text(when) for key, when in _falling_due(job, cycle, planned, kind)}
    due |= dict.fromkeys(open_keys, ALWAYS)
    notes = sayings_of(walk.roster)
    carried = {
        key: (subject.native_id or "", subject.identity, notes.get(subject.identity, 0))
        for key, subject in walk.roster.carried.get(kind, {}).items()
    }
    said = PARTING if kind is ObjectType.GROUPS else 0
    for key, native, identity, gives in absent_people(planned, kind):
        carried[key] = (native, identity, said | (GIVES if gives else KEEPS))
    return Sayings(walk.ledger.books[kind].recorded, carried, due, said, lines)


def _absent(
    planned: PlannedColumns, kind: ObjectType, carried: Mapping[str, tuple[str, str, int]]
) -> Iterator[Row]:
    """Yield linked people whose row is missing."""
    population = planned.columns.populations[kind]
    last = {link.key: link for link in population.links.links(population.absent_links())}
    for key, link in last.items():
        native, identity, keeps = carried.get(key, (None, link.identity, 0))
        yield key, None, "", native, identity, 1, keeps, "", ALWAYS


def _accounts(planned: PlannedColumns, kind: ObjectType) -> Sequence[Row]:
    carried = planned.walk.roster.carried.get(kind, {}).items()
    owners = {subject.native_id: key for key, subject in carried if subject.native_id}
    return account_rows(planned, kind, planned.walk.ledger.books[kind].counted, owners)


def _falling_due(
    job: Job, cycle: Cycle, planned: PlannedColumns, kind: ObjectType
) -> Iterator[tuple[str, datetime]]:
    """Yield who is to be looked at when, the latest moment first."""
    now, until = planned.columns.world.now, until_of(job, cycle.full_at)
    at = Moment(now, job.rules.zone)
    found: list[tuple[str, datetime]] = []
    for look in timed_looks(job.rules).get(kind, ()):
        listing = planned.columns.populations[kind].source
        found += turning_keys(listing, look.clause.attribute, _turning(look, at, until))
    days = leave_days(job.rules.objects[kind])
    for key, link in departed_links(planned, kind) if days else ():
        found += ((key, when) for when in leaving_dates(link, days, (now, until)))
    yield from sorted(found, key=lambda one: one[1], reverse=True)


def _turning(look: TimedLook, at: Moment, until: datetime) -> Callable[[str], datetime | None]:
    def turns(text: str) -> datetime | None:
        return turns_at([look], {look.clause.attribute: text}, at, until)

    return turns


def _seeking(
    assembly: ColumnAssembly, planned: PlannedColumns, kind: ObjectType, assign: Assign
) -> Iterator[Mark]:
    """Yield what leavers without an account would be recognised by."""
    rules = planned.columns.world.rules.objects[kind]
    if rules.leaver is None and not rules.tenure.end and not planned.columns.world.overrides:
        return
    gone = unlinked_outside(planned, kind)
    recorded = planned.walk.ledger.books[kind].recorded
    gone += _again(assembly, planned, kind, recorded)
    world = _around(assembly, planned, gone, kind)
    _, leavers = seekers_in(world, rules, gone, assign)
    for key, position, form in seeker_forms(rules, leavers):
        yield seeks(kind, position, form), key


def _again(
    assembly: ColumnAssembly, planned: PlannedColumns, kind: ObjectType, recorded: Mapping[str, str]
) -> list[Record]:
    """Return those of the looked-at records that are out of scope and have no link."""
    keys = {key for key, place in recorded.items() if place == "out_of_scope"}
    frame = planned.columns.populations[kind].links.frame
    linked = set(frame["key"].filter(frame["key"].is_in(list(keys))).to_list())
    return list(assembly.records(SOURCE, kind, keys - linked).values())


def _around(
    assembly: ColumnAssembly, planned: PlannedColumns, gone: list[Record], kind: ObjectType
) -> World:
    """Return a world that holds what conditions about some records look at."""
    rules = planned.columns.world.rules
    populations = {kind: Population(tuple(gone))}
    for other in rules.referred_to(kind):
        listing = planned.columns.populations[other].source
        populations[other] = Population(
            tuple(listing.records(listing.keys.is_not_null().arg_true()))
        )
    members = assembly.pairs(SOURCE).rows() if rules.circles(kind) else ()
    return replace(
        planned.columns.world, populations=populations, source_members=tuple(sorted(members))
    )
